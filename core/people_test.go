// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

func TestTwoPeopleProsody(t *testing.T) {
	twoPeople(t, coretest.Prosody(t, coretest.Options{}), 400)
}

func TestTwoPeopleEjabberd(t *testing.T) {
	twoPeople(t, coretest.Ejabberd(t, coretest.Options{}), 300)
}

// twoPeople: a request is accepted, n messages go each way at once, and arrive.
func twoPeople(t *testing.T, s *coretest.Server, n int) {
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	if title := alice.contact(bob).Title(); title != "Bobby" {
		t.Errorf("the contact is called %q, want the name that was given", title)
	}
	exchange(alice, bob, n)

	if unread := bob.conversation(bob.with(alice)).Unread; unread != n {
		t.Errorf("%d unread, want %d", unread, n)
	}
	if err := bob.MarkRead(bob.ctx(), bob.with(alice), bob.conversation(bob.with(alice)).Last.ID); err != nil {
		t.Fatal(err)
	}
	if unread := bob.conversation(bob.with(alice)).Unread; unread != 0 {
		t.Errorf("%d unread after reading", unread)
	}
	typing(t, alice, bob)

	if err := bob.Disconnect(bob.ctx(), bob.addr); err != nil {
		t.Fatal(err)
	}
	bob.waitState(chat.StateOffline)
	alice.wait("bob being away", func() bool { return alice.contact(bob).Presence == chat.Unavailable })
	if err := bob.Connect(bob.ctx(), bob.addr); err != nil {
		t.Fatal(err)
	}
	alice.wait("bob being back", func() bool { return alice.contact(bob).Presence == chat.Available })
	bob.wait("alice, from a list that did not change", func() bool { return bob.contact(alice).Presence == chat.Available })

	if err := alice.RemoveContact(alice.ctx(), alice.addr, bob.addr); err != nil {
		t.Fatal(err)
	}
	bob.wait("the end of it", func() bool {
		c := bob.contact(alice)
		return c.Subscription == chat.SubscriptionNone && c.Presence == chat.Unavailable
	})
	if c := alice.contact(bob); c.Listed {
		t.Error("the contact is still there after removing it")
	}
	if len(alice.all(alice.with(bob))) != 2*n {
		t.Error("removing a contact took messages away")
	}
}

