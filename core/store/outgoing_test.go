// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

func send(t testing.TB, db *DB, conv chat.ConvID, body, origin string) chat.Message {
	t.Helper()
	m, _, err := db.AddOutgoing(context.Background(), conv, body, noon, origin)
	must(t, err)
	return m
}

func advance(t testing.TB, db *DB, changes ...StatusChange) []StatusChanged {
	t.Helper()
	moved, err := db.AdvanceStatus(context.Background(), alice, changes)
	must(t, err)
	return moved
}

func TestAddOutgoing(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	m, fresh, err := db.AddOutgoing(ctx, withBob, "hi", noon, "o1")
	must(t, err)
	want := chat.Message{
		ID: m.ID, Conv: withBob, Cursor: m.Cursor, From: alice, Direction: chat.Out, Body: "hi", Time: noon, Status: chat.Queued, OriginID: "o1",
	}
	if !fresh || !same(m, want) {
		t.Errorf("fresh %v\n got %+v\nwant %+v", fresh, m, want)
	}
	again, fresh, err := db.AddOutgoing(ctx, withBob, "another text", noon.Add(1), "o1")
	must(t, err)
	if fresh || !same(again, m) {
		t.Errorf("the second time: fresh %v, %+v", fresh, again)
	}
	other, fresh, err := db.AddOutgoing(ctx, chat.ConvID{Account: alice, Peer: carol}, "hi", noon, "o1")
	must(t, err)
	if !fresh || other.ID == m.ID {
		t.Error("the id of another conversation counted")
	}
	// One that comes in with that id is another message.
	if s := receive(t, db, from("hi", func(in *Incoming) { in.OriginID = "o1" })); !s.Fresh {
		t.Error("the other side's id counted")
	}
	// One that comes back from the archive is the same.
	if s := receive(t, db, Incoming{Conv: withBob, Direction: chat.Out, From: alice, Body: "hi", Time: noon, OriginID: "o1", StanzaID: "s", StanzaBy: alice}); s.Fresh || s.ID != m.ID {
		t.Errorf("from the archive: %+v", s)
	}
	_, _, err = db.AddOutgoing(ctx, withBob, "x", noon, "")
	wantCode(t, err, chat.CodeEmpty)
	_, _, err = db.AddOutgoing(ctx, chat.ConvID{Account: carol, Peer: bob}, "x", noon, "o")
	wantCode(t, err, chat.CodeNotFound)
}

// The outbox is in the order of sending across conversations, and keeps it and
// the finished bytes over a restart.
func TestOutbox(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	withCarol := chat.ConvID{Account: alice, Peer: carol}
	a, b, c := send(t, db, withBob, "a", "1"), send(t, db, withCarol, "b", "2"), send(t, db, withBob, "c", "3")
	receive(t, db, from("not mine"))
	must(t, db.SaveStanza(ctx, b.ID, []byte("<message/>\x00\xff")))
	db = reopen(t, db)
	box := func(want ...Outgoing) {
		t.Helper()
		got, err := db.Outbox(ctx, alice)
		must(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("\n got %+v\nwant %+v", got, want)
		}
	}
	row := func(m chat.Message, stanza []byte) Outgoing {
		return Outgoing{ID: m.ID, Conv: m.Conv, Body: m.Body, OriginID: m.OriginID, Time: noon, Stanza: stanza}
	}
	box(row(a, nil), row(b, []byte("<message/>\x00\xff")), row(c, nil))
	saved, err := db.SaveStanzas(ctx, []Outgoing{{ID: c.ID, Stanza: []byte("c")}, {ID: 99}, {ID: a.ID, Stanza: []byte("a")}})
	must(t, err)
	if len(saved) != 2 || saved[0].ID != c.ID || saved[1].ID != a.ID {
		t.Errorf("saved %+v", saved)
	}
	box(row(a, []byte("a")), row(b, []byte("<message/>\x00\xff")), row(c, []byte("c")))
	advance(t, db, StatusChange{ID: b.ID, Status: chat.Sent}, StatusChange{ID: a.ID, Status: chat.Failed, Error: chat.CodeRefused, ErrorText: "go away"})
	box(row(c, []byte("c")))
	for _, id := range []chat.MsgID{a.ID, b.ID, 99} {
		wantCode(t, db.SaveStanza(ctx, id, []byte("x")), chat.CodeNotFound)
	}
	if saved, err := db.SaveStanzas(ctx, []Outgoing{{ID: a.ID}, {ID: b.ID}}); err != nil || len(saved) != 0 {
		t.Errorf("saved %+v, %v", saved, err)
	}
	// The bytes of what is sent are gone, those of a failed one are sent again.
	if n := pick[int](t, db, fmt.Sprint("SELECT stanza IS NULL FROM message WHERE id = ", b.ID)); n != 1 {
		t.Error("bytes of a sent message are kept")
	}
	m, err := db.Retry(ctx, a.ID)
	must(t, err)
	if m.Status != chat.Queued || m.Error != "" || m.ErrorText != "" {
		t.Errorf("retried: %+v", m)
	}
	box(row(a, []byte("a")), row(c, []byte("c")))
	if got, err := db.Outbox(ctx, carol); err != nil || len(got) != 0 {
		t.Errorf("of no account: %v, %v", got, err)
	}
}

