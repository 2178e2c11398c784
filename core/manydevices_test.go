// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestManyDevices: three devices of one account and two of another. All know each
// other, and each reads what any of them writes, and its changes.
func TestManyDevices(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		alice, bob := user(t, s, "alice"), user(t, s, "bob")
		befriend(t, alice, bob)
		meet(alice, bob)
		all := []*person{alice, bob, anotherDevice(t, alice), anotherDevice(t, alice), anotherDevice(t, bob)}
		peer := func(p *person) chat.ConvID {
			if p.addr == alice.addr {
				return chat.ConvID{Account: p.addr, Peer: bob.addr}
			}
			return chat.ConvID{Account: p.addr, Peer: alice.addr}
		}
		for _, p := range all {
			for owner, n := range map[chat.Address]int{alice.addr: 3, bob.addr: 2} {
				p.wait("all keys", func() bool {
					must(t, p.RefreshKeys(p.ctx(), peer(p)))
					listed := slices.DeleteFunc(p.keys(owner), func(k chat.Key) bool { return !k.Listed && !k.Own || k.Fingerprint.Kind() != chat.KeyOMEMO })
					return len(listed) == n
				})
			}
		}
		for round := range 2 {
			for i, p := range all {
				body := fmt.Sprintf("round %d, device %d", round, i)
				id := p.say(peer(p), body)
				if m := p.waitStatus(id, chat.Delivered); m.Encryption != chat.EncryptionOMEMO2 {
					t.Errorf("%q went as %v", body, m.Encryption)
				}
				for _, other := range all {
					other.wait(body, func() bool { return other.hasText(peer(other), body) })
				}
				must(t, p.Correct(p.ctx(), peer(p), id, body+", changed"))
				for _, other := range all {
					other.wait(body+", changed", func() bool { return other.hasText(peer(other), body+", changed") })
				}
			}
		}
		for i, p := range all {
			rows := p.all(peer(p))
			if len(rows) != 2*len(all) {
				t.Errorf("device %d has %d messages, want %d", i, len(rows), 2*len(all))
			}
			for _, m := range rows {
				if m.Kind != chat.KindText || m.Encryption != chat.EncryptionOMEMO2 {
					t.Errorf("device %d: %v %v %q %s", i, m.Kind, m.Encryption, m.Body, m.Error)
				}
			}
		}
	})
}
