// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

// read is the goroutine of a link's reader: it splits what comes in until the link
// or the stream ends.
func (s *Stream) read(l *line) {
	err := s.pump(l)
	words, ends := parting(err)
	if !ends {
		s.lose(l, linkError("read", err))
		return
	}
	if s.Err() == nil && words != "" {
		s.farewell(l, words)
	}
	s.end(linkError("read", err))
}

// pump hands every element to whoever it is for. An element that nobody takes
// holds up the stream, and with it the server.
func (s *Stream) pump(l *line) error {
	early := len(l.early) > 0
	for _, el := range l.early {
		if err := s.hand(el); err != nil {
			return err
		}
	}
	if l.early = nil; early && l.fresh {
		s.count.begin(s.seq)
	}
	for {
		l.waits.Store(true)
		el, err := l.frames.next()
		l.waits.Store(false)
		l.heard.Add(1)
		if err == errWide {
			if looksLikeStanza(el) {
				s.seq++
				s.done()
			}
			s.refuse("attributes")
			continue
		}
		if err != nil {
			return err
		}
		if err := s.hand(el); err != nil {
			return err
		}
	}
}

// hand hands an element to whoever it is for.
func (s *Stream) hand(el []byte) error {
	tag, err := start(el)
	if err != nil {
		return err
	}
	switch tag.Name {
	case xml.Name{Space: nsClient, Local: "message"}, xml.Name{Space: nsClient, Local: "presence"}:
		s.seq++
		s.count.pass(s.seq)
		if !s.pass(Element{s.seq, tag.Name.Local, el}) {
			return s.ending
		}
	case xml.Name{Space: nsClient, Local: "iq"}:
		s.seq++
		if why := s.gate.admit(el); why != "" {
			s.refuse(why)
		} else if _, err := s.library.Write(el); err != nil {
			return err
		}
		s.done()
	case xml.Name{Space: nsStream, Local: "error"}:
		return streamFailure("read", el)
	case xml.Name{Space: nsSM, Local: "r"}, xml.Name{Space: nsSM, Local: "a"}:
		return s.acks(el, tag.Name.Local)
	default: // what we have not asked for means nothing to us
		s.refuse("unknown element")
	}
	return nil
}

// done counts the last stanza, which nobody has to handle.
func (s *Stream) done() {
	if s.count.done(s.seq) && s.managed.acks {
		s.queue.tellH()
	}
}

// acks takes the words of stream management (XEP-0198 §4).
func (s *Stream) acks(el []byte, name string) error {
	var e smElement
	switch {
	case !s.managed.acks:
		s.refuse("unknown element")
		return nil
	case name == "r":
		s.queue.tellH()
		return nil
	}
	if err := parse(el, &e); err != nil {
		return err
	}
	h, ok := e.count()
	if !ok || !s.Managed() {
		s.refuse("ack")
		return nil
	}
	if err := s.queue.count(h, true); err != nil {
		return err
	}
	crash.At("after-ack")
	return nil
}

// looksLikeStanza is a guess at what a parser would say, for what no parser sees.
func looksLikeStanza(el []byte) bool {
	i := bytes.IndexAny(el, " \t\r\n/>")
	switch string(el[1:max(i, 1)]) {
	case "message", "presence", "iq":
		return true
	}
	return false
}

// pass hands an element to Next, when there is room. It says whether the stream
// still lives.
func (s *Stream) pass(el Element) bool {
	if len(el.Bytes) > large {
		select {
		case s.large <- struct{}{}:
		case <-s.down:
			return false
		}
	}
	select {
	case s.in <- el:
		return true
	case <-s.down:
		return false
	}
}

// refuse counts an element that goes no further. The log gets ever fewer of
// them, for a stranger can send as many as he likes.
func (s *Stream) refuse(why string) {
	if n := s.refused.Add(1); n&(n-1) == 0 {
		s.log.Warn("elements refused", "reason", why, "so far", n)
	}
}

// parting says whether an error ends the stream, whatever becomes of the link, and
// what the server is to hear then (RFC 6120 §4.4, §4.9); "" where it does not
// listen any more. What does not end the stream is a link that broke.
func parting(why error) (words string, ends bool) {
	const goodbye = "</stream:stream>"
	condition := func(name string) string {
		return "<stream:error><" + name + " xmlns='" + nsStreams + "'/></stream:error>" + goodbye
	}
	var limit limitError
	var high highH
	switch {
	case errors.As(why, &high):
		return fmt.Sprintf("<stream:error><undefined-condition xmlns='%s'/><handled-count-too-high xmlns='%s' h='%d' send-count='%d'/></stream:error>%s",
			nsStreams, nsSM, high.h, high.sent, goodbye), true
	case errors.As(why, &limit):
		return condition("policy-violation"), true
	case errors.Is(why, errRestricted):
		return condition("restricted-xml"), true
	case errors.Is(why, errMalformed), errors.Is(why, errStreamText), errors.Is(why, errNotUTF8):
		return condition("not-well-formed"), true
	case errors.Is(why, errStreamEnd), chat.CodeOf(why) != chat.CodeUnknown:
		return goodbye, true
	}
	return "", false
}

// farewell says the last words of a stream that the server has closed, or that can
// not go on. There is little time for it.
func (s *Stream) farewell(l *line, words string) {
	if s.leave.Swap(true) {
		return
	}
	s.queue.leave(words)
	late := time.NewTimer(lastWords)
	defer late.Stop()
	select {
	case <-s.queue.byeSaid:
	case <-l.lost:
	case <-late.C:
	}
}
