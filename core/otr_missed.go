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

// maxMissed is how many texts of a side are missed at a time, and of how many at least it is
// known that they were read in the session.
const maxMissed = 2000

// maxSeenID is how much of an id is remembered of texts that were read.
const maxSeenID = 128

// runsOn is how soon after one another texts come that are sent again together, in their order.
const runsOn = 2 * time.Second

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

// unreadBefore are the ids of texts that could not be read, perhaps by a program that was
// killed since: what comes again belongs where they stand.
func (a *account) unreadBefore(conv chat.ConvID) map[string]bool {
	page, err := a.db.Page(a.ctx, conv, 0, againPage)
	if err != nil {
		a.log.Error("messages", "err", chatError("read messages", err))
	}
	unread := make(map[string]bool)
	for _, m := range page {
		if m.Kind == chat.KindUndecryptable && m.Direction == chat.In && m.Encryption == chat.EncryptionOTR && m.OriginID != "" && time.Since(m.Time) < againFor {
			unread[m.OriginID] = true
		}
	}
	return unread
}

// read notes a text that was read, and says where it belongs; late: it is in the session
// before the present one, and belongs nowhere.
func (s *side) read(l *letter, late bool, now time.Time) (at store.Resent) {
	missed := s.missed[l.OriginID] || s.sought[l.OriginID]
	delete(s.missed, l.OriginID)
	delete(s.sought, l.OriginID)
	if late || s.texts.had(chat.Cut(l.OriginID, maxSeenID)) { // then only its receipt was missed
		return store.Resent{}
	}
	at = store.Resent{Behind: s.latest, Again: s.again, Last: !missed}
	if now.Sub(s.latestAt) > runsOn { // what comes again here may belong before it
		at.Behind = ""
	}
	if l.Retracts != "" || l.Reactions != nil || l.Replaces != "" { // those have no place
		return at
	}
	s.latest, s.latestAt = chat.Cut(l.OriginID, maxID), now
	if missed {
		s.again = s.latest
	}
	return at
}

// generations remember at least maxMissed ids, and at most twice as many.
type generations struct{ young, old map[string]bool }

// had says whether an id came before, and remembers it.
func (g *generations) had(id string) bool {
	if id == "" || g.young[id] || g.old[id] {
		return id != ""
	}
	if g.young == nil || len(g.young) >= maxMissed {
		g.young, g.old = make(map[string]bool), g.young
	}
	g.young[id] = true
	return false
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
