// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"database/sql"

	"chatsecure.org/desktop/core/chat"
)

// Check verifies the authentication code of every page and the structure of
// the tables, and returns CodeDamaged if one is not as it was written. It reads
// the whole file: seconds for a big one. Opening does not do it.
func (db *DB) Check(ctx context.Context) error {
	return db.read(ctx, "check database", func(_ context.Context, q *sql.Conn) error {
		text := func(row scanner) (s string, err error) { return s, row.Scan(&s) }
		rows, err := q.QueryContext(ctx, `PRAGMA cipher_integrity_check`) // a row for each bad page
		bad, err := collect(rows, err, text)
		if err != nil {
			return err
		}
		if len(bad) > 0 {
			return &chat.Error{Kind: chat.Storage, Op: "check database", Code: chat.CodeDamaged}
		}
		rows, err = q.QueryContext(ctx, `PRAGMA quick_check(1)`) // one row, "ok" or what is wrong
		found, err := collect(rows, err, text)
		if err != nil {
			return err
		}
		if len(found) != 1 || found[0] != "ok" {
			return &chat.Error{Kind: chat.Storage, Op: "check database", Code: chat.CodeDamaged}
		}
		return nil
	})
}
