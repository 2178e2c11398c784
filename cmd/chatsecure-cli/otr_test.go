// SPDX-License-Identifier: MPL-2.0

package main

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"chatsecure.org/desktop/core/coretest"
)

// otrKey is what is known of the OTR key of somebody, nil for nothing.
func (p *peer) otrKey(address string) map[string]any {
	p.u.t.Helper()
	for _, o := range p.call("encryption.devices", map[string]any{"account": p.u.address, "address": address})["devices"].([]any) {
		if k := o.(map[string]any); k["type"] == "otr" {
			return k
		}
	}
	return nil
}

func (p *peer) state(address string) map[string]any {
	p.u.t.Helper()
	return p.call("encryption.state", map[string]any{"account": p.u.address, "address": address})
}

// notice waits for a notice with a code in a conversation.
func (p *peer) notice(address, code string) {
	p.u.t.Helper()
	p.eventually("the notice "+code, func() bool {
		r := p.call("message.page", map[string]any{"account": p.u.address, "address": address, "limit": 20})
		for _, o := range r["messages"].([]any) {
			if m := o.(map[string]any); m["kind"] == "notice" && m["error"] == code {
				return true
			}
		}
		return false
	})
}

// with is the params of a method about somebody.
func (p *peer) with(address string, more ...string) map[string]any {
	m := map[string]any{"account": p.u.address, "address": address}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i]] = more[i+1]
	}
	return m
}

// A session is begun, a secret is asked for, answered wrongly and rightly, and the
// session ends.
func TestOTR(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := added(t, s, "alice"), added(t, s, "bob")
	befriend(alice, bob)
	a, b := online(alice), online(bob)

	a.call("otr.start", a.with(bob.address))
	for _, p := range []struct{ me, other *peer }{{a, b}, {b, a}} {
		p.me.eventually("a session", func() bool { return p.me.state(p.other.u.address)["otr_open"] == true })
	}
	sent, came := a.says(b, "otr", "off the record")
	if sent["encryption"] != "otr" || came["encryption"] != "otr" || came["trust"] != "trusted" || len(came["fingerprint"].(string)) != 40 {
		t.Error(sent, came)
	}
	if k := b.otrKey(alice.address); k["fingerprint"] != came["fingerprint"] || k["active"] != true || k["id"] != 0.0 {
		t.Error(k)
	}

	a.call("smp.start", a.with(bob.address, "question", "Where did we meet?", "secret", "in Vienna"))
	b.noted("smp.asked", map[string]any{"account": bob.address, "address": alice.address, "question": "Where did we meet?"})
	b.call("smp.answer", b.with(alice.address, "secret", "in Venice"))
	a.notice(bob.address, "secret-failed")
	if k := a.otrKey(bob.address); k["trust"] != "trusted" {
		t.Error("after a wrong answer:", k)
	}

	b.call("smp.start", b.with(alice.address, "secret", "in Vienna"))
	a.noted("smp.asked", map[string]any{"account": alice.address, "address": bob.address, "question": ""})
	a.call("smp.answer", a.with(bob.address, "secret", "in Vienna"))
	b.notice(alice.address, "secret-proven")
	b.eventually("the key is verified", func() bool { return b.otrKey(alice.address)["trust"] == "verified" })
	if k := b.otrKey(alice.address); k["by"] != "secret" {
		t.Error(k)
	}
	if m := b.newest(alice.address); m["kind"] == "text" && m["trust"] != "verified" {
		t.Error(m)
	}

	a.call("otr.end", a.with(bob.address))
	a.eventually("the end", func() bool { return a.state(bob.address)["otr_open"] == false })
	b.eventually("the end", func() bool { return b.state(alice.address)["otr_open"] == false })
	if got := a.refused("smp.answer", a.with(bob.address, "secret", "x")); !strings.HasSuffix(got, "/no-session") {
		t.Error(got)
	}
	a.closeInput()

	// By commands: the program begins a session of its own.
	secret := filepath.Join(alice.home, "secret")
	alice.file("secret", "the same\n")
	done := make(chan result, 1)
	go func() { done <- alice.run("", "verify", bob.address, "--secret-file", secret, "--question", "What?") }()
	b.noted("smp.asked", map[string]any{"address": alice.address, "question": "What?"})
	b.call("smp.answer", b.with(alice.address, "secret", "the same"))
	if r := <-done; r.status != exitDone || !strings.Contains(r.out, "verified") {
		t.Errorf("%+v", r)
	}
	if o := alice.objects("send", bob.address, "otr by a command", "--encryption", "otr")[0]; o["encryption"] != "otr" || o["status"] != "sent" {
		t.Error(o)
	}
	b.eventually("what was sent", func() bool { return slices.Contains(b.bodies(alice.address, "in"), "otr by a command") })
	b.closeInput()

	// Nobody is there who could answer: it is kept, and not sent in the clear.
	wantIn(t, alice.fails(exitRefused, "send", bob.address, "into the void", "--encryption", "otr"), "not sent", "OTR")
	if m := alice.objects("history", bob.address, "--limit", "1")[0]; m["status"] != "failed" || m["error"] != "no-session" || m["body"] != "into the void" {
		t.Error(m)
	}
	wantIn(t, alice.fails(exitRefused, "verify", bob.address, "--secret-file", secret, "--timeout", "5s"), "OTR")
}

