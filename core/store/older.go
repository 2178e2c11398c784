// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"math"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

// FillOlder stores a page of a conversation's archive, in one transaction: what
// somebody who scrolls up at the conversation's beginning looks for. The page is
// what the archive has directly before the id before (OldestArchiveID), "" for its
// end. New rows stand before everything that the conversation has and count
// as read. Reached means that the archive has nothing older: see Begun.
//
// CodeNotFound: there a gap has to be filled first. That is one that is open to the
// end, or one of messages that came while we were away: they must not be taken for
// old ones. An account's first gap may stay.
func (db *DB) FillOlder(ctx context.Context, conv chat.ConvID, before string, page ArchivePage) (out Outcome, err error) {
	const op = "store archive page"
	for i := range page.Rows {
		if page.Rows[i].Conv != conv {
			return Outcome{}, wrong(op, chat.CodeAddress)
		}
	}
	low := int64(0)
	err = db.on(ctx, db.writer, op, func(c *conn) error {
		low = db.lowID
		err := transact(c, func() error {
			out = Outcome{}
			p := newPlacing(db, c, &out)
			p.before = before
			if err := p.fillOlder(conv, &page); err != nil {
				return err
			}
			crash.At("page-before-commit")
			return nil
		})
		if err != nil {
			db.lowID = low
		}
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	crash.At("page-after-commit")
	return out, nil
}

func (p *placing) fillOlder(conv chat.ConvID, page *ArchivePage) error {
	if err := checkConv("store archive page", conv); err != nil {
		return err
	}
	if err := p.inTheWay(conv); err != nil {
		return err
	}
	if err := p.putAll(conv.Account, page); err != nil {
		return err
	}
	_, err := p.exec(`INSERT INTO counter (name, value) VALUES ('older', ?)
		ON CONFLICT (name) DO UPDATE SET value = min(value, excluded.value)`, p.db.lowID)
	if err != nil || !page.Reached {
		return err
	}
	id, err := findConversation(p.row(findConversationQuery, conv.Account.String(), conv.Peer.String()))
	if err != nil || id == 0 {
		return err
	}
	if _, err := p.exec(`UPDATE conversation SET begun = 1 WHERE id = ?`, id); err != nil {
		return err
	}
	// Nothing is missing where nothing older is.
	return p.removeGapRows(`g.conv = ?1 AND m.ord < coalesce((SELECT ord FROM message INDEXED BY message_place
		WHERE conv = ?1 AND kind NOT IN (2, 4) ORDER BY ord LIMIT 1), m.ord + 1)`, id)
}

// inTheWay is CodeNotFound if a gap has to be filled before a conversation can
// grow at its beginning.
func (p *placing) inTheWay(conv chat.ConvID) error {
	account, err := p.account(conv.Account)
	if err != nil {
		return err
	}
	var gaps bool
	err = p.row(`SELECT EXISTS (SELECT 1 FROM gap INDEXED BY gap_account WHERE account = ?1 AND (before = ''
		OR NOT first AND (?2 = '' OR base <= coalesce((SELECT m.id FROM message m INDEXED BY message_place
			WHERE m.conv = (SELECT id FROM conversation WHERE account = ?1 AND peer = ?3) AND m.kind NOT IN (2, 4) ORDER BY m.ord LIMIT 1), base))))`,
		account, p.before, conv.Peer.String()).Scan(&gaps)
	if err == nil && gaps {
		err = wrong("store archive page", chat.CodeNotFound)
	}
	return err
}

// locateOlder finds where the page belongs. Notices that stand before the first
// message are newer than what was said before it.
func (p *placing) locateOlder(pl *place) (err error) {
	pl.lowest, err = optional64(p.row(`SELECT ord FROM message INDEXED BY message_place WHERE conv = ? AND kind <> 4 ORDER BY ord LIMIT 1`, pl.conv))
	if err != nil || pl.lowest == 0 {
		return err
	}
	first, err := optional64(p.row(`SELECT ord FROM message INDEXED BY message_place WHERE conv = ? AND kind NOT IN (2, 4) ORDER BY ord LIMIT 1`, pl.conv))
	if err != nil {
		return err
	}
	defer func() {
		if pl.above == first { // also where there is no message, only notices
			pl.above = pl.lowest
		}
	}()
	if p.before != "" {
		pl.above, err = optional64(p.row(`SELECT min(coalesce((SELECT ord FROM message INDEXED BY message_archive
				WHERE conv = ?1 AND direction = 0 AND archive = 0 AND archive_id = ?2), ?3),
			coalesce((SELECT ord FROM message INDEXED BY message_archive
				WHERE conv = ?1 AND direction = 1 AND archive = 0 AND archive_id = ?2), ?3))`, pl.conv, p.before, int64(math.MaxInt64)))
		if pl.above == math.MaxInt64 {
			pl.above = pl.lowest
		}
		return err
	}
	base, err := optional64(p.row(`SELECT g.base FROM conversation c CROSS JOIN gap g INDEXED BY gap_account ON g.account = c.account
		WHERE c.id = ? ORDER BY g.id DESC LIMIT 1`, pl.conv))
	if err == nil && base != 0 {
		pl.above, err = p.boundary(pl.conv, base)
	}
	return err
}

// Begun says whether the archive has nothing older than a conversation's first
// message.
func (db *DB) Begun(ctx context.Context, conv chat.ConvID) (begun bool, err error) {
	err = db.read(ctx, "read conversation", func(c *conn) error {
		err := c.row(`SELECT c.begun FROM conversation c JOIN account a ON a.id = c.account AND a.removed = 0
			WHERE a.address = ? AND c.peer = ?`, conv.Account.String(), conv.Peer.String()).Scan(&begun)
		if errors.Is(err, errNoRow) {
			err = nil
		}
		return err
	})
	return begun, err
}

// oldestRows is how many of a conversation's first messages are looked at for one
// that has an id of our archive.
const oldestRows = 1000

// OldestArchiveID returns the id that the account's archive gave to the oldest
// message of a conversation that has one: what lies before it is not here. "": none
// of the first has one, begin at the archive's end.
func (db *DB) OldestArchiveID(ctx context.Context, conv chat.ConvID) (string, error) {
	var oldest string
	err := db.read(ctx, "read conversation", func(c *conn) error {
		id, err := findConversation(c.row(findConversationQuery, conv.Account.String(), conv.Peer.String()))
		if err != nil || id == 0 {
			return err
		}
		err = c.row(`SELECT archive_id FROM (SELECT archive, archive_id FROM message INDEXED BY message_place
			WHERE conv = ? ORDER BY ord LIMIT ?) WHERE archive = 0 LIMIT 1`, id, oldestRows).Scan(&oldest)
		if errors.Is(err, errNoRow) {
			err = nil
		}
		return err
	})
	return oldest, err
}
