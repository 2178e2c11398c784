// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package core

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/policy"
)

// slowKeys has an account's key of OTR take until open is called; waitBegun waits until one
// was begun, and made counts how often.
func (a *account) slowKeys(t *testing.T) (open, waitBegun func(), made *atomic.Int32) {
	t.Helper()
	gate, begun := make(chan struct{}), make(chan struct{}, 1)
	made = new(atomic.Int32)
	inActor(t, a, func(context.Context) {
		a.newOTRKey = func(r io.Reader) (*otr.Key, error) {
			made.Add(1)
			signal(begun)
			<-gate
			return otr.NewKey(r)
		}
	})
	return func() { close(gate) }, func() {
		t.Helper()
		select {
		case <-begun:
		case <-time.After(time.Minute):
			close(gate)
			t.Fatal("no key is made")
		}
	}, made
}

// ownOTR are the account's own keys of OTR as everybody sees them.
func ownOTR(ctx context.Context, c *Client, a *account) (own []chat.Fingerprint, all int, err error) {
	keys, err := c.Keys(ctx, a.addr, a.addr)
	for _, k := range keys {
		if k.Own && k.Fingerprint.Kind() == chat.KeyOTR {
			own = append(own, k.Fingerprint)
		}
	}
	return own, len(keys), err
}

func (a *account) wantOwnOTR(t *testing.T, want ...chat.Fingerprint) {
	t.Helper()
	own, all, err := ownOTR(t.Context(), a.client, a)
	if err != nil || all != 1+len(want) || len(own) != len(want) || len(own) > 0 && own[0] != want[0] {
		t.Errorf("%d keys, of OTR %v, want %v; %v", all, own, want, err)
	}
}

// Who looks at the keys of a new account sees the one of OTR, too: it is made once, while
// the actor goes on, and stored by then.
func TestOwnOTRKeyIsShown(t *testing.T) {
	c, a := oneAccount(t)
	open, waitBegun, made := a.slowKeys(t)
	shown := make(chan chat.Fingerprint, 2)
	look := func() {
		own, all, err := ownOTR(t.Context(), c, a)
		rec, stored := c.db.OwnKeys(t.Context(), a.addr)
		if err != nil || stored != nil || all != 2 || len(own) != 1 || len(rec.OTR) == 0 || rec.OTRFingerprint != own[0] {
			t.Errorf("%d keys, of OTR %v, stored is %s; %v, %v", all, own, rec.OTRFingerprint, err, stored)
			own = append(own, "")
		}
		shown <- own[0]
	}
	go look()
	waitBegun()
	go look()
	inActor(t, a, func(context.Context) {}) // it is not held up
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := ownOTR(gone, c, a); !errors.Is(err, context.Canceled) {
		t.Errorf("who does not wait any more: %v", err)
	}
	if _, err := c.Keys(t.Context(), a.addr, chat.MustAddress("bob@example.test")); err != nil {
		t.Error("a contact's keys wait for one's own:", err)
	}
	open()
	one, other := <-shown, <-shown
	if one != other || made.Load() != 1 {
		t.Errorf("%s and %s, %d were made", one, other, made.Load())
	}
	a.wantOwnOTR(t, one)
	if got := a.otrKeyOf(t); got != one || made.Load() != 1 {
		t.Errorf("sessions use %s, want %s; %d were made", got, one, made.Load())
	}
}

// A key that can not be made is missing, and nothing else; the next time it is tried again.
func TestOwnOTRKeyFails(t *testing.T) {
	_, a := oneAccount(t)
	inActor(t, a, func(context.Context) {
		a.newOTRKey = func(io.Reader) (*otr.Key, error) { return nil, io.ErrUnexpectedEOF }
	})
	a.wantOwnOTR(t)
	inActor(t, a, func(context.Context) { a.newOTRKey = otr.NewKey })
	a.wantOwnOTR(t, a.otrKeyOf(t))
}

// No key of OTR is made where the program never speaks it, or a policy does not let it,
// nor beside one that the person has brought.
func TestOwnOTRKeyIsNotMade(t *testing.T) {
	c, a := oneAccount(t)
	open, waitBegun, made := a.slowKeys(t)
	need(t, c.SetSetting(t.Context(), chat.SettingOTR, chat.OTRNever))
	a.wantOwnOTR(t)
	need(t, c.SetSetting(t.Context(), chat.SettingOTR, ""))
	locked, _ := policy.Parse([]byte(`{"encryption.allowed":["none","omemo","omemo2"]}`))
	need(t, c.SetPolicy(t.Context(), []policy.Source{{Layer: "brand", Name: "Acme", Policy: locked}}))
	a.wantOwnOTR(t)
	need(t, c.SetPolicy(t.Context(), nil))
	if made.Load() != 0 {
		t.Errorf("%d were made", made.Load())
	}

	d, b := oneAccount(t)
	want := b.otrKeyOf(t)
	file, err := d.ExportKeys(t.Context(), b.addr, []byte("passphrase"))
	need(t, err)
	seen := make(chan struct{})
	go func() { // one is being made for the list when the person's comes
		defer close(seen)
		if own, _, err := ownOTR(t.Context(), c, a); err != nil || len(own) != 1 || own[0] != want {
			t.Errorf("of OTR %v, want %s; %v", own, want, err)
		}
	}()
	waitBegun()
	need(t, c.ImportKeys(t.Context(), a.addr, file, []byte("passphrase")))
	open()
	<-seen
	a.wantOwnOTR(t, want)
	if made.Load() != 1 {
		t.Errorf("%d were made", made.Load())
	}
}
