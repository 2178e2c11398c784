// SPDX-License-Identifier: MPL-2.0

package store

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chatsecure.org/desktop/core/chat"
)

func TestMain(m *testing.M) {
	if role := os.Getenv("CHATSECURE_STORE_CHILD"); role != "" {
		childMain(role)
		return
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		removeFixtures()
		os.Exit(code)
	}))
}

var (
	testKey = bytes.Repeat([]byte{0xA5, 0x17}, keySize/2)
	alice   = chat.MustAddress("alice@wonder.example")
	bob     = chat.MustAddress("bob@builder.example")
	carol   = chat.MustAddress("carol@sea.example")
	withBob = chat.ConvID{Account: alice, Peer: bob}
	noon    = time.Date(2026, 11, 24, 12, 0, 0, 123456000, time.UTC)
)

// openNew returns an open database with account alice in a directory of its own.
func openNew(t testing.TB) *DB {
	t.Helper()
	db, err := Create(context.Background(), filepath.Join(t.TempDir(), "profile.db"), testKey)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	must(t, db.PutAccount(context.Background(), AccountRecord{Login: chat.Login{Address: alice}, Enabled: true}))
	return db
}

func reopen(t testing.TB, db *DB) *DB {
	t.Helper()
	path := pathOf(t, db)
	must(t, db.Close())
	again, err := Open(context.Background(), path, testKey)
	must(t, err)
	t.Cleanup(func() { _ = again.Close() })
	return again
}

func pathOf(t testing.TB, db *DB) string {
	t.Helper()
	return pick[string](t, db, `SELECT file FROM pragma_database_list WHERE name = 'main'`)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, code chat.Code) {
	t.Helper()
	if chat.CodeOf(err) != code {
		t.Fatalf("got %v, want code %s", err, code)
	}
}

// from is a message of bob's.
func from(body string, edit ...func(*Incoming)) Incoming {
	in := Incoming{Conv: withBob, From: bob.WithResource("phone"), Body: body, Time: noon}
	for _, e := range edit {
		e(&in)
	}
	return in
}

// receive stores one message and returns its id.
func receive(t testing.TB, db *DB, in Incoming) Stored {
	t.Helper()
	s, err := db.AddIncoming(context.Background(), []Incoming{in})
	must(t, err)
	return s[0]
}

func bodies(ms []chat.Message) []string {
	all := make([]string, 0, len(ms))
	for _, m := range ms {
		all = append(all, m.Body)
	}
	return all
}

func find(t testing.TB, db *DB, text string) []string {
	t.Helper()
	ms, err := db.Search(context.Background(), chat.SearchQuery{Text: text})
	must(t, err)
	return bodies(ms)
}

func count(t testing.TB, db *DB, table string) int {
	t.Helper()
	return pick[int](t, db, "SELECT count(*) FROM "+table)
}

// pick returns the one value of a query.
func pick[T any](t testing.TB, db *DB, query string) (v T) {
	t.Helper()
	must(t, db.on(context.Background(), db.writer, "test", func(c *conn) error { return c.row(query).Scan(&v) }))
	return v
}

// same says whether two messages are equal in all that they have.
func same(a, b chat.Message) bool { return reflect.DeepEqual(a, b) }

// Session is the session with one device, and whether there is one.
func (db *DB) Session(ctx context.Context, account, owner chat.Address, device uint32, version int) (s Session, found bool, err error) {
	return one(ctx, db, "read session", scanSession, `SELECT `+sessionColumns+` FROM session
		WHERE account = `+accountID+` AND owner = ? AND device = ? AND version = ?`,
		account.Bare().String(), owner.Bare().String(), device, version)
}
