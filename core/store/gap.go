// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
)

// gapBlock is how many ids are reserved for the messages of a gap. A gap with more
// gets further blocks; only the order of a search suffers.
const gapBlock = 1 << 20

// Gap is a part of an account's archive that has not been loaded: what lies
// between two archive ids.
type Gap struct {
	ID     int64
	After  string // "": from the archive's beginning
	Before string // "": to its end, with what is still to come
	First  bool   // what was there before this computer knew the account: the archive had never been asked

	base int64 // what has this id or a higher one came since the gap was opened
}

// GapRow is a row of kind chat.KindGap that a transaction made, moved or removed.
type GapRow struct {
	Conv chat.ConvID
	ID   chat.MsgID
	Gone bool
}

// ArchiveState is what is known of an account's archive.
type ArchiveState struct {
	Top   string // the newest archive id before which only the gaps are missing; "" for an empty archive
	Known bool   // false: the archive was never asked
	Gaps  []Gap  // the newest first
	// Doubt: messages or errands have been given to a connection and not been
	// confirmed; the archive will say which of them arrived. All of these lie
	// after the id DoubtAfter ("": anywhere).
	Doubt      bool
	DoubtAfter string
	// Sure is the archive id up to which what came in is known to stand in the
	// archive's order.
	Sure string

	doubtMarked, sureMarked int64 // the highest message.id given at DoubtAfter and at Sure
}

// ArchiveState returns what is known of an account's archive. CodeNotFound: no
// such account.
func (db *DB) ArchiveState(ctx context.Context, account chat.Address) (s ArchiveState, err error) {
	err = db.read(ctx, "read archive state", func(c *conn) error {
		t := tx{conn: c, db: db}
		id, err := t.account(account)
		if err != nil {
			return err
		}
		s, err = t.archiveState(id)
		return err
	})
	if err != nil {
		return ArchiveState{}, err
	}
	return s, nil
}

func (t *tx) archiveState(account int64) (s ArchiveState, err error) {
	if err := t.row(`SELECT archive_top, archive_top IS NOT NULL, coalesce(sure_top, archive_top), iif(sure_top IS NULL, topped, sure_marked)
		FROM account WHERE id = ?`, account).Scan(&s.Top, &s.Known, &s.Sure, &s.sureMarked); err != nil {
		return s, err
	}
	s.Gaps, err = collect(t.query(context.Background(),
		`SELECT id, after, before, first, base FROM gap INDEXED BY gap_account WHERE account = ? ORDER BY id DESC`, account), scanGap)
	if err != nil {
		return s, err
	}
	err = t.row(`SELECT mark, marked FROM (
			SELECT m.mark, m.marked FROM conversation c CROSS JOIN message m INDEXED BY message_outbox
				ON m.conv = c.id AND m.direction = 1 AND m.status = 0 AND m.stanza IS NOT NULL WHERE c.account = ?1
			UNION ALL SELECT e.mark, e.marked FROM conversation c CROSS JOIN errand e ON e.conv = c.id
				AND e.failed = 0 AND e.stanza IS NOT NULL WHERE c.account = ?1)
		ORDER BY marked LIMIT 1`, account).Scan(&s.DoubtAfter, &s.doubtMarked)
	s.Doubt = err == nil
	if errors.Is(err, errNoRow) {
		err = nil
	}
	return s, err
}

func scanGap(row scanner) (g Gap, err error) {
	err = row.Scan(&g.ID, &g.After, &g.Before, &g.First, &g.base)
	return g, err
}

// OpenGap opens the gap at the end of an account's archive: call it at the start
// of a session, before anything that the session delivers is stored. It reaches
// from where the order is sure, or the oldest message in doubt may be, to the end.
// A gap that is open to the end already, because no page of it came, is
// returned as it is from now on.
func (db *DB) OpenGap(ctx context.Context, account chat.Address) (g Gap, err error) {
	err = db.write(ctx, "open gap", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		s, err := t.archiveState(id)
		if err != nil {
			return err
		}
		g = Gap{After: s.Sure, First: !s.Known}
		if s.Doubt && s.doubtMarked <= s.sureMarked {
			g.After = s.DoubtAfter
		}
		if len(s.Gaps) > 0 && s.Gaps[0].Before == "" {
			g.ID, g.First = s.Gaps[0].ID, s.Gaps[0].First
			return t.reopen(&g)
		}
		g.base = t.reserve()
		err = t.row(`INSERT INTO gap (account, after, before, base, low, next, first) VALUES (?, ?, '', ?, ?, ?, ?) RETURNING id`,
			id, g.After, g.base, g.base, g.base+gapBlock-1, g.First).Scan(&g.ID)
		if err != nil {
			return err
		}
		return t.keepCounter()
	})
	if err != nil {
		return Gap{}, err
	}
	return g, nil
}

// reopen makes the gap at the end one of a new session. What an earlier session
// delivered stands below it: the archive, read from its end, will tell the order. A page
// that was asked for before is not the end any more: FillGap refuses it.
func (t *tx) reopen(g *Gap) error {
	b, err := t.block(g.ID)
	if err != nil {
		return err
	}
	if b.next+1 != t.db.nextID { // something came since
		if err := t.addHole(b); err != nil {
			return err
		}
		base := t.reserve()
		b = idBlock{gap: g.ID, base: base, low: base, next: base + gapBlock - 1}
	}
	g.base = b.base
	if err := t.saveBlock(b); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE gap SET after = ? WHERE id = ?`, g.After, g.ID); err != nil {
		return err
	}
	return t.keepCounter()
}

// idBlock are the ids that are reserved for a gap.
type idBlock struct{ gap, base, low, next int64 }

// has says whether the id was reserved for the gap, at first or last.
func (b *idBlock) has(id int64) bool {
	return id >= b.base && id < b.base+gapBlock || id >= b.low && id < b.low+gapBlock
}

// reserve takes a block of ids out of the row and returns its first.
func (t *tx) reserve() int64 {
	base := t.db.nextID
	t.db.nextID += gapBlock
	return base
}

func (t *tx) block(gap int64) (b idBlock, err error) {
	b.gap = gap
	err = t.row(`SELECT base, low, next FROM gap WHERE id = ?`, gap).Scan(&b.base, &b.low, &b.next)
	return b, err
}

func (t *tx) saveBlock(b idBlock) error {
	_, err := t.exec(`UPDATE gap SET base = ?, low = ?, next = ? WHERE id = ?`, b.base, b.low, b.next, b.gap)
	return err
}

// take returns the block's next id. When it is used up another follows.
func (t *tx) take(b *idBlock) int64 {
	if b.next < b.low {
		b.low = t.reserve()
		b.next = b.low + gapBlock - 1
	}
	id := b.next
	b.next--
	return id
}

// addHole remembers the ids of a block that will not be used.
func (t *tx) addHole(b idBlock) error {
	if b.next < b.low {
		return nil
	}
	_, err := t.exec(`INSERT INTO hole (first, last) VALUES (?, ?)`, b.low, b.next)
	return err
}
