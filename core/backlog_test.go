// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestBacklog: more messages of one device than a ratchet may skip come while a client
// is away. The archive is read newest first, and all of them can be read in the end.
func TestBacklog(t *testing.T) {
	if testing.Short() {
		t.Skip("sends 1,500 messages")
	}
	s := coretest.Prosody(t, coretest.Options{LargeArchive: true, Extra: `modules_disabled = { "offline" }`})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	meet(alice, bob)
	conv, back := alice.with(bob), bob.with(alice)
	alice.waitStatus(alice.say(conv, "the first"), chat.Delivered)
	bob.waitStatus(bob.say(back, "an answer"), chat.Delivered)
	bob.stop()
	const n = 1500
	for i := range n {
		alice.say(conv, fmt.Sprintf("away %d", i))
	}
	long, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	must(t, alice.Sent(long, alice.addr))
	began := time.Now()
	bob.start()
	bob.waitState(chat.StateOnline)
	bob.wait("the archive", func() bool {
		gaps, err := bob.Gaps(bob.ctx(), bob.addr)
		must(t, err)
		return gaps == 0 && bob.hasText(back, "away 0")
	})
	unreadable := 0
	count := func() bool {
		unreadable = 0
		for _, m := range bob.all(back) {
			if m.Kind == chat.KindUndecryptable {
				unreadable++
			}
		}
		return unreadable == 0
	}
	count()
	t.Logf("%d of %d are unreadable when the archive has been read, after %v", unreadable, n, time.Since(began))
	bob.wait("the rest", count)
	t.Logf("all can be read after %v", time.Since(began))
	next := 0
	for _, m := range bob.all(back) {
		var i int
		if _, err := fmt.Sscanf(m.Body, "away %d", &i); err != nil {
			continue
		}
		if i != next {
			t.Fatalf("message %d stands where %d belongs", i, next)
		}
		next++
	}
	if next != n {
		t.Errorf("%d messages, want %d", next, n)
	}
}
