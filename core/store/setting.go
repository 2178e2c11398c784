// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
)

// Setting returns the value of a setting, "" when it is unset.
func (db *DB) Setting(ctx context.Context, key string) (value string, err error) {
	err = db.read(ctx, "read setting", func(ctx context.Context, q *sql.Conn) error {
		err := q.QueryRowContext(ctx, `SELECT value FROM setting WHERE key = ?`, key).Scan(&value)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return value, err
}

// Settings returns all settings that are set.
func (db *DB) Settings(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	err := db.read(ctx, "read settings", func(ctx context.Context, q *sql.Conn) error {
		rows, err := q.QueryContext(ctx, `SELECT key, value FROM setting`)
		_, err = collect(rows, err, func(row scanner) (struct{}, error) {
			var key, value string
			err := row.Scan(&key, &value)
			all[key] = value
			return struct{}{}, err
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
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
