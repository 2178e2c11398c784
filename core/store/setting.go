// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
)

// Setting returns the value of a setting, "" when it is unset.
func (db *DB) Setting(ctx context.Context, key string) (string, error) {
	value, _, err := one(ctx, db, "read setting", scanText, `SELECT value FROM setting WHERE key = ?`, key)
	return value, err
}

// Settings returns all settings that are set.
func (db *DB) Settings(ctx context.Context) (map[string]string, error) {
	pairs, err := list(ctx, db, "read settings", func(row scanner) (p [2]string, err error) {
		err = row.Scan(&p[0], &p[1])
		return p, err
	}, `SELECT key, value FROM setting`)
	all := make(map[string]string, len(pairs))
	for _, p := range pairs {
		all[p[0]] = p[1]
	}
	return all, err
}

// SetSetting stores a setting; "" unsets it.
func (db *DB) SetSetting(ctx context.Context, key, value string) error {
	return db.write(ctx, "store setting", func(t *tx) error {
		if value == "" {
			_, err := t.exec(`DELETE FROM setting WHERE key = ?`, key)
			return err
		}
		_, err := t.exec(`INSERT INTO setting (key, value) VALUES (?, ?)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
		return err
	})
}
