// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/trust"
	"chatsecure.org/desktop/core/xmpp"
)

// vouching is an account, another device of it that sends trust messages, and bob.
type vouching struct {
	*testing.T
	c          *Client
	a          *account
	bob        chat.Address
	phone, key chat.Fingerprint
	now        time.Time
}

func newVouching(t *testing.T) *vouching {
	c, a := oneAccount(t)
	return &vouching{t, c, a, chat.MustAddress("bob@example.test"), numberedKey(7), numberedKey(9), time.Now()}
}

// see makes a key known.
func (v *vouching) see(owner chat.Address, f chat.Fingerprint) {
	v.Helper()
	if err := v.c.db.SaveKeys(v.Context(), v.a.addr, store.KeyChanges{Seen: []store.SeenKey{{Owner: owner, Fingerprint: f, Device: 1, Version: 2}}}); err != nil {
		v.Fatal(err)
	}
}

// says is a trust message of the phone's about bob's key.
func (v *vouching) says(ago time.Duration, to chat.Trust) {
	v.Helper()
	raw, err := hex.DecodeString(string(v.key))
	if err != nil {
		v.Fatal(err)
	}
	o := xmpp.TrustOwner{Owner: v.bob, Trust: [][]byte{raw}}
	if to == chat.TrustDistrusted {
		o.Trust, o.Distrust = nil, o.Trust
	}
	m := xmpp.TrustMessage{Usage: trust.Usage, Encryption: trust.OMEMO2, Owners: []xmpp.TrustOwner{o}}
	if err := v.a.do(v.Context(), func(ctx context.Context) {
		v.a.trustSaid(ctx, trustNews{v.a.addr, v.phone, m, v.now.Add(-ago)}, v.now)
	}); err != nil {
		v.Fatal(err)
	}
}

func (v *vouching) decide(owner chat.Address, f chat.Fingerprint, to chat.Trust) {
	v.Helper()
	if err := v.c.Trust(v.Context(), v.a.addr, owner, f, to, chat.ByCompare); err != nil {
		v.Fatal(err)
	}
}

func (v *vouching) want(to chat.Trust, by chat.TrustSource) {
	v.Helper()
	keys, err := v.c.db.Keys(v.Context(), v.a.addr, v.bob)
	if err != nil {
		v.Fatal(err)
	}
	if k, _ := keyOf(keys, v.key); k.Trust != to || k.By != by {
		v.Errorf("the key is %v by %v, want %v by %v", k.Trust, k.By, to, by)
	}
}

// A word that was said before the one that was followed last changes nothing, whenever
// it comes (XEP-0434 §3.2.1).
func TestOlderTrustMessage(t *testing.T) {
	v := newVouching(t)
	v.see(v.bob, v.key)
	v.see(v.a.addr, v.phone)
	v.decide(v.a.addr, v.phone, chat.TrustVerified)
	v.says(time.Minute, chat.TrustDistrusted)
	v.want(chat.TrustDistrusted, chat.ByMessage)
	v.says(time.Hour, chat.TrustVerified)
	v.says(time.Minute, chat.TrustVerified)
	v.want(chat.TrustDistrusted, chat.ByMessage)
	v.says(time.Second, chat.TrustVerified)
	v.want(chat.TrustVerified, chat.ByMessage)
	v.says(time.Minute, chat.TrustDistrusted) // once more
	v.want(chat.TrustVerified, chat.ByMessage)
}

// What waits for its sender is followed when that is verified, also by a message of
// another device.
func TestTrustMessageOfUnverified(t *testing.T) {
	v := newVouching(t)
	v.see(v.bob, v.key)
	v.see(v.a.addr, v.phone)
	v.says(time.Minute, chat.TrustVerified)
	v.want(chat.TrustUndecided, chat.ByNobody)
	v.decide(v.a.addr, v.phone, chat.TrustVerified)
	v.want(chat.TrustVerified, chat.ByMessage)

	v.key = numberedKey(10)
	v.see(v.bob, v.key)
	tablet := numberedKey(8)
	v.see(v.a.addr, tablet)
	first := v.phone
	v.phone = tablet
	v.says(time.Minute, chat.TrustVerified)
	v.want(chat.TrustUndecided, chat.ByNobody)
	v.phone = first
	bob, key := v.bob, v.key
	v.bob, v.key = v.a.addr, tablet
	v.says(time.Second, chat.TrustVerified) // the phone vouches for the tablet
	v.bob, v.key = bob, key
	v.want(chat.TrustVerified, chat.ByMessage)
}

