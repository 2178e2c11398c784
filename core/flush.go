// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// flushOutbox gives the session what was handed over in a round of the actor. The
// finished stanzas are stored first, a page in a transaction, with the keys that
// encrypting them has moved, so that every later try sends the same bytes, unless the
// person decides meanwhile that they must not go.
func (a *account) flushOutbox(ctx context.Context) {
	for len(a.outbox.next) > 0 && a.session != nil {
		n := min(len(a.outbox.next), maxPage)
		if a.outbox.suspect.id != 0 {
			if a.outbox.given() != 0 {
				return // when that is confirmed
			}
			n = 1
		}
		page, ok := a.finish(ctx, a.outbox.next[:n:n])
		if !ok {
			return
		}
		a.outbox.next = a.outbox.next[n:]
		for _, row := range page {
			a.outbox.handed[row.ID] = true
			a.session.queue.put(outItem{stanza: row.Stanza, id: row.ID, conv: row.Conv, errand: row.Errand != 0})
		}
	}
}

// finish makes the stanzas of a page, and stores them. Those rows that wait for keys
// are held, with all behind them in their conversations; those that can not be sent
// as they have to be have failed. false: the database takes nothing now.
func (a *account) finish(ctx context.Context, page []store.Outgoing) (ready []store.Outgoing, ok bool) {
	r := a.newRatchets()
	waits := make(map[chat.ConvID]bool)
	for _, row := range a.outbox.held {
		waits[row.Conv] = true
	}
	var held []store.Outgoing
	var over []store.StatusChange
	var anew []store.Notice
	fresh := false
	for _, row := range page {
		if waits[row.Conv] {
			held = append(held, row)
			continue
		}
		if a.stale(row) {
			row.Stanza, row.Encryption = nil, chat.ChoiceOTR
		}
		switch old, err := a.outdated(ctx, r, row); {
		case err != nil:
			a.outboxStalled(err)
			return nil, false
		case old:
			row.Stanza = nil
		}
		if a.tooLong(row.Stanza) {
			over = append(over, store.StatusChange{ID: row.ID, Status: chat.Failed, Error: chat.CodeTooLarge})
			continue
		}
		if row.Stanza == nil {
			s, err := a.seal(ctx, r, row)
			if a.tooLong(s.stanza) {
				s = sealed{code: chat.CodeTooLarge}
			}
			switch {
			case err != nil:
				a.outboxStalled(err)
				return nil, false
			case s.wait:
				waits[row.Conv] = true
				held = append(held, row)
				continue
			case s.code != "":
				over = append(over, store.StatusChange{ID: row.ID, Status: chat.Failed, Error: s.code})
				continue
			}
			if s.how != chat.EncryptionOTR {
				delete(a.otr.sealed, row.ID) // from an earlier try
			}
			row.Stanza, row.Sealed, row.Fingerprint, row.Keys = s.stanza, s.how, s.key, s.keys
			fresh, anew = true, append(anew, s.anew...)
		}
		ready = append(ready, row)
	}
	if fresh {
		saved, err := a.db.SaveStanzas(ctx, ready)
		if err != nil {
			a.outboxStalled(err)
			return nil, false
		}
		for _, row := range ready {
			delete(a.outbox.handed, row.ID) // the person may have deleted it
		}
		ready = saved
		a.tell(ctx, anew)
	}
	a.outbox.held = append(a.outbox.held, held...)
	for _, change := range over {
		delete(a.outbox.handed, change.ID)
	}
	a.advance(ctx, over)
	return ready, true
}

// releaseHeld: perhaps there are the keys now for which rows wait.
func (a *account) releaseHeld() {
	a.outbox.next = slices.Concat(a.outbox.held, a.outbox.next)
	a.outbox.held = nil
}