func TestRetry(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	m := send(t, db, withBob, "x", "1")
	in := receive(t, db, from("in")).ID
	for _, s := range []chat.Status{chat.Queued, chat.Sent, chat.Delivered, chat.Read} {
		advance(t, db, StatusChange{ID: m.ID, Status: s})
		if got, err := db.Retry(ctx, m.ID); err != nil || got.Status != s {
			t.Errorf("%v became %v, %v", s, got.Status, err)
		}
	}
	for _, id := range []chat.MsgID{in, 99, 0} {
		_, err := db.Retry(ctx, id)
		wantCode(t, err, chat.CodeNotFound)
	}
}

func TestAdvanceStatus(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: carol}}))
	m := send(t, db, withBob, "x", "o'1")
	in := receive(t, db, from("in", func(in *Incoming) { in.OriginID = "i1" })).ID
	byOrigin := func(conv chat.ConvID, id string, s chat.Status) StatusChange {
		return StatusChange{Conv: conv, OriginID: id, Status: s}
	}
	for _, c := range []struct {
		name    string
		account chat.Address
		change  StatusChange
		want    chat.Status // of m afterwards
		moved   bool
	}{
		{"an incoming message", alice, StatusChange{ID: in, Status: chat.Read}, chat.Queued, false},
		{"an incoming message by its origin-id", alice, byOrigin(withBob, "i1", chat.Read), chat.Queued, false},
		{"no message", alice, StatusChange{ID: 99, Status: chat.Read}, chat.Queued, false},
		{"nothing", alice, StatusChange{Status: chat.Read}, chat.Queued, false},
		{"another account's", carol, StatusChange{ID: m.ID, Status: chat.Read}, chat.Queued, false},
		{"another account's by its origin-id", carol, byOrigin(withBob, "o'1", chat.Read), chat.Queued, false},
		{"from the wrong conversation", alice, byOrigin(chat.ConvID{Account: alice, Peer: carol}, "o'1", chat.Read), chat.Queued, false},
		{"named by another account's conversation", alice, byOrigin(chat.ConvID{Account: carol, Peer: bob}, "o'1", chat.Read), chat.Queued, false},
		{"an unknown origin-id", alice, byOrigin(withBob, "o", chat.Read), chat.Queued, false},
		{"sent", alice.WithResource("desk"), StatusChange{ID: m.ID, Status: chat.Sent}, chat.Sent, true},
		{"sent again", alice, StatusChange{ID: m.ID, Status: chat.Sent}, chat.Sent, false},
		{"failed", alice, StatusChange{ID: m.ID, Status: chat.Failed, Error: chat.CodeRefused, ErrorText: "no"}, chat.Failed, true},
		{"sent after all, says nobody who knows", alice, StatusChange{ID: m.ID, Status: chat.Sent}, chat.Failed, false},
		{"delivered after all", alice, byOrigin(withBob, "o'1", chat.Delivered), chat.Delivered, true},
		{"failed after it arrived", alice, StatusChange{ID: m.ID, Status: chat.Failed, Error: chat.CodeRefused}, chat.Delivered, false},
		{"read", alice, StatusChange{ID: m.ID, Status: chat.Read, Error: "no error"}, chat.Read, true},
		{"back", alice, StatusChange{ID: m.ID, Status: chat.Queued}, chat.Read, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			moved, err := db.AdvanceStatus(ctx, c.account, []StatusChange{c.change})
			must(t, err)
			var want []StatusChanged
			if c.moved {
				want = []StatusChanged{{ID: m.ID, Conv: withBob, Status: c.want}}
			}
			if !slices.Equal(moved, want) {
				t.Errorf("moved %+v, want %+v", moved, want)
			}
			now, _, err := db.Message(ctx, m.ID)
			must(t, err)
			if now.Status != c.want || (now.Error != "") != (now.Status == chat.Failed) || (now.ErrorText != "") != (now.Status == chat.Failed) {
				t.Errorf("now %+v", now)
			}
			if in, _, err := db.Message(ctx, in); err != nil || in.Status != chat.Delivered {
				t.Errorf("the incoming one: %+v, %v", in, err)
			}
		})
	}
	if c := conversation(t, db, withBob); c.Unread != 1 {
		t.Errorf("unread %d", c.Unread)
	}
	if moved, err := db.AdvanceStatus(ctx, alice, nil); err != nil || moved != nil {
		t.Error(moved, err)
	}
}

