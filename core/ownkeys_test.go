// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"
	"time"

	"chatsecure.org/desktop/core/store"
)

// A signed prekey gets a successor after its time, is good for messages on their way for
// a while longer, and then is gone.
func TestSignedPrekeyRotation(t *testing.T) {
	c, a := oneAccount(t)
	s := &StoppedClock{now: wallClock()}
	inActor(t, a, func(context.Context) { a.clock = s.clock() })
	first := a.withKeys(t).SignedID
	look := func(after time.Duration, newest uint32, stillThere bool) {
		t.Helper()
		s.Advance(after)
		if got := a.withKeys(t).SignedID; got != newest {
			t.Errorf("the signed prekey is %d, want %d", got, newest)
		}
		inActor(t, a, func(ctx context.Context) {
			_, there, err := a.newRatchets().SignedPrekey(first)
			if err != nil || there != stillThere {
				t.Errorf("the first one is there: %v, want %v; %v", there, stillThere, err)
			}
			rows, err := c.db.SignedPrekeys(ctx, a.addr)
			if err != nil || len(rows) != len(a.omemo.own.signed) {
				t.Errorf("%d are stored, %d are known; %v", len(rows), len(a.omemo.own.signed), err)
			}
			for _, row := range rows {
				clear(row.Data)
			}
		})
	}
	look(rotateAfter-time.Hour, first, true)
	look(2*time.Hour, first+1, true)
	look(rotateAfter, first+2, true)
	look(forgetSigned-rotateAfter-time.Hour, first+3, true)
	look(rotateAfter, first+4, false)
	s.Advance(-365 * 24 * time.Hour) // the clock was wrong
	look(0, first+5, false)
}

// Prekeys that were used are made up for, by others: an id never comes again.
func TestPrekeysRefilled(t *testing.T) {
	c, a := oneAccount(t)
	b := a.withKeys(t)
	if len(b.Prekeys) != prekeyCount {
		t.Fatalf("%d prekeys", len(b.Prekeys))
	}
	used := make(map[uint32]bool)
	var changes store.KeyChanges
	for _, k := range b.Prekeys[:prekeyCount-1] {
		used[k.ID] = true
		changes.UsedPrekeys = append(changes.UsedPrekeys, k.ID)
	}
	if err := c.db.SaveKeys(t.Context(), a.addr, changes); err != nil {
		t.Fatal(err)
	}
	again := a.withKeys(t).Prekeys
	if len(again) != prekeyCount {
		t.Errorf("%d prekeys, want %d", len(again), prekeyCount)
	}
	for _, k := range again {
		if used[k.ID] {
			t.Errorf("prekey %d is offered again", k.ID)
		}
	}
}

// Own keys that the database can not give for the moment are there: what is to be sent
// waits, and they are read again. Those that are damaged are not.
func TestOwnKeysLater(t *testing.T) {
	_, a := oneAccount(t)
	clock := &StoppedClock{now: wallClock()}
	a.act(t, func(context.Context) { a.clock = clock.clock() })
	s := a.idleSession(t)
	busy, cancel := context.WithCancel(t.Context())
	cancel()
	a.act(t, func(context.Context) { a.beginOMEMO(busy, s) })
	waits := func() (begun bool) {
		a.act(t, func(context.Context) {
			if a.omemo.keyless {
				t.Error("taken for damaged")
			}
			begun = a.omemo.begun
		})
		return begun
	}
	if waits() {
		t.Error("begun without keys")
	}
	clock.Advance(ownKeysAgain)
	if !waits() {
		t.Error("not begun when they can be read")
	}
}
