// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// released are the SHA-256 of the migrations that people have run: each stays as
// it is for ever, a change is a new file.
var released = []string{
	"39e84490f2774ad6dafe80ccae7ccb1c66d4673433937245f01c03901202ebd6",
	"7836861ed88c303ecb1c3ba0ccccb47f9fe0be16baaf96141f9dbb2dcd2764d3",
	"c6b20042e97c02e0ae0bcce9c03e1bd813af0fbe358df778ad1bbed8e9fd580c",
	"183bc5fe9b9fedc1d850895aabd19d60f9cfea8435afda8d1d074d2634751bde",
	"362f2016eeb767bfb7cf5f2ad804e7024de80fb5e859536fca9fbb3e8a385070",
	"121606154211d05bd8be11fa08ba9f38519d2500d25f47912e63713ad631377d",
	"c620160b2515bebdfafcab33079bfdf8422b1d907f474cc1fcd9939161a089ae",
	"cbddac2f4dd933d2b0e9cafc25b63ad96405dcec82a1d67fa4d52b4ede14e07c",
	"d05a521aa3bc4af541d82e0ab1ffce2c76032e0b3f78a0e3a8f1a9c3c9f02c1e",
	"cd99c1b69cb90d3c2cacf6c7b7339d401d625eb9aefe83c08726b660e818d841",
}

func TestMigrationsNeverChange(t *testing.T) {
	if len(migrations) != len(released) {
		t.Fatalf("%d migrations, %d of them are known here", len(migrations), len(released))
	}
	for i, text := range migrations {
		sum := sha256.Sum256([]byte(text))
		if got := hex.EncodeToString(sum[:]); got != released[i] {
			t.Errorf("migration %d changed: %s", i+1, got)
		}
	}
}

// empty returns a connection to an encrypted file without a schema.
func empty(t *testing.T) *conn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "empty.db")
	c, err := newConnector(path, "mode=rwc", testKey, writerPragmas).open()
	must(t, err)
	t.Cleanup(func() { must(t, c.close()) })
	return c
}

func tables(t *testing.T, c *conn) (names []string, version int) {
	t.Helper()
	names, err := collect(c.query(context.Background(), `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`), scanText)
	must(t, err)
	must(t, c.row(`PRAGMA user_version`).Scan(&version))
	return names, version
}

// Each step is stored with its number or not at all, and one that failed is
// tried again from where it began.
func TestMigrateStepByStep(t *testing.T) {
	c := empty(t)
	steps := []string{
		`CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);`,
		`CREATE TABLE b (x INTEGER) STRICT; INSERT INTO a VALUES (2); INSERT INTO nowhere VALUES (3);`,
		`CREATE TABLE c (x INTEGER) STRICT;`,
	}
	state := func(version int, want ...string) {
		t.Helper()
		got, v := tables(t, c)
		if !slices.Equal(got, want) || v != version {
			t.Fatalf("version %d with %q, want %d with %q", v, got, version, want)
		}
	}
	state(0)
	for range 2 {
		if err := migrate(c, steps); err == nil {
			t.Fatal("the second step did not fail")
		}
		state(1, "a")
	}
	steps[1] = `CREATE TABLE b (x INTEGER) STRICT; INSERT INTO a VALUES (2);`
	must(t, migrate(c, steps))
	state(3, "a", "b", "c")
	must(t, migrate(c, steps)) // nothing is left to do
	state(3, "a", "b", "c")
	if n := pickConn(t, c, `SELECT count(*) FROM a`); n != 2 {
		t.Errorf("%d rows: a step ran twice", n)
	}
	err := migrate(c, steps[:2])
	wantCode(t, err, chat.CodeNewer)
	state(3, "a", "b", "c")
}

func pickConn(t *testing.T, c *conn, query string) (n int) {
	t.Helper()
	must(t, c.row(query).Scan(&n))
	return n
}

