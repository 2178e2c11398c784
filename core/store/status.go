// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
)

// AdvanceStatus moves outgoing messages of an account forward, all in one
// transaction, and returns those that moved. A change that names no outgoing
// message of the account, or that leads backwards (chat.Status.Advance), does
// nothing: the far side may send receipts for anything.
func (db *DB) AdvanceStatus(ctx context.Context, account chat.Address, changes []StatusChange) ([]StatusChanged, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	var moved []StatusChanged
	err := db.write(ctx, "store status", func(t *tx) error {
		for i := range changes {
			if err := t.advance(account.Bare(), &changes[i], &moved); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

func (t *tx) advance(account chat.Address, c *StatusChange, moved *[]StatusChanged) error {
	const from = `SELECT m.id, m.status, c.peer FROM account a
		CROSS JOIN conversation c ON c.account = a.id CROSS JOIN message m ON m.conv = c.id `
	var row scanner
	switch {
	case c.ID != 0:
		row = t.row(`SELECT m.id, m.status, c.peer FROM message m JOIN conversation c ON c.id = m.conv
			JOIN account a ON a.id = c.account WHERE m.id = ? AND m.direction = 1 AND a.address = ?`,
			c.ID, account.String())
	case c.OriginID != "" && c.Conv.Account == account:
		row = t.row(from+`WHERE a.address = ? AND c.peer = ? AND m.direction = 1 AND m.origin_id = ?`,
			account.String(), c.Conv.Peer.String(), c.OriginID)
	default:
		return nil
	}
	var id int64
	var was chat.Status
	var peer string
	if err := row.Scan(&id, &was, &peer); errors.Is(err, errNoRow) {
		return nil
	} else if err != nil {
		return err
	}
	now := was.Advance(c.Status)
	if now == was {
		return nil
	}
	code, text := c.Error, c.ErrorText
	if now != chat.Failed {
		code, text = "", ""
	}
	// A failed message keeps its bytes: a retry sends the same.
	_, err := t.exec(`UPDATE message SET status = ?1, error = ?2, error_text = ?3,
		stanza = CASE WHEN ?1 IN (0, 4) THEN stanza END WHERE id = ?4`, now, code, text, id)
	if err != nil {
		return err
	}
	conv, err := convID(account.String(), peer)
	*moved = append(*moved, StatusChanged{ID: chat.MsgID(id), Conv: conv, Status: now})
	return err
}
