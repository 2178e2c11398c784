// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// What is sent in a session that the other side has lost can not be read there. Its
// program says so by beginning a new session; then what it has not confirmed is sent
// once more, with the same origin-id: it puts the text where it says that a message
// could not be read, and drops what it has already.

const (
	maxAgain    = 500 // of the newest messages of a conversation
	maxBounces  = 3   // of one message
	nsReceipts  = "urn:xmpp:receipts"
	goneForNow  = "recipient-unavailable"
	nobodyThere = "service-unavailable"
)

// undelivered are the messages in OTR, oldest first, that the other side may not have
// read: those behind the last one of which it said that it has it.
func (a *account) undelivered(ctx context.Context, t *talk) []chat.Message {
	lost, _ := a.latest(ctx, t)
	return lost
}

// latest also says whether the other side has ever confirmed one.
func (a *account) latest(ctx context.Context, t *talk) (lost []chat.Message, confirms bool) {
	page, err := a.db.Page(ctx, t.conv, 0, maxAgain)
	if err != nil {
		a.log.Error("messages", "err", chatError("read messages", err))
		return nil, false
	}
	for _, m := range slices.Backward(page) {
		if m.Direction != chat.Out || m.Kind != chat.KindText || m.Encryption != chat.EncryptionOTR {
			continue
		}
		switch given := a.outbox.handed[m.ID]; {
		case m.Status == chat.Delivered, m.Status == chat.Read:
			slices.Reverse(lost)
			return lost, true
		case m.Retracted, m.Status != chat.Sent && !(m.Status == chat.Queued && given):
		default:
			lost = append(lost, m)
		}
	}
	slices.Reverse(lost)
	return lost, false
}

// sendAgain sends once more what may have been lost, before anything newer: while
// t.again is set nothing else goes. Without receipts nobody knows what has been lost:
// then nothing is sent again.
func (a *account) sendAgain(ctx context.Context, t *talk) {
	s, stream := t.open(), a.session
	switch {
	case !t.again || t.asking:
	case s == nil: // with the next session
		t.again = false
	case stream == nil: // with the next stream
	default:
		lost, confirms := a.latest(ctx, t)
		if len(lost) > 0 && !confirms && !s.confirms {
			a.askReceipts(t, s, stream)
			return
		}
		a.sealAgain(ctx, t, s, lost)
		t.again = false
	}
}

// askReceipts asks whether the other side's program sends receipts. Without an answer
// it is asked again.
func (a *account) askReceipts(t *talk, s *side, stream *session) {
	t.asking = true
	a.job(func(ctx context.Context) {
		features, err := stream.conn.FeaturesOf(ctx, xmpp.Caps{}, s.addr)
		unknown := err != nil && chat.KindOf(err) != chat.Rejected
		if err != nil {
			a.log.Info("abilities", "err", chatError("features", err))
		}
		a.box.post(func(ctx context.Context) {
			t.asking = false
			switch s.confirms = slices.Contains(features, nsReceipts); {
			case t.open() != s: // another one has taken its place
			case unknown:
				time.AfterFunc(otrRound, func() { a.box.post(func(ctx context.Context) { a.goOnOTR(ctx, t) }) })
				return
			case !s.confirms:
				t.again = false
			}
			a.goOnOTR(ctx, t)
		})
	})
}

// goOnOTR sends again what may have been lost, and what waits behind it.
func (a *account) goOnOTR(ctx context.Context, t *talk) {
	a.sendAgain(ctx, t)
	a.releaseHeld()
}

func (a *account) sealAgain(ctx context.Context, t *talk, s *side, lost []chat.Message) {
	if a.routeTo(t.conv, s).by != chat.EncryptionOTR {
		return
	}
	for _, m := range lost {
		if in, known := a.otr.sealed[m.ID]; known && in.side == s.addr && in.session == s.SessionID() {
			continue
		}
		row := store.Outgoing{ID: m.ID, Conv: m.Conv, Body: m.Body, OriginID: m.OriginID, ReplyTo: m.ReplyTo, Markable: true}
		sealed, err := a.sealOTR(row, a.compose(ctx, row, chat.EncryptionOTR))
		if err != nil || sealed.code != "" {
			a.log.Info("message not sent again", "code", string(sealed.code))
			return
		}
		a.owe(outItem{stanza: sealed.stanza, receipt: true, otr: s.addr})
	}
}

// bounced: a program of the contact's was gone when a message came for it. One in OTR
// was for that program and no other: it waits for the next session.
func (a *account) bounced(l *letter) {
	if l.From.IsBare() || l.Error.Condition != goneForNow && l.Error.Condition != nobodyThere {
		return
	}
	conv, from, origin := l.conv, l.From, l.ID
	a.box.post(func(ctx context.Context) {
		page, err := a.db.Page(ctx, conv, 0, maxAgain)
		i := slices.IndexFunc(page, func(m chat.Message) bool {
			return m.Direction == chat.Out && m.OriginID == origin && m.Encryption == chat.EncryptionOTR && m.Status == chat.Failed
		})
		if err != nil || i < 0 {
			return
		}
		t := a.talkWith(conv.Peer)
		if s := t.sides[from.Resource]; s != nil && s.Secure() {
			s.doubtful = true
			a.showTalk(t)
		}
		a.queueAgain(ctx, page[i])
	})
}

// behindOther: what a stream had to send was not all with the server when it ended. What
// is sent again for a session begins with those texts that are no messages, in the order
// that they had; a message that stood before one of them would be one that the other
// side has read already (its counter says so), and is encrypted anew.
func (a *account) behindOther(queue []outItem) {
	for i, item := range queue {
		in, is := a.otr.sealed[item.id]
		if item.id != 0 && is && slices.ContainsFunc(queue[i+1:], func(later outItem) bool { return later.otr == in.side }) {
			delete(a.otr.sealed, item.id)
		}
	}
}

func (a *account) queueAgain(ctx context.Context, m chat.Message) {
	if a.otr.bounces == nil {
		a.otr.bounces = make(map[chat.MsgID]int)
	}
	if a.otr.bounces[m.ID]++; a.otr.bounces[m.ID] > maxBounces {
		return
	}
	delete(a.otr.sealed, m.ID)
	if _, err := a.db.Retry(ctx, m.ID); err != nil {
		a.log.Error("outbox", "err", chatError("queue again", err))
		return
	}
	if _, handed := a.outbox.handed[m.ID]; handed { // the refusal came before word that the server had it
		a.outbox.again[m.ID] = true
	}
	a.publishMessages(m.Conv, m.ID)
	a.fillAgain(ctx)
}
