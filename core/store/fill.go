// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

// noCtx is for short queries: see conn.query.
var noCtx = context.Background()

// ArchivePage is a page that an archive gave (XEP-0313, XEP-0059): everything that
// it has between two of its ids.
type ArchivePage struct {
	Batch              // Rows: the oldest first
	First, Last string // the archive's ids of the page's oldest and newest result, also of those that are no rows; "" for an empty page
	Reached     bool   // nothing is missing before it: the gap's other end, or the beginning
	Settled     string // the newest id of which, and of what is older, it is sure that nothing is missing between; "": of none in the page
	Short       bool   // with Reached: the archive goes on before it, and the gap is given up; see FillOlder
}

// FillGap stores the page that ends where a gap ends, in one transaction: its rows
// stand in their conversations where the archive has them, between what was
// there when the gap was opened and what is newer than the gap; the gap becomes
// smaller by the page, or is gone if the page has Reached its other end. While it
// stays, each conversation that its pages have touched has one row of kind
// chat.KindGap where messages may be missing.
//
// The first page of the gap at the end makes ArchiveState.Top its Last. Rows of
// our own that are still Queued, or were given up because streams broke over them,
// become Sent (Stored.Confirmed): the server has them. New ones of the other side
// are unread unless Seen.
//
// To give a gap up (its other end is no longer in the archive) fill it with
// an empty page that has Reached. CodeNotFound: the gap is gone or is not what the
// caller has: read ArchiveState again.
func (db *DB) FillGap(ctx context.Context, account chat.Address, gap Gap, page ArchivePage) (Outcome, error) {
	var out Outcome
	const op = "store archive page"
	err := db.on(ctx, db.writer, op, func(c *conn) error {
		giveBack := int64(0)
		err := transact(c, func() (err error) {
			out = Outcome{}
			p := newPlacing(db, c, &out)
			p.gap = gap.ID
			if err := p.fill(account, gap, &page); err != nil {
				return err
			}
			giveBack, err = p.settle(gap, &page)
			crash.At("page-before-commit")
			return err
		})
		if err == nil && giveBack != 0 {
			db.nextID = giveBack
		}
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	crash.At("page-after-commit")
	return out, nil
}

// newPlacing begins to store a page.
func newPlacing(db *DB, c *conn, out *Outcome) *placing {
	p := &placing{tx: db.begun(c), places: map[chat.ConvID]*place{}, out: out}
	p.backwards, p.number = true, p.newID
	return p
}

func (p *placing) fill(account chat.Address, gap Gap, page *ArchivePage) (err error) {
	id, err := p.account(account)
	if err != nil {
		return err
	}
	if p.block, err = p.tx.block(gap.ID); errors.Is(err, errNoRow) {
		return wrong("store archive page", chat.CodeNotFound)
	} else if err != nil {
		return err
	}
	var found bool
	err = p.row(`SELECT count(*) FROM gap WHERE id = ? AND account = ? AND before = ? AND base = ?`, gap.ID, id, gap.Before, gap.base).Scan(&found)
	if err == nil && !found {
		err = wrong("store archive page", chat.CodeNotFound)
	}
	if err != nil {
		return err
	}
	if gap.Before == "" {
		if err := p.reachTop(id, page); err != nil {
			return err
		}
	}
	return p.putAll(account, page)
}

// reachTop: the page is the archive's end. Its order is not sure yet, and the next gap is
// compared with it once more: what came since may be out of order with it, and a server
// may give an id before it can show what has it (ejabberd does), so that a page ends with
// what is newer than something that is missing in it.
func (p *placing) reachTop(account int64, page *ArchivePage) error {
	// What was sent before the archive was first asked and is in doubt.
	for _, query := range []string{
		`UPDATE message SET mark = ?1 WHERE mark IS NULL AND id IN (SELECT m.id FROM conversation c
			CROSS JOIN message m INDEXED BY message_outbox ON m.conv = c.id AND m.direction = 1 AND m.status = 0
			WHERE c.account = ?2 AND m.stanza IS NOT NULL)`,
		`UPDATE errand SET mark = ?1 WHERE mark IS NULL AND stanza IS NOT NULL AND conv IN (SELECT id FROM conversation WHERE account = ?2)`,
	} {
		if _, err := p.exec(query, page.First, account); err != nil {
			return err
		}
	}
	if page.Last == "" && !page.Reached {
		return nil
	}
	sure := page.Settled
	if sure == "" {
		sure = page.First
	}
	kept := page.Settled == "" && page.Reached && !page.Short && page.Last != ""
	_, err := p.exec(`UPDATE account SET archive_top = iif(?1 = '', coalesce(archive_top, ''), ?1), topped = ?2,
		sure_top = iif(?3, coalesce(sure_top, archive_top, ''), ?4), sure_marked = iif(NOT ?3, ?2, iif(sure_top IS NULL, topped, sure_marked)),
		next_top = nullif(?1, ''), next_marked = ?2, next_at = ?5 WHERE id = ?6`,
		page.Last, p.block.base-1, kept, optional(sure), time.Now().UnixMicro(), account)
	return err
}

func (p *placing) putAll(account chat.Address, page *ArchivePage) error {
	if err := page.check(account); err != nil {
		return err
	}
	if err := p.batchKeys(account, &page.Batch); err != nil {
		return err
	}
	p.out.Stored = make([]Stored, len(page.Rows))
	for i := len(page.Rows) - 1; i >= 0; i-- {
		if err := p.put(&page.Rows[i], &p.out.Stored[i]); err != nil {
			return err
		}
	}
	if err := p.indexAll(); err != nil {
		return err
	}
	for _, pl := range p.all {
		if p.gap != 0 && !page.Reached {
			if err := p.showGap(pl); err != nil {
				return err
			}
		}
		if pl.old != 0 {
			if err := p.pin(pl); err != nil {
				return err
			}
		}
		if err := p.finish(pl); err != nil {
			return err
		}
	}
	return p.rest(account, &page.Batch, p.out)
}

// settle makes the gap smaller by the page, or removes it. It returns the
// next id of the profile if that changes when all is stored.
func (p *placing) settle(gap Gap, page *ArchivePage) (giveBack int64, err error) {
	if !page.Reached {
		if err := p.saveBlock(p.block); err != nil {
			return 0, err
		}
		_, err := p.exec(`UPDATE gap SET before = iif(?1 = '', before, ?1) WHERE id = ?2`, page.First, gap.ID)
		return 0, err
	}
	if err := p.removeGapRows(`g.gap = ?`, gap.ID); err != nil {
		return 0, err
	}
	if p.block.next+1 == p.db.nextID { // nothing was missing and nothing came
		giveBack = p.block.low
		_, err = p.exec(`UPDATE counter SET value = ? WHERE name = 'message'`, giveBack-1)
	} else {
		err = p.addHole(p.block)
	}
	if err != nil {
		return 0, err
	}
	if gap.After == "" && !page.Short {
		_, err = p.exec(`UPDATE conversation SET begun = 1 WHERE account = (SELECT account FROM gap WHERE id = ?)`, gap.ID)
		if err != nil {
			return 0, err
		}
	}
	_, err = p.exec(`DELETE FROM gap WHERE id = ?`, gap.ID)
	return giveBack, err
}

// removeGapRows removes the rows of gaps that match and says so.
func (p *placing) removeGapRows(where string, args ...any) error {
	gone, err := collect(p.query(noCtx, `SELECT a.address, c.peer, g.message FROM gap_place g CROSS JOIN message m ON m.id = g.message
		CROSS JOIN conversation c ON c.id = g.conv CROSS JOIN account a ON a.id = c.account WHERE `+where, args...),
		func(row scanner) (g GapRow, err error) {
			var account, peer string
			if err := row.Scan(&account, &peer, &g.ID); err != nil {
				return g, err
			}
			g.Gone = true
			g.Conv, err = convID(account, peer)
			return g, err
		})
	if err != nil {
		return err
	}
	for _, g := range gone {
		if _, err := p.exec(`DELETE FROM message WHERE id = ?`, int64(g.ID)); err != nil {
			return err
		}
	}
	p.out.Gaps = append(p.out.Gaps, gone...)
	return nil
}
