// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// talk are the texts of a conversation.
func (p *person) talk(conv chat.ConvID) (texts []string) {
	p.t.Helper()
	for _, m := range p.all(conv) {
		if m.Kind == chat.KindText {
			texts = append(texts, m.Body)
		}
	}
	return texts
}

// TestHistoryOfASession: at its end all is deleted but what nobody has read and what
// waits to be sent, and the server's archive does not bring it back.
func TestHistoryOfASession(t *testing.T) {
	for _, word := range []string{"session", "off"} {
		t.Run(word, func(t *testing.T) {
			s := coretest.Prosody(t, coretest.Options{})
			alice, bob := user(t, s, "alice"), user(t, s, "bob")
			befriend(t, alice, bob)
			meet(alice, bob)
			conv, back := alice.with(bob), bob.with(alice)
			alice.waitStatus(alice.say(conv, "kept so far"), chat.Delivered)
			alice.under(`{"history":"` + word + `"}`)
			bob.waitStatus(bob.say(back, "read"), chat.Delivered)
			if err := alice.MarkRead(alice.ctx(), conv, alice.conversation(conv).Last.ID); err != nil {
				t.Fatal(err)
			}
			bob.waitStatus(bob.say(back, "unread"), chat.Delivered)
			if err := alice.Disconnect(alice.ctx(), alice.addr); err != nil {
				t.Fatal(err)
			}
			alice.waitState(chat.StateOffline)
			alice.say(conv, "waits")
			if got := alice.talk(conv); len(got) != 4 {
				t.Fatalf("in the session: %q", got)
			}
			alice.stop()
			bob.waitStatus(bob.say(back, "while alice was away"), chat.Sent)

			alice.policy = nil // it is gone, not only hidden
			alice.start()
			if got := alice.talk(conv); !slices.Equal(got, []string{"unread", "waits"}) {
				t.Errorf("after the session: %q", got)
			}
			alice.stop()

			alice.policy = brandAsks(t, `{"history":"`+word+`"}`)
			alice.start()
			if err := alice.Connect(alice.ctx(), alice.addr); err != nil {
				t.Fatal(err)
			}
			alice.wait("the next session", func() bool {
				return slices.Contains(alice.talk(conv), "while alice was away") && !alice.account().CatchingUp
			})
			if got := alice.talk(conv); slices.Contains(got, "read") || slices.Contains(got, "kept so far") {
				t.Errorf("it came back: %q", got)
			}
			if more, err := alice.LoadOlder(alice.ctx(), conv); more || err != nil {
				t.Errorf("something older: %v, %v", more, err)
			}

			// A new computer gets nothing of before.
			laptop := somebody(t, s, "alice")
			laptop.under(`{"history":"` + word + `"}`)
			if err := laptop.AddAccount(laptop.ctx(), s.Login("alice"), []byte("secret of alice")); err != nil {
				t.Fatal(err)
			}
			laptop.waitState(chat.StateOnline)
			laptop.wait("the archive", func() bool { return !laptop.account().CatchingUp })
			if n, err := laptop.Gaps(laptop.ctx(), alice.addr); n != 0 || err != nil {
				t.Errorf("%d gaps, %v", n, err)
			}
			if got := laptop.talk(conv); len(got) != 0 {
				t.Errorf("a new computer has %q", got)
			}
		})
	}
}
