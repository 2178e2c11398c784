// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// ReplaceBlocked stores whom the server blocks for an account (XEP-0191): all of
// them. An address may be bare, a domain, or have a resource.
func (db *DB) ReplaceBlocked(ctx context.Context, account chat.Address, all []chat.Address) error {
	return db.write(ctx, "store blocked", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM blocked WHERE account = ?`, id); err != nil {
			return err
		}
		return t.putBlocked(id, all)
	})
}

// ChangeBlocked adds to those who are blocked, and takes away.
func (db *DB) ChangeBlocked(ctx context.Context, account chat.Address, added, removed []chat.Address) error {
	return db.write(ctx, "store blocked", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		for _, a := range removed {
			if _, err := t.exec(`DELETE FROM blocked WHERE account = ? AND address = ?`, id, a.String()); err != nil {
				return err
			}
		}
		return t.putBlocked(id, added)
	})
}

func (t *tx) putBlocked(account int64, all []chat.Address) error {
	for _, a := range all {
		if a.Domain == "" {
			return wrong("store blocked", chat.CodeAddress)
		}
		if _, err := t.exec(`INSERT INTO blocked (account, address) VALUES (?, ?) ON CONFLICT DO NOTHING`, account, a.String()); err != nil {
			return err
		}
	}
	return nil
}

// Blocked returns whom the server blocks for an account, ordered by address.
func (db *DB) Blocked(ctx context.Context, account chat.Address) ([]chat.Address, error) {
	return list(ctx, db, "read blocked", func(row scanner) (chat.Address, error) {
		s, err := scanText(row)
		if err != nil {
			return chat.Address{}, err
		}
		return storedAddress(s)
	}, `SELECT b.address FROM account a CROSS JOIN blocked b ON b.account = a.id
		WHERE a.address = ? AND a.removed = 0 ORDER BY b.address`, account.Bare().String())
}
