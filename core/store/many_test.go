// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// Many goroutines read and write at once: nobody waits in vain, what is read is
// always a whole transaction, and what was stored is there.
func TestManyAtOnce(t *testing.T) {
	const writers, rounds, pageLen = 4, 15, 10
	ctx := context.Background()
	db := openNew(t)
	receive(t, db, from("first"))
	done := make(chan struct{})
	var writing, reading sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range rounds {
				var in []Incoming
				for k := range pageLen {
					in = append(in, from(fmt.Sprintf("w%d r%d %d", w, i, k), func(in *Incoming) { in.OriginID = fmt.Sprintf("%d/%d/%d", w, i, k) }))
				}
				if _, err := db.AddIncoming(ctx, in); err != nil {
					t.Error(err)
				}
				m, _, err := db.AddOutgoing(ctx, chat.ConvID{Account: alice, Peer: carol}, "out", noon, fmt.Sprintf("%d/%d", w, i))
				if err != nil {
					t.Error(err)
				}
				if _, err := db.AdvanceStatus(ctx, alice, []StatusChange{{ID: m.ID, Status: chat.Sent}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 6 { // more than there are connections
		reading.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				c, _, err := db.Conversation(ctx, withBob)
				if err != nil || c.Unread%pageLen != 1 {
					t.Errorf("unread %d, %v", c.Unread, err)
					return
				}
				ms, err := db.Page(ctx, withBob, 0, 1000)
				if err != nil || len(ms)%pageLen != 1 || len(ms) < c.Unread {
					t.Errorf("%d messages after %d, %v", len(ms), c.Unread, err)
					return
				}
				if found, err := db.Search(ctx, chat.SearchQuery{Text: "r1", Limit: 1000}); err != nil || len(found)%pageLen != 0 {
					t.Errorf("found %d, %v", len(found), err)
					return
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
	if n := count(t, db, "message"); n != 1+writers*rounds*(pageLen+1) {
		t.Errorf("%d messages", n)
	}
	if box, err := db.Outbox(ctx, alice); err != nil || len(box) != 0 {
		t.Errorf("outbox %d, %v", len(box), err)
	}
	must(t, db.Check(ctx))
}

// Closing waits for who is at work and refuses who comes later.
func TestCloseWhileBusy(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	inside, leave := make(chan struct{}), make(chan struct{})
	result := make(chan error, 1)
	go func() {
		result <- db.write(ctx, "test", func(tx *tx) error {
			close(inside)
			<-leave
			_, err := tx.exec(`INSERT INTO setting (key, value) VALUES ('k', 'v')`)
			return err
		})
	}()
	<-inside
	path := pathOfReader(t, db)
	closed := make(chan error, 1)
	go func() { closed <- db.Close() }()
	for { // until Close has begun
		if _, err := db.Settings(ctx); chat.CodeOf(err) == chat.CodeClosed {
			break
		}
	}
	select {
	case err := <-closed:
		t.Fatalf("closed (%v) while somebody writes", err)
	default:
	}
	close(leave)
	must(t, <-result)
	must(t, <-closed)
	again, err := Open(ctx, path, testKey)
	must(t, err)
	defer func() { must(t, again.Close()) }()
	if v, err := again.Setting(ctx, "k"); err != nil || v != "v" {
		t.Errorf("%q, %v", v, err)
	}
}

func pathOfReader(t *testing.T, db *DB) (path string) {
	t.Helper()
	must(t, db.read(context.Background(), "test", func(c *conn) error {
		return c.row(`SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&path)
	}))
	return path
}

// A panic while a connection is lent gives it back: nothing is stored and the
// next caller does not wait for ever.
func TestPanicInside(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	for range maxReaders + 1 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.write(ctx, "test", func(tx *tx) error {
				if _, err := tx.exec(`INSERT INTO setting (key, value) VALUES ('k', 'v')`); err != nil {
					t.Error(err)
				}
				panic("test")
			})
		}()
		func() {
			defer func() { _ = recover() }()
			_ = db.read(ctx, "test", func(*conn) error { panic("test") })
		}()
	}
	if v, err := db.Setting(ctx, "k"); err != nil || v != "" {
		t.Errorf("%q, %v", v, err)
	}
	receive(t, db, from("goes on"))
}

// A transaction whose end fails stores nothing, and says so.
func TestFailedWrite(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	cause := errors.New("cause")
	err := db.write(ctx, "test", func(tx *tx) error {
		if _, err := tx.exec(`INSERT INTO setting (key, value) VALUES ('k', 'v')`); err != nil {
			t.Error(err)
		}
		return cause
	})
	if !errors.Is(err, cause) || chat.CodeOf(err) != chat.CodeUnknown || chat.KindOf(err) != chat.Storage {
		t.Errorf("got %v", err)
	}
	if v, err := db.Setting(ctx, "k"); err != nil || v != "" {
		t.Errorf("%q, %v", v, err)
	}
}
