// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// What Connect and Disconnect return after is what an account says at once.
func TestConnectIsSeenAtOnce(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := user(t, s, "alice")
	if err := alice.Disconnect(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	if alice.account().Enabled {
		t.Error("enabled after Disconnect")
	}
	alice.waitState(chat.StateOffline)
	for range 20 {
		if err := alice.Connect(alice.ctx(), alice.addr); err != nil {
			t.Fatal(err)
		}
		if a := alice.account(); !a.Enabled || a.State == chat.StateOffline {
			t.Fatalf("after Connect it is enabled: %t, and %v", a.Enabled, a.State)
		}
		if err := alice.Disconnect(alice.ctx(), alice.addr); err != nil {
			t.Fatal(err)
		}
	}
	alice.waitState(chat.StateOffline)

	// An error that needs the person is gone with the next try.
	coretest.User(t, s, "alice", "new")
	if err := alice.Connect(alice.ctx(), alice.addr); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		alice.waitState(chat.StateFailed)
		before := alice.account().Error
		if err := alice.Connect(alice.ctx(), alice.addr); err != nil {
			t.Fatal(err)
		}
		if a := alice.account(); a.Error == before { // it may have failed anew, with an error of its own
			t.Fatalf("after Connect it is %v with the old error %v", a.State, a.Error)
		}
	}
}

// A change of the login that is given up leaves the account connected.
func TestUpdateGivenUp(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := user(t, s, "alice")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := alice.UpdateAccount(ctx, s.Login("alice"), []byte("other")); chat.CodeOf(err) != chat.CodeCanceled {
		t.Fatalf("with an ended context: %v", err)
	}
	alice.waitState(chat.StateOnline)
	ctx, cancel = context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	id := alice.say(alice.with(alice), "still here")
	for alice.message(id).Status != chat.Delivered {
		if _, err := alice.events.Next(ctx); err != nil {
			t.Fatalf("the account is %v: %v", alice.account().State, err)
		}
	}
}