// The schema is what the files say, whoever made the database, and holds the
// rules of the house.
func TestSchema(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	if v := pick[int](t, db, `PRAGMA user_version`); v != len(migrations) {
		t.Errorf("version %d", v)
	}
	must(t, db.read(ctx, "test", func(c *conn) error {
		loose, err := collect(c.query(ctx, `SELECT name FROM pragma_table_list
			WHERE type = 'table' AND schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'`), scanText)
		must(t, err)
		if len(loose) != 0 {
			t.Errorf("not STRICT: %q", loose)
		}
		indexes, err := collect(c.query(ctx, `SELECT tbl_name || ' ' || sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE '%UNIQUE%' ORDER BY 1`), scanText)
		must(t, err)
		for _, want := range []string{"(conv, ord)", "(conv, direction, origin_id)", "(conv, direction, archive, archive_id)"} {
			if !slices.ContainsFunc(indexes, func(s string) bool { return strings.HasPrefix(s, "message ") && strings.Contains(s, want) }) {
				t.Errorf("no unique index on %s", want)
			}
		}
		return nil
	}))
}

// An old database is brought up to date by opening it, with all that is in it.
func TestOpenMigrates(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	receive(t, db, from("old"))
	path := pathOf(t, db)
	must(t, db.Close())
	before := migrations
	defer func() { migrations = before }()
	migrations = append(slices.Clone(before), `ALTER TABLE message ADD COLUMN added INTEGER NOT NULL DEFAULT 7;`)
	db, err := Open(ctx, path, testKey)
	must(t, err)
	if n := pick[int](t, db, `SELECT added FROM message`); n != 7 {
		t.Errorf("added %d", n)
	}
	if got := find(t, db, "old"); len(got) != 1 {
		t.Errorf("found %d", len(got))
	}
	must(t, db.Close())
	migrations = before
	_, err = Open(ctx, path, testKey) // the older program again
	wantCode(t, err, chat.CodeNewer)
	if want := fmt.Sprintf("schema %d", len(before)+1); !strings.Contains(err.Error(), want) {
		t.Errorf("%v does not say %q", err, want)
	}

	// A step that fails leaves the file as it was.
	migrations = append(slices.Clone(before), "", "NONSENSE")
	_, err = Open(ctx, path, testKey)
	wantCode(t, err, chat.CodeUnknown)
	migrations = append(slices.Clone(before), "")
	db, err = Open(ctx, path, testKey)
	must(t, err)
	if got := find(t, db, "old"); len(got) != 1 {
		t.Errorf("found %d", len(got))
	}
	must(t, db.Close())
}

// What others wait to be told from before it was kept when it was decided gets a time that
// can not hide a distrust.
func TestUndatedDecisions(t *testing.T) {
	all := migrations
	defer func() { migrations = all }()
	migrations = all[:9]
	db, began := openNew(t), time.Now().Truncate(time.Second)
	must(t, db.write(context.Background(), "test", func(c *tx) error {
		for i, trust := range []chat.Trust{chat.TrustVerified, chat.TrustDistrusted, chat.TrustVerified} {
			if _, err := c.exec(`INSERT INTO known_key (account, owner, kind, fingerprint, trust, source, untold, device, first_seen, last_seen)
				SELECT id, ?, 1, ?, ?, ?, ?, 0, ?, 0 FROM account`, bob.String(), fp(string("abc"[i])), trust, chat.ByCompare, i < 2, noon.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	}))
	migrations = all
	db = reopen(t, db)
	got, err := db.UntoldTrust(context.Background(), alice)
	must(t, err)
	if len(got) != 2 || !got[0].At.Equal(noon) || got[1].At.Before(began) || got[1].At.After(time.Now()) {
		t.Errorf("%+v", got)
	}
	if n := pick[int](t, db, `SELECT count(*) FROM known_key WHERE decided = 0`); n != 1 {
		t.Errorf("%d are of no time, want the one that is told", n)
	}
}
