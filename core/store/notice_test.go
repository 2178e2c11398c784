// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func notice(t testing.TB, db *DB, n Notice) chat.Message {
	t.Helper()
	if n.Conv.IsZero() {
		n.Conv, n.Code, n.Time = withBob, chat.CodeDeviceAdded, noon
	}
	id, err := db.AddNotice(context.Background(), n)
	must(t, err)
	return message(t, db, id)
}

// A notice stands in its conversation and changes nothing else.
func TestNotice(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	receive(t, db, from("hello"))
	receive(t, db, Incoming{Conv: chat.ConvID{Account: alice, Peer: carol}, Body: "newer", Time: noon})
	before, err := db.Conversations(ctx)
	must(t, err)
	m := notice(t, db, Notice{Conv: withBob, Code: chat.CodeDeviceUnchecked, Fingerprint: fp("b"), Text: "laptop", Time: noon.Add(time.Hour)})
	want := chat.Message{
		ID: m.ID, Conv: withBob, Cursor: m.Cursor, From: bob, Kind: chat.KindNotice, Body: "laptop", Time: noon.Add(time.Hour), Status: chat.Read,
		Error: chat.CodeDeviceUnchecked, Fingerprint: fp("b"), Trust: chat.TrustUndecided,
	}
	if !same(m, want) {
		t.Errorf("%+v", m)
	}
	own := notice(t, db, Notice{Conv: withBob, Code: chat.CodeOwnDevice, Owner: alice, Fingerprint: fp("a"), Time: noon})
	_, err = db.SetTrust(ctx, alice, []TrustChange{{Owner: alice, Fingerprint: fp("a"), Trust: chat.TrustDistrusted}})
	must(t, err)
	if own = message(t, db, own.ID); own.Trust != chat.TrustDistrusted || own.Fingerprint != fp("a") {
		t.Errorf("%+v", own)
	}
	after, err := db.Conversations(ctx)
	must(t, err)
	if !reflect.DeepEqual(before, after) {
		t.Errorf("%+v, was %+v", after, before)
	}
	if got := shown(t, db, withBob); !slices.Equal(got, []string{"hello", "laptop", ""}) {
		t.Errorf("%q", got)
	}
	if len(find(t, db, "laptop")) != 0 {
		t.Error("it is found")
	}
	changed, err := db.MarkRead(ctx, withBob, m.ID)
	must(t, err)
	if c := conversation(t, db, withBob); !changed || c.Unread != 0 || c.Last.Body != "hello" {
		t.Errorf("%+v", c)
	}
	_, err = db.DeleteMessage(ctx, m.ID)
	must(t, err)
	receive(t, db, from("next"))
	if got := shown(t, db, withBob); !slices.Equal(got, []string{"hello", "", "next"}) {
		t.Errorf("%q", got)
	}
	must(t, db.RemoveConversation(ctx, withBob))
	must(t, db.Check(ctx))

	said := receive(t, db, from("x", func(in *Incoming) { in.Kind = chat.KindNotice })).ID
	if c := conversation(t, db, withBob); message(t, db, said).Status != chat.Read || c.Unread != 0 || c.Last.ID != 0 {
		t.Errorf("%+v", c)
	}

	// The only row of a conversation.
	alone := chat.ConvID{Account: alice, Peer: chat.MustAddress("dora@x.example")}
	notice(t, db, Notice{Conv: alone, Code: chat.CodeDeviceAdded, Text: "phone", Time: noon})
	if c := conversation(t, db, alone); c.Last.ID != 0 || c.Unread != 0 || !c.Time.Equal(noon) {
		t.Errorf("%+v", c)
	}
	_, err = db.AddNotice(ctx, Notice{Conv: chat.ConvID{Account: carol, Peer: bob}, Code: chat.CodeDeviceAdded, Time: noon})
	wantCode(t, err, chat.CodeNotFound)
}

// Notices are in no archive: its pages find their places as if they were not there.
func TestNoticesAndPages(t *testing.T) {
	ctx := context.Background()
	row := func(id string, edit ...func(*Incoming)) Incoming {
		return from(id, append([]func(*Incoming){origin("o" + id), inArchive("s" + id)}, edit...)...)
	}
	t.Run("scrolling up", func(t *testing.T) {
		for _, before := range []string{"", "s5"} {
			db := openNew(t)
			notice(t, db, Notice{Text: "notice"})
			if before != "" {
				receive(t, db, row("5"))
			}
			_, err := db.FillOlder(ctx, withBob, before, ArchivePage{Batch: Batch{Rows: []Incoming{row("3"), row("4")}}, Reached: true})
			must(t, err)
			want := []string{"3", "4", "notice", "5"}
			if before == "" {
				want = want[:3]
			}
			if got := shown(t, db, withBob); !slices.Equal(got, want) {
				t.Errorf("before %q: %q", before, got)
			}
		}
	})
	t.Run("what was written here", func(t *testing.T) {
		db := openNew(t)
		fillGap(t, db, openGap(t, db), true, row("1"))
		m := send(t, db, withBob, "2", "o2")
		must(t, db.SaveStanza(ctx, m.ID, []byte("x")))
		notice(t, db, Notice{Text: "notice"})
		out := func(in *Incoming) { in.Direction, in.From = chat.Out, chat.Address{} }
		fillGap(t, db, openGap(t, db), true, row("1.5"), row("2", out), row("3"))
		if got := shown(t, db, withBob); !slices.Equal(got, []string{"1", "1.5", "2", "notice", "3"}) {
			t.Errorf("%q", got)
		}
		if m = message(t, db, m.ID); m.Status != chat.Sent {
			t.Errorf("%+v", m)
		}
	})
	t.Run("between two sessions", func(t *testing.T) {
		db := openNew(t)
		fillGap(t, db, openGap(t, db), true, row("1"))
		notice(t, db, Notice{Text: "before"})
		gap := openGap(t, db)
		notice(t, db, Notice{Text: "after"})
		receive(t, db, row("4"))
		fillGap(t, db, gap, true, row("2"), row("3"))
		if got := shown(t, db, withBob); !slices.Equal(got, []string{"1", "before", "2", "3", "after", "4"}) {
			t.Errorf("%q", got)
		}
	})
}
