// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"

	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/xmpp"
)

// A device has the name that its owner gave it from the first list on, which comes before
// its key: as soon as the key is known, by a bundle or by a message, and only if that has
// signed the name.
func TestLabelOfFirstList(t *testing.T) {
	for name, c := range map[string]struct {
		byMessage, forged bool
		want              string
	}{
		"a bundle":          {want: "Kitchen"},
		"a message":         {byMessage: true, want: "Kitchen"},
		"a bundle, forged":  {forged: true},
		"a message, forged": {byMessage: true, forged: true},
	} {
		t.Run(name, func(t *testing.T) {
			_, a := oneAccount(t)
			s := a.idleSession(t)
			d := newPeer(t, a, "bob@example.test/x", 4711, a.withKeys(t))
			signer := d.identity
			if c.forged {
				var err error
				signer, err = omemo.NewIdentity(nil)
				need(t, err)
			}
			sig, err := signer.SignLabel("Kitchen", nil)
			need(t, err)
			signed, err := d.identity.NewSignedPrekey(1, nil)
			need(t, err)
			prekeys, err := omemo.NewPrekeys(1, 3, nil)
			need(t, err)
			label := func() (label string) {
				keys, err := a.db.Keys(t.Context(), a.addr, bobby)
				need(t, err)
				for _, k := range keys {
					if k.Device == d.id {
						return k.Label
					}
				}
				return "no key"
			}
			list := xmpp.DeviceNews{Version: xmpp.OMEMO2, Owner: bobby, Devices: []xmpp.Device{{ID: d.id, Label: "Kitchen", LabelSig: sig}, {ID: 1, Label: "other"}}}
			inActor(t, a, func(ctx context.Context) {
				a.devicesCame(ctx, s, list)
				a.devicesCame(ctx, s, xmpp.DeviceNews{Version: xmpp.OMEMO03, Owner: bobby, Devices: []xmpp.Device{{ID: d.id}}})
			})
			if c.byMessage {
				a.comes(t, s, d.says("one", "hello"))
			} else {
				inActor(t, a, func(ctx context.Context) {
					id := ratchet{bobby, d.id, omemo.V2}
					a.bundlesCame(ctx, bobby, []ratchet{id}, map[ratchet]omemo.Bundle{id: d.identity.Bundle(omemo.V2, signed, prekeys)}, nil)
				})
			}
			if got := label(); got != c.want {
				t.Errorf("it is called %q, want %q", got, c.want)
			}
			inActor(t, a, func(ctx context.Context) { a.devicesCame(ctx, s, list) })
			if got := label(); got != c.want {
				t.Errorf("with the next list it is called %q, want %q", got, c.want)
			}
		})
	}
}
