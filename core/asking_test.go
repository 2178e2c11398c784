// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// anotherDevice is the account of p in a profile of its own.
func anotherDevice(t *testing.T, p *person) *person {
	t.Helper()
	other := somebody(t, p.server, p.name)
	if err := other.AddAccount(other.ctx(), p.server.Login(p.name), []byte("secret of "+p.name)); err != nil {
		t.Fatal(err)
	}
	other.waitState(chat.StateOnline)
	return other
}

// Who asked, and was answered on another device, asks no more.
func TestAnsweredElsewhere(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob, carol := user(t, s, "alice"), user(t, s, "bob"), user(t, s, "carol")
	for _, p := range []*person{alice, carol} {
		if err := p.AddContact(p.ctx(), p.addr, bob.addr, ""); err != nil {
			t.Fatal(err)
		}
		bob.wait("a request", func() bool { return bob.contact(p).Asking })
	}
	bob.stop()
	phone := anotherDevice(t, bob)
	phone.wait("the request there", func() bool { return phone.contact(alice).Asking })
	if err := phone.DeclineContact(phone.ctx(), phone.addr, alice.addr); err != nil {
		t.Fatal(err)
	}
	phone.stop()
	bob.start()
	bob.waitState(chat.StateOnline)
	bob.wait("the end of the request", func() bool { return !bob.contact(alice).Asking })
	if !bob.contact(carol).Asking {
		t.Error("who still asks is gone, too")
	}
}

// Who is away has been away since we saw him, not since we asked.
func TestLastActive(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	before := time.Now()
	bob.stop()
	alice.wait("bob being away", func() bool { return alice.contact(bob).Presence == chat.Unavailable })
	left := alice.contact(bob).LastActive
	if left.Before(before) || left.After(time.Now()) {
		t.Errorf("bob left at %v, between %v and now", left, before)
	}
	alice.stop()
	alice.start()
	alice.waitState(chat.StateOnline)
	// What the server said of bob has come once a message to ourselves is back.
	alice.waitStatus(alice.say(alice.with(alice), "here"), chat.Delivered)
	if seen := alice.contact(bob).LastActive; seen.Sub(left).Abs() > time.Millisecond {
		t.Errorf("bob was last active at %v, want %v", seen, left)
	}
}

func TestOwnAddressAsContact(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := user(t, s, "alice")
	if err := alice.AddContact(alice.ctx(), alice.addr, alice.addr, ""); chat.CodeOf(err) != chat.CodeOwnAddress {
		t.Errorf("adding oneself: %v, want %s", err, chat.CodeOwnAddress)
	}
}

// TestAskedBothWays: who asks while we ask may see us without a question, also where the
// server's word that we have asked is late; not who has said no meanwhile.
func TestAskedBothWays(t *testing.T) {
	f := among(t, nil)
	yes := make(chan string, 1)
	f.On(func(_ *coretest.Session, e *coretest.Element) bool {
		if e.XMLName.Local == "presence" && e.Attr("type") == "subscribed" {
			yes <- e.Attr("to")
			return true
		}
		return false
	})
	for who, saidNo := range map[string]bool{mallory: false, "eve@elsewhere.test": true} {
		peer := chat.MustAddress(who)
		is := func(what func(chat.Contact) bool) func() bool {
			return func() bool {
				all, err := f.alice.Contacts(t.Context(), f.alice.addr)
				return err == nil && slices.ContainsFunc(all, func(c chat.Contact) bool { return c.Address == peer && what(c) })
			}
		}
		asking := is(func(c chat.Contact) bool { return c.Asking })
		presence := func(typ string) string { return "<presence from='" + who + "' type='" + typ + "'/>" }
		f.send(presence("subscribe"))
		f.alice.wait("the request of a stranger", asking)
		if err := f.alice.DeclineContact(f.alice.ctx(), f.alice.addr, peer); err != nil {
			t.Fatal(err)
		}
		if err := f.alice.AddContact(f.alice.ctx(), f.alice.addr, peer, ""); err != nil {
			t.Fatal(err)
		}
		// The list as it was before we asked comes late.
		f.send("<iq from='alice@example.test' to='" + f.Session("alice").Address.String() + "' type='set' id='late'>" +
			"<query xmlns='jabber:iq:roster'><item jid='" + who + "' subscription='none'/></query></iq>")
		f.alice.wait("the late list", is(func(c chat.Contact) bool { return !c.Asked }))
		if saidNo {
			f.send(presence("unsubscribed"), presence("subscribe"))
			f.alice.wait("a question", asking)
			if len(yes) > 0 {
				t.Errorf("%s may see us", <-yes)
			}
			continue
		}
		f.send(presence("subscribe"))
		select {
		case to := <-yes:
			if to != who || asking() {
				t.Errorf("%s may see us; asking: %v", to, asking())
			}
		case <-f.alice.ctx().Done():
			t.Error("nobody may see us")
		}
	}
}