// Both run verify at the same time: each has verified the other then. Where the questions
// differ it ends, and neither has.
func TestVerifyAtOnce(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := added(t, s, "alice"), added(t, s, "bob")
	befriend(alice, bob)
	both := func(questions ...string) (results [2]result) {
		var running sync.WaitGroup
		for i, pair := range [][2]*user{{alice, bob}, {bob, alice}} {
			secret := pair[0].file("secret", "the same\n")
			running.Go(func() {
				results[i] = pair[0].run("", "verify", pair[1].address, "--secret-file", secret, "--question", questions[i], "--timeout", "2m")
			})
		}
		running.Wait()
		return results
	}
	for i, r := range both("", "") {
		if r.status != exitDone || !strings.Contains(r.out, "verified") {
			t.Errorf("%d: %+v", i, r)
		}
	}
	for i, r := range both("Where?", "When?") {
		if r.status != exitRefused || strings.Contains(r.errs, "timeout") {
			t.Errorf("%d: %+v", i, r)
		}
	}
}

// Both of one's own keys are shown before anything was encrypted, the same by every
// command.
func TestOwnKeys(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := added(t, s, "alice")
	own := alice.objects("keys")
	if len(own) != 2 || own[0]["type"] != "omemo" || own[1]["type"] != "otr" || own[0]["this_device"] != true || own[1]["this_device"] != true {
		t.Fatal(own)
	}
	otr := own[1]["fingerprint"].(string)
	wantIn(t, alice.ok("keys"), otr[:8]+" "+otr[8:16])
	wantIn(t, alice.ok("keys", "--uri"), "otr-fingerprint="+otr)
	a := online(alice)
	if k := a.otrKey(alice.address); k["fingerprint"] != otr || k["this_device"] != true {
		t.Error(k)
	}
	a.closeInput()
}

// A link that one prints verifies the other's keys, once; keys move to a new profile.
func TestKeysByLink(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := added(t, s, "alice"), added(t, s, "bob")
	befriend(alice, bob)
	b := online(bob)
	key := b.ownKey()
	link := strings.TrimSpace(bob.linkOf(b))
	wantIn(t, link, "xmpp:"+bob.address+"?", key)
	wantIn(t, alice.fails(exitRefused, "verify", bob.address, "--link", link), "--sync")
	var got []map[string]any
	b.eventually("the key where others find it", func() bool {
		got = alice.objects("keys", bob.address, "--sync")
		return len(got) > 0
	})
	if len(got) != 1 || got[0]["fingerprint"] != key {
		t.Fatal(got)
	}
	wantIn(t, alice.fails(exitRefused, "verify", alice.address, "--link", link), "not of "+alice.address)
	if o := alice.objects("verify", bob.address, "--link", link)[0]; len(o["keys"].([]any)) != 1 {
		t.Error(o)
	}
	if k := alice.objects("keys", bob.address)[0]; k["trust"] != "verified" || k["by"] != "code" {
		t.Error(k)
	}
	b.closeInput()

	pass := bob.file("pass", "a passphrase for keys\n")
	file := filepath.Join(bob.home, "keys")
	bob.ok("keys", "export", file, "--passphrase-file", pass)
	wantIn(t, bob.fails(exitRefused, "keys", "export", file, "--passphrase-file", pass), "already")
	moved := added(t, s, "bob")
	wrong := moved.file("pass", "another\n")
	if r := moved.run("", "keys", "import", file, "--passphrase-file", wrong); r.status != exitRefused {
		t.Errorf("%+v", r)
	}
	moved.ok("keys", "import", file, "--passphrase-file", pass)
	if k := moved.objects("keys"); k[0]["this_device"] != true || k[0]["fingerprint"] != key {
		t.Error(k)
	}
}

// linkOf is the account's own link, by rpc.
func (u *user) linkOf(p *peer) string {
	u.t.Helper()
	return p.call("encryption.uri", p.with(u.address))["uri"].(string)
}
