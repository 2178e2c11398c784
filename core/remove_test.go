// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// A removal that is given up before it has begun leaves the account as it was.
func TestRemoveGivenUp(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := user(t, s, "alice")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := alice.RemoveAccount(ctx, alice.addr); chat.CodeOf(err) != chat.CodeCanceled {
		t.Fatalf("with an ended context: %v", err)
	}
	alice.waitState(chat.StateOnline)
	alice.waitStatus(alice.say(alice.with(alice), "still here"), chat.Delivered)
	if err := alice.RemoveAccount(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	if all, _ := alice.Accounts(t.Context()); len(all) != 0 || len(alice.keyring.secrets) != 1 {
		t.Errorf("after removing it there are %d accounts, %d secrets", len(all), len(alice.keyring.secrets))
	}
}

// A name that was chosen and never published is not published when the account
// comes back: that would take the one on the server away.
func TestRemovedWithItsName(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	if err := alice.SetNick(alice.ctx(), alice.addr, "Alice"); err != nil {
		t.Fatal(err)
	}
	bob.wait("the name", func() bool { return bob.contact(alice).Nick == "Alice" })
	if err := alice.Disconnect(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	alice.waitState(chat.StateOffline)
	if err := alice.SetNick(alice.ctx(), alice.addr, "Never"); err != nil {
		t.Fatal(err)
	}
	if err := alice.RemoveAccount(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	if err := alice.AddAccount(alice.ctx(), s.Login("alice"), []byte("secret of alice")); err != nil {
		t.Fatal(err)
	}
	alice.waitState(chat.StateOnline)
	alice.wait("the name on the server", func() bool { return alice.account().Nick == "Alice" })
	alice.waitStatus(alice.say(alice.with(bob), "it's me"), chat.Delivered)
	if got := bob.contact(alice).Nick; got != "Alice" {
		t.Errorf("the name is now %q", got)
	}
}

// A conversation that was removed and begins anew has nothing older to load.
func TestRemovedIsNotLoadedAgain(t *testing.T) {
	f := among(t, func(s *coretest.Scripted) { s.Archive("alice", stored("old", 9, text("old"))) })
	f.has(f.bob, "old")
	if err := f.alice.RemoveConversation(f.alice.ctx(), f.bob); err != nil {
		t.Fatal(err)
	}
	f.send(message("bob@example.test/desk", "n", text("new")+"<stanza-id xmlns='urn:xmpp:sid:0' by='alice@example.test' id='new'/>"))
	f.Archive("alice", stored("new", 0, text("new")))
	if more, err := f.alice.LoadOlder(f.alice.ctx(), f.bob); more || err != nil {
		t.Errorf("more %v, %v", more, err)
	}
	f.has(f.bob, "new")
}

// Removing an account sends nothing of what waits, also where it connects to take its
// device off the lists.
func TestRemovedWithWhatWaits(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	if err := alice.Disconnect(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	alice.waitState(chat.StateOffline)
	alice.say(alice.with(bob), "never sent")
	if err := alice.ConnectToRemove(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	alice.wait("being caught up", func() bool { a := alice.account(); return a.State == chat.StateOnline && !a.CatchingUp })
	if err := alice.Findable(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	alice.say(alice.with(bob), "not even this")
	if err := alice.RemoveAccount(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	if err := alice.AddAccount(alice.ctx(), s.Login("alice"), []byte("secret of alice")); err != nil {
		t.Fatal(err)
	}
	alice.waitState(chat.StateOnline)
	alice.waitStatus(alice.say(alice.with(bob), "sent"), chat.Delivered)
	for _, m := range bob.all(bob.with(alice)) {
		if m.Kind == chat.KindText && m.Body != "sent" {
			t.Errorf("bob has got %q", m.Body)
		}
	}
}
