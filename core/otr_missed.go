// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Texts that come before this side has the session can not be read. Mostly that begins a
// new one, with which they come again; but one key exchange may end in the middle of
// another, and then the session stands and nobody knows that anything is missing.

// maxMissed is how many texts of a side are missed at a time.
const maxMissed = 2000

// miss notes a text that could not be read, as far as it has an id by which it can be
// known again.
func (s *side) miss(id string) {
	if id == "" || len(s.missed) >= maxMissed {
		return
	}
	if s.missed == nil {
		s.missed = make(map[string]bool)
	}
	s.missed[id] = true
}

// read notes a text that was read, and returns the one that was read before it in its
// session; "" for none, and for a late one: that is in the session before.
func (s *side) read(l *letter, late bool) (behind string) {
	delete(s.missed, l.OriginID)
	if late {
		return ""
	}
	behind = s.latest
	if l.Retracts == "" && l.Reactions == nil && l.Replaces == "" { // those have no place
		s.latest = chat.Cut(l.OriginID, maxID)
	}
	return behind
}

// missedLater looks, some time after a session began, whether what could not be read has
// come again in it.
func (a *account) missedLater(t *talk, s *side) {
	if s.seek != nil {
		s.seek.Stop()
	}
	session, before := s.SessionID(), len(s.missed)
	if before == 0 {
		return
	}
	s.seek = time.AfterFunc(otrSettle, func() {
		a.box.post(func(context.Context) {
			if t.sides[s.addr.Resource] == s && s.Secure() && s.SessionID() == session && !a.leaving() {
				a.askMissed(t, s, before)
			}
		})
	})
}

// askMissed asks for it, once, by a new session, when no more of it comes. While nobody
// could answer, and while people are asked something in the session, that waits.
func (a *account) askMissed(t *talk, s *side, before int) {
	if a.session == nil { // openOutbox goes on
		return
	}
	if len(s.missed) == before && !a.isAway() && a.isHere(s.addr) && s.usable() && !s.asked && !s.asking {
		a.owe(s.begin()...)
		clear(s.missed)
		return
	}
	a.missedLater(t, s)
}
