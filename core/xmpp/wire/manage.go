// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"encoding/xml"
	"strconv"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// managed is what a server has granted of stream management (XEP-0198 §3). Its
// location hint is not used: the name that the address has is the one whose
// certificate is asked for, and it leads to the server.
type managed struct {
	acks bool   // it counts
	id   string // by which the stream may be resumed; "" for not at all
}

// smElement is any answer of stream management.
type smElement struct {
	XMLName  xml.Name
	ID       string  `xml:"id,attr"`
	Previous string  `xml:"previd,attr"`
	Resume   string  `xml:"resume,attr"`
	H        *string `xml:"h,attr"`
}

// count is the h of an element; it says whether there is one that can be read.
func (e smElement) count() (uint32, bool) {
	if e.H == nil {
		return 0, false
	}
	h, err := strconv.ParseUint(*e.H, 10, 32)
	return uint32(h), err == nil
}

const enableWord = "<enable xmlns='" + nsSM + "' resume='true'/>"

// granted reads an <enabled/>.
func (e smElement) granted() managed {
	if (e.Resume == "true" || e.Resume == "1") && len(e.ID) <= maxID {
		return managed{true, e.ID}
	}
	return managed{acks: true}
}

// maxID is the longest id of a stream that is kept, in bytes (XEP-0198 §5).
const maxID = 4000

// enable asks for stream management where it is offered. A server that refuses
// goes on without.
func (l *link) enable() (managed, error) {
	if l.features.SM == nil {
		return managed{}, nil
	}
	if err := l.send(enableWord); err != nil {
		return managed{}, err
	}
	e, err := l.readManaged("enable stream management", "enabled")
	if err != nil || e.XMLName.Local == "failed" {
		return managed{}, err
	}
	l.fresh = true
	return e.granted(), nil
}

// readManaged reads on to the answer of that name, or to <failed/>. What comes
// before it is for whoever takes the stream over.
func (l *link) readManaged(op, name string) (smElement, error) {
	size := 0
	for range maxBetween {
		el, s, err := l.read(op)
		if err != nil {
			return smElement{}, err
		}
		if s.Name.Space == nsSM && (s.Name.Local == name || s.Name.Local == "failed") {
			var e smElement
			return e, parse(el, &e)
		}
		if size += len(el); size > MaxAfterLogin {
			return smElement{}, limitError{MaxAfterLogin, "bytes"}
		}
		l.early = append(l.early, el)
	}
	return smElement{}, fail(chat.Offline, op, chat.CodeNotXMPP, plainly("no answer among the first elements"))
}

// hold keeps a suspended stream for one who wants to resume it, once nothing more
// of its last link is under way: what was read is handled, so that nothing comes
// twice. The stream returned is nil where there is none to resume.
func (c *Config) hold(ctx context.Context) (s *Stream, release func(), err error) {
	const op = "connect"
	if s = c.Previous; s == nil || s.Err() != nil {
		return nil, func() {}, nil
	}
	s.Drop(fail(chat.Offline, op, chat.CodeConnectionLost, plainly("another connection follows"))) // where nobody has
	select {
	case s.resuming <- struct{}{}:
	case <-s.down:
		return nil, func() {}, nil
	case <-ctx.Done():
		return nil, nil, linkError(op, ctx.Err())
	}
	release = func() { <-s.resuming }
	select {
	case <-s.present().gone:
		err = s.count.wait(ctx, s.down)
	case <-s.down:
	case <-ctx.Done():
		err = linkError(op, ctx.Err())
	}
	if err == nil && s.queue.hopeless() {
		s.end(fail(chat.Offline, "resume", chat.CodeNotResumed, plainly("the server does not listen to it")))
	}
	if err != nil || s.Err() != nil {
		release()
		return nil, func() {}, err
	}
	return s, release, nil
}

// resume asks for the stream on a link that has logged in (XEP-0198 §5). ok says
// that the link carries it from here on.
func (s *Stream) resume(l *link) (ok bool, err error) {
	const op = "resume"
	if l.features.SM == nil {
		return false, nil
	}
	began := time.Now()
	if err := l.send(s.resumeWord()); err != nil {
		return false, err
	}
	e, err := l.readManaged(op, "resumed")
	l.trip = time.Since(began)
	if err != nil {
		return false, err
	}
	return s.resumed(l, e)
}

// resumed reads the server's answer to the wish to resume.
func (s *Stream) resumed(l *link, e smElement) (ok bool, err error) {
	const op = "resume"
	h, readable := e.count()
	if e.XMLName.Local != "resumed" {
		if readable {
			s.queue.refuse(h)
		}
		return false, nil
	}
	switch {
	case e.Previous != s.managed.id:
		err = fail(chat.Offline, op, chat.CodeStreamError, plainly("another stream was resumed"))
	case !readable:
		err = fail(chat.Offline, op, chat.CodeStreamError, plainly("no count of what the server has"))
	default:
		if err = s.queue.count(h, false); err == nil {
			return true, nil
		}
	}
	// What the server has is not known any more, and will not be.
	if words, _ := parting(err); words != "" {
		_ = l.send(words)
	}
	s.end(linkError(op, err))
	return false, linkError(op, err)
}

// forgotten ends a stream that the server has not resumed.
func (s *Stream) forgotten() {
	s.end(fail(chat.Offline, "resume", chat.CodeNotResumed, plainly("the server has no such stream")))
}

// refuse takes the h with which a server does not resume (XEP-0198 §5): it has seen what
// that covers, and may have ended before it did anything with it. One that can not be is
// no word at all.
func (q *queue) refuse(h uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if n := int32(h - (q.start + uint32(q.acked))); n > 0 && int64(n) <= int64(q.tried-q.acked) {
		q.refused = q.acked + uint64(n)
	}
}

// counted is how far the server has counted, acked or not.
func (q *queue) counted() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return max(q.acked, q.refused)
}

// Confirm returns nil once the server has acked all that was written before
// (XEP-0198 §4). It asks at once; meanwhile more may be written. While the stream
// is suspended it waits. The error is ctx's, or the stream's end. It is for
// managed streams only.
func (s *Stream) Confirm(ctx context.Context) error {
	const op = "confirm"
	if !s.Managed() {
		return fail(chat.Bug, op, chat.CodeUnsupported, plainly("no stream management"))
	}
	target := s.queue.ask()
	// A server may have read less when it answers than when it was asked.
	again := time.NewTimer(askAgain)
	defer again.Stop()
	for {
		acked, changed := s.queue.state()
		if acked >= target {
			return nil
		}
		select {
		case <-changed:
		case <-again.C:
			s.queue.again()
			again.Reset(askAgain)
		case <-s.down:
			if acked, _ := s.queue.state(); acked >= target {
				return nil
			}
			return linkError(op, s.ending)
		case <-ctx.Done():
			return linkError(op, ctx.Err())
		}
	}
}
