// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestReceiptsSurviveCuts resets the receiver's connection again and again. What
// comes in while a link dies is for stream management to save; of all that has
// come in the sender hears.
func TestReceiptsSurviveCuts(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	proxy := coretest.NewProxy(t, s)
	coretest.User(t, s, "bob", "right")
	alice, bob := user(t, s, "alice"), somebody(t, s, "bob")
	if err := bob.AddAccount(bob.ctx(), proxy.Through(s.Login("bob")), []byte("right")); err != nil {
		t.Fatal(err)
	}
	befriend(t, alice, bob)
	const cuts, each = 10, 30
	for c := range cuts {
		bob.waitState(chat.StateOnline)
		before := len(bob.all(bob.with(alice)))
		for i := range each {
			alice.say(alice.with(bob), fmt.Sprintf("alice %d", c*each+i))
		}
		bob.wait("some of it", func() bool { return len(bob.all(bob.with(alice))) > before+c })
		proxy.Cut()
		bob.wait("the loss", func() bool { return bob.account().State != chat.StateOnline })
		if err := bob.Connect(bob.ctx(), bob.addr); err != nil {
			t.Fatal(err)
		}
	}
	bob.waitState(chat.StateOnline)
	last := alice.say(alice.with(bob), "the last")
	alice.waitStatus(last, chat.Delivered)
	came := map[string]bool{}
	for _, m := range bob.all(bob.with(alice)) {
		came[m.OriginID] = true
	}
	alice.wait("receipts for what came", func() bool {
		for _, m := range alice.all(alice.with(bob)) {
			if came[m.OriginID] && m.Status != chat.Delivered {
				return false
			}
		}
		return true
	})
}
