// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestPoisonedMessage sends a message over which the server ends the stream. It
// is given up, and neither those before it nor those behind it suffer.
func TestPoisonedMessage(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Extra: "Host \"*\"\n\tc2s_stanza_size_limit = 30000\n"})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	if err := alice.Disconnect(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	alice.waitState(chat.StateOffline)
	var good []chat.MsgID
	for i := range 3 {
		good = append(good, alice.say(alice.with(bob), fmt.Sprintf("alice %d", i)))
	}
	bad := alice.say(alice.with(bob), strings.Repeat("x", 60_000))
	for i := range 3 {
		good = append(good, alice.say(alice.with(bob), fmt.Sprintf("alice %d", 3+i)))
	}
	if err := alice.Connect(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	failed := map[chat.MsgID]bool{}
	alice.wait("the end of the poisoned message", func() bool {
		if alice.account().State == chat.StateOffline { // do not wait for the next try
			if err := alice.Connect(alice.ctx(), alice.addr); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range good {
			failed[id] = failed[id] || alice.message(id).Status == chat.Failed
		}
		return alice.message(bad).Status == chat.Failed
	})
	if got := alice.message(bad).Error; got != chat.CodeStreamError {
		t.Errorf("the poisoned message failed with %q", got)
	}
	for _, id := range good {
		alice.waitStatus(id, chat.Delivered)
		if failed[id] {
			t.Errorf("message %v was given up, too", id)
		}
	}
	bob.checkSequence(bob.with(alice), chat.In, "alice", 6, chat.Delivered)
}
