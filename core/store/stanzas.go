// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/crash"
)

// SaveStanzas stores the finished bytes of several rows of the outbox in one
// transaction, as SaveStanza does, with how they are encrypted (Sealed, Fingerprint,
// Hash) and what that did to keys (Keys). A row that is gone or no longer Queued, or
// whose text is not that of Body any more (the person has corrected it: read
// the outbox again), is left out of the answer, which keeps the order; its Keys are
// not stored.
func (db *DB) SaveStanzas(ctx context.Context, rows []Outgoing) (saved []Outgoing, err error) {
	err = db.write(ctx, "store stanzas", func(t *tx) error {
		saved = nil
		var keys []*KeyChanges
		for i := range rows {
			n, err := t.saveStanza(&rows[i])
			if err != nil {
				return err
			}
			if n > 0 {
				saved = append(saved, rows[i])
				if k := rows[i].Keys; k != nil {
					keys = append(keys, k)
				}
			}
			last := i == len(rows)-1 || rows[i+1].Conv.Account != rows[i].Conv.Account
			if last && len(keys) > 0 {
				if err := t.keyChanges(rows[i].Conv.Account, keys); err != nil {
					return err
				}
				keys = nil
			}
		}
		crash.At("stanza-before-commit")
		return nil
	})
	if err != nil {
		return nil, err
	}
	crash.At("stanza-after-commit")
	return saved, nil
}

// saveStanza stores the bytes and, the first time, up to where the archive was
// known: whether they arrived can be seen after that. It returns 0 if the row is
// not what it was.
func (t *tx) saveStanza(o *Outgoing) (int64, error) {
	const marks = `marked = iif(stanza IS NULL, ?3, marked), mark = iif(stanza IS NULL, (SELECT a.archive_top
		FROM conversation c CROSS JOIN account a ON a.id = c.account WHERE c.id = conv), mark), stanza = ?1`
	key, err := t.sender(o.Conv, chat.Out, o.Fingerprint)
	if err != nil {
		return 0, err
	}
	query := `UPDATE message SET encryption = ?5, key = ?6, ` + marks + `
		WHERE id = ?2 AND direction = 1 AND status = 0 AND (?4 = '' OR body = ?4) RETURNING conv`
	args := []any{o.Stanza, int64(o.ID), t.db.nextID - 1, o.Body, o.Sealed, optionalID(key)}
	if o.Errand != 0 {
		query = `UPDATE errand SET sealed = ?5, ` + marks + ` WHERE id = ?2 AND failed = 0 AND (?4 = '' OR body = ?4) RETURNING conv`
		args = args[:5]
	}
	conv, err := optional64(t.row(query, args...))
	if err != nil || conv == 0 {
		return 0, err
	}
	return 1, t.sealed(o, conv, key)
}

// sealed stores what the encryption of a row says about its conversation, about the
// message that it changes, and about what may come back.
func (t *tx) sealed(o *Outgoing, conv, key int64) error {
	if o.Errand == AmendReplace { // the text now travels so
		if _, err := t.exec(`UPDATE message SET encryption = ?1, key = ?2 WHERE encryption <> 0
			AND id = (SELECT message FROM errand WHERE id = ?3)`, o.Sealed, optionalID(key), int64(o.ID)); err != nil {
			return err
		}
	}
	if o.Errand == 0 { // nor do those that wait say more, if it is deleted
		if _, err := t.exec(`UPDATE errand SET under = ? WHERE message = ?`, o.Sealed, int64(o.ID)); err != nil {
			return err
		}
	}
	if o.Sealed != chat.EncryptionNone {
		if err := t.latch(conv); err != nil {
			return err
		}
	}
	if o.Hash == nil {
		return nil
	}
	account, err := t.account(o.Conv.Account)
	if err != nil {
		return err
	}
	message := int64(o.ID)
	if o.Errand != 0 {
		message = 0
	}
	return t.noteHash(account, o.Hash, message, true)
}
