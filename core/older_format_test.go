// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"slices"
	"testing"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/xmpp"
)

// own is the person's own OMEMO key on this computer.
func (p *person) own() chat.Key {
	p.t.Helper()
	all := p.keys(p.addr)
	i := slices.IndexFunc(all, func(k chat.Key) bool { return k.Own && k.Fingerprint.Kind() == chat.KeyOMEMO })
	if i < 0 {
		p.t.Fatalf("%s has no key", p.name)
	}
	return all[i]
}

// TestOlderFormat: a device that is on both lists, and of which there is no bundle for the
// new format that could be used, gets its messages in the old one, under the same key.
func TestOlderFormat(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		for name, spoil := range map[string]func(t *testing.T, conn *xmpp.Conn, bob *person, device uint32){
			"gone": func(t *testing.T, conn *xmpp.Conn, bob *person, device uint32) {
				must(t, conn.DeleteBundle(bob.ctx(), xmpp.OMEMO2, device))
			},
			"useless": func(t *testing.T, conn *xmpp.Conn, bob *person, device uint32) {
				b, err := conn.FetchBundle(bob.ctx(), bob.addr, xmpp.OMEMO2, device)
				must(t, err)
				b.Signature[5] ^= 1
				must(t, conn.PublishBundle(bob.ctx(), device, b))
			},
		} {
			for _, known := range []bool{false, true} {
				who := name
				if known {
					who += "known"
				}
				t.Run(who, func(t *testing.T) {
					alice, bob := user(t, s, "alice"+who), user(t, s, "bob"+who)
					befriend(t, alice, bob)
					must(t, bob.Findable(bob.ctx(), bob.addr))
					own := bob.own()
					if known { // in the new format, and no session is begun
						alice.learns(bob, own.Fingerprint)
						alice.stop()
					}
					bob.stop()
					spoil(t, as(t, bob), bob, own.Device)
					if known {
						alice.start()
						alice.waitState(chat.StateOnline)
					}
					m := alice.waitStatus(alice.say(alice.with(bob), "in the old format"), chat.Sent)
					if m.Encryption != chat.EncryptionOMEMO {
						t.Errorf("it went as %v", m.Encryption)
					}
					keys := alice.keys(bob.addr)
					if len(keys) != 1 || keys[0].Fingerprint != own.Fingerprint || !keys[0].OMEMO || keys[0].OMEMO2 != known {
						t.Errorf("bob's keys are %+v", keys)
					}
					bob.start()
					bob.wait("the message", func() bool { return bob.hasText(bob.with(alice), "in the old format") })
				})
			}
		}
	})
}

// TestOlderFormatOtherKey: the old format is no way around the key that is known.
func TestOlderFormatOtherKey(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	must(t, bob.Findable(bob.ctx(), bob.addr))
	own := bob.own()
	alice.learns(bob, own.Fingerprint)
	alice.stop()
	bob.stop()
	spoiler := as(t, bob)
	identity, signed, prekeys := core.NewKeys(t, 5)
	b := identity.Bundle(omemo.V03, signed, prekeys)
	other := xmpp.Bundle{Version: xmpp.OMEMO03, Identity: b.Identity, SignedID: b.SignedID, SignedKey: b.SignedKey, Signature: b.Signature}
	for _, k := range b.Prekeys {
		other.Prekeys = append(other.Prekeys, xmpp.Prekey{ID: k.ID, Key: k.Key})
	}
	must(t, spoiler.PublishBundle(bob.ctx(), own.Device, other))
	must(t, spoiler.DeleteBundle(bob.ctx(), xmpp.OMEMO2, own.Device))
	alice.start()
	alice.waitState(chat.StateOnline)
	must(t, alice.LookSoon(alice.ctx(), alice.addr))
	alice.wantFailed(alice.say(alice.with(bob), "a secret"), chat.CodeNoKeyOf)
	if keys := alice.keys(bob.addr); len(keys) != 1 || keys[0].Fingerprint != own.Fingerprint {
		t.Errorf("bob's keys are %+v", keys)
	}
}
