// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestBlocked(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: carol}}))
	domain := chat.MustAddress("spam.example")
	check := func(want ...chat.Address) {
		t.Helper()
		got, err := db.Blocked(ctx, alice)
		must(t, err)
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if other, err := db.Blocked(ctx, carol); err != nil || len(other) != 0 {
			t.Errorf("%v, %v", other, err)
		}
	}
	check()
	must(t, db.ReplaceBlocked(ctx, alice, []chat.Address{domain, bob, bob}))
	check(bob, domain)
	must(t, db.ChangeBlocked(ctx, alice, []chat.Address{carol, bob.WithResource("x")}, []chat.Address{bob, alice}))
	check(bob.WithResource("x"), carol, domain)
	wantCode(t, db.ReplaceBlocked(ctx, alice, []chat.Address{bob, {}}), chat.CodeAddress)
	check(bob.WithResource("x"), carol, domain)
	db = reopen(t, db)
	must(t, db.ReplaceBlocked(ctx, alice, nil))
	check()
	wantCode(t, db.ReplaceBlocked(ctx, bob, nil), chat.CodeNotFound)
	wantCode(t, db.ChangeBlocked(ctx, bob, nil, nil), chat.CodeNotFound)
}

func TestBookmarks(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	room := func(name string) Bookmark {
		return Bookmark{Address: chat.MustAddress(name + "@rooms.example"), Name: name}
	}
	a, b := room("a"), room("b")
	b.Nick, b.Autojoin, b.Password, b.Extra = "me", true, "p", []byte("<x/>")
	check := func(want ...Bookmark) {
		t.Helper()
		got, err := db.Bookmarks(ctx, alice)
		must(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%#v, want %#v", got, want)
		}
	}
	must(t, db.ReplaceBookmarks(ctx, alice, []Bookmark{b, a}))
	check(a, b)
	a.Nick, b.Extra = "other", nil
	must(t, db.ChangeBookmarks(ctx, alice, []Bookmark{a, b, room("c")}, []chat.Address{room("c").Address, room("d").Address}))
	check(a, b, room("c"))
	db = reopen(t, db)
	must(t, db.ChangeBookmarks(ctx, alice, nil, []chat.Address{a.Address}))
	check(b, room("c"))
	wantCode(t, db.ReplaceBookmarks(ctx, alice, []Bookmark{{Address: alice.WithResource("x")}}), chat.CodeAddress)
	check(b, room("c"))
	wantCode(t, db.ReplaceBookmarks(ctx, bob, nil), chat.CodeNotFound)
	wantCode(t, db.ChangeBookmarks(ctx, bob, nil, nil), chat.CodeNotFound)
	if s := fmt.Sprintf("%v %+v %#v", b, []Bookmark{b}, &b); s != "bookmark [bookmark] bookmark" {
		t.Errorf("printed as %s", s)
	}
	must(t, db.RemoveAccount(ctx, alice))
	for _, table := range []string{"bookmark", "blocked", "gap", "gone", "pending"} {
		if n := count(t, db, table); n != 0 {
			t.Errorf("%d left in %s", n, table)
		}
	}
}
