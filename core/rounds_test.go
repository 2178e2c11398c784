// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
)

// manyDevices lets bob have devices of the new format, from 1 to n.
func manyDevices(t *testing.T, n int) (*Client, *account) {
	t.Helper()
	c, a := oneAccount(t)
	a.withKeys(t)
	devices := make([]store.Device, n)
	for i := range devices {
		devices[i].ID = uint32(i + 1)
	}
	_, err := c.db.SetDevices(t.Context(), a.addr, bobby, int(omemo.V2), devices, true, time.Now())
	need(t, err)
	return c, a
}

// TestRounds: each device of an owner has its turn, though those before it do not answer.
func TestRounds(t *testing.T) {
	const all = 3*maxFetch + 4
	_, a := manyDevices(t, all)
	inActor(t, a, func(ctx context.Context) {
		a.bundleAgain = 0 // so all may be asked at once again
		asked := make(map[uint32]bool)
		for range 4 {
			wanted, err := a.missingBundles(ctx, bobby)
			need(t, err)
			if len(wanted) != maxFetch {
				t.Errorf("%d in a round", len(wanted))
			}
			for _, id := range wanted {
				asked[id.device] = true
				a.isBarren(id, unsaid)
			}
		}
		if len(asked) != all {
			t.Errorf("%d of %d have been asked for", len(asked), all)
		}
	})
}

// TestRenewLast: a session that is broken is begun anew, though many devices come before its own.
func TestRenewLast(t *testing.T) {
	const all = maxFetch + 8
	c, a := manyDevices(t, all)
	inActor(t, a, func(ctx context.Context) {
		r := a.newRatchets()
		var changes store.KeyChanges
		for id := range uint32(all) {
			other, signed, prekeys := NewKeys(t, 1)
			s, err := omemo.Begin(omemo.V2, a.omemo.own.identity, other.Bundle(omemo.V2, signed, prekeys), nil)
			need(t, err)
			if id+1 == all {
				s.Break()
			}
			need(t, r.moved(ratchet{bobby, id + 1, omemo.V2}, s, &changes))
			changes.Seen = append(changes.Seen, store.SeenKey{
				Owner: bobby, Fingerprint: s.Remote().Fingerprint(), Device: id + 1, Version: int(omemo.V2), Trust: chat.TrustTrusted, By: chat.ByRule,
			})
		}
		need(t, c.db.SaveKeys(ctx, a.addr, changes))
		ids, err := a.renewable(ctx, bobby, "")
		need(t, err)
		if want := (ratchet{bobby, all, omemo.V2}); len(ids) != 1 || ids[0] != want {
			t.Errorf("%v, want %v", ids, want)
		}
	})
}
