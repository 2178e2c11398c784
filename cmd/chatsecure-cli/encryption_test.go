// SPDX-License-Identifier: MPL-2.0

package main

import (
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/coretest"
)

// newest is the newest message of a conversation.
func (p *peer) newest(address string) map[string]any {
	p.u.t.Helper()
	r := p.call("message.page", map[string]any{"account": p.u.address, "address": address, "limit": 1})
	all := r["messages"].([]any)
	if len(all) == 0 {
		return nil
	}
	return all[0].(map[string]any)
}

// says sends a text and waits until the other side has a row of a kind that is the
// newest, and returns both ends' rows.
func (p *peer) says(to *peer, how, text string) (sent, came map[string]any) {
	p.u.t.Helper()
	id := p.call("message.send", map[string]any{"account": p.u.address, "address": to.u.address, "body": text, "encryption": how})["id"]
	p.eventually(text+" is sent", func() bool {
		sent = p.newest(to.u.address)
		return sent["id"] == id && sent["status"] != "queued"
	})
	if sent["status"] == "failed" {
		p.u.t.Fatal(sent)
	}
	to.eventually(text+" arrives", func() bool {
		came = to.newest(p.u.address)
		return came != nil && came["body"] == text
	})
	return sent, came
}

// devices are the keys of somebody that have a device.
func (p *peer) devices(address string) []map[string]any {
	p.u.t.Helper()
	var all []map[string]any
	for _, o := range p.call("encryption.devices", map[string]any{"account": p.u.address, "address": address})["devices"].([]any) {
		if d := o.(map[string]any); d["type"] == "omemo" {
			all = append(all, d)
		}
	}
	return all
}

// ownKey is the fingerprint of this computer's key.
func (p *peer) ownKey() string {
	p.u.t.Helper()
	for _, d := range p.devices(p.u.address) {
		if d["this_device"] == true {
			return d["fingerprint"].(string)
		}
	}
	p.u.t.Fatal("this computer has no key")
	return ""
}

// keyBy is what is known of a key of somebody.
func (p *peer) keyBy(address, fingerprint string) map[string]any {
	p.u.t.Helper()
	for _, d := range p.devices(address) {
		if d["fingerprint"] == fingerprint {
			return d
		}
	}
	return nil
}

func checkKeyObject(t *testing.T, k map[string]any) {
	t.Helper()
	for _, name := range strings.Fields("account address type fingerprint label trust by first_seen last_seen") {
		if _, ok := k[name].(string); !ok {
			t.Errorf("%s is %v", name, k[name])
		}
	}
	for _, name := range strings.Fields("active used this_device") {
		if _, ok := k[name].(bool); !ok {
			t.Errorf("%s is %v", name, k[name])
		}
	}
	if id, ok := k["id"].(float64); !ok || id < 1 || len(k["fingerprint"].(string)) != 64 {
		t.Error(k)
	}
}

// A level and a choice that let nothing out, and the words for it.
func TestNothingIsSent(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := added(t, s, "alice"), added(t, s, "bob")
	befriend(alice, bob)
	b := online(bob)
	b.ownKey()
	if o := alice.objects("trust-level", bob.address, "strict")[0]; o["level"] != "strict" || o["own_level"] != true {
		t.Error(o)
	}
	wantIn(t, alice.fails(exitRefused, "send", bob.address, "nothing is verified", "--encryption", "omemo"), "not sent", "keys", "trust")
	if m := alice.objects("history", bob.address); len(m) != 1 || m[0]["status"] != "failed" || m[0]["error"] != "no-trusted-device" {
		t.Error(m)
	}
	wantIn(t, alice.ok("encryption", bob.address), "nothing can be sent", "strict")
	if o := alice.objects("trust-level", bob.address, "account")[0]; o["level"] != "careful" || o["own_level"] != false {
		t.Error(o)
	}
	if o := alice.objects("send", bob.address, "careful again")[0]; o["encryption"] != "omemo2" {
		t.Error(o)
	}
	// Once encrypted, a plain message is a decision.
	if o := alice.objects("send", bob.address, "plain, decided", "--encryption", "none")[0]; o["encryption"] != "none" || o["status"] != "sent" && o["status"] != "delivered" {
		t.Error(o)
	}
	alice.ok("encryption", alice.address, "required")
	wantIn(t, alice.fails(exitRefused, "send", bob.address, "plain, refused", "--encryption", "none"), "not sent")
	// So is one for a message that had failed.
	again := []string{"retry", bob.address, alice.objects("history", bob.address)[0]["id"].(string), "--encryption", "none"}
	alice.fails(exitRefused, again...)
	alice.ok("encryption", alice.address, "optional")
	alice.ok(again...)
	if o := alice.objects("history", bob.address)[0]; o["body"] != "nothing is verified" || o["encryption"] != "none" || o["status"] != "sent" && o["status"] != "delivered" {
		t.Error(o)
	}
	wantIn(t, alice.fails(exitUsage, "encryption", bob.address, "rot13"), "rot13")
	wantIn(t, alice.fails(exitUsage, "encryption", alice.address, "omemo"), "required")
	wantIn(t, alice.fails(exitUsage, "trust-level", alice.address, "account"), "relaxed")
	b.eventually("what was sent", func() bool { return len(b.bodies(alice.address, "in")) == 3 })
	if got := b.bodies(alice.address, "in"); !slices.Equal(got, []string{"careful again", "plain, decided", "nothing is verified"}) {
		t.Error(got)
	}
	b.closeInput()
}
