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
	againPage  = 500            // messages of a conversation that are looked through at a time
	maxAgain   = 20             // such pages at most
	againAt    = 24 * time.Hour // and none that begins longer ago
	againFor   = time.Hour      // for how long what was not confirmed is sent again although something later was
	nsReceipts = "urn:xmpp:receipts"
)

// receipts is whether the program of a side sends receipts.
type receipts int8

const (
	receiptsUnknown receipts = iota
	receiptsSent
	receiptsNone
)

// undelivered are the messages in OTR, oldest first, that the other side may not have
// read: those behind the last one of which it said that it has it, those before it that
// are new, and those that came back.
func (a *account) undelivered(ctx context.Context, t *talk) []chat.Message {
	lost, _ := a.latest(ctx, t)
	return lost
}

// latest also says whether the other side has ever confirmed one.
func (a *account) latest(ctx context.Context, t *talk) (lost []chat.Message, confirms bool) {
	recent := a.recent(ctx, t.conv, againAt)
	arrived := make(spans)
	for _, m := range recent {
		if !inOTR(m) {
			continue
		}
		if isConfirmed(m) {
			delete(t.bounced, m.ID)
		}
		arrived.add(a.otr.sealed[m.ID], isConfirmed(m))
	}
	t.settled(arrived)
	for _, m := range slices.Backward(recent) {
		given := a.outbox.handed[m.ID]
		switch {
		case !inOTR(m), m.Retracted:
		case isConfirmed(m):
			confirms = true
		case m.Status != chat.Sent && !(m.Status == chat.Queued && given):
		case confirms && !t.bounced[m.ID] && !a.mayBeLost(m, arrived):
		default:
			lost = append(lost, m)
		}
	}
	slices.Reverse(lost)
	return lost, confirms
}

// inOTR says whether a message is one of ours in OTR.
func inOTR(m chat.Message) bool {
	return m.Direction == chat.Out && m.Kind == chat.KindText && m.Encryption == chat.EncryptionOTR
}

// isConfirmed says whether the other side has said that it has it.
func isConfirmed(m chat.Message) bool { return m.Status == chat.Delivered || m.Status == chat.Read }

// recent are the newest messages of a conversation, oldest first: back to where all of ours
// were confirmed, as far as that is not too far.
func (a *account) recent(ctx context.Context, conv chat.ConvID, within time.Duration) (recent []chat.Message) {
	var before chat.Cursor
	for range maxAgain {
		page, err := a.db.Page(ctx, conv, before, againPage)
		if err != nil {
			a.log.Error("messages", "err", chatError("read messages", err))
		}
		recent = slices.Concat(page, recent)
		if len(page) < againPage || allConfirmed(page) || time.Since(page[0].Time) >= within {
			break
		}
		before = page[0].Cursor
	}
	return recent
}

// allConfirmed says whether some of ours in OTR were, and no other was sent.
func allConfirmed(page []chat.Message) bool {
	some := false
	for _, m := range page {
		switch {
		case !inOTR(m):
		case isConfirmed(m):
			some = true
		case m.Status == chat.Sent:
			return false
		}
	}
	return some
}

// mayBeLost says whether a message may not have arrived although a later one was
// confirmed: it came before the other side had the session, or a server lost it. Where one
// of before it was confirmed in the same session, perhaps only its receipt is missing: then
// it does not go again and again.
func (a *account) mayBeLost(m chat.Message, arrived spans) bool {
	in, now := a.otr.sealed[m.ID], time.Now()
	return (in.again < maxAnew || !arrived.between(in)) && (now.Sub(m.Time) < againFor || now.Sub(in.first) < againFor)
}

// forOther says whether a text may have been meant for another key than a side has, and
// that is one of which nobody knew before.
func (a *account) forOther(s *side, id chat.MsgID) bool {
	their := s.Their()
	return s.strange == their && a.otr.sealed[id].to != their
}

// sealAnew has what a message carries encrypted once more, should it be sent.
func (a *account) sealAnew(id chat.MsgID) {
	if in, known := a.otr.sealed[id]; known {
		a.otr.sealed[id] = in.anew()
	}
}

// cameBack: a message goes once more, whether or not the other side confirms any, and has
// failed if it can not. One that went for want of a receipt alone may have arrived before.
func (a *account) cameBack(t *talk, id chat.MsgID) {
	if a.otr.sealed[id].wanted > 0 {
		return
	}
	if t.bounced == nil {
		t.bounced = make(map[chat.MsgID]bool)
	}
	t.bounced[id] = true
}

// sendAgain sends once more what may have been lost, before anything newer: while
// t.again is set nothing else goes. Without receipts nobody knows what has been lost:
// then nothing is sent again but what came back.
func (a *account) sendAgain(ctx context.Context, t *talk) {
	s, stream := t.open(), a.session
	switch {
	case !t.again || t.asking:
	case s == nil: // with the next session, or when this one proves to be alive
	case stream == nil: // with the next stream
	case !a.undoubt(t, s):
	default:
		lost, confirms := a.latest(ctx, t)
		if len(lost) > 0 && !confirms && s.receipts == receiptsUnknown {
			a.askReceipts(t, s, stream)
			return
		}
		if !confirms && s.receipts == receiptsNone {
			lost = slices.DeleteFunc(lost, func(m chat.Message) bool { return !t.bounced[m.ID] })
			clear(t.bounced)
			t.corrections = nil
		}
		if a.routeTo(t.conv, s).by == chat.EncryptionOTR { // else its key may have nothing of this
			a.sealAgain(ctx, t, s, lost)
			a.correctAgain(ctx, t, s)
		}
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
			switch {
			case slices.Contains(features, nsReceipts):
				s.receipts = receiptsSent
			case !unknown:
				s.receipts = receiptsNone
			case t.open() == s:
				time.AfterFunc(otrRound, func() { a.box.post(func(ctx context.Context) { a.goOnOTR(ctx, t) }) })
				return
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
	for _, m := range lost {
		if a.forOther(s, m.ID) {
			if t.bounced[m.ID] {
				delete(t.bounced, m.ID)
				a.advance(ctx, []store.StatusChange{{ID: m.ID, Status: chat.Failed, Error: chat.CodeNoSession}})
			}
			continue
		}
		if a.sealedFor(s, m.ID) {
			continue
		}
		a.noteSealed(m.ID, func(in *sealedIn) { in.again++ })
		row := store.Outgoing{ID: m.ID, Conv: m.Conv, Body: m.Body, OriginID: m.OriginID, ReplyTo: m.ReplyTo, Markable: true}
		sealed, err := a.sealOTR(row, a.compose(ctx, row, chat.EncryptionOTR))
		if err != nil || sealed.code != "" {
			a.log.Info("message not sent again", "code", string(sealed.code))
			return
		}
		a.owe(outItem{stanza: sealed.stanza, receipt: true, otr: s.addr, repeats: m.ID})
	}
}

// behindOther: what a stream had to send was not all with the server when it ended. What
// is sent again for a session begins with those texts that are no messages, in the order
// that they had; a message that stood before one of them would be one that the other
// side has read already (its counter says so), and is encrypted anew, with all behind it.
func (a *account) behindOther(queue []outItem) {
	last := make(map[chat.Address]int) // of those texts
	for i, item := range queue {
		last[item.otr] = i
	}
	anew := make(map[chat.Address]bool)
	for i, item := range queue {
		in, is := a.otr.sealed[item.id]
		if item.id == 0 || !is {
			continue
		}
		if anew[in.side] = anew[in.side] || i < last[in.side]; anew[in.side] {
			a.sealAnew(item.id)
		}
	}
}
