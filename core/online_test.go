// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestBackFromIdle: who was away when a session began, and so said in its first
// presence, says that he is back when he is.
func TestBackFromIdle(t *testing.T) {
	idle := make(chan bool, 16) // of each presence
	s := coretest.NewScripted(t)
	s.On(func(_ *coretest.Session, e *coretest.Element) bool {
		if e.Is("jabber:client", "presence") && e.Attr("to") == "" && e.Attr("type") == "" {
			idle <- e.Find("urn:xmpp:idle:1", "idle") != nil
		}
		return false
	})
	next := func(want bool) {
		t.Helper()
		select {
		case got := <-idle:
			if got != want {
				t.Fatalf("contacts are told of being away: %t, want %t", got, want)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("no presence")
		}
	}
	c, _ := signedIn(t, s)
	next(false)
	c.SetActive(false)
	c.attention.mu.Lock()
	c.attention.since = time.Now().Add(-2 * idleAfter)
	c.attention.mu.Unlock()
	old := s.Session("alice")
	old.Forget()
	old.Cut()
	next(true)
	c.SetActive(true)
	next(false)
}

// TestLostBeforeItBegan: the word that a link is lost may come before the word that
// its session has begun; then the account is not online.
func TestLostBeforeItBegan(t *testing.T) {
	_, a := oneAccount(t)
	s := &session{account: a, queue: newSendQueue()}
	if err := a.do(t.Context(), func(ctx context.Context) {
		a.sessionSuspended(ctx, s, nil)
		a.sessionBegan(ctx, s)
	}); err != nil {
		t.Fatal(err)
	}
	if got := a.snapshot().State; got == chat.StateOnline {
		t.Error("online without a link")
	}
	if err := a.do(t.Context(), func(ctx context.Context) { a.sessionResumed(ctx, s) }); err != nil {
		t.Fatal(err)
	}
	if got := a.snapshot().State; got != chat.StateOnline {
		t.Errorf("%v after it was resumed", got)
	}
	if err := a.do(t.Context(), func(context.Context) { a.session, a.online = nil, nil }); err != nil {
		t.Fatal(err)
	}
}
