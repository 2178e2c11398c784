// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package core_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestOTRMissed: texts come before the last step of the key exchange of their session
// does, while this side has just begun another one. They are asked for, and come again
// although later ones were confirmed in that session; so does a correction among them.
func TestOTRMissed(t *testing.T) {
	const signature, data = "?OTR:AAMS", "?OTR:AAMD"
	s := unseen(t)
	var renewing atomic.Bool
	var texts atomic.Int32
	held := make(chan func(), 1)
	direct(s, func(from *coretest.Session, e *coretest.Element) bool {
		body := e.Find("jabber:client", "body")
		switch {
		case from.Account != "alice" || body == nil || !renewing.Load():
		case strings.HasPrefix(body.Text, signature):
			renewing.Store(false)
			message := "<message from='" + from.Address.String() + "'" + strings.TrimPrefix(e.Raw, "<message")
			held <- func() { s.Session("bob").Send(message) }
			return false
		}
		if from.Account == "alice" && body != nil && strings.HasPrefix(body.Text, data) {
			texts.Add(1)
		}
		return true
	})
	alice, bob := inSession(t, s, 1)
	renewing.Store(true)
	if err := bob.StartOTR(bob.ctx(), bob.with(alice)); err != nil {
		t.Fatal(err)
	}
	release := <-held
	texts.Store(0)
	alice.saysMany(bob, 1, 3)
	if err := alice.Correct(alice.ctx(), alice.with(bob), alice.all(alice.with(bob))[0].ID, "alice nought"); err != nil {
		t.Fatal(err)
	}
	alice.saysMany(bob, 3, 4)
	alice.wait("texts on their way", func() bool { return texts.Load() >= 4 })
	release()
	alice.saysMany(bob, 4, 5)
	alice.waitAll(alice.with(bob), chat.Out, 5, chat.Delivered)
	bob.wait("the correction", func() bool { return bob.hasText(bob.with(alice), "alice nought") })
	if got := bob.said(alice, chat.In, chat.EncryptionOTR); strings.Join(got, "; ") != "alice nought; alice 1; alice 2; alice 3; alice 4" {
		t.Errorf("%q", got)
	}
}
