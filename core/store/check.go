// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// Check verifies the authentication code of every page and the structure of
// the tables, and returns CodeDamaged if one is not as it was written. It reads
// the whole file: seconds for a big one, in which nothing can be written. Opening
// does not do it. Where the log can not be moved into the file (a full disk),
// the pages that are in use are checked and the free ones are not.
func (db *DB) Check(ctx context.Context) error {
	const op = "check database"
	return db.on(ctx, db.writer, op, func(c *conn) error {
		damaged := &chat.Error{Kind: chat.Storage, Op: op, Code: chat.CodeDamaged}
		if inFile(c) {
			bad, err := collect(c.query(ctx, `PRAGMA cipher_integrity_check`), scanText) // a row for each bad page
			if err != nil {
				return err
			}
			if len(bad) > 0 {
				return damaged
			}
		}
		found, err := collect(c.query(ctx, `PRAGMA quick_check(1)`), scanText) // "ok" or what is wrong
		if err == nil && (len(found) != 1 || found[0] != "ok") {
			return damaged
		}
		return err
	})
}

// inFile moves the log into the file. cipher_integrity_check looks at the file
// alone, which may have holes for pages that only the log has.
func inFile(c *conn) bool {
	var busy, logged, moved int
	err := c.row(`PRAGMA wal_checkpoint(FULL)`).Scan(&busy, &logged, &moved)
	return err == nil && busy == 0 && logged == moved
}
