// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"cmp"
	"crypto/tls"
	"sync"
	"sync/atomic"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// line is a link that a stream lives on, with its reader and its writer.
type line struct {
	*link
	lost  chan struct{}  // closed when the link is lost or the stream has ended
	tasks sync.WaitGroup // reader and writer
	gone  chan struct{}  // closed when both have ended

	heard atomic.Uint64 // elements that came in
	waits atomic.Bool   // the reader waits for the server, and for nobody else
}

// isLost says whether the link is lost or the stream has ended.
func (l *line) isLost() bool {
	select {
	case <-l.lost:
		return true
	default:
		return false
	}
}

// hangUp is called with the stream's mu held.
func (l *line) hangUp() {
	if !l.isLost() {
		close(l.lost)
		l.raw.Close()
	}
}

// attach lets the stream live on a link from now on. It says no if the stream has
// ended.
func (s *Stream) attach(link *link) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Err() != nil {
		return false
	}
	l := &line{link: link, lost: make(chan struct{}), gone: make(chan struct{})}
	s.line = l
	s.queue.resume()
	l.tasks.Go(func() { s.read(l) })
	l.tasks.Go(func() { s.write(l) })
	s.tasks.Go(func() { l.tasks.Wait(); close(l.gone) })
	if s.queue.proves() {
		s.tasks.Go(func() { s.prove(l) })
	}
	return true
}

// prove ends a stream that the server has resumed and does not listen to.
func (s *Stream) prove(l *line) {
	// Twenty round trips, in round numbers.
	tick := time.NewTicker(cmp.Or(s.proof, min(max(20*l.trip, leastProof), mostProof)))
	defer tick.Stop()
	for heard := uint64(0); ; {
		select {
		case <-tick.C:
		case <-l.lost:
			return
		}
		now := l.heard.Load()
		switch {
		case !s.queue.proves():
			return
		case now == heard && l.waits.Load(): // else the answer may be on its way, behind much
			s.end(fail(chat.Offline, "resume", chat.CodeNotResumed, plainly("the server does not listen to the stream")))
			return
		}
		heard = now
	}
}

// Quiet is how long nothing has come in on the present link. It is zero while what came
// waits for whoever takes it: there may be more behind that.
func (s *Stream) Quiet() time.Duration {
	l := s.present()
	if l == nil || !l.waits.Load() {
		return 0
	}
	return time.Duration(now() - l.raw.at.Load())
}

// present is the link that the stream lives on, or the last one.
func (s *Stream) present() *line {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.line
}

// lose is the loss of a link. It ends a stream that can not be resumed, or that we
// are leaving.
func (s *Stream) lose(l *line, why error) {
	s.mu.Lock()
	lost := s.line != l || l.isLost()
	ends := !s.Managed() || s.closing.Load()
	if !lost && !ends {
		s.lostBy = why
		s.queue.suspend()
		l.hangUp()
		s.log.Info("link lost, the stream is kept", "code", chat.CodeOf(why))
	}
	s.mu.Unlock()
	if !lost && ends {
		s.end(why)
	}
}

// Managed says whether the stream outlives its links: stream management with
// resumption is on (XEP-0198). It does not change.
func (s *Stream) Managed() bool { return s.managed.id != "" }

// Lost is closed when the present link is lost or the stream has ended. After a
// resumption it is another channel.
func (s *Stream) Lost() <-chan struct{} { return s.present().lost }

// Suspended says that the link is lost and the stream may be resumed: by Dial,
// with it as Config.Previous.
func (s *Stream) Suspended() bool { return s.present().isLost() && s.Err() == nil }

// LostBy is why the last link was lost, nil while none was. It is a *chat.Error.
func (s *Stream) LostBy() error {
	if err := s.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lostBy
}

// Drop ends the present link as if it had broken, for who finds it dead. A stream
// that is not managed ends with it. It does nothing where there is no link.
func (s *Stream) Drop(why error) {
	if why == nil {
		why = plainly("dropped")
	}
	s.lose(s.present(), linkError("connection", why))
}

// Offers says whether the server's features after the login had an element of
// that namespace (RFC 6120 §4.3.2).
func (s *Stream) Offers(ns string) bool { return s.present().features.offers(ns) }

// MaxBytes is how long an element may be for this server (XEP-0478 §3), in bytes; 0 where
// it does not say.
func (s *Stream) MaxBytes() int { return s.present().features.maxBytes() }

// tls is the state of the present connection, or the last one.
func (s *Stream) tls() tls.ConnectionState { return s.present().conn.ConnectionState() }
