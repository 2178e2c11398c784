// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"fmt"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/xmpp"
)

// TestLostForGood: where more messages of a device are lost than a ratchet may skip, its
// session is broken once the archive has been read again without them. A message that said
// so says it once, and none does that was sent before the device was last heard: or who
// brings it again could have a session begun anew as often as it likes.
func TestLostForGood(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	s := a.idleSession(t)
	s.server.Archive = true
	id := ratchet{bobby, 5, omemo.V2}
	number := 0
	next := func() string {
		number++
		return fmt.Sprint(number)
	}
	again := func(m *xmpp.Message, ago time.Duration) {
		t.Helper()
		inActor(t, a, func(ctx context.Context) {
			if !a.receiveAgain(ctx, s, []xmpp.Archived{{ID: "archived " + m.ID, Stamp: time.Now().Add(-ago), Message: m}}) {
				t.Error("not stored")
			}
		})
	}
	broken := func(when string, want bool) {
		t.Helper()
		inActor(t, a, func(ctx context.Context) {
			with, err := a.newRatchets().session(ctx, id)
			need(t, err)
			if with.Broken() != want {
				t.Errorf("%s: broken is %v", when, with.Broken())
			}
		})
	}
	x := newPeer(t, a, "bob@example.test/x", 5, b)
	lose := func() {
		for range omemo.MaxSkip + 1 {
			x.says(next(), "lost")
		}
	}
	a.comes(t, s, x.says(next(), "hello"))
	lose()
	old, far := x.says(next(), "sent long ago"), x.says(next(), "too far")
	a.comes(t, s, old, far)
	broken("too early", false)
	if since, err := a.earlySince(t.Context()); err != nil || since.IsZero() {
		t.Fatalf("the archive is not read again: %v", err)
	}
	again(old, time.Hour)
	broken("sent before the device was last heard", false)
	again(far, 0)
	broken("too far from what is there", true)
	if got := texts(t, c, chat.ConvID{Account: a.addr, Peer: bobby}); len(got) != 3 {
		t.Errorf("%q: each message is one row", got)
	}

	anew := func() { // the device begins another session
		session, err := omemo.Begin(omemo.V2, x.identity, func() omemo.Bundle {
			one := b
			one.Prekeys = b.Prekeys[int(nextPrekey.Add(1))%len(b.Prekeys):][:1]
			return one
		}(), nil)
		need(t, err)
		x.session = session
		a.comes(t, s, x.says(next(), "anew"))
	}
	anew()
	broken("begun anew", false)
	for _, m := range []*xmpp.Message{far, old} {
		a.comes(t, s, m)
		again(m, 0)
		broken("the same once more", false)
	}
	lose()
	far = x.says(next(), "too far in the other session")
	a.comes(t, s, far)
	again(far, 0)
	broken("lost for good once more", true)
}
