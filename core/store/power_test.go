// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// logged returns the files of a database whose log has all that was stored: 20
// transactions of 10 messages each.
func logged(t *testing.T) (file, wal []byte) {
	t.Helper()
	ctx := context.Background()
	db := openNew(t)
	path := pathOf(t, db)
	must(t, db.on(ctx, db.writer, "test", func(c *conn) error { return c.run("PRAGMA wal_autocheckpoint = 0") }))
	for page := range 20 {
		var in []Incoming
		for i := range 10 {
			in = append(in, from(fmt.Sprintf("page%d line%d", page, i)))
		}
		_, err := db.AddIncoming(ctx, in)
		must(t, err)
	}
	file, err := os.ReadFile(path)
	must(t, err)
	wal, err = os.ReadFile(path + "-wal")
	must(t, err)
	return file, wal
}

// whole checks that a database has some first transactions, each of them whole,
// and returns how many.
func whole(t *testing.T, db *DB) int {
	t.Helper()
	ctx := context.Background()
	must(t, db.Check(ctx))
	ms, err := db.Page(ctx, withBob, 0, 1000)
	must(t, err)
	if len(ms)%10 != 0 {
		t.Fatalf("%d messages: a transaction is there in part", len(ms))
	}
	for i, m := range ms {
		if want := fmt.Sprintf("page%d line%d", i/10, i%10); m.Body != want {
			t.Fatalf("message %d is %q", i, m.Body)
		}
	}
	found, err := db.Search(ctx, chat.SearchQuery{Text: "page", Limit: 1000})
	must(t, err)
	if len(found) != len(ms) {
		t.Fatalf("%d messages, %d are found", len(ms), len(found))
	}
	if c, ok, err := db.Conversation(ctx, withBob); err != nil || ok && c.Unread != len(ms) {
		t.Fatalf("%d messages, %d unread, %v", len(ms), c.Unread, err)
	}
	return len(ms) / 10
}

// A power cut leaves the log at any length, or its end in any state. What was
// stored before that place is there, what came after is not, and nothing is
// there by halves.
func TestPowerCut(t *testing.T) {
	ctx := context.Background()
	file, wal := logged(t)
	r := rand.New(rand.NewPCG(1, 9))
	const header, frame = 32, 24 + pageSize
	if (len(wal)-header)%frame != 0 {
		t.Fatalf("a log of %d bytes", len(wal))
	}
	most := 0
	var cuts []int
	for n := 0; n <= len(wal); n += frame * 11 {
		cuts = append(cuts, n, min(len(wal), n+1), min(len(wal), n+header), min(len(wal), n+r.IntN(frame)))
	}
	for i, cut := range append(cuts, len(wal)) {
		dir := t.TempDir()
		path := filepath.Join(dir, "profile.db")
		end := make([]byte, []int{0, len(wal) - cut}[i%2]) // cut off, or blocks that were never written
		if i%4 == 3 {
			for k := range end {
				end[k] = byte(r.Uint32())
			}
		}
		must(t, os.WriteFile(path, file, 0o600))
		must(t, os.WriteFile(path+"-wal", append(wal[:cut:cut], end...), 0o600))
		db, err := Open(ctx, path, testKey)
		if err != nil {
			t.Fatalf("log of %d bytes: %v", cut, err)
		}
		if count(t, db, "account") == 0 { // cut before the first transaction
			must(t, db.Close())
			continue
		}
		most = max(most, whole(t, db))
		_, err = db.AddIncoming(ctx, []Incoming{from("goes on")})
		must(t, err)
		must(t, db.Close())
	}
	if most != 20 {
		t.Errorf("at most %d transactions were there", most)
	}
}

// A block of the log that was written wrong ends it there; it is never read as
// something else.
func TestDamagedLog(t *testing.T) {
	ctx := context.Background()
	file, wal := logged(t)
	r := rand.New(rand.NewPCG(4, 2))
	shorter := 0
	for range 60 {
		dir := t.TempDir()
		path := filepath.Join(dir, "profile.db")
		bad := append([]byte(nil), wal...)
		at := r.IntN(len(bad))
		bad[at] ^= byte(1 + r.IntN(255))
		must(t, os.WriteFile(path, file, 0o600))
		must(t, os.WriteFile(path+"-wal", bad, 0o600))
		db, err := Open(ctx, path, testKey)
		if err != nil {
			t.Fatalf("damage at %d: %v", at, err)
		}
		if count(t, db, "account") == 1 && whole(t, db) < 20 {
			shorter++
		}
		must(t, db.Close())
	}
	if shorter < 40 {
		t.Errorf("the damage was met %d times of 60", shorter)
	}
}

// A file without a log, cut at each class of length, is refused and stays as it
// is: it is never taken for a new or a smaller database.
func TestTruncated(t *testing.T) {
	ctx := context.Background()
	data := sample(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "profile.db")
	lengths := []int{1, 15, 16, 17, 99, 100, 101, 511, 512, 1023, 1024, 4095}
	for n := pageSize; n < len(data); n += pageSize {
		lengths = append(lengths, n, n+1, n+100, n+pageSize/2, n+pageSize-1)
	}
	for _, n := range lengths {
		must(t, os.WriteFile(path, data[:n], 0o600))
		before := hashes(t, dir)
		db, err := Open(ctx, path, testKey)
		if err == nil {
			_ = db.Close()
			t.Fatalf("%d of %d bytes were opened", n, len(data))
		}
		want := chat.CodeDamaged
		if n < pageSize {
			want = chat.CodeNotDatabase
		}
		if chat.CodeOf(err) != want {
			t.Errorf("%d of %d bytes: %v", n, len(data), err)
		}
		if after := hashes(t, dir); !maps.Equal(before, after) {
			t.Fatalf("%d bytes: files changed: %v, were %v", n, after, before)
		}
	}
	// Longer than it should be is no loss.
	must(t, os.WriteFile(path, append(data[:len(data):len(data)], make([]byte, pageSize)...), 0o600))
	if db, err := Open(ctx, path, testKey); err == nil {
		must(t, useAll(ctx, db))
		must(t, db.Close())
	} else if code := chat.CodeOf(err); code != chat.CodeDamaged {
		t.Errorf("with a page more: %v", err)
	}
}
