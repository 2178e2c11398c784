// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/store"
)

// Who is blocked is listed, also who was never a contact.
func TestContactBlocked(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := added(t, s, "alice")
	stranger := s.Address("mallory").String()
	if out := alice.ok("contact", "blocked"); out != "" {
		t.Fatal(out)
	}
	alice.ok("contact", "block", stranger)
	if out := alice.ok("contact", "list"); strings.Contains(out, stranger) {
		t.Fatal(out)
	}
	if out := alice.ok("contact", "blocked"); out != stranger+"\n" {
		t.Errorf("%q", out)
	}
	if o := alice.objects("contact", "blocked", "--account", alice.address); len(o) != 1 || o[0]["account"] != alice.address || o[0]["address"] != stranger {
		t.Error(o)
	}
	other := newUser(t, s, "alice") // hears of it from the server
	other.ok("init")
	other.ok(append([]string{"account", "add", other.address}, other.reach()...)...)
	if o := other.objects("contact", "blocked", "--sync"); len(o) != 1 || o[0]["address"] != stranger {
		t.Error(o)
	}
	alice.fails(exitRefused, "contact", "blocked", "--account", "nobody@example.test")
	alice.ok("contact", "unblock", stranger)
	p := online(alice)
	if r := p.call("contact.blocked", map[string]any{"account": alice.address}); len(r["blocked"].([]any)) != 0 {
		t.Error(r)
	}
	p.call("contact.block", map[string]any{"address": stranger})
	r := p.call("contact.blocked", nil)["blocked"].([]any)
	if len(r) != 1 || r[0].(map[string]any)["address"] != stranger {
		t.Error(r)
	}
	if got := p.refused("contact.blocked", map[string]any{"account": "nobody@example.test"}); got != "input/not-found" {
		t.Error(got)
	}
	p.closeInput()
}

// The rooms that an account has marked are listed, without their passwords.
func TestBookmarks(t *testing.T) {
	t.Parallel()
	u := newUser(t, nil, "alice")
	u.ok("init")
	alice := chat.MustAddress("alice@example.test")
	err := u.stored(func(ctx context.Context, db *store.DB) error {
		if err := db.PutAccount(ctx, store.AccountRecord{Login: chat.Login{Address: alice}}); err != nil {
			return err
		}
		return db.ReplaceBookmarks(ctx, alice, []store.Bookmark{
			{Address: chat.MustAddress("garden@rooms.example.test"), Name: "The\ngarden", Nick: "al", Autojoin: true, Password: "rosebud"},
			{Address: chat.MustAddress("attic@rooms.example.test")},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if out := u.ok("bookmarks"); out != "attic@rooms.example.test\ngarden@rooms.example.test  The garden\n" {
		t.Errorf("%q", out)
	}
	want := map[string]any{"account": alice.String(), "address": "garden@rooms.example.test", "name": "The\ngarden", "nick": "al", "autojoin": true}
	same := func(got any) bool {
		o, _ := got.(map[string]any)
		for k, v := range want {
			if o[k] != v {
				return false
			}
		}
		return len(o) == len(want)
	}
	if o := u.objects("bookmarks", "--account", alice.String()); len(o) != 2 || !same(o[1]) {
		t.Error(o)
	}
	dumped := 0
	for _, o := range u.objects("dump") {
		if o["kind"] == "bookmark" && strings.HasSuffix(o["jid"].(string), "@rooms.example.test") {
			dumped++
		}
	}
	if dumped != 2 {
		t.Errorf("%d bookmarks are dumped", dumped)
	}
	p := u.rpc()
	if r := p.call("bookmark.list", nil)["bookmarks"].([]any); len(r) != 2 || !same(r[1]) {
		t.Error(r)
	}
	p.closeInput()
	u.fails(exitRefused, "bookmarks", "--account", "nobody@example.test")
}

// When a contact was last active is told where it is known.
func TestLastActive(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 3, 12, 30, 15, 0, time.FixedZone("", 3600))
	c := chat.Contact{Address: chat.MustAddress("bob@example.test"), LastActive: at}
	if got := contactOf(c).LastActive; got != "2026-11-03T11:30:15Z" {
		t.Error(got)
	}
	wantIn(t, contactLine(c), "last active "+at.Local().Format(minute))
	c.LastActive = time.Time{}
	if got := contactOf(c).LastActive; got != "" {
		t.Error(got)
	}
	if line := contactLine(c); strings.Contains(line, "active") {
		t.Error(line)
	}
}