// What waits for a key is followed when that becomes known, and not again later.
func TestTrustMessageAboutUnknown(t *testing.T) {
	v := newVouching(t)
	v.see(v.a.addr, v.phone)
	v.decide(v.a.addr, v.phone, chat.TrustVerified)
	x := v.a.newPenPal(t, "bob@example.test/x", 5)
	v.key = x.key
	v.says(time.Minute, chat.TrustVerified)
	s, m := v.a.idleSession(t), x.writes(t, v.a, "m", "hello")
	if err := v.a.do(t.Context(), func(ctx context.Context) {
		p := v.a.sort([]inbound{{from: s, Inbound: xmpp.Inbound{Message: m}}})
		p.write = v.a.writeLive
		if !v.a.persist(ctx, p) {
			t.Error("not stored")
		}
		v.a.afterwards(ctx, p)
	}); err != nil {
		t.Fatal(err)
	}
	v.want(chat.TrustVerified, chat.ByMessage)
	v.decide(v.bob, v.key, chat.TrustDistrusted)
	v.says(time.Second, chat.TrustVerified)
	v.want(chat.TrustDistrusted, chat.ByCompare)
	if ready, err := v.c.db.ReadyTrust(t.Context(), v.a.addr); err != nil || len(ready) > 0 {
		t.Errorf("%d still wait, %v", len(ready), err)
	}
}

// What is decided offline is told in the next session, once what others said meanwhile is
// here.
func TestDecidedOffline(t *testing.T) {
	v := newVouching(t)
	v.see(v.bob, v.key)
	v.decide(v.bob, v.key, chat.TrustVerified)
	untold := func(want int) {
		t.Helper()
		got, err := v.c.db.UntoldTrust(t.Context(), v.a.addr)
		if err != nil || len(got) != want {
			t.Errorf("%d decisions are untold, want %d; %v", len(got), want, err)
		}
	}
	untold(1)
	s := v.a.idleSession(t)
	s.server.PublishOptions = false
	if err := v.a.do(t.Context(), func(ctx context.Context) { v.a.beginOMEMO(ctx, s) }); err != nil {
		t.Fatal(err)
	}
	untold(1)
	inActor(t, v.a, func(ctx context.Context) { v.a.caughtUp(ctx, s) })
	untold(0)
}

// What the person has decided counts as told when the server has it, and not before: else
// the next session tells it again, also after a restart.
func TestToldWhenItIsThere(t *testing.T) {
	v := newVouching(t)
	v.a.withKeys(t)
	s := v.a.idleSession(t)
	identity, keys := v.knowsPhone(s)
	phone, bundle := ratchet{v.a.addr, 77, omemo.V2}, identity.Bundle(omemo.V2, keys.signed, keys.prekeys)
	v.see(v.bob, v.key)
	untold := v.untold
	v.decide(v.bob, v.key, chat.TrustVerified)
	if n := s.queue.writeAll(); n != 0 || untold() != 1 {
		t.Fatalf("%d messages for a device whose bundle is not known, %d untold", n, untold())
	}
	inActor(t, v.a, func(ctx context.Context) { // it comes
		v.a.keepBundle(phone, bundle)
		v.a.omemo.asking = make(map[chat.Address]bool)
		v.a.announceWaiting(ctx)
	})
	if n := s.queue.writeAll(); n != 1 || untold() != 1 {
		t.Fatalf("%d messages, %d untold before the server has it", n, untold())
	}
	s = v.a.idleSession(t) // the session ends before that
	v.begin(s)
	inActor(t, v.a, func(ctx context.Context) {
		v.a.keepBundle(phone, bundle)
		v.a.announceUntold(ctx)
	})
	if n := s.queue.writeAll(); n != 1 || untold() != 1 {
		t.Fatalf("%d messages in the next session, %d untold", n, untold())
	}
	mark, ask := s.queue.question()
	if !ask {
		t.Error("nobody asks the server whether it has it")
	}
	s.queue.settle(mark)
	inActor(t, v.a, func(context.Context) {})
	if untold() != 0 {
		t.Error("it is never told")
	}
	// The session with the phone breaks: nothing goes into it, and nothing but the person
	// begins it anew.
	inActor(t, v.a, func(ctx context.Context) {
		r := v.a.newRatchets()
		with, err := r.session(ctx, phone)
		if err != nil || with == nil {
			t.Errorf("no session: %v", err)
			return
		}
		with.Break()
		var changes store.KeyChanges
		if err := errors.Join(r.moved(phone, with, &changes), v.a.db.SaveKeys(ctx, v.a.addr, changes)); err != nil {
			t.Error(err)
		}
		v.a.keepBundle(phone, bundle)
	})
	v.decide(v.bob, v.key, chat.TrustDistrusted)
	if n := s.queue.writeAll(); n != 0 || untold() != 1 {
		t.Errorf("%d messages in a broken session, %d untold", n, untold())
	}
	inActor(t, v.a, func(ctx context.Context) {
		n, ok := v.a.beginAnew(ctx, brokenSession{chat.ConvID{Account: v.a.addr, Peer: v.a.addr}, phone}, bundle)
		if !ok {
			t.Error("no session begins")
		}
		v.a.tell(ctx, []store.Notice{n})
	})
	if n := s.queue.writeAll(); n != 2 {
		t.Errorf("%d messages when it is mended, want one that says so and the decision", n)
	}
}
