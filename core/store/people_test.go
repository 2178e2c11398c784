// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func TestAccounts(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	full := AccountRecord{
		Login: chat.Login{
			Address: carol, Host: "host.example", Port: 5223, DirectTLS: true, Proxy: "socks5://127.0.0.1:9050", Tor: true, AllowPlain: true,
		},
		Nick: "Carol ☺", Avatar: "abc", Enabled: true, Mechanism: "SCRAM-SHA-256-PLUS", RosterVersion: "v'1", Resource: "r", Password: []byte("p\x00\xff"),
	}
	must(t, db.PutAccount(ctx, full))
	db = reopen(t, db)
	account := func() AccountRecord {
		t.Helper()
		a, found, err := db.Account(ctx, carol.WithResource("any"))
		must(t, err)
		if !found {
			t.Fatal("not found")
		}
		return a
	}
	if got := account(); !reflect.DeepEqual(got, full) {
		t.Errorf("\n got %+v\nwant %+v", got, full)
	}
	must(t, db.SetNick(ctx, carol, "C"))
	must(t, db.SetAvatar(ctx, carol, "def"))
	must(t, db.SetMechanism(ctx, carol, "PLAIN"))
	must(t, db.SetEnabled(ctx, carol, false))
	must(t, db.SetRosterVersion(ctx, carol, "v2"))
	full.Nick, full.Avatar, full.Mechanism, full.Enabled, full.RosterVersion = "C", "def", "PLAIN", false, "v2"
	if got := account(); !reflect.DeepEqual(got, full) {
		t.Errorf("\n got %+v\nwant %+v", got, full)
	}
	full.Password, full.Login.Port = nil, 0
	must(t, db.PutAccount(ctx, full))
	if got := account(); !reflect.DeepEqual(got, full) {
		t.Errorf("without a password:\n got %+v\nwant %+v", got, full)
	}
	all, err := db.Accounts(ctx)
	must(t, err)
	if len(all) != 2 || all[0].Login.Address != alice || all[1].Login.Address != carol {
		t.Errorf("accounts %+v", all)
	}
	for _, bad := range []chat.Address{{}, bob.WithResource("x")} {
		wantCode(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: bad}}), chat.CodeAddress)
	}
	for name, err := range map[string]error{
		"nick": db.SetNick(ctx, bob, "x"), "avatar": db.SetAvatar(ctx, bob, "x"), "mechanism": db.SetMechanism(ctx, bob, "x"),
		"enabled": db.SetEnabled(ctx, bob, true), "version": db.SetRosterVersion(ctx, bob, "x"), "removal": db.RemoveAccount(ctx, bob),
	} {
		if chat.CodeOf(err) != chat.CodeNotFound {
			t.Errorf("%s of no account: %v", name, err)
		}
	}
	if _, found, err := db.Account(ctx, bob); found || err != nil {
		t.Error(found, err)
	}
}

// Nothing of an account is seen where it is printed or logged.
func TestAccountIsRedacted(t *testing.T) {
	a := AccountRecord{Login: chat.Login{Address: carol, Host: "secret"}, Nick: "secret", Password: []byte("secret")}
	for _, f := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		for _, v := range []any{a, &a, []AccountRecord{a}} {
			got := fmt.Sprintf(f, v)
			for _, hidden := range []string{"secret", "115 101 99", "736563", "0x73", "carol"} {
				if strings.Contains(got, hidden) {
					t.Errorf("%s of %T: %s", f, v, got)
				}
			}
		}
	}
}

