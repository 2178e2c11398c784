// SPDX-License-Identifier: MPL-2.0

package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// hashes returns what is in a directory: name, size and SHA-256 of each file.
func hashes(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		must(t, err)
		all[e.Name()] = fmt.Sprintf("%d %x", len(data), sha256.Sum256(data))
	}
	return all
}

// sample returns the bytes of a closed database with some messages.
func sample(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "profile.db")
	db, err := Create(context.Background(), path, testKey)
	must(t, err)
	must(t, db.PutAccount(context.Background(), AccountRecord{Login: chat.Login{Address: alice}}))
	for i := range 40 {
		receive(t, db, from(strings.Repeat("sample text ", 40), func(in *Incoming) { in.OriginID = fmt.Sprint(i) }))
	}
	must(t, db.Close())
	data, err := os.ReadFile(path)
	must(t, err)
	return data
}

func TestOpenRefuses(t *testing.T) {
	good := sample(t)
	random := make([]byte, 5*pageSize)
	src := rand.NewChaCha8([32]byte{1})
	_, _ = src.Read(random)
	first := bytes.Clone(good)
	first[2000] ^= 1
	other := bytes.Repeat([]byte{7}, keySize)
	for _, c := range []struct {
		name string
		data []byte // nil: no file
		key  []byte
		code chat.Code
	}{
		{"missing", nil, testKey, chat.CodeDatabaseMissing},
		{"empty", []byte{}, testKey, chat.CodeDatabaseMissing},
		{"one byte", []byte{1}, testKey, chat.CodeNotDatabase},
		{"text", bytes.Repeat([]byte("It was a dark and stormy night.\n"), 512), testKey, chat.CodeNotDatabase},
		{"zeros", make([]byte, 8*pageSize), testKey, chat.CodeNotDatabase},
		{"plain SQLite", append([]byte(plainHeader), random[:2*pageSize-16]...), testKey, chat.CodeNotDatabase},
		{"random, odd length", random[:4*pageSize+17], testKey, chat.CodeNotDatabase},
		{"random, whole pages", random, testKey, chat.CodeKeyWrong}, // can not be told apart
		{"wrong key", good, other, chat.CodeKeyWrong},
		{"first page damaged", first, testKey, chat.CodeKeyWrong},
		{"no key", good, nil, chat.CodeKeyWrong},
		{"short key", good, testKey[:31], chat.CodeKeyWrong},
		{"long key", good, append(bytes.Clone(testKey), 1), chat.CodeKeyWrong},
		{"zero key", good, make([]byte, keySize), chat.CodeKeyWrong},
		{"cut in the first page", good[:1000], testKey, chat.CodeNotDatabase},
		{"one byte short", good[:len(good)-1], testKey, chat.CodeDamaged},
		{"a page short", good[:len(good)-pageSize], testKey, chat.CodeDamaged},
		{"only the first page", good[:pageSize], testKey, chat.CodeDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "profile.db")
			if c.data != nil {
				must(t, os.WriteFile(path, c.data, 0o600))
			}
			before := hashes(t, dir)
			db, err := Open(context.Background(), path, c.key)
			if err == nil {
				must(t, db.Close())
			}
			wantCode(t, err, c.code)
			if strings.Contains(err.Error(), dir) {
				t.Errorf("the error names the path: %v", err)
			}
			if after := hashes(t, dir); !maps.Equal(before, after) {
				t.Errorf("files changed: %v, were %v", after, before)
			}
		})
	}
}

func TestOpenNewer(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	path := pathOf(t, db)
	must(t, db.on(ctx, db.writer, "test", func(c *conn) error {
		return c.run(fmt.Sprintf("PRAGMA user_version = %d", schemaVersion()+1))
	}))
	must(t, db.Close())
	before := hashes(t, filepath.Dir(path))
	_, err := Open(ctx, path, testKey)
	wantCode(t, err, chat.CodeNewer)
	if after := hashes(t, filepath.Dir(path)); !maps.Equal(before, after) {
		t.Errorf("files changed: %v, were %v", after, before)
	}
}

// A process that was killed leaves a log. Opening with a wrong key must neither
// write the log back nor touch the file.
func TestOpenWithLog(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	receive(t, db, from("only in the log"))
	dir := t.TempDir()
	path := filepath.Join(dir, "profile.db")
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(pathOf(t, db) + suffix)
		must(t, err)
		must(t, os.WriteFile(path+suffix, data, 0o600))
	}
	before := hashes(t, dir)
	_, err := Open(ctx, path, bytes.Repeat([]byte{7}, keySize))
	wantCode(t, err, chat.CodeKeyWrong)
	after := hashes(t, dir)
	delete(after, "profile.db-shm") // the index of the log: no content
	if !maps.Equal(before, after) {
		t.Errorf("files changed: %v, were %v", after, before)
	}
	again, err := Open(ctx, path, testKey)
	must(t, err)
	defer func() { must(t, again.Close()) }()
	if got := find(t, again, "only in the log"); len(got) != 1 {
		t.Errorf("found %d messages of the log", len(got))
	}
}

