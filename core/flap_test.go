// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"sync"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestDisconnectWhileSending connects and disconnects while messages are written.
func TestDisconnectWhileSending(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	const n = 400
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range n {
			if _, err := alice.SendText(t.Context(), alice.with(bob), fmt.Sprintf("alice %d", i), chat.SendOptions{}); err != nil {
				t.Errorf("send: %v", err)
				return
			}
		}
	})
	for range 15 {
		if err := alice.Disconnect(alice.ctx(), alice.addr); err != nil {
			t.Fatal(err)
		}
		if err := alice.Connect(alice.ctx(), alice.addr); err != nil {
			t.Fatal(err)
		}
		alice.waitState(chat.StateOnline)
	}
	wg.Wait()
	alice.waitAll(alice.with(bob), chat.Out, n, chat.Delivered)
	alice.checkSequence(alice.with(bob), chat.Out, "alice", n, chat.Delivered)
	bob.checkSequence(bob.with(alice), chat.In, "alice", n, chat.Delivered)
}

// TestRemoveWhileSending removes the account, and adds it again, under a sender.
func TestRemoveWhileSending(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			_, err := alice.SendText(t.Context(), alice.with(bob), fmt.Sprintf("alice %d", i), chat.SendOptions{})
			if code := chat.CodeOf(err); err != nil && code != chat.CodeNotFound {
				t.Errorf("send: %v", err)
				return
			}
		}
	})
	for range 5 {
		if err := alice.RemoveAccount(alice.ctx(), alice.addr); err != nil {
			t.Fatal(err)
		}
		if err := alice.AddAccount(alice.ctx(), s.Login("alice"), []byte("secret of alice")); err != nil {
			t.Fatal(err)
		}
		alice.waitState(chat.StateOnline)
	}
	close(stop)
	wg.Wait()
	last := alice.say(alice.with(bob), "the last")
	alice.waitStatus(last, chat.Delivered)
	for _, m := range alice.all(alice.with(bob)) {
		if m.Status < chat.Sent || m.Status == chat.Failed {
			t.Errorf("%q is %v", m.Body, m.Status)
		}
	}
}
