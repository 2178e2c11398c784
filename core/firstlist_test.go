// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// lister has lists and bundles of an owner's devices come.
type lister struct {
	*testing.T
	c     *Client
	a     *account
	s     *session
	own   omemo.Bundle
	owner chat.Address
}

func newLister(t *testing.T) *lister {
	t.Helper()
	c, a := oneAccount(t)
	return &lister{T: t, c: c, a: a, own: a.withKeys(t), s: a.idleSession(t), owner: bobby}
}

func (l *lister) list(v omemo.Version, ids ...uint32) {
	l.Helper()
	n := listing(ids)
	n.Version, n.Owner = xmpp.OMEMOVersion(v), l.owner
	inActor(l.T, l.a, func(ctx context.Context) {
		l.a.omemo.asking[l.owner] = true // nobody else asks for bundles
		l.a.devicesCame(ctx, l.s, n)
	})
}

// bundle is the answer to whoever asks for a device's bundle; identity nil for a new one.
func (l *lister) bundle(v omemo.Version, id uint32, identity *omemo.Identity) *omemo.Identity {
	l.Helper()
	other, signed, prekeys := NewKeys(l.T, 1)
	if identity == nil {
		identity = other
	}
	signed, err := identity.NewSignedPrekey(signed.ID, nil)
	need(l.T, err)
	inActor(l.T, l.a, func(ctx context.Context) {
		at := ratchet{l.owner, id, v}
		l.a.bundlesCame(ctx, l.owner, []ratchet{at}, map[ratchet]omemo.Bundle{at: identity.Bundle(v, signed, prekeys)}, nil)
	})
	return identity
}

// writes lets a device of bob's write, and returns its key.
func (l *lister) writes(id uint32) *omemo.Identity {
	l.Helper()
	d := newPeer(l.T, l.a, "bob@example.test/x", id, l.own)
	l.a.comes(l.T, l.s, d.says(fmt.Sprint("from ", id), "hello"))
	return d.identity
}

func (l *lister) expect(want ...chat.Code) {
	l.Helper()
	var got []chat.Code
	rows, err := l.c.Page(l.Context(), chat.ConvID{Account: l.a.addr, Peer: l.owner}, 0, 50)
	need(l.T, err)
	for _, m := range rows {
		if m.Kind == chat.KindNotice {
			got = append(got, m.Error)
		}
	}
	if !slices.Equal(got, want) {
		l.Errorf("notices %q, want %q", got, want)
	}
}

// TestFirstListOfOther: a list that never came before is news where the owner is known by
// the other format; what stands on both with one key is none.
func TestFirstListOfOther(t *testing.T) {
	for _, test := range []struct {
		name string
		with func(l *lister)
		want []chat.Code
	}{
		{"a new device", func(l *lister) {
			l.writes(5)
			l.list(omemo.V03, 666)
			l.bundle(omemo.V03, 666, nil)
		}, []chat.Code{chat.CodeDeviceAdded}},
		{"a new device that wrote before", func(l *lister) {
			l.writes(5)
			d := newPeer(l.T, l.a, "bob@example.test/y", 666, l.own)
			l.a.comes(l.T, l.s, d.says("from 666", "hello"))
			l.list(omemo.V03, 5)
			l.list(omemo.V2, 5, 666)
		}, []chat.Code{chat.CodeDeviceAdded}},
		{"after a message in it", func(l *lister) {
			l.bundle(omemo.V2, 5, nil)
			l.list(omemo.V03, 666)
			all := l.own
			inActor(l.T, l.a, func(context.Context) {
				some, err := l.a.readPrekeys(l.a.ctx)
				need(l.T, err)
				all = l.a.omemo.own.identity.Bundle(omemo.V03, l.a.omemo.own.signed[0].SignedPrekey, some)
			})
			d := newPeer(l.T, l.a, "bob@example.test/y", 666, all)
			l.a.comes(l.T, l.s, d.says("from 666", "hello"))
		}, []chat.Code{chat.CodeDeviceAdded}},
		{"the same device", func(l *lister) {
			identity := l.writes(5)
			l.list(omemo.V03, 5)
			l.bundle(omemo.V03, 5, identity)
		}, nil},
		{"the same device, asked first", func(l *lister) {
			identity := l.bundle(omemo.V2, 5, nil)
			l.list(omemo.V03, 5)
			l.bundle(omemo.V03, 5, identity)
			l.writes(5)
		}, []chat.Code{chat.CodeKeyChanged}}, // of what it writes itself, not of the lists
		{"one more on the first list, when the first has written", func(l *lister) {
			l.writes(5)
			l.list(omemo.V2, 5, 666)
			l.bundle(omemo.V2, 666, nil)
		}, []chat.Code{chat.CodeDeviceAdded}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLister(t)
			l.list(omemo.V2, 5)
			test.with(l)
			l.expect(test.want...)
		})
	}
}

// TestFirstContact: the devices of somebody of whom nothing was known are no news, on which
// list and in which order they come, and though one of them has written before.
func TestFirstContact(t *testing.T) {
	for _, first := range versions {
		for _, wrote := range []bool{false, true} {
			t.Run(fmt.Sprint("first the list of ", first, ", it wrote ", wrote), func(t *testing.T) {
				l := newLister(t)
				identity, _, _ := NewKeys(t, 0)
				if wrote {
					identity = l.writes(5)
				}
				second := omemo.V2 + omemo.V03 - first
				lists := map[omemo.Version][]uint32{omemo.V2: {5, 6}, omemo.V03: {5, 7}}
				l.list(first, lists[first]...)
				l.list(second, lists[second]...)
				l.bundle(omemo.V2, 5, identity)
				l.bundle(omemo.V03, 5, identity)
				l.bundle(omemo.V2, 6, nil)
				l.bundle(omemo.V03, 7, nil)
				l.expect()
			})
		}
	}
}

// TestFirstContactEnds: when both lists have been asked for and no bundle is missing, the
// first contact is over: one that could not be had then is news when it comes.
func TestFirstContactEnds(t *testing.T) {
	l := newLister(t)
	l.writes(5)
	l.list(omemo.V2, 5)
	inActor(t, l.a, func(ctx context.Context) {
		delete(l.a.omemo.asking, l.owner)
		l.a.omemo.lists[deviceList{l.owner, omemo.V03}] = listState{failed: 1, again: time.Now().Add(time.Hour)}
		if l.a.fetchKeys(ctx, l.s, l.owner) {
			t.Error("something is missing")
		}
	})
	l.list(omemo.V03, 666)
	l.bundle(omemo.V03, 666, nil)
	l.expect(chat.CodeDeviceAdded)
}

// TestFirstListOfOwn: so it is with the account's own other devices. This computer's key,
// which is there before any list, makes them no news.
func TestFirstListOfOwn(t *testing.T) {
	l := newLister(t)
	l.owner = l.a.addr
	comes := func(v omemo.Version, id uint32, want ...chat.Code) {
		t.Helper()
		l.list(v, id)
		var notices []store.Notice
		inActor(t, l.a, func(ctx context.Context) {
			where := appearance{conv: chat.ConvID{Account: l.owner, Peer: l.owner}}
			l.a.appear(ctx, l.a.newRatchets(), ratchet{l.owner, id, v}, numberedKey(int(id)), where, &notices)
		})
		l.bundle(v, id, nil)
		var got []chat.Code
		for _, n := range notices {
			got = append(got, n.Code)
		}
		if !slices.Equal(got, want) {
			t.Errorf("notices %q of device %d, want %q", got, id, want)
		}
	}
	comes(omemo.V2, 77)
	comes(omemo.V03, 666, chat.CodeOwnDevice)
}
