// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// Whose refused list is taken for one that is there, and whose for none.
func TestWhoseListIsRefused(t *testing.T) {
	c, a := oneAccount(t)
	s := a.idleSession(t)
	identity, err := omemo.NewIdentity(nil)
	if err != nil {
		t.Fatal(err)
	}
	key := store.SeenKey{Fingerprint: identity.Public().Fingerprint(), Device: 5, Version: 2}
	otr := store.SeenKey{Fingerprint: chat.Fingerprint("0123456789abcdef0123456789abcdef01234567")}
	seen := func(k store.SeenKey) func(chat.Address) error {
		return func(owner chat.Address) error {
			k.Owner = owner
			return c.db.SaveKeys(t.Context(), a.addr, store.KeyChanges{Seen: []store.SeenKey{k}})
		}
	}
	contact := func(sub chat.Subscription) func(chat.Address) error {
		return func(owner chat.Address) error {
			return a.do(t.Context(), func(context.Context) {
				a.contacts[owner] = chat.Contact{Address: owner, Listed: true, Subscription: sub}
			})
		}
	}
	for name, test := range map[string]struct {
		is   func(chat.Address) error
		none bool
	}{
		"stranger":   {nil, true},
		"sees-us":    {contact(chat.SubscriptionFrom), true},
		"seen-by-us": {contact(chat.SubscriptionTo), false},
		"had-a-key":  {seen(key), false},
		"has-a-key-by-word": {func(o chat.Address) error { // of another device of ours, say
			_, err := c.db.SetTrust(t.Context(), a.addr, []store.TrustChange{{Owner: o, Fingerprint: key.Fingerprint, Trust: chat.TrustVerified, By: chat.ByMessage}})
			return err
		}, false},
		"had-otr":       {seen(otr), true},
		"had-a-device":  {func(o chat.Address) error { return devicesOf(t, c, a, o, store.Device{ID: 5}) }, false},
		"has-no-device": {func(o chat.Address) error { return devicesOf(t, c, a, o) }, true},
	} {
		owner := chat.MustAddress(name + "@elsewhere.test")
		if test.is != nil {
			if err := test.is(owner); err != nil {
				t.Fatal(err)
			}
		}
		for _, condition := range []string{"forbidden", "item-not-found"} {
			code, none := chat.CodeForbidden, test.none
			if condition != "forbidden" {
				code, none = chat.CodeNotFound, true
			}
			said := &chat.Error{Kind: chat.Rejected, Code: code, Err: &xmpp.StanzaError{Type: "auth", Condition: condition, Code: code}}
			inActor(t, a, func(ctx context.Context) {
				l := deviceList{owner, omemo.V2}
				delete(a.omemo.lists, l)
				a.listAnswered(ctx, s, l, nil, said)
				if got := a.omemo.lists[l].failed == 0; got != none {
					t.Errorf("%s, %s: no devices is %v, want %v", name, condition, got, none)
				}
			})
		}
	}
}

func devicesOf(t *testing.T, c *Client, a *account, owner chat.Address, list ...store.Device) error {
	t.Helper()
	_, err := c.db.SetDevices(t.Context(), a.addr, owner, 2, list, len(list) > 0, time.Now())
	return err
}

// Whose lists have not been answered may have devices: a message waits while the question
// may not have had its turn, however long others keep it waiting, and is never taken for
// one to somebody who has none.
func TestListNotAnswered(t *testing.T) {
	_, a := oneAccount(t)
	a.idleSession(t)
	a.online = a.session
	bob := chat.MustAddress("bob@elsewhere.test")
	for _, test := range []struct {
		name   string
		asking bool
		known  []omemo.Version
		code   chat.Code
		wait   bool
	}{
		{"asked for", true, nil, "", true},
		{"half of it asked for", true, []omemo.Version{omemo.V2}, "", true},
		{"nobody asks", false, nil, chat.CodeNoKeyOf, false},
		{"nobody asks for half of it", false, []omemo.Version{omemo.V03}, chat.CodeNoKeyOf, false},
		{"there is none", false, []omemo.Version{omemo.V2, omemo.V03}, "", false},
	} {
		inActor(t, a, func(ctx context.Context) {
			a.omemo = newOMEMOState(a.omemo.own)
			a.omemo.waiting[bob] = time.Now().Add(-waitForKey - time.Second)
			a.omemo.asking[bob] = test.asking
			for _, v := range test.known {
				a.omemo.lists[deviceList{bob, v}] = listState{at: time.Now()}
			}
			code, wait, err := a.noDevice(ctx, bob, time.Now())
			if code != test.code || wait != test.wait || err != nil {
				t.Errorf("%s: %q, waits %v, %v; want %q, %v", test.name, code, wait, err, test.code, test.wait)
			}
		})
	}
}