func TestContacts(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: carol}}))
	contact := func(account, addr chat.Address, edit ...func(*chat.Contact)) chat.Contact {
		c := chat.Contact{Account: account, Address: addr, Listed: true}
		for _, e := range edit {
			e(&c)
		}
		return c
	}
	full := contact(alice, bob, func(c *chat.Contact) {
		c.Name, c.Nick, c.Groups = "Bob 'B'", "bobby", []string{"a", "ü,\"", ""}
		c.Subscription, c.Asked, c.Asking, c.Avatar = chat.SubscriptionFrom, true, true, "abc"
		c.LastActive = time.Date(2025, 1, 2, 3, 4, 5, 6000, time.UTC)
	})
	dave := chat.MustAddress("dave@x.example")
	must(t, db.PutContact(ctx, full, "v1"))
	must(t, db.PutContact(ctx, contact(alice, dave), ""))
	must(t, db.PutContact(ctx, contact(carol, bob), ""))
	version := func(want string) {
		t.Helper()
		if a, _, err := db.Account(ctx, alice); err != nil || a.RosterVersion != want {
			t.Errorf("version %q, want %q", a.RosterVersion, want)
		}
	}
	list := func(account chat.Address, want ...chat.Contact) {
		t.Helper()
		got, err := db.Contacts(ctx, account)
		must(t, err)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("\n got %+v\nwant %+v", got, want)
		}
	}
	version("v1")
	db = reopen(t, db)
	list(alice, full, contact(alice, dave))
	list(chat.Address{}, full, contact(alice, dave), contact(carol, bob))
	if got, found, err := db.Contact(ctx, alice, bob.WithResource("x")); err != nil || !found || !reflect.DeepEqual(got, full) {
		t.Errorf("one: %+v %v %v", got, found, err)
	}

	// The server's list: who is not in it goes, except who asks; what it does
	// not say stays.
	must(t, db.PutContact(ctx, contact(alice, carol, func(c *chat.Contact) { c.Listed, c.Asking = false, true }), ""))
	must(t, db.ReplaceContacts(ctx, alice, []chat.Contact{contact(alice, bob, func(c *chat.Contact) { c.Name, c.Subscription = "Robert", chat.SubscriptionBoth })}, "v2"))
	merged := full
	merged.Name, merged.Groups, merged.Subscription, merged.Asked = "Robert", nil, chat.SubscriptionBoth, false
	asking := contact(alice, carol, func(c *chat.Contact) { c.Listed, c.Asking = false, true })
	list(alice, merged, asking)
	list(carol, contact(carol, bob))
	version("v2")
	must(t, db.ReplaceContacts(ctx, alice, nil, ""))
	merged.Listed, merged.Name, merged.Subscription = false, "", chat.SubscriptionNone
	list(alice, merged, asking) // bob asks as well
	version("")
	must(t, db.RemoveContact(ctx, alice, bob, "v3"))
	must(t, db.RemoveContact(ctx, alice, bob, ""))
	list(alice, asking)
	version("v3")

	for name, err := range map[string]error{
		"no account":    db.PutContact(ctx, contact(dave, bob), ""),
		"replaced":      db.ReplaceContacts(ctx, dave, nil, ""),
		"removed":       db.RemoveContact(ctx, dave, bob, ""),
		"with resource": db.PutContact(ctx, contact(alice, bob.WithResource("x")), ""),
		"no address":    db.ReplaceContacts(ctx, alice, []chat.Contact{contact(alice, dave), {}}, "v9"),
	} {
		want := chat.CodeNotFound
		if strings.Contains(name, "resource") || strings.Contains(name, "address") {
			want = chat.CodeAddress
		}
		if chat.CodeOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	list(alice, asking) // a list that is refused changes nothing
	version("v3")
}

func TestSettings(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	for _, kv := range [][2]string{{"a", "1"}, {"b", "x'\"\x00😀"}, {"a", "2"}, {"c", "3"}, {"c", ""}, {"d", ""}} {
		must(t, db.SetSetting(ctx, kv[0], kv[1]))
	}
	db = reopen(t, db)
	all, err := db.Settings(ctx)
	must(t, err)
	if want := map[string]string{"a": "2", "b": "x'\"\x00😀"}; !reflect.DeepEqual(all, want) {
		t.Errorf("got %q", all)
	}
	for key, want := range map[string]string{"a": "2", "c": "", "never": ""} {
		if got, err := db.Setting(ctx, key); err != nil || got != want {
			t.Errorf("%s is %q, %v", key, got, err)
		}
	}
}

func TestPictures(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	hash := func(i int) string { return fmt.Sprintf("%040x", i) }
	must(t, db.PutContact(ctx, chat.Contact{Account: alice, Address: bob, Listed: true, Avatar: hash(0)}, ""))
	must(t, db.SetAvatar(ctx, alice, hash(1)))
	for i := range maxStrayPictures + 10 {
		must(t, db.PutPicture(ctx, hash(i), []byte{byte(i), 0, 0xff}))
	}
	kept := 0
	for i := range maxStrayPictures + 10 {
		data, err := db.Picture(ctx, hash(i))
		must(t, err)
		switch {
		case data == nil:
			if i < 2 || i >= 10 {
				t.Errorf("picture %d is gone", i)
			}
		case len(data) != 3 || data[0] != byte(i):
			t.Errorf("picture %d is %v", i, data)
		default:
			kept++
		}
	}
	if kept != maxStrayPictures+2 { // the two that somebody has, and the newest others
		t.Errorf("%d are kept", kept)
	}
	must(t, db.PutPicture(ctx, hash(0), []byte("new")))
	if data, err := db.Picture(ctx, hash(0)); err != nil || string(data) != "new" {
		t.Errorf("replaced: %q, %v", data, err)
	}
	wantCode(t, db.PutPicture(ctx, "", []byte("x")), chat.CodeEmpty)
	wantCode(t, db.PutPicture(ctx, hash(0), nil), chat.CodeEmpty)
	wantCode(t, db.PutPicture(ctx, hash(0), make([]byte, maxPicture+1)), chat.CodeTooLarge)
	must(t, db.PutPicture(ctx, hash(0), make([]byte, maxPicture)))
}

func TestCaps(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	for i := range maxCaps + 20 {
		must(t, db.PutCaps(ctx, fmt.Sprint("ver", i), []string{"urn:a", fmt.Sprint("urn:", i)}))
	}
	for i, want := range map[int]bool{0: false, 19: false, 20: true, maxCaps + 19: true} {
		got, known, err := db.Caps(ctx, fmt.Sprint("ver", i))
		must(t, err)
		if known != want || known && !reflect.DeepEqual(got, []string{"urn:a", fmt.Sprint("urn:", i)}) {
			t.Errorf("%d: known %v, %q", i, known, got)
		}
	}
	must(t, db.PutCaps(ctx, "none", nil))
	if got, known, err := db.Caps(ctx, "none"); err != nil || !known || len(got) != 0 {
		t.Errorf("no features: %q %v %v", got, known, err)
	}
}