func TestCreate(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	path := filepath.Join(dir, "a b?%41#.db") // nothing in a name is URI syntax
	must(t, os.WriteFile(path+".new", []byte("of a creation that was killed"), 0o600))
	db, err := Create(ctx, path, testKey)
	must(t, err)
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	must(t, db.Close())
	must(t, db.Close())
	if got := slices.Collect(maps.Keys(hashes(t, dir))); !slices.Equal(got, []string{"a b?%41#.db"}) {
		t.Errorf("files left: %q", got)
	}
	head, err := readHead(path)
	must(t, err)
	if looksForeign(head) {
		t.Error("not encrypted")
	}
	before := hashes(t, dir)
	_, err = Create(ctx, path, testKey)
	wantCode(t, err, chat.CodeExists)
	_, err = Create(ctx, filepath.Join(dir, "b.db"), nil)
	wantCode(t, err, chat.CodeKeyWrong)
	_, err = Create(ctx, filepath.Join(dir, "none", "b.db"), testKey)
	if err == nil {
		t.Error("created in a directory that does not exist")
	}
	if after := hashes(t, dir); !maps.Equal(before, after) {
		t.Errorf("files changed: %v, were %v", after, before)
	}
	_, err = db.Conversations(ctx)
	wantCode(t, err, chat.CodeClosed)
	_, err = db.AddIncoming(ctx, []Incoming{from("x")})
	wantCode(t, err, chat.CodeClosed)
}

// Every connection of the pools has the settings, also those that are opened
// late.
func TestPragmas(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	for name, p := range map[string]*pool{"writer": db.writer, "reader": db.readers} {
		for i := range cap(p.slots) {
			c, err := p.get(ctx)
			must(t, err)
			defer p.put(c, false)
			for pragma, want := range map[string]string{
				"foreign_keys": "1", "trusted_schema": "0", "cell_size_check": "1", "temp_store": "2", "busy_timeout": "10000",
				"journal_mode": "wal", "synchronous": "2", "cipher_page_size": "4096", "cipher_hmac_algorithm": "HMAC_SHA512", "secure_delete": "1",
				"query_only": map[string]string{"writer": "0", "reader": "1"}[name],
				"cache_size": map[string]string{"writer": "-2048", "reader": "-1024"}[name],
			} {
				var got any
				r := c.query(ctx, "PRAGMA "+pragma)
				if r.next() {
					got = r.values[0]
				}
				r.close()
				if fmt.Sprint(got) != want {
					t.Errorf("%s %d: %s is %v, want %s", name, i, pragma, got, want)
				}
			}
			if v, err := queryValue(c.lite, "PRAGMA cipher_version"); err != nil || !strings.HasPrefix(fmt.Sprint(v), "4.5") {
				t.Errorf("cipher_version %v %v", v, err)
			}
		}
	}
}

// SQLCipher itself takes an empty key for none and writes a plain database: no
// connection is made with one, or with one of another length.
func TestNoShortKey(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []int{0, 1, 16, keySize - 1, keySize + 1, 2 * keySize} {
		path := filepath.Join(dir, "profile.db")
		c, err := newConnector(path, "mode=rwc", bytes.Repeat([]byte{7}, n), writerPragmas).open()
		if err == nil {
			_ = c.close()
			t.Errorf("a key of %d bytes", n)
		}
		if info, err := os.Stat(path); err == nil && info.Size() != 0 {
			t.Errorf("with a key of %d bytes %d were written", n, info.Size())
		}
	}
	for _, n := range []int{0, 1, keySize - 1, keySize + 1} {
		_, err := Create(context.Background(), filepath.Join(dir, "new.db"), bytes.Repeat([]byte{7}, n))
		wantCode(t, err, chat.CodeKeyWrong)
	}
	if left := hashes(t, dir); left["new.db"] != "" {
		t.Errorf("left: %v", left)
	}
}

// A context ends the wait for a connection.
func TestCanceled(t *testing.T) {
	db := openNew(t)
	ctx, cancel := context.WithCancel(context.Background())
	c, err := db.writer.get(ctx)
	must(t, err)
	cancel()
	_, err = db.AddIncoming(ctx, []Incoming{from("x")})
	wantCode(t, err, chat.CodeCanceled)
	_, err = db.Search(ctx, chat.SearchQuery{Text: "x"})
	wantCode(t, err, chat.CodeCanceled)
	db.writer.put(c, false)
}
