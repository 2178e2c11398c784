// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func conversation(t *testing.T, db *DB, id chat.ConvID) chat.Conversation {
	t.Helper()
	c, found, err := db.Conversation(context.Background(), id)
	must(t, err)
	if !found {
		t.Fatal("no conversation")
	}
	return c
}

func with(peer chat.Address) func(*Incoming) {
	return func(in *Incoming) { in.Conv.Peer, in.From = peer, peer }
}

func peers(cs []chat.Conversation) string {
	var all []string
	for _, c := range cs {
		all = append(all, c.ID.Peer.Local)
	}
	return strings.Join(all, " ")
}

// The list: pinned first, then the newest arrival, whatever its clock says.
func TestConversationOrder(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	dave := chat.MustAddress("dave@x.example")
	order := func(want string) {
		t.Helper()
		cs, err := db.Conversations(ctx)
		must(t, err)
		if got := peers(cs); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		for _, c := range cs {
			if one := conversation(t, db, c.ID); !reflect.DeepEqual(one, c) {
				t.Errorf("one: %+v\nlist: %+v", one, c)
			}
		}
	}
	receive(t, db, from("1"))
	receive(t, db, from("2", with(carol)))
	order("carol bob")
	receive(t, db, from("of last year", func(in *Incoming) { in.Time = noon.AddDate(-1, 0, 0) }))
	order("bob carol")
	created, err := db.EnsureConversation(ctx, chat.ConvID{Account: alice, Peer: dave})
	must(t, err)
	if !created {
		t.Error("it was not there before")
	}
	order("dave bob carol")
	if created, err = db.EnsureConversation(ctx, chat.ConvID{Account: alice, Peer: dave}); err != nil || created {
		t.Error("it was there before", created, err)
	}
	must(t, db.SetConversationSettings(ctx, chat.ConvID{Account: alice, Peer: carol}, chat.ConversationSettings{Pinned: true}))
	order("carol dave bob")
	_, _, err = db.AddOutgoing(ctx, withBob, "3", noon, "o")
	must(t, err)
	order("carol bob dave")
	must(t, db.SetConversationSettings(ctx, chat.ConvID{Account: alice, Peer: carol}, chat.ConversationSettings{Muted: true}))
	order("bob dave carol")
	db = reopen(t, db)
	order("bob dave carol")
	if s := conversation(t, db, chat.ConvID{Account: alice, Peer: carol}).Settings; s != (chat.ConversationSettings{Muted: true}) {
		t.Errorf("settings %+v", s)
	}
}

func TestConversationFields(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	contact := chat.Contact{
		Account: alice, Address: bob, Name: "Bobby", Nick: "B", Groups: []string{"friends", "a,b\"c"}, Subscription: chat.SubscriptionBoth,
		Listed: true, Avatar: "abc", LastActive: noon.Add(-time.Hour),
	}
	must(t, db.PutContact(ctx, contact, ""))
	s := receive(t, db, from("hi"))
	must(t, db.SetDraft(ctx, withBob, "half a sen"))
	m, _, err := db.Message(ctx, s.ID)
	must(t, err)
	want := chat.Conversation{
		ID: withBob, Contact: contact, Last: m, Time: noon, Unread: 1, FirstNew: s.ID, Draft: "half a sen",
	}
	if got := conversation(t, db, withBob); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if _, found, err := db.Conversation(ctx, chat.ConvID{Account: alice, Peer: carol}); err != nil || found {
		t.Error("found what is not there", err)
	}
	// Who is no contact is known by the address.
	receive(t, db, from("hello", with(carol)))
	if got := conversation(t, db, chat.ConvID{Account: alice, Peer: carol}).Contact; !reflect.DeepEqual(got, chat.Contact{Account: alice, Address: carol}) {
		t.Errorf("contact %+v", got)
	}
}

func TestDraft(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	for _, draft := range []string{"a", "with\nlines and 'quotes' 😀", strings.Repeat("long ", 50_000), ""} {
		must(t, db.SetDraft(ctx, withBob, draft))
		db = reopen(t, db)
		if got := conversation(t, db, withBob).Draft; got != draft {
			t.Errorf("draft of %d bytes is %d bytes", len(draft), len(got))
		}
	}
	if got := find(t, db, "long"); len(got) != 0 {
		t.Errorf("a draft was found: %d", len(got))
	}
	wantCode(t, db.SetDraft(ctx, chat.ConvID{Account: carol, Peer: bob}, "x"), chat.CodeNotFound)
	wantCode(t, db.SetDraft(ctx, chat.ConvID{}, "x"), chat.CodeAddress)
	wantCode(t, db.SetConversationSettings(ctx, chat.ConvID{Account: carol, Peer: bob}, chat.ConversationSettings{}), chat.CodeNotFound)
	_, err := db.EnsureConversation(ctx, chat.ConvID{Account: alice, Peer: bob.WithResource("x")})
	wantCode(t, err, chat.CodeAddress)
}

func TestUnread(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	var ids []chat.MsgID
	for i := range 10 {
		ids = append(ids, receive(t, db, from(fmt.Sprint(i), func(in *Incoming) { in.Time = noon.Add(-time.Duration(i) * time.Hour) })).ID)
	}
	other := receive(t, db, from("other", with(carol))).ID
	state := func(unread int, first chat.MsgID) {
		t.Helper()
		if c := conversation(t, db, withBob); c.Unread != unread || c.FirstNew != first {
			t.Fatalf("unread %d from %d, want %d from %d", c.Unread, c.FirstNew, unread, first)
		}
	}
	mark := func(upTo chat.MsgID, want bool) {
		t.Helper()
		if changed, err := db.MarkRead(ctx, withBob, upTo); err != nil || changed != want {
			t.Fatalf("changed %v, %v", changed, err)
		}
	}
	state(10, ids[0])
	mark(ids[3], true) // the order is that of arrival
	state(6, ids[4])
	mark(ids[3], false)
	mark(ids[1], false)
	state(6, ids[4])
	mark(other, false) // of another conversation
	mark(0, false)
	mark(1, false)
	state(6, ids[4])
	db = reopen(t, db)
	state(6, ids[4])
	mark(ids[9], true)
	state(0, 0)
	if _, err := db.MarkRead(ctx, chat.ConvID{Account: alice, Peer: alice}, ids[9]); err != nil {
		t.Error(err)
	}
	if c := conversation(t, db, chat.ConvID{Account: alice, Peer: carol}); c.Unread != 1 {
		t.Errorf("the other conversation has %d", c.Unread)
	}
	// What the person has written itself, or read elsewhere, is not unread.
	_, _, err := db.AddOutgoing(ctx, withBob, "mine", noon, "o")
	must(t, err)
	receive(t, db, from("mine too", func(in *Incoming) { in.Direction, in.From = chat.Out, alice.WithResource("phone") }))
	receive(t, db, from("seen", func(in *Incoming) { in.Seen = true }))
	state(0, 0)
	ms, err := db.Page(ctx, withBob, 0, 20)
	must(t, err)
	for _, m := range ms {
		if want := m.Direction == chat.In; (m.Status == chat.Read) != want {
			t.Errorf("%q is %v", m.Body, m.Status)
		}
	}
	// An unread one that is deleted is unread no more.
	first, second := receive(t, db, from("a")).ID, receive(t, db, from("b")).ID
	state(2, first)
	_, err = db.DeleteMessage(ctx, first)
	must(t, err)
	state(1, second)
	if !slices.Contains(find(t, db, "b"), "b") {
		t.Error("the other is gone too")
	}
}
