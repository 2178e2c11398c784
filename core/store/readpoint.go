// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"math"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

// readRows is how many of the newest messages are looked at for the newest one
// that others can be told about.
const readRows = 500

// ReadPoint is how far a conversation has been read here, in the ids by which
// others can be told: to the first message that is unread, and to the first place where
// newer messages than this computer knew may be missing. "" for what none of the
// newest messages before that has.
type ReadPoint struct {
	MarkID   string // the newest message of the other side that was read and asks for it: its stanza id (XEP-0333)
	StanzaID string // the newest read message of the other side that our archive has (XEP-0490)
	// New: StanzaID is newer than what others were told last (SetDisplayed), and than
	// what another device of ours has shown.
	New bool
}

// ReadPoint returns how far a conversation has been read.
func (db *DB) ReadPoint(ctx context.Context, conv chat.ConvID) (p ReadPoint, err error) {
	err = db.read(ctx, "read conversation", func(c *conn) error {
		id, err := findConversation(c.row(findConversationQuery, conv.Account.String(), conv.Peer.String()))
		if err != nil || id == 0 {
			return err
		}
		t := tx{conn: c, db: db}
		p, err = t.readPoint(id)
		return err
	})
	return p, err
}

// Untold returns the conversations of an account whose ReadPoint is New.
func (db *DB) Untold(ctx context.Context, account chat.Address) (untold []chat.ConvID, err error) {
	err = db.read(ctx, "read conversations", func(c *conn) error {
		t := tx{conn: c, db: db}
		id, err := t.account(account)
		if err != nil {
			return err
		}
		convs, err := collect(c.query(ctx, `SELECT id, peer FROM conversation WHERE account = ?`, id), func(row scanner) (n peerOf, err error) {
			err = row.Scan(&n.id, &n.peer)
			return n, err
		})
		if err != nil {
			return err
		}
		for _, n := range convs {
			p, err := t.readPoint(n.id)
			if err != nil {
				return err
			}
			if !p.New {
				continue
			}
			conv, err := convID(account.Bare().String(), n.peer)
			if err != nil {
				return err
			}
			untold = append(untold, conv)
		}
		return nil
	})
	return untold, err
}

type peerOf struct {
	id   int64
	peer string
}

func (t *tx) readPoint(conv int64) (p ReadPoint, err error) {
	end, err := t.readEnd(conv)
	if err != nil {
		return p, err
	}
	const newest = `(SELECT ord, direction, kind, status, markable, archive, archive_id, message_id, origin_id FROM message
		INDEXED BY message_place WHERE conv = ? AND ord < ? ORDER BY ord DESC LIMIT ?) WHERE direction = 0 AND status = 3`
	// Nobody has read what could not be read: its sender is not told so.
	p.MarkID, err = optionalText(t.row(`SELECT coalesce(message_id, origin_id) FROM `+newest+` AND kind = ? AND markable = 1 LIMIT 1`,
		conv, end, readRows, chat.KindText))
	if err != nil {
		return p, err
	}
	var ord, told, elsewhere int64
	err = t.row(`SELECT archive_id, ord FROM `+newest+` AND archive = 0 LIMIT 1`, conv, end, readRows).Scan(&p.StanzaID, &ord)
	if errors.Is(err, errNoRow) {
		return p, nil
	} else if err != nil {
		return p, err
	}
	err = t.row(`SELECT coalesce((SELECT ord FROM message INDEXED BY message_archive
			WHERE conv = c.id AND direction = 0 AND archive = 0 AND archive_id = c.displayed), 0),
		coalesce((SELECT ord FROM message WHERE id = c.read_in), 0) FROM conversation c WHERE c.id = ?`, conv).Scan(&told, &elsewhere)
	p.New = ord > told && ord > elsewhere
	return p, err
}

// readEnd is the place from which on a conversation may not have been read, whatever
// has been.
func (t *tx) readEnd(conv int64) (int64, error) {
	end, err := optional64(t.row(`SELECT m.ord FROM conversation c CROSS JOIN message m ON m.id = c.first_new WHERE c.id = ?`, conv))
	if err != nil {
		return 0, err
	}
	if end == 0 {
		end = math.MaxInt64
	}
	gaps, err := collect(t.query(noCtx, `SELECT g.base, coalesce((SELECT m.ord FROM gap_place p CROSS JOIN message m ON m.id = p.message
			WHERE p.gap = g.id AND p.conv = c.id), 0)
		FROM conversation c CROSS JOIN gap g INDEXED BY gap_account ON g.account = c.account WHERE c.id = ? AND g.first = 0`, conv),
		func(row scanner) (g [2]int64, err error) {
			err = row.Scan(&g[0], &g[1])
			return g, err
		})
	for _, g := range gaps {
		at := g[1]
		if at == 0 { // none of it has been here: what is newer than the gap
			if at, err = t.boundary(conv, g[0]); err != nil {
				return 0, err
			}
		}
		if at != 0 {
			end = min(end, at)
		}
	}
	return end, err
}

// SetDisplayed stores up to which message others have been told that we read.
func (db *DB) SetDisplayed(ctx context.Context, conv chat.ConvID, stanzaID string) error {
	err := db.write(ctx, "store conversation", func(t *tx) error {
		id, err := findConversation(t.row(findConversationQuery, conv.Account.String(), conv.Peer.String()))
		if err != nil || id == 0 {
			return err
		}
		_, err = t.exec(`UPDATE conversation SET displayed = ? WHERE id = ?`, stanzaID, id)
		crash.At("told-before-commit")
		return err
	})
	if err == nil {
		crash.At("told-after-commit")
	}
	return err
}
