// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"testing"

	"chatsecure.org/desktop/core/coretest"
)

// A session begins anew by a command and by a method, for all devices of a contact, one
// by its id, one by its key; what is written then is read.
func TestRenewSession(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := added(t, s, "alice"), added(t, s, "bob")
	befriend(alice, bob)
	a, b := online(alice), online(bob)
	bobKey, aliceKey := b.ownKey(), a.ownKey()
	a.eventually("bob's key", func() bool { return a.keyBy(bob.address, bobKey) != nil })
	a.says(b, "omemo", "before")
	b.says(a, "omemo", "and back")
	device := a.keyBy(bob.address, bobKey)["id"]
	for i, with := range []map[string]any{{}, {"fingerprint": bobKey}, {"device": device}} {
		with["account"], with["address"] = alice.address, bob.address
		a.call("encryption.renew", with)
		a.notices(bob.address, "session-repaired", i+1)
		b.says(a, "omemo", fmt.Sprint("still there ", i))
		a.says(b, "omemo", fmt.Sprint("still here ", i))
	}
	params := func(name string, value any) map[string]any {
		return map[string]any{"account": alice.address, "address": bob.address, name: value}
	}
	if got := a.refused("encryption.renew", params("fingerprint", aliceKey)); got != "input/not-found" {
		t.Error(got)
	}
	if got := a.refused("encryption.renew", params("device", 1)); got != "input/not-found" {
		t.Error(got)
	}
	a.closeInput()
	for _, which := range [][]string{{}, {bobKey[:32], bobKey[32:]}, {fmt.Sprintf("%.0f", device)}} {
		wantIn(t, alice.ok(append([]string{"keys", "renew", bob.address}, which...)...), "anew", bob.address)
	}
	for _, nobodys := range []string{"0", "1"} {
		wantIn(t, alice.fails(exitRefused, "keys", "renew", bob.address, nobodys), bob.address)
	}
	alice.fails(exitUsage, "keys", "renew", "bob")
	m := alice.objects("send", bob.address, "read as before", "--encryption", "omemo", "--until", "delivered")
	if m[0]["status"] != "delivered" {
		t.Error(m)
	}
}
