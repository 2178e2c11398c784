// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// correction is one that was sent in a session. Nobody confirms corrections: it has
// arrived when a message has that was encrypted behind it in the same session.
type correction struct {
	row   store.Outgoing
	in    sealedIn
	at    time.Time // when it was sent last
	tries int
}

// maxCorrections is how many of a conversation are kept in mind, and how often one is
// sent at most.
const maxCorrections, maxCorrectionTries = 32, 10

// corrected remembers a correction that is sent now. They stay in the order in which the
// person made them, also when an older one is sent once more.
func (t *talk) corrected(row store.Outgoing, in sealedIn) {
	i := slices.IndexFunc(t.corrections, func(old correction) bool { return old.row.OriginID == row.OriginID })
	if i >= 0 {
		t.corrections[i].in, t.corrections[i].at = in, time.Now()
		t.corrections[i].tries++
		return
	}
	t.corrections = append(t.corrections, correction{row: row, in: in, at: time.Now()})
	t.corrections = t.corrections[max(0, len(t.corrections)-maxCorrections):]
}

// overtaken says whether a later correction of the same message has been sent in the open
// session: the older one behind it would bring back its text.
func (a *account) overtaken(t *talk, s *side, c correction) bool {
	return slices.ContainsFunc(t.corrections, func(o correction) bool {
		return o.row.Target == c.row.Target && o.row.ID > c.row.ID && a.sealedFor(s, o.row.ID)
	})
}

// sealedFor says whether a row was encrypted last for the session that a side has.
func (a *account) sealedFor(s *side, id chat.MsgID) bool {
	in, known := a.otr.sealed[id]
	return known && in.side == s.addr && in.session == s.SessionID()
}

// settled forgets those that have arrived: the messages before and behind them, in the same
// session, have. One that stood first in its session may have come before the other side
// had it. With one that has arrived go those that the person made of the same message
// before.
func (t *talk) settled(arrived spans) {
	latest := make(map[string]chat.MsgID) // that has arrived, by what it corrects
	for _, c := range t.corrections {
		if arrived.cover(c.in) {
			latest[c.row.Target] = max(latest[c.row.Target], c.row.ID)
		}
	}
	t.corrections = slices.DeleteFunc(t.corrections, func(c correction) bool { return c.row.ID <= latest[c.row.Target] })
}

// takenBack forgets the corrections of a message that the person has taken back.
func (a *account) takenBack(conv chat.ConvID, target string) {
	if t := a.otr.talks[conv.Peer]; t != nil {
		t.corrections = slices.DeleteFunc(t.corrections, func(c correction) bool { return c.row.Target == target })
	}
}

// correctAgain sends once more what may have been lost with a session, under the same
// ids: who has it changes nothing.
func (a *account) correctAgain(ctx context.Context, t *talk, s *side) {
	for _, c := range slices.Clone(t.corrections) {
		switch {
		case a.sealedFor(s, c.row.ID), a.forOther(s, c.row.ID), a.overtaken(t, s, c):
			continue
		case a.outbox.queued(c.row.ID):
			continue // it has its own turn
		case c.tries >= maxCorrectionTries:
			t.corrections = slices.DeleteFunc(t.corrections, func(o correction) bool { return o.row.OriginID == c.row.OriginID })
			continue
		}
		sealed, err := a.sealOTR(c.row, a.compose(ctx, c.row, chat.EncryptionOTR))
		if err != nil || sealed.code != "" {
			a.log.Info("correction not sent again", "code", string(sealed.code))
			return
		}
		a.owe(outItem{stanza: sealed.stanza, receipt: true, otr: s.addr, repeats: c.row.ID, errand: true})
	}
}

// queued says whether a row has not been given to a session yet.
func (o *outbox) queued(id chat.MsgID) bool {
	given, known := o.handed[id]
	return known && !given
}

// correctionBounced is bounced for a correction.
func (a *account) correctionBounced(t *talk, l *letter) bool {
	i := slices.IndexFunc(t.corrections, func(c correction) bool { return c.row.OriginID == l.ID })
	if i < 0 {
		return false
	}
	if s := t.sides[l.From.Resource]; s != nil && s.Secure() {
		a.gone(t, s, t.corrections[i].row.ID)
	}
	a.box.post(func(ctx context.Context) {
		a.showTalk(t)
		t.again = true
		a.goOnOTR(ctx, t)
	})
	return true
}
