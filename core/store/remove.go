// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
)

// removeBatch is how many messages one transaction deletes: others can write
// between two.
const removeBatch = 250

// hashBatch is how many ciphertexts one transaction forgets.
const hashBatch = 5000

// DeleteMessage removes a message from this profile and returns where it was,
// whatever its state: one that waits to be sent is not sent any more. Pages of an
// archive do not bring it back. CodeNotFound: there is none.
func (db *DB) DeleteMessage(ctx context.Context, id chat.MsgID) (conv chat.ConvID, err error) {
	err = db.write(ctx, "delete message", func(t *tx) error {
		m, err := readMessage(t.conn, id)
		if errors.Is(err, errNoRow) {
			return wrong("delete message", chat.CodeNotFound)
		} else if err != nil {
			return err
		}
		conv = m.Conv
		row, err := findConversation(t.row(findConversationQuery, conv.Account.String(), conv.Peer.String()))
		if err != nil {
			return err
		}
		if err := t.keepCounter(); err != nil {
			return err
		}
		if err := t.bury(`m.id = ?`, int64(id)); err != nil {
			return err
		}
		if err := t.remove(int64(id), row, m.Kind, m.Body); err != nil {
			return err
		}
		return t.refresh(row)
	})
	return conv, err
}

// RemoveConversation removes a conversation with its messages and its draft; one
// that is not there is no error. A big one takes a while (about 100 µs a
// message). If ctx ends it, the rest of the conversation is still there. What the
// archive's next pages would bring again of it does not come back.
func (db *DB) RemoveConversation(ctx context.Context, conv chat.ConvID) error {
	const op = "remove conversation"
	var id int64
	err := db.read(ctx, op, func(c *conn) (err error) {
		id, err = findConversation(c.row(findConversationQuery, conv.Account.String(), conv.Peer.String()))
		return err
	})
	if err != nil || id == 0 {
		return err
	}
	return db.removeConversation(ctx, op, id, (*tx).forgetConversation)
}

// forgetConversation drops what waits for a conversation's messages and sees to it
// that these do not come back.
func (t *tx) forgetConversation(conv int64) error {
	_, err := t.exec(`DELETE FROM pending WHERE account = (SELECT account FROM conversation WHERE id = ?1)
		AND peer = (SELECT peer FROM conversation WHERE id = ?1)`, conv)
	if err != nil {
		return err
	}
	return t.buryConversation(conv)
}

// removeConversation removes a conversation by batches; first runs in the
// transaction of the first.
func (db *DB) removeConversation(ctx context.Context, op string, id int64, first func(*tx, int64) error) error {
	for gone := false; !gone; first = nil {
		err := db.write(ctx, op, func(t *tx) error {
			if first != nil {
				if err := first(t, id); err != nil {
					return err
				}
			}
			if err := t.keepCounter(); err != nil {
				return err
			}
			n, err := t.removeSome(id)
			if err != nil {
				return err
			}
			if gone = n < removeBatch; !gone {
				return t.refresh(id)
			}
			_, err = t.exec(`DELETE FROM conversation WHERE id = ?`, id)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// removeSome deletes the oldest messages of a conversation and returns how many.
func (t *tx) removeSome(conv int64) (int, error) {
	type victim struct {
		id   int64
		kind chat.MessageKind
		body string
	}
	all, err := collect(t.query(context.Background(), `SELECT id, kind, iif(kind = 3, '', body) FROM message WHERE conv = ? ORDER BY ord LIMIT ?`, conv, removeBatch),
		func(row scanner) (v victim, err error) {
			err = row.Scan(&v.id, &v.kind, &v.body)
			return v, err
		})
	if err != nil {
		return 0, err
	}
	for _, v := range all {
		if err := t.remove(v.id, conv, v.kind, v.body); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// RemoveAccount removes an account with everything that belongs to it. It
// disappears at once; if the rest is interrupted, the next Open ends it.
func (db *DB) RemoveAccount(ctx context.Context, account chat.Address) error {
	err := db.write(ctx, "remove account", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		if err := t.dropOwnKeys(id, true); err != nil {
			return err
		}
		_, err = t.exec(`UPDATE account SET removed = 1, password = NULL WHERE id = ?`, id)
		return err
	})
	if err != nil {
		return err
	}
	return db.finishRemovals(ctx)
}

// finishRemovals deletes what is left of the accounts that were removed.
func (db *DB) finishRemovals(ctx context.Context) error {
	const op = "remove account"
	accounts, err := list(ctx, db, op, scanID, `SELECT id FROM account WHERE removed = 1`)
	if err != nil || len(accounts) == 0 {
		return err
	}
	conversations, err := list(ctx, db, op, scanID,
		`SELECT c.id FROM conversation c JOIN account a ON a.id = c.account WHERE a.removed = 1`)
	if err != nil {
		return err
	}
	for _, c := range conversations {
		if err := db.removeConversation(ctx, op, c, nil); err != nil {
			return err
		}
	}
	for _, a := range accounts {
		if err := db.removeHashes(ctx, op, a); err != nil {
			return err
		}
	}
	return db.write(ctx, op, func(t *tx) error {
		for _, a := range accounts {
			if _, err := t.exec(`DELETE FROM account WHERE id = ?`, a); err != nil { // and its contacts and keys
				return err
			}
		}
		if err := t.dropPictures(0); err != nil {
			return err
		}
		return t.emptyIndex()
	})
}

// removeHashes removes what is known of an account's ciphertexts: there is a row for
// each message that ever came.
func (db *DB) removeHashes(ctx context.Context, op string, account int64) error {
	for gone := false; !gone; {
		err := db.write(ctx, op, func(t *tx) error {
			n, err := t.exec(`DELETE FROM deciphered WHERE account = ?1 AND hash IN (SELECT hash FROM deciphered WHERE account = ?1 LIMIT ?2)`,
				account, int64(hashBatch))
			gone = n < hashBatch
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// emptyIndex drops the search index's memory of deleted words once no message
// is left; before that FTS5 drops it as it merges.
func (t *tx) emptyIndex() error {
	var some bool
	if err := t.row(`SELECT EXISTS (SELECT 1 FROM message)`).Scan(&some); err != nil || some {
		return err
	}
	_, err := t.exec(`INSERT INTO gram (gram) VALUES ('delete-all')`)
	return err
}
