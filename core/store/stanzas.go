// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"

	"chatsecure.org/desktop/core/crash"
)

// SaveStanzas is SaveStanza for several messages in one transaction. A message
// that is gone or no longer Queued is left out of the answer, which keeps the
// order.
func (db *DB) SaveStanzas(ctx context.Context, rows []Outgoing) (saved []Outgoing, err error) {
	err = db.write(ctx, "store stanzas", func(t *tx) error {
		for i := range rows {
			n, err := t.saveStanza(int64(rows[i].ID), rows[i].Stanza)
			if err != nil {
				return err
			}
			if n > 0 {
				saved = append(saved, rows[i])
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
// known: whether they arrived can be seen after that. It returns 0 if the
// message is gone or not Queued.
func (t *tx) saveStanza(id int64, stanza []byte) (int64, error) {
	return t.exec(`UPDATE message SET marked = iif(stanza IS NULL, ?3, marked), mark = iif(stanza IS NULL,
		(SELECT a.archive_top FROM conversation c CROSS JOIN account a ON a.id = c.account WHERE c.id = message.conv), mark),
		stanza = ?1 WHERE id = ?2 AND direction = 1 AND status = 0`, stanza, id, t.db.nextID-1)
}
