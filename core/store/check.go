// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// Check verifies the authentication code of every page and the structure of
// the tables, and returns CodeDamaged if one is not as it was written. It reads
// the whole file: seconds for a big one. Opening does not do it.
func (db *DB) Check(ctx context.Context) error {
	return db.read(ctx, "check database", func(c *conn) error {
		damaged := &chat.Error{Kind: chat.Storage, Op: "check database", Code: chat.CodeDamaged}
		bad, err := collect(c.query(ctx, `PRAGMA cipher_integrity_check`), scanText) // a row for each bad page
		if err != nil {
			return err
		}
		if len(bad) > 0 {
			return damaged
		}
		found, err := collect(c.query(ctx, `PRAGMA quick_check(1)`), scanText) // "ok" or what is wrong
		if err == nil && (len(found) != 1 || found[0] != "ok") {
			return damaged
		}
		return err
	})
}
