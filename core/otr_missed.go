// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
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

// read notes a text that was read, and says where it belongs; late: it is in the session
// before the present one, and belongs nowhere.
func (s *side) read(l *letter, late bool) (at store.Resent) {
	missed := s.missed[l.OriginID] || s.sought[l.OriginID]
	delete(s.missed, l.OriginID)
	delete(s.sought, l.OriginID)
	if late {
		return store.Resent{}
	}
	at = store.Resent{Behind: s.latest, Again: s.again, Last: !missed}
	if l.Retracts != "" || l.Reactions != nil || l.Replaces != "" { // those have no place
		return at
	}
	s.latest = chat.Cut(l.OriginID, maxID)
	if missed {
		s.again = s.latest
	}
	return at
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
		s.missed, s.sought = nil, s.missed
		return
	}
	a.missedLater(t, s)
}
