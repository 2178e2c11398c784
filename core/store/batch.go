// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

// Batch is what one transaction stores of what came in for one account. What
// speaks of messages sees the rows of its own batch. In the page of an archive
// it also waits for messages that come with older pages, as amendments always do.
type Batch struct {
	Rows     []Incoming
	Statuses []StatusChange
	Reads    []ReadMark
	Amends   []Amend      // in the order in which they came
	Keys     []KeyChanges // of what gives neither a row nor an amendment
}

// Outcome is what became of a batch.
type Outcome struct {
	Stored   []Stored        // one for each of Rows, in their order
	Statuses []StatusChanged // those that moved
	Read     []chat.ConvID   // conversations of which another device of ours has read more
	Amended  []AmendResult   // one for each of Amends, in their order
	Gaps     []GapRow        // rows of gaps that came, stay or went
	Moved    []chat.ConvID   // conversations in which the cursors that others hold are no longer right: read them anew
}

// Receive stores what came in over a stream, in the order of arrival: rows stand
// at the end of their conversations. top is the newest id that the account's own
// archive gave to what is in the batch, "" for none. It is kept as
// ArchiveState.Top unless a gap is open to the end (then nobody knows what is
// missing before it) or the archive was never asked.
//
// A message that is stored already is not stored again; the existing one learns
// the archive's id. The sender decides: a message is only ever the same as another
// of its sender in its conversation. It is, if the sender's origin-id or our
// archive's id says so, or if text and stanza id are the same within an hour and
// neither of those two ids tells otherwise.
func (db *DB) Receive(ctx context.Context, account chat.Address, b Batch, top string) (Outcome, error) {
	out := Outcome{Stored: make([]Stored, len(b.Rows))}
	err := db.write(ctx, "store messages", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		if err := b.check(account); err != nil {
			return err
		}
		if err := t.batchKeys(account, &b); err != nil {
			return err
		}
		for i := range b.Rows {
			if err := t.addIncoming(&b.Rows[i], &out.Stored[i]); err != nil {
				return err
			}
		}
		if err := t.rest(account, &b, &out); err != nil {
			return err
		}
		if top != "" {
			err = t.raiseTop(id, top)
		}
		crash.At("incoming-before-commit")
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	crash.At("incoming-after-commit")
	return out, nil
}

// SettledIn is how long what came in may still be put out of order by a lost link:
// longer than one stays unnoticed on which something comes.
const SettledIn = 30 * time.Second

// Unsettled is for how long what an archive has may be compared once more: of what it got
// before, nothing can be missing, or in another order than it came.
const Unsettled = time.Hour

// raiseTop stores the newest archive id that came, unless a gap is open to the end.
// Every now and then the one of before becomes the one up to which the order is sure.
func (t *tx) raiseTop(account int64, top string) error {
	_, err := t.exec(`UPDATE account SET archive_top = ?1, topped = ?2,
		sure_top = iif(abs(?4 - next_at) >= ?5, coalesce(next_top, archive_top), coalesce(sure_top, archive_top)),
		sure_marked = iif(abs(?4 - next_at) >= ?5, iif(next_top IS NULL, topped, next_marked), iif(sure_top IS NULL, topped, sure_marked)),
		next_top = iif(abs(?4 - next_at) >= ?5, ?1, next_top),
		next_marked = iif(abs(?4 - next_at) >= ?5, ?2, next_marked),
		next_at = iif(abs(?4 - next_at) >= ?5, ?4, next_at)
		WHERE id = ?3 AND archive_top IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM gap WHERE account = ?3 AND before = '')`,
		top, t.db.nextID-1, account, time.Now().UnixMicro(), SettledIn.Microseconds())
	return err
}

// check refuses what is of another account.
func (b *Batch) check(account chat.Address) error {
	other := func(c chat.ConvID) bool { return c.Account != account.Bare() }
	if slices.ContainsFunc(b.Rows, func(in Incoming) bool { return other(in.Conv) }) ||
		slices.ContainsFunc(b.Reads, func(r ReadMark) bool { return other(r.Conv) }) ||
		slices.ContainsFunc(b.Amends, func(a Amend) bool { return other(a.Conv) }) {
		return wrong("store messages", chat.CodeAddress)
	}
	return nil
}

// rest stores what a batch says about messages, after its rows: first what has
// waited for these.
func (t *tx) rest(account chat.Address, b *Batch, out *Outcome) error {
	if err := t.catchUp(out); err != nil {
		return err
	}
	for i := range b.Statuses {
		if err := t.advanceOrWait(account.Bare(), &b.Statuses[i], out); err != nil {
			return err
		}
	}
	for _, mark := range b.Reads {
		if err := t.read(mark, out); err != nil {
			return err
		}
	}
	if len(b.Amends) == 0 {
		return t.trim()
	}
	out.Amended = make([]AmendResult, len(b.Amends))
	for k := range b.Amends {
		i := k
		if t.backwards {
			i = len(b.Amends) - 1 - k // numbers count down
		}
		var err error
		if out.Amended[i], err = t.amend(&b.Amends[i], t.number()); err != nil {
			return err
		}
	}
	if err := t.aloneNow(account, b.Amends, out); err != nil {
		return err
	}
	if err := t.trim(); err != nil {
		return err
	}
	return t.keepCounter()
}
