// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestWhileSuspended changes the account in every way while its network is away and
// its session waits to be resumed: nothing is lost or doubled, nothing hangs.
func TestWhileSuspended(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	proxy := coretest.NewProxy(t, s)
	coretest.User(t, s, "alice", "right")
	alice, bob := somebody(t, s, "alice"), user(t, s, "bob")
	through := proxy.Through(s.Login("alice"))
	if err := alice.AddAccount(alice.ctx(), through, []byte("right")); err != nil {
		t.Fatal(err)
	}
	befriend(t, alice, bob)
	conv, back := alice.with(bob), bob.with(alice)
	n := 0
	say := func() {
		alice.say(conv, fmt.Sprintf("alice %d", n))
		bob.say(back, fmt.Sprintf("bob %d", n))
		n++
	}
	for _, tc := range []struct {
		name string
		do   func() error
	}{
		{"nothing", func() error { return nil }},
		{"another way to the server", func() error { return alice.UpdateAccount(alice.ctx(), s.Login("alice"), nil) }},
		{"back to the first", func() error { proxy.Mend(); return alice.UpdateAccount(alice.ctx(), through, nil) }},
		{"a login that fails", func() error {
			if err := alice.UpdateAccount(alice.ctx(), through, []byte("wrong")); err == nil {
				return fmt.Errorf("it was taken")
			}
			return nil
		}},
		{"off and on", func() error {
			if err := alice.Disconnect(alice.ctx(), alice.addr); err != nil {
				return err
			}
			alice.waitState(chat.StateOffline)
			say()
			return alice.Connect(alice.ctx(), alice.addr)
		}},
		{"off and on at once", func() error {
			if err := alice.Disconnect(alice.ctx(), alice.addr); err != nil {
				return err
			}
			return alice.Connect(alice.ctx(), alice.addr)
		}},
		{"the end of the program", func() error { alice.stop(); alice.start(); return nil }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			alice.waitState(chat.StateOnline)
			say()
			proxy.Stall(coretest.ToClient)
			say()
			proxy.Away(true)
			proxy.Cut()
			alice.wait("the loss", func() bool { return alice.account().State != chat.StateOnline || tc.name == "back to the first" })
			say()
			if err := tc.do(); err != nil {
				t.Fatal(err)
			}
			say()
			proxy.Mend()
			if err := alice.Connect(alice.ctx(), alice.addr); err != nil { // do not wait for the next try
				t.Fatal(err)
			}
			alice.waitAll(conv, chat.Out, n, chat.Sent)
			bob.waitAll(back, chat.In, n, chat.Delivered)
			alice.waitAll(conv, chat.In, n, chat.Delivered)
			alice.checkSequence(conv, chat.Out, "alice", n, chat.Sent)
			bob.checkSequence(back, chat.In, "alice", n, chat.Delivered)
			alice.checkSequence(conv, chat.In, "bob", n, chat.Delivered)
		})
	}
}