// Receipts in any order, doubled and in pages of any size, end at the same, and
// what is said to have moved is what moved.
func TestAdvanceStatusOrder(t *testing.T) {
	db := openNew(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		var ids []chat.MsgID
		was := map[chat.MsgID]chat.Status{}
		for i := range 4 {
			m := send(t, db, withBob, "x", fmt.Sprint(round, " ", i))
			ids = append(ids, m.ID)
			was[m.ID] = chat.Queued
		}
		change := rapid.Custom(func(rt *rapid.T) StatusChange {
			return StatusChange{ID: rapid.SampledFrom(ids).Draw(rt, "id"), Status: chat.Status(rapid.IntRange(0, 4).Draw(rt, "status"))}
		})
		for _, page := range rapid.SliceOfN(rapid.SliceOfN(change, 1, 5), 1, 4).Draw(rt, "pages") {
			var want []StatusChanged
			for _, c := range page {
				if now := was[c.ID].Advance(c.Status); now != was[c.ID] {
					was[c.ID] = now
					want = append(want, StatusChanged{ID: c.ID, Conv: withBob, Status: now})
				}
			}
			if got := advance(t, db, page...); !slices.Equal(got, want) {
				rt.Fatalf("moved %+v, want %+v", got, want)
			}
		}
		ms, err := db.Messages(context.Background(), ids)
		must(t, err)
		for _, m := range ms {
			if m.Status != was[m.ID] {
				rt.Fatalf("%d is %v, want %v", m.ID, m.Status, was[m.ID])
			}
		}
	})
}

// No error of the store says what was being stored.
func TestErrorsSayNothing(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	must(t, db.on(ctx, db.writer, "test", func(c *conn) error {
		return c.run(`CREATE TEMP TRIGGER refuse BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'secret-text'); END`)
	}))
	_, err := db.AddIncoming(ctx, []Incoming{from("secret-body", func(in *Incoming) { in.OriginID = "secret-id" })})
	if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "example") {
		t.Errorf("got %v", err)
	}
	wantCode(t, err, chat.CodeUnknown)
	if chat.KindOf(err) != chat.Storage {
		t.Errorf("kind %v", chat.KindOf(err))
	}
	// The connection that failed in a way nobody knows is not used again.
	receive(t, db, from("stored"))
}
