// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"
)

// Texts that come before this side has the session can not be read. Mostly that begins a
// new one, with which they come again; but one key exchange may end in the middle of
// another, and then the session stands and nobody knows that anything is missing.

// miss notes a text that could not be read, as far as it has an id by which it can be
// known again.
func (t *talk) miss(id string) {
	if id == "" || len(t.missed) >= maxAgain {
		return
	}
	if t.missed == nil {
		t.missed = make(map[string]bool)
	}
	t.missed[id] = true
}

// missedLater looks, some time after a session began, whether what could not be read has
// come again in it.
func (a *account) missedLater(t *talk, s *side) {
	session, before := s.SessionID(), len(t.missed)
	if before == 0 {
		return
	}
	time.AfterFunc(otrSettle, func() {
		a.box.post(func(context.Context) {
			if t.sides[s.addr.Resource] == s && s.usable() && s.SessionID() == session && !a.leaving() {
				a.askMissed(t, s, before)
			}
		})
	})
}

// askMissed asks for it, once, by a new session, when no more of it comes.
func (a *account) askMissed(t *talk, s *side, before int) {
	if len(t.missed) == before && a.session != nil && !a.isAway() {
		if texts := s.begin(); len(texts) > 0 {
			clear(t.missed)
			a.owe(texts...)
			return
		}
	}
	a.missedLater(t, s)
}
