// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// A server may take a text and lose it: no archive has texts of OTR, and a server that
// is ended drops what it still has for somebody. The session between the two programs
// lives on, and neither can tell, but for a receipt that does not come.

const (
	passedIn = 5 * time.Second // that a text may have no receipt when one has come for a later text of its session
	doubtFor = time.Minute     // that a correction may be lost with the session with the server: nobody confirms one
	maxAnew  = 5               // times that one may have been sent again and is still for want of one
)

// receiptsCame looks, some time later, whether texts have been passed over by those that
// have arrived.
func (a *account) receiptsCame(changed []store.StatusChanged) {
	for _, c := range changed {
		in, known := a.otr.sealed[c.ID]
		if !known || c.Status != chat.Delivered { // who only says what was read need not say it of each
			continue
		}
		if t := a.talkWith(c.Conv.Peer); t.sides[in.side.Resource] != nil {
			a.arrived(t, t.sides[in.side.Resource], in)
		}
	}
}

func (a *account) arrived(t *talk, s *side, in sealedIn) {
	if in.session != s.SessionID() || s.arrived.session == in.session && in.number <= s.arrived.number {
		return
	}
	if s.arrived = in; s.passing {
		return
	}
	s.passing = true
	a.soon(func(ctx context.Context) {
		s.passing = false
		last := s.arrived
		a.passedOver(ctx, t, s, in)
		if s.arrived = in; last != in {
			a.arrived(t, s, last)
		}
	})
}

// soon is when a receipt should have come.
func (a *account) soon(look func(context.Context)) {
	time.AfterFunc(passedIn, func() { a.box.post(look) })
}

// passedOver sends again the texts of a session that have no receipt although one of it
// that was encrypted later has had one for some time.
func (a *account) passedOver(ctx context.Context, t *talk, s *side, later sealedIn) {
	if !a.goesOn(t, s, later.session) {
		return
	}
	var texts []chat.MsgID
	var first uint64
	for _, m := range a.recent(ctx, t.conv, againFor) {
		in := a.otr.sealed[m.ID]
		if !inOTR(m) || m.Retracted || m.Status != chat.Sent || in.key() != later.key() || in.number >= later.number || !in.mayGo() {
			continue
		}
		if first == 0 || in.number < first {
			first = in.number
		}
		texts = append(texts, m.ID)
	}
	if first == 0 {
		return
	}
	for i, c := range t.corrections {
		if c.in.key() == later.key() && first < c.in.number && c.in.number < later.number {
			a.correctsAnew(t, i)
		}
	}
	a.wantReceipts(ctx, t, s, texts)
}

// goesOn says whether a session is still the one that is open, and the other side can be
// reached: else no receipt can come.
func (a *account) goesOn(t *talk, s *side, session [8]byte) bool {
	return t.open() == s && s.SessionID() == session && a.session != nil && !a.isAway() && a.isHere(s.addr)
}

// wantReceipts sends texts again in their session and looks, some time later, whether those
// have got there.
func (a *account) wantReceipts(ctx context.Context, t *talk, s *side, texts []chat.MsgID) {
	session := s.SessionID()
	for _, id := range texts {
		a.wantAnew(id)
	}
	t.again = true
	a.goOnOTR(ctx, t)
	a.soon(func(ctx context.Context) {
		if !a.goesOn(t, s, session) {
			return
		}
		left := slices.DeleteFunc(texts, func(id chat.MsgID) bool {
			m, found, err := a.db.Message(ctx, id)
			return err != nil || !found || m.Status != chat.Sent || m.Retracted || !a.sealedFor(s, id) || !a.otr.sealed[id].mayGo()
		})
		if len(left) > 0 {
			a.wantReceipts(ctx, t, s, left)
		}
	})
}

// mayGo says whether a text may be sent again for want of a receipt.
func (in sealedIn) mayGo() bool { return in.wanted < maxAnew && time.Since(in.first) < againFor }

