// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

func TestOfflineThenConnect(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	for _, p := range []*person{alice, bob} {
		if err := p.Disconnect(p.ctx(), p.addr); err != nil {
			t.Fatal(err)
		}
		p.waitState(chat.StateOffline)
	}
	const n = 50
	for i := range n {
		id := alice.say(alice.with(bob), fmt.Sprintf("alice %d", i))
		if got := alice.message(id).Status; got != chat.Queued {
			t.Fatalf("sent offline, the message is %v", got)
		}
	}
	first, err := alice.SendText(alice.ctx(), alice.with(bob), fmt.Sprintf("alice %d", n), chat.SendOptions{OriginID: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := alice.SendText(alice.ctx(), alice.with(bob), "other words", chat.SendOptions{OriginID: "mine"})
	if err != nil || again != first {
		t.Errorf("the same origin id gave %v, %v, want %v", again, err, first)
	}

	alice.stop()
	alice.start() // still disabled
	if got := alice.account().State; got != chat.StateOffline {
		t.Errorf("a disabled account is %v", got)
	}
	if err := alice.Connect(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	alice.waitAll(alice.with(bob), chat.Out, n+1, chat.Sent)
	if err := bob.Connect(bob.ctx(), bob.addr); err != nil {
		t.Fatal(err)
	}
	alice.waitAll(alice.with(bob), chat.Out, n+1, chat.Delivered)
	bob.checkSequence(bob.with(alice), chat.In, "alice", n+1, chat.Delivered)
}

// TestRestartInTheMiddle closes both programs again and again while they talk.
func TestRestartInTheMiddle(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	const rounds, each = 5, 60
	for r := range rounds {
		for i := range each {
			alice.say(alice.with(bob), fmt.Sprintf("alice %d", r*each+i))
			bob.say(bob.with(alice), fmt.Sprintf("bob %d", r*each+i))
		}
		closing := alice
		if r%2 == 1 {
			closing = bob
		}
		closing.stop()
		closing.start()
	}
	for _, pair := range [][2]*person{{alice, bob}, {bob, alice}} {
		one, other := pair[0], pair[1]
		one.waitAll(one.with(other), chat.Out, rounds*each, chat.Sent)
		other.waitAll(other.with(one), chat.In, rounds*each, chat.Delivered)
		for _, p := range pair { // until then the row of a gap may stand among the messages
			p.wait("the end of catching up", func() bool { return p.account().State == chat.StateOnline && !p.account().CatchingUp })
		}
		one.checkSequence(one.with(other), chat.Out, one.name, rounds*each, chat.Sent)
		other.checkSequence(other.with(one), chat.In, one.name, rounds*each, chat.Delivered)
	}
}

func TestServerRestart(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	s.Stop()
	for _, p := range []*person{alice, bob} {
		p.wait("the loss", func() bool { return p.account().State != chat.StateOnline })
	}
	id := alice.say(alice.with(bob), "while the server is away")
	alice.wait("an error", func() bool { return alice.account().Error != nil })
	if kind := alice.account().Error.Kind; kind != chat.Offline {
		t.Errorf("offline because of %v", alice.account().Error)
	}
	if got := alice.message(id).Status; got != chat.Queued {
		t.Errorf("without a server the message is %v", got)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	alice.waitStatus(id, chat.Delivered)
	exchange2(alice, bob)
}

func exchange2(alice, bob *person) {
	id := bob.say(bob.with(alice), "back again")
	bob.waitStatus(id, chat.Delivered)
	alice.t.Helper()
	if all := alice.all(alice.with(bob)); len(all) != 2 {
		alice.t.Errorf("%d messages, want 2", len(all))
	}
}

// TestCutLink resets the sender's connection again and again. What the server had
// not confirmed is sent again and shown once.
func TestCutLink(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, proxy := behindProxy(t, s, "alice")
	bob := user(t, s, "bob")
	befriend(t, alice, bob)
	const cuts, each = 10, 40
	for c := range cuts {
		alice.waitState(chat.StateOnline)
		for i := range each {
			alice.say(alice.with(bob), fmt.Sprintf("alice %d", c*each+i))
			if i == 3*c {
				alice.wait("a link to cut", func() bool { return proxy.Cut() > 0 })
			}
		}
		// The loss may be over before anybody sees it.
		if err := alice.Connect(alice.ctx(), alice.addr); err != nil { // as when the network is back
			t.Fatal(err)
		}
	}
	alice.waitAll(alice.with(bob), chat.Out, cuts*each, chat.Sent)
	bob.waitAll(bob.with(alice), chat.In, cuts*each, chat.Delivered)
	alice.checkSequence(alice.with(bob), chat.Out, "alice", cuts*each, chat.Sent)
	bob.checkSequence(bob.with(alice), chat.In, "alice", cuts*each, chat.Delivered)
}
