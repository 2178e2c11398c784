// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"

	"chatsecure.org/desktop/core/crash"
)

// SaveStanzas stores the finished bytes of several rows of the outbox in one
// transaction, as SaveStanza does. A row that is gone or no longer Queued, or
// whose text is not that of Body any more (the person has corrected it: read
// the outbox again), is left out of the answer, which keeps the order.
func (db *DB) SaveStanzas(ctx context.Context, rows []Outgoing) (saved []Outgoing, err error) {
	err = db.write(ctx, "store stanzas", func(t *tx) error {
		for i := range rows {
			n, err := t.saveStanza(&rows[i])
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
// known: whether they arrived can be seen after that. It returns 0 if the row is
// not what it was.
func (t *tx) saveStanza(o *Outgoing) (int64, error) {
	const marks = `marked = iif(stanza IS NULL, ?3, marked), mark = iif(stanza IS NULL, (SELECT a.archive_top
		FROM conversation c CROSS JOIN account a ON a.id = c.account WHERE c.id = conv), mark), stanza = ?1`
	query := `UPDATE message SET ` + marks + ` WHERE id = ?2 AND direction = 1 AND status = 0 AND (?4 = '' OR body = ?4)`
	if o.Errand != 0 {
		query = `UPDATE errand SET ` + marks + ` WHERE id = ?2 AND failed = 0 AND (?4 = '' OR body = ?4)`
	}
	return t.exec(query, o.Stanza, int64(o.ID), t.db.nextID-1, o.Body)
}
