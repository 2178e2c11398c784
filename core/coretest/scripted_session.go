// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"chatsecure.org/desktop/core/chat"
)

// Session is what a client has with the server: from its login to its goodbye,
// over as many connections as it is resumed on (XEP-0198). Any goroutine may call
// its methods.
type Session struct {
	Account string       // local part; "" before the login
	Address chat.Address // full; zero before the resource is bound
	server  *Scripted

	mu      sync.Mutex
	conn    *scriptedConn // nil while there is no connection
	id      string        // by which it can be resumed; "" for not at all
	ended   bool
	in      uint32 // stanzas of the client, since they are counted
	out     uint32 // of ours
	acked   uint32 // of out
	unacked []string
}

// Send says elements, one in each argument. Where stanzas are counted, those among
// them are, and wait for the next connection where there is none.
func (s *Session) Send(elements ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range elements {
		if s.id != "" && isStanzaText(e) {
			s.out++
			s.unacked = append(s.unacked, e)
		}
		if s.conn != nil {
			s.conn.put(e)
		}
	}
}

// say is Send for what never counts.
func (s *Session) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		s.conn.put(text)
	}
}

func isStanzaText(e string) bool {
	return strings.HasPrefix(e, "<message") || strings.HasPrefix(e, "<presence") || strings.HasPrefix(e, "<iq")
}

// Cut closes the connection behind what was said, without a word of XMPP. The
// session can be resumed.
func (s *Session) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		s.conn.close()
		s.conn = nil
	}
}

// Forget makes the session one that can not be resumed.
func (s *Session) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

// Counted is how many stanzas of the client have come in on the session since they
// are counted: what h should be.
func (s *Session) Counted() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.in
}

// Settle returns nil once the client has said that it has handled all that was sent
// before: it has stored it. The error is that of ctx.
func (s *Session) Settle(ctx context.Context) error {
	s.mu.Lock()
	target := s.out
	s.mu.Unlock()
	s.say("<r xmlns='" + nsSM + "'/>")
	return s.server.Await(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return int32(s.acked-target) >= 0
	})
}

func (s *Session) count(e *Element) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.id != "" && e.isStanza() {
		s.in++
	}
}

// lost is the end of a connection.
func (s *Session) lost(c *scriptedConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == c {
		s.conn = nil
	}
}

// end is the client's goodbye.
func (s *Session) end() {
	s.Forget()
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.sessions[s.Account] == s {
		delete(s.server.sessions, s.Account)
	}
}

// manage answers the words of stream management.
func (s *Session) manage(e *Element) {
	switch e.XMLName.Local {
	case "enable":
		id := s.server.NewID()
		s.mu.Lock()
		s.id = id
		s.mu.Unlock()
		s.say("<enabled xmlns='" + nsSM + "' id='" + id + "' resume='true' max='600'/>")
	case "r":
		s.say("<a xmlns='" + nsSM + "' h='" + uint32Text(s.Counted()) + "'/>")
	case "a":
		s.ack(e.Attr("h"))
	case "resume":
		s.resume(e)
	}
}

func uint32Text(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

func (s *Session) ack(h string) {
	n, err := strconv.ParseUint(h, 10, 32)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	done := uint32(n) - s.acked
	if int(done) <= len(s.unacked) {
		s.acked, s.unacked = uint32(n), s.unacked[done:]
	}
	if len(s.unacked) == 0 {
		s.unacked = nil // not to keep the space of a flood
	}
}

// resume gives the connection to the session that the client had before.
func (s *Session) resume(e *Element) {
	old := s.server.Session(s.Account)
	if old == nil || !old.takes(e.Attr("previd"), e.Attr("h")) {
		s.say("<failed xmlns='" + nsSM + "'><item-not-found xmlns='" + nsStanzas + "'/></failed>")
		return
	}
	s.Resume(old)
}

func (s *Session) takes(previd, h string) bool {
	s.mu.Lock()
	ok := !s.ended && s.id != "" && s.id == previd
	s.mu.Unlock()
	if ok {
		s.ack(h)
	}
	return ok
}

// Resume gives the session's connection to an older one, says so, and sends again
// what is not acked there. It is for scripts: s is what they were given.
func (s *Session) Resume(old *Session) {
	s.mu.Lock()
	c := s.conn
	s.conn = nil
	s.mu.Unlock()
	if c == nil || s == old {
		return
	}
	old.Cut()
	c.mu.Lock()
	c.session = old
	c.mu.Unlock()
	old.mu.Lock()
	defer old.mu.Unlock()
	old.conn = c
	c.put("<resumed xmlns='" + nsSM + "' previd='" + old.id + "' h='" + uint32Text(old.in) + "'/>")
	for _, e := range old.unacked {
		c.put(e)
	}
}