// exchange sends n messages each way at once and checks what both hold.
func exchange(alice, bob *person, n int) {
	alice.t.Helper()
	var wg sync.WaitGroup
	for _, pair := range [][2]*person{{alice, bob}, {bob, alice}} {
		wg.Go(func() {
			for i := range n {
				if _, err := pair[0].SendText(pair[0].t.Context(), pair[0].with(pair[1]), fmt.Sprintf("%s %d", pair[0].name, i), chat.SendOptions{}); err != nil {
					pair[0].t.Errorf("send: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
	for _, pair := range [][2]*person{{alice, bob}, {bob, alice}} {
		one, other := pair[0], pair[1]
		one.waitAll(one.with(other), chat.Out, n, chat.Delivered)
		one.checkSequence(one.with(other), chat.Out, one.name, n, chat.Delivered)
		other.checkSequence(other.with(one), chat.In, one.name, n, chat.Delivered)
	}
}

func typing(t *testing.T, alice, bob *person) {
	t.Helper()
	for _, state := range []chat.Typing{chat.Composing, chat.Paused, chat.Idle, chat.Composing} {
		if err := alice.SetTyping(alice.ctx(), alice.with(bob), state); err != nil {
			t.Fatal(err)
		}
		bob.wait("typing", func() bool { return bob.conversation(bob.with(alice)).Typing == state })
	}
	alice.say(alice.with(bob), "said it")
	bob.wait("the message to end the typing", func() bool { return bob.conversation(bob.with(alice)).Typing == chat.Idle })
	if err := alice.DeleteMessage(alice.ctx(), alice.with(bob), alice.conversation(alice.with(bob)).Last.ID); err != nil {
		t.Fatal(err)
	}
}

func TestStrangerGetsNoReceipt(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	id := alice.say(alice.with(bob), "do you know me?")
	bob.wait("a conversation with a stranger", func() bool { return bob.conversation(bob.with(alice)).Last.Body == "do you know me?" })
	if got := bob.conversation(bob.with(alice)).Contact; got.Listed || got.Subscription != chat.SubscriptionNone {
		t.Errorf("the stranger is %+v", got)
	}
	// What bob sends later arrives later: then a receipt would have arrived.
	bob.say(bob.with(alice), "no")
	alice.wait("an answer", func() bool { return alice.conversation(alice.with(bob)).Last.Body == "no" })
	if got := alice.message(id).Status; got != chat.Sent {
		t.Errorf("a message to a stranger is %v, want sent: strangers get no receipts", got)
	}
	if err := bob.SetTyping(bob.ctx(), bob.with(alice), chat.Composing); err != nil {
		t.Fatal(err)
	}
	bob.say(bob.with(alice), "who are you?")
	alice.wait("more", func() bool { return alice.conversation(alice.with(bob)).Last.Body == "who are you?" })
	if alice.conversation(alice.with(bob)).Typing != chat.Idle {
		t.Error("a stranger saw us type")
	}
}

func TestRefusedMessages(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	nobody := chat.ConvID{Account: alice.addr, Peer: s.Address("nobody")}
	refused := alice.say(nobody, "anybody there?")
	behind := alice.say(alice.with(bob), "I am behind it")
	if got := alice.waitStatus(refused, chat.Failed); got.Error == "" {
		t.Errorf("failed without a reason: %q %q", got.Error, got.ErrorText)
	}
	alice.waitStatus(behind, chat.Sent)

	coretest.User(t, s, "nobody", "x")
	if err := alice.Retry(alice.ctx(), nobody, refused); err != nil {
		t.Fatal(err)
	}
	alice.waitStatus(refused, chat.Sent)

	for name, tc := range map[string]struct {
		conv chat.ConvID
		body string
		want chat.Code
	}{
		"empty":           {alice.with(bob), " \n ", chat.CodeEmpty},
		"too long":        {alice.with(bob), string(make([]byte, 70_000)), chat.CodeTooLarge},
		"no such account": {chat.ConvID{Account: bob.addr, Peer: alice.addr}, "x", chat.CodeNotFound},
		"nobody":          {chat.ConvID{Account: alice.addr}, "x", chat.CodeAddress},
	} {
		if _, err := alice.SendText(alice.ctx(), tc.conv, tc.body, chat.SendOptions{}); chat.CodeOf(err) != tc.want {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
}

func TestNoteToSelf(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := user(t, s, "alice")
	id := alice.say(alice.with(alice), "milk")
	alice.waitStatus(id, chat.Delivered)
	if all := alice.all(alice.with(alice)); len(all) != 1 {
		t.Errorf("%d messages, want the one", len(all))
	}
}

// TestTellsNewContact: who has become a contact hears what the other publishes. ejabberd
// tells only those clients whose abilities it has seen since then, and asked for: what is
// published in that moment is not heard, so it is said again.
func TestTellsNewContact(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		alice, bob := user(t, s, "alice"), user(t, s, "bob")
		befriend(t, alice, bob)
		for _, pair := range [][2]*person{{alice, bob}, {bob, alice}} {
			one, other := pair[0], pair[1]
			name := one.name + " in person"
			heard := func() bool { return other.contact(one).Nick == name }
			for try := 0; !heard(); try++ {
				if try == 5 {
					t.Fatalf("%s does not hear the name of %s", other.name, one.name)
				}
				must(t, one.SetNick(one.ctx(), one.addr, name))
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				for !heard() && ctx.Err() == nil {
					_, _ = other.events.Next(ctx)
				}
				cancel()
			}
		}
	})
}
