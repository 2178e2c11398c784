// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// SaveStanzas is SaveStanza for several messages in one transaction. A message
// that is gone or no longer Queued is left out of the answer, which keeps the
// order.
func (db *DB) SaveStanzas(ctx context.Context, rows []Outgoing) (saved []Outgoing, err error) {
	err = db.write(ctx, "store stanzas", func(t *tx) error {
		for i := range rows {
			n, err := t.exec(`UPDATE message SET stanza = ? WHERE id = ? AND direction = 1 AND status = ?`,
				rows[i].Stanza, int64(rows[i].ID), int64(chat.Queued))
			if err != nil {
				return err
			}
			if n > 0 {
				saved = append(saved, rows[i])
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return saved, nil
}