// wantAnew has a text sent once more of which nothing is known but that its receipt is
// missing.
func (a *account) wantAnew(id chat.MsgID) {
	a.sealAnew(id)
	a.noteSealed(id, func(in *sealedIn) { in.wanted++ })
}

func (a *account) correctsAnew(t *talk, i int) {
	c := &t.corrections[i]
	a.sealAnew(c.row.ID)
	c.in = c.in.anew()
}

// doubts are what may have been lost when a session with the server was over.
type doubts struct {
	session            [8]byte // of OTR
	resource           string  // of its other side
	texts, corrections []chat.MsgID
}

func (d doubts) none() bool { return len(d.texts)+len(d.corrections) == 0 }

// doubt: the session with the server is over. What it has taken and the other side has
// not confirmed goes again, before anything newer, once the other side is there.
func (a *account) doubt(ctx context.Context) {
	var rows []store.Outgoing
	for _, t := range a.otr.talks {
		s := t.open()
		if s == nil || s.arrived.session != s.SessionID() { // it sends no receipts
			continue
		}
		lost := a.undelivered(ctx, t)
		d := doubts{session: s.SessionID(), resource: s.addr.Resource}
		if t.doubts.session == d.session {
			d.corrections = t.doubts.corrections
		}
		for _, m := range lost {
			if m.Status == chat.Sent && a.sealedFor(s, m.ID) && time.Since(a.otr.sealed[m.ID].first) < againFor {
				d.texts = append(d.texts, m.ID)
			}
		}
		for _, c := range t.corrections {
			if a.sealedFor(s, c.row.ID) && time.Since(c.at) < doubtFor {
				d.corrections = append(d.corrections, c.row.ID)
			}
		}
		if t.doubts = d; d.none() {
			continue
		}
		t.again = true
		a.owed = slices.DeleteFunc(a.owed, func(i outItem) bool { // that would go before what was before it
			return i.repeats != 0 && (slices.Contains(d.texts, i.repeats) || slices.Contains(d.corrections, i.repeats))
		})
		if rows == nil {
			var err error
			if rows, err = a.db.Outbox(ctx, a.addr); err != nil {
				a.log.Error("outbox", "err", chatError("read outbox", err))
			}
		}
		for _, row := range rows { // it goes behind what is sent again, which must not be read before it
			if a.sealedFor(s, row.ID) {
				a.sealAnew(row.ID)
			}
		}
	}
}

// undoubt says whether texts of which nobody knows whether they have arrived need not be
// waited for: while the other side is not there they could only fail, and perhaps they have
// arrived.
func (a *account) undoubt(t *talk, s *side) bool {
	d := t.doubts
	switch {
	case d.none():
		return true
	case d.session != s.SessionID():
		if other := t.sides[d.resource]; other == nil || other.SessionID() != d.session { // all goes in the new one
			t.doubts = doubts{}
		}
		return true
	case !a.isHere(s.addr):
		settles := time.Until(a.session.began.Add(otrSettle))
		if settles > 0 && !t.settling {
			t.settling = true
			time.AfterFunc(settles, func() {
				a.box.post(func(ctx context.Context) {
					t.settling = false
					a.goOnOTR(ctx, t)
				})
			})
		}
		return settles <= 0
	}
	t.doubts = doubts{}
	for _, id := range d.texts {
		if a.sealedFor(s, id) {
			a.wantAnew(id)
		}
	}
	for i, c := range t.corrections {
		if slices.Contains(d.corrections, c.row.ID) && a.sealedFor(s, c.row.ID) {
			a.correctsAnew(t, i)
		}
	}
	return true
}

// undoubted: the other side is there again.
func (a *account) undoubted(ctx context.Context, t *talk) {
	if !t.doubts.none() {
		t.again = true
	}
	if t.again && a.outbox.open {
		a.goOnOTR(ctx, t)
	}
}
