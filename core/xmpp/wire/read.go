// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// read is the reader's goroutine: it splits what comes in until the stream ends.
func (s *Stream) read() {
	err := s.pump()
	if s.Err() == nil {
		s.farewell(err)
	}
	s.end(linkError("read", err))
}

// pump hands every element to whoever it is for. An element that nobody takes
// holds up the stream, and with it the server.
func (s *Stream) pump() error {
	var seq uint64
	for {
		el, err := s.link.frames.next()
		if err == errWide {
			if looksLikeStanza(el) {
				seq++
			}
			s.refuse("attributes")
			continue
		}
		if err != nil {
			return err
		}
		tag, err := start(el)
		if err != nil {
			return err
		}
		switch tag.Name {
		case xml.Name{Space: nsClient, Local: "message"}, xml.Name{Space: nsClient, Local: "presence"}:
			seq++
			if !s.pass(Element{seq, tag.Name.Local, el}) {
				return s.ending
			}
		case xml.Name{Space: nsClient, Local: "iq"}:
			seq++
			if why := s.gate.admit(el); why != "" {
				s.refuse(why)
			} else if _, err := s.library.Write(el); err != nil {
				return err
			}
		case xml.Name{Space: nsStream, Local: "error"}:
			return streamFailure("read", el)
		default: // what we have not asked for means nothing to us
			s.refuse("unknown element")
		}
	}
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

// farewell closes a stream that the server has closed, or that can not go on
// (RFC 6120 §4.4, §4.9). There is little time for it.
func (s *Stream) farewell(why error) {
	words := "</stream:stream>"
	var limit limitError
	switch {
	case errors.As(why, &limit):
		words = "<stream:error><policy-violation xmlns='" + nsStreams + "'/></stream:error>" + words
	case errors.Is(why, errRestricted):
		words = "<stream:error><restricted-xml xmlns='" + nsStreams + "'/></stream:error>" + words
	case errors.Is(why, errMalformed), errors.Is(why, errStreamText), errors.Is(why, errNotUTF8):
		words = "<stream:error><not-well-formed xmlns='" + nsStreams + "'/></stream:error>" + words
	case errors.Is(why, errStreamEnd), chat.CodeOf(why) != chat.CodeUnknown:
	default:
		return // the connection is gone
	}
	if s.leave.Swap(true) {
		return
	}
	said := outgoing{element: []byte(words), written: make(chan error, 1), last: true}
	late := time.NewTimer(lastWords)
	defer late.Stop()
	select {
	case s.out <- said:
	case <-s.down:
		return
	case <-late.C:
		return
	}
	select {
	case <-said.written:
	case <-s.down:
	case <-late.C:
	}
}
