// SPDX-License-Identifier: MPL-2.0

package main

import (
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/coretest"
)

// Two people and a second device: each message says how it came and by which key;
// after one key was verified, a new device gets nothing until it is too.
func TestOMEMO(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob, other := added(t, s, "alice"), added(t, s, "bob"), newUser(t, s, "bob")
	befriend(alice, bob)
	a, b := online(alice), online(bob)
	aliceKey, bobKey := a.ownKey(), b.ownKey()

	a.eventually("bob's key", func() bool { return a.keyBy(bob.address, bobKey) != nil })
	sent, came := a.says(b, "omemo", "for bob's device only")
	if sent["encryption"] != "omemo2" || sent["fingerprint"] != aliceKey {
		t.Error(sent)
	}
	if came["encryption"] != "omemo2" || came["fingerprint"] != aliceKey || came["trust"] != "trusted" {
		t.Error(came)
	}
	if sent, came = b.says(a, "", "and back by itself"); sent["encryption"] != "omemo2" || came["fingerprint"] != bobKey || came["trust"] != "trusted" {
		t.Error(sent, came)
	}
	k := a.keyBy(bob.address, bobKey)
	checkKeyObject(t, k)
	if k["trust"] != "trusted" || k["by"] != "rule" || k["active"] != true || k["used"] != true {
		t.Error(k)
	}

	// Alice compares the key, in groups and capitals as it is printed somewhere.
	grouped := strings.ToUpper(bobKey[:32] + " " + bobKey[32:])
	k = a.call("encryption.trust", map[string]any{"account": alice.address, "address": bob.address, "fingerprint": grouped, "trust": "yes"})
	if k["trust"] != "verified" || k["by"] != "compare" || k["fingerprint"] != bobKey {
		t.Error(k)
	}
	a.noted("trust.changed", map[string]any{"account": alice.address, "address": bob.address})
	if m := a.newest(bob.address); m["trust"] != "verified" {
		t.Error("the message of a verified key is", m)
	}

	// Bob's second device signs in: it is there, and gets nothing.
	other.ok("init")
	o := other.rpc()
	o.call("subscribe", nil)
	o.call("account.add", map[string]any{"address": bob.address, "password": bob.password(), "host": s.Host, "port": s.Port})
	otherKey := o.ownKey()
	a.eventually("the second device", func() bool { k := a.keyBy(bob.address, otherKey); return k != nil && k["active"] == true })
	if k := a.keyBy(bob.address, otherKey); k["trust"] != "undecided" || k["used"] != false {
		t.Error(k)
	}
	a.says(b, "omemo", "not for the second device")
	o.eventually("a row with its reason", func() bool {
		m := o.newest(alice.address)
		return m != nil && m["kind"] == "undecryptable"
	})
	if m := o.newest(alice.address); m["error"] != "not-for-this-device" || m["body"] != "" {
		t.Error(m)
	}
	if k := a.call("encryption.trust", map[string]any{"account": alice.address, "address": bob.address, "fingerprint": otherKey, "trust": true}); k["used"] != true {
		t.Error(k)
	}
	a.says(o, "omemo", "for both devices")
	b.eventually("the same on the first", func() bool { return b.newest(alice.address)["body"] == "for both devices" })

	// One is refused again.
	a.call("encryption.trust", map[string]any{"account": alice.address, "address": bob.address, "fingerprint": otherKey, "trust": "no"})
	a.says(b, "", "for the first device again")
	if got := a.refused("encryption.trust", map[string]any{"account": alice.address, "address": bob.address, "fingerprint": aliceKey, "trust": "yes"}); got != "input/not-found" {
		t.Error(got)
	}
	if got := a.refused("encryption.trust", map[string]any{"account": alice.address, "address": bob.address, "fingerprint": "12", "trust": "yes"}); got != "input/malformed-fingerprint" {
		t.Error(got)
	}
	st := a.call("encryption.state", map[string]any{"account": alice.address, "address": bob.address})
	if st["now"] != "omemo2" || st["lock"] != "verified" || st["choice"] != "auto" || st["level"] != "careful" || len(st["skipped"].([]any)) != 1 {
		t.Error(st)
	}
	for _, p := range []*peer{a, b, o} {
		p.closeInput()
	}

	// The same by commands, with nobody online.
	s.Stop()
	lines := alice.ok("keys", bob.address)
	wantIn(t, lines, bobKey[:8]+" "+bobKey[8:16], "(verified, device ", "(distrusted, ")
	own := slices.DeleteFunc(alice.objects("keys"), func(k map[string]any) bool { return k["type"] != "omemo" })
	if len(own) != 1 || own[0]["fingerprint"] != aliceKey || own[0]["this_device"] != true {
		t.Error(own)
	}
	trusted := alice.objects("trust", bob.address, otherKey, "yes")
	if len(trusted) != 1 || trusted[0]["trust"] != "verified" {
		t.Error(trusted)
	}
	var devices []string
	for _, o := range alice.objects("dump") {
		if o["kind"] == "device" {
			if o["id"].(float64) < 1 || o["jid"] == "" {
				t.Error(o)
			}
			devices = append(devices, o["jid"].(string)+" "+o["trust"].(string))
		}
	}
	slices.Sort(devices)
	if len(devices) != 3 || devices[1] != bob.address+" verified" || devices[2] != bob.address+" verified" {
		t.Error(devices)
	}
	wantIn(t, alice.ok("history", bob.address), "[omemo2, verified]")
}
