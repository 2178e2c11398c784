// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// correction is one that was sent in a session. Nobody confirms corrections: it has
// arrived when a message has that was encrypted behind it.
type correction struct {
	row    store.Outgoing
	number uint64 // see sealedIn
	tries  int
}

// maxCorrections is how many of a conversation are kept in mind, and how often one is
// sent at most.
const maxCorrections, maxCorrectionTries = 32, 10

// corrected remembers a correction that is sent now.
func (t *talk) corrected(row store.Outgoing, number uint64) {
	c := correction{row: row, number: number}
	t.corrections = slices.DeleteFunc(t.corrections, func(old correction) bool {
		if old.row.OriginID != row.OriginID {
			return false
		}
		c.tries = old.tries + 1
		return true
	})
	t.corrections = append(t.corrections, c)
	t.corrections = t.corrections[max(0, len(t.corrections)-maxCorrections):]
}

// settled forgets those that have arrived before what has the number.
func (t *talk) settled(number uint64) {
	t.corrections = slices.DeleteFunc(t.corrections, func(c correction) bool { return c.number < number })
}

// correctAgain sends once more what may have been lost with a session, under the same
// ids: who has it changes nothing.
func (a *account) correctAgain(ctx context.Context, t *talk, s *side) {
	for _, c := range slices.Clone(t.corrections) {
		in, known := a.otr.sealed[c.row.ID]
		switch {
		case known && in.side == s.addr && in.session == s.SessionID():
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
		a.owe(outItem{stanza: sealed.stanza, receipt: true, otr: s.addr})
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
