// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// begin is a session of OMEMO that knows everybody's lists, in one that has read the archive.
func (v *vouching) begin(s *session) {
	v.Helper()
	inActor(v.T, v.a, func(context.Context) {
		v.a.omemo = newOMEMOState(v.a.omemo.own)
		for _, owner := range []chat.Address{v.a.addr, v.bob} {
			for _, version := range versions {
				v.a.omemo.lists[deviceList{owner, version}] = listState{at: time.Now(), heard: 1}
			}
			v.a.omemo.tells[owner] = true
		}
		v.a.omemo.begun, s.caughtUp = true, true
		v.a.contacts[v.bob] = chat.Contact{Listed: true, Subscription: chat.SubscriptionBoth}
	})
}

// knowsPhone gives the account another device, which is verified.
func (v *vouching) knowsPhone(s *session) (*omemo.Identity, oneTime) {
	v.Helper()
	identity, signed, prekeys := NewKeys(v.T, 1)
	v.phone = identity.Public().Fingerprint()
	v.begin(s)
	own := v.a.omemo.own
	_, err := v.c.db.SetDevices(v.Context(), v.a.addr, v.a.addr, 2, []store.Device{{ID: 77}, {ID: own.device}}, true, time.Now())
	need(v.T, err)
	need(v.T, v.c.db.SaveKeys(v.Context(), v.a.addr, store.KeyChanges{Seen: []store.SeenKey{
		{Owner: v.a.addr, Fingerprint: v.phone, Device: 77, Version: 2, Trust: chat.TrustVerified, By: chat.ByCompare},
		{Owner: v.a.addr, Fingerprint: own.identity.Public().Fingerprint(), Device: own.device, Version: 2},
	}}))
	return identity, oneTime{signed, prekeys}
}

func (v *vouching) untold() int {
	v.Helper()
	got, err := v.c.db.UntoldTrust(v.Context(), v.a.addr)
	need(v.T, err)
	return len(got)
}

// TestToldAsOfThen: a decision that can not be told to everybody, because a session is broken
// and nobody mends it, is told to the others as what it is: of when it was made, or in a
// later session it would count for more than what they have said since. Nor is it told before
// that is known here.
func TestToldAsOfThen(t *testing.T) {
	v := newVouching(t)
	v.a.withKeys(t)
	s := v.a.idleSession(t)
	identity, keys := v.knowsPhone(s)
	phone := ratchet{v.a.addr, 77, omemo.V2}
	bundle := identity.Bundle(omemo.V2, keys.signed, keys.prekeys)
	with := strayed(t) // bob's device, whose keys do not fit any more
	with.Break()
	v.key = with.Remote().Fingerprint()
	_, err := v.c.db.SetDevices(t.Context(), v.a.addr, v.bob, 2, []store.Device{{ID: 1}}, true, time.Now())
	need(t, err)
	v.see(v.bob, v.key)
	inActor(t, v.a, func(ctx context.Context) {
		var changes store.KeyChanges
		need(t, v.a.newRatchets().moved(ratchet{v.bob, 1, omemo.V2}, with, &changes))
		need(t, v.a.db.SaveKeys(ctx, v.a.addr, changes))
		v.a.keepBundle(phone, bundle)
	})
	reads := reading{identity: identity, keys: keys}
	told := func() (at []time.Time) { // what the phone gets, which the server has
		t.Helper()
		for items := s.queue.take(); len(items) > 0; items = s.queue.take() {
			for _, i := range items {
				s.queue.sent(i, 0)
				m, err := xmpp.DecodeMessage(i.stanza, v.a.addr, time.Now(), "")
				need(t, err)
				e := m.Sealed(xmpp.OMEMO2)
				got := reads.read(t, m, e, e.Keys[0])
				if got.Trust == nil || len(got.Trust.Owners) != 1 || got.Trust.Owners[0].Owner != v.bob {
					t.Fatalf("%+v is no word of bob's key", got.Trust)
				}
				at = append(at, got.Time)
			}
		}
		mark, _ := s.queue.question()
		s.queue.settle(mark)
		inActor(t, v.a, func(context.Context) {})
		return at
	}
	before := time.Now().Truncate(time.Millisecond) // as exact as it is told
	v.decide(v.bob, v.key, chat.TrustDistrusted)
	if got := told(); len(got) != 1 || got[0].Before(before) || got[0].After(time.Now()) || v.untold() != 0 {
		t.Errorf("told of %v, %d untold", got, v.untold())
	}
	then := before.Add(-time.Hour)
	_, err = v.c.db.SetTrust(t.Context(), v.a.addr, []store.TrustChange{
		{Owner: v.bob, Fingerprint: v.key, Trust: chat.TrustVerified, By: chat.ByCompare, At: then},
	})
	need(t, err)
	next := func() {
		s = v.a.idleSession(t)
		v.begin(s)
		inActor(t, v.a, func(ctx context.Context) {
			s.caughtUp = false
			v.a.keepBundle(phone, bundle)
			v.a.announceUntold(ctx)
		})
		if got := told(); len(got) != 0 {
			t.Errorf("told of %v before the archive has been read", got)
		}
	}
	for range 2 {
		next()
		inActor(t, v.a, func(ctx context.Context) { v.a.caughtUp(ctx, s) })
		if got := told(); len(got) != 1 || !got[0].Equal(then) || v.untold() != 1 {
			t.Errorf("told of %v, want %v; %d untold: bob's device can not be", got, then, v.untold())
		}
	}
	next()
	v.says(time.Minute, chat.TrustDistrusted) // the phone, meanwhile
	v.want(chat.TrustDistrusted, chat.ByMessage)
	inActor(t, v.a, func(ctx context.Context) { v.a.caughtUp(ctx, s) })
	if got := told(); len(got) != 0 || v.untold() != 0 {
		t.Errorf("told of %v, %d untold: the phone's word is newer", got, v.untold())
	}
}
