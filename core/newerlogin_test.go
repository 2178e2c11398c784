// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// With a server that knows SASL2, Bind 2 and FAST the password is needed once: after it
// the token that is kept does, and what came meanwhile is read from the archive.
func TestNewerLogin(t *testing.T) {
	s := coretest.Prosody(t, coretest.NewerLogin(t, coretest.Options{Tap: true}))
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	conv, back := alice.with(bob), bob.with(alice)
	alice.waitStatus(alice.say(conv, "one"), chat.Delivered)
	alice.stop()
	text, err := s.Wire()
	if err != nil {
		t.Fatal(err)
	}
	bob.waitStatus(bob.say(back, "two"), chat.Sent)
	alice.start()
	alice.wait("what came meanwhile", func() bool { return alice.hasText(conv, "two") })
	alice.waitStatus(alice.say(conv, "three"), chat.Delivered)
	all, err := s.Wire()
	if err != nil {
		t.Fatal(err)
	}
	var logins []string
	for line := range strings.Lines(all[len(text):]) {
		if _, heard, ok := strings.Cut(line, "RECV: "); ok && (strings.HasPrefix(heard, "<auth") || strings.Contains(heard, "xmpp-bind")) {
			logins = append(logins, strings.ReplaceAll(heard, `"`, "'"))
		}
	}
	if len(logins) != 1 || !strings.Contains(logins[0], " mechanism='HT-SHA-256-NONE'") || !strings.Contains(logins[0], "urn:xmpp:bind:0") {
		t.Errorf("logged in by %q", logins)
	}
}
