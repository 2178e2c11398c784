// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// A program of the contact's was gone when a message came for it. One in OTR was for
// that program and no other: it waits for the next session, and for nothing else.

const (
	maxBounces  = 20 // of one message
	goneForNow  = "recipient-unavailable"
	nobodyThere = "service-unavailable"
)

// bounced says whether an answer of the server's is about such a message, and what
// becomes of it is decided here: it goes once more, in its place, when there is a
// session, and has failed when there is none in the time that rows wait for one.
func (a *account) bounced(l *letter) bool {
	t := a.otr.talks[l.conv.Peer]
	if l.From.IsBare() || l.Error.Condition != goneForNow && l.Error.Condition != nobodyThere {
		return false
	}
	m, found := a.sentOTR(l.conv, l.ID)
	if !found {
		return t != nil && a.correctionBounced(t, l)
	}
	if a.otr.bounces[m.ID] >= maxBounces {
		return false
	}
	if a.otr.bounces == nil {
		a.otr.bounces = make(map[chat.MsgID]int)
	}
	a.otr.bounces[m.ID]++
	if t == nil {
		t = a.talkWith(l.conv.Peer)
	}
	s := t.sides[l.From.Resource]
	if s != nil && s.Secure() {
		a.gone(t, s, m.ID)
	}
	a.cameBack(t, m.ID)
	a.box.post(func(ctx context.Context) {
		a.showTalk(t)
		t.again = true
		a.goOnOTR(ctx, t)
		if t.open() == nil && a.await(t).code != "" {
			a.failBounced(ctx, t)
		}
	})
	return true
}

// sentOTR is a message of ours in OTR that was sent and has not arrived, by its id. One
// that is queued was sent before, perhaps by a program that was killed.
func (a *account) sentOTR(conv chat.ConvID, origin string) (chat.Message, bool) {
	m, found, err := a.db.Sent(a.ctx, conv, origin)
	if err != nil {
		a.log.Error("messages", "err", chatError("read messages", err))
	}
	return m, found && inOTR(m) && (m.Status == chat.Sent || m.Status == chat.Queued)
}

// gone: what was encrypted for a session did not arrive. The program that has it is
// there again, with the session or without it, or it is not.
func (a *account) gone(t *talk, s *side, id chat.MsgID) {
	if a.sealedFor(s, id) {
		a.sealAnew(id)
	}
	if sees := a.contacts[t.conv.Peer].Subscription&chat.SubscriptionTo != 0; !sees || !a.isHere(s.addr) {
		s.doubtful = true
	}
}

// failBounced gives up what came back: nobody has begun a session.
func (a *account) failBounced(ctx context.Context, t *talk) {
	if t.open() != nil {
		return
	}
	var over []store.StatusChange
	for id := range t.bounced {
		over = append(over, store.StatusChange{ID: id, Status: chat.Failed, Error: chat.CodeNoSession})
	}
	clear(t.bounced)
	a.advance(ctx, over)
}
