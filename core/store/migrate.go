// SPDX-License-Identifier: MPL-2.0

package store

import (
	"embed"
	"fmt"

	"chatsecure.org/desktop/core/chat"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations are the statements that lead from user_version i to i+1. They are
// run by new and old users alike and only ever grow at the end.
var migrations = loadMigrations()

// schemaVersion is the user_version that this program writes.
func schemaVersion() int { return len(migrations) }

func loadMigrations() []string {
	entries, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		panic(err) // embedded: can not fail
	}
	var all []string
	for i, e := range entries { // ReadDir sorts by name
		var n int
		if _, err := fmt.Sscanf(e.Name(), "%04d_", &n); err != nil || n != i+1 {
			panic("migration out of order: " + e.Name())
		}
		text, err := migrationFiles.ReadFile("migrations/" + e.Name())
		if err != nil {
			panic(err)
		}
		all = append(all, string(text))
	}
	return all
}

// migrate brings the schema up to date, each step and its number in one
// transaction. A schema of a later program is CodeNewer.
func migrate(c *conn, steps []string) error {
	var version int
	if err := c.row("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(steps) {
		return newer(version)
	}
	for ; version < len(steps); version++ {
		step := steps[version] + fmt.Sprintf("; PRAGMA user_version = %d", version+1)
		if err := transact(c, func() error { return c.run(step) }); err != nil {
			return err
		}
	}
	return nil
}

func newer(version int) error {
	return &chat.Error{
		Kind: chat.Storage, Op: "open database", Code: chat.CodeNewer,
		Detail: fmt.Sprintf("schema %d, this program knows %d", version, schemaVersion()),
	}
}
