// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestPrivacySettings: who switches receipts and typing off gives neither away.
func TestPrivacySettings(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	for _, key := range []string{chat.SettingReceipts, chat.SettingTyping} {
		if err := bob.SetSetting(bob.ctx(), key, "false"); err != nil {
			t.Fatal(err)
		}
	}
	bob.stop()
	bob.start() // it is kept
	bob.waitState(chat.StateOnline)
	alice.wait("bob", func() bool { return alice.contact(bob).Presence == chat.Available })
	bob.wait("alice", func() bool { return bob.contact(alice).Presence == chat.Available })

	first := alice.say(alice.with(bob), "are you there?")
	bob.wait("a message", func() bool { return bob.conversation(bob.with(alice)).Last.Body == "are you there?" })
	if err := bob.SetTyping(bob.ctx(), bob.with(alice), chat.Composing); err != nil {
		t.Fatal(err)
	}
	bob.say(bob.with(alice), "yes") // goes after a receipt and the typing, had there been any
	alice.wait("an answer", func() bool { return alice.conversation(alice.with(bob)).Last.Body == "yes" })
	if got := alice.message(first).Status; got != chat.Sent {
		t.Errorf("the message is %v although bob sends no receipts", got)
	}
	if got := alice.conversation(alice.with(bob)).Typing; got != chat.Idle {
		t.Error("bob was seen typing")
	}

	if err := bob.SetSetting(bob.ctx(), chat.SettingReceipts, "true"); err != nil {
		t.Fatal(err)
	}
	alice.waitStatus(alice.say(alice.with(bob), "and now?"), chat.Delivered)
	for key, value := range map[string]string{"": "x", strings.Repeat("k", 200): "x", "long": strings.Repeat("v", 70_000)} {
		if err := bob.SetSetting(bob.ctx(), key, value); chat.KindOf(err) != chat.Input {
			t.Errorf("a key of %d and a value of %d bytes: %v", len(key), len(value), err)
		}
	}
}

// TestTwoComputers: two programs with one account, which both stay connected.
func TestTwoComputers(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	desk, bob := user(t, s, "alice"), user(t, s, "bob")
	laptop := somebody(t, s, "alice")
	if err := laptop.AddAccount(laptop.ctx(), s.Login("alice"), []byte("secret of alice")); err != nil {
		t.Fatal(err)
	}
	laptop.waitState(chat.StateOnline)
	befriend(t, laptop, bob)
	desk.wait("the contact that was added elsewhere", func() bool { return desk.contact(bob).Subscription == chat.SubscriptionBoth })
	desk.waitStatus(desk.say(desk.with(bob), "from the desk"), chat.Delivered)
	if got := desk.account(); got.State != chat.StateOnline || got.Error != nil {
		t.Errorf("the first computer is %v, %v", got.State, got.Error)
	}
}
