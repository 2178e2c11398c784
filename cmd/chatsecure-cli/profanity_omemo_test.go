// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/xmpp"
	"chatsecure.org/desktop/core/xmpp/wire"
)

// emptyList publishes a list of no devices: where there is no list at all Profanity
// 0.13.1 publishes none, for it waits for an error of another form than Prosody's.
func emptyList(t *testing.T, s *coretest.Server, local string) {
	t.Helper()
	conn, err := xmpp.Connect(t.Context(), xmpp.Config{Config: wire.Config{
		Login: s.Login(local), Password: []byte("secret of " + local), Roots: s.Roots,
	}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = conn.Run(t.Context(), func(xmpp.Inbound) {})
	}()
	if err := conn.PublishDevices(t.Context(), xmpp.OMEMO03, nil); err != nil {
		t.Error(err)
	}
	_ = conn.Close(t.Context())
	<-done
}

// speaksOMEMO has Profanity make its keys, and trust those of others at sight.
func (p *profanity) speaksOMEMO() {
	p.t.Helper()
	p.types("/omemo trustmode blind")
	p.shows("blind")
	p.types("/omemo gen")
	p.shows("materials generated")
}

// talksTo opens an encrypted window with somebody, shows it, and waits until Profanity
// has the key: before that it sends nothing.
func (p *profanity) talksTo(address, key string) {
	p.t.Helper()
	p.types("/omemo start " + address)
	p.shows("[OMEMO]")
	deadline := time.Now().Add(patienceInTests)
	for !strings.Contains(p.run("capture-pane", "-p"), key[:8]) {
		if time.Now().After(deadline) {
			p.t.Fatalf("Profanity does not know the key of %s:\n%s", address, p.run("capture-pane", "-p"))
		}
		p.types("/omemo fingerprint " + address)
		time.Sleep(100 * time.Millisecond)
	}
}

// quit ends it in good order.
func (p *profanity) quit() {
	p.t.Helper()
	p.types("/quit")
	p.waitGone()
}

// wantOMEMO checks that all texts of a conversation are there, in order, and how they
// came: in the old format.
func (p *peer) wantOMEMO(address, direction string, want []string) {
	p.u.t.Helper()
	p.eventually(fmt.Sprint(want), func() bool { return slices.Equal(p.bodies(address, direction), want) })
	r := p.call("message.page", map[string]any{"account": p.u.address, "address": address, "limit": 100})
	for _, o := range r["messages"].([]any) {
		if m := o.(map[string]any); m["kind"] != "notice" && (m["kind"] != "text" || m["encryption"] != "omemo" || m["fingerprint"] == "") {
			p.u.t.Error(m)
		}
	}
}

// TestProfanityOMEMO: the old format with a client of libsignal, begun by either side,
// and after a restart of either.
func TestProfanityOMEMO(t *testing.T) {
	for _, first := range []string{"ours", "theirs"} {
		t.Run(first, func(t *testing.T) {
			s := coretest.Prosody(t, coretest.Options{})
			coretest.User(t, s, "paul", "secret of paul")
			emptyList(t, s, "paul")
			paul := startProfanity(t, s, "paul")
			paul.speaksOMEMO()
			us := added(t, s, "alice")
			a := online(us)
			paul.befriend(a)
			key := a.ownKey()
			var ours, theirs []string
			say := func(text string) {
				t.Helper()
				a.call("message.send", map[string]any{"account": us.address, "address": paul.address, "body": text, "encryption": "omemo"})
				ours = append(ours, text)
				paul.shows(text)
			}
			hear := func(text string) {
				t.Helper()
				paul.types(text)
				theirs = append(theirs, text)
				a.wantOMEMO(paul.address, "in", theirs)
			}
			paul.talksTo(us.address, key)
			if first == "ours" {
				say("the first, from ChatSecure, ünï 漢字")
			}
			hear("from Profanity, don't <panic> & ünï 漢字")
			for i := range 3 {
				say(fmt.Sprintf("one of ours, %d", i))
				say(fmt.Sprintf("and one more, %d", i))
				hear(fmt.Sprintf("one of theirs, %d", i))
				hear(fmt.Sprintf("and another, %d", i))
			}

			// Ours starts again, and so does theirs.
			a.closeInput()
			a = online(us)
			hear("to who has just started")
			say("from who has just started")
			paul.quit()
			paul.launch()
			paul.talksTo(us.address, key)
			say("to a Profanity that has just started")
			hear("from a Profanity that has just started")
			say("and back")

			// What comes while one of them is away.
			a.closeInput()
			for i := range 3 {
				text := fmt.Sprintf("while you were away, %d", i)
				paul.types(text)
				theirs = append(theirs, text)
			}
			a = online(us)
			a.wantOMEMO(paul.address, "in", theirs)
			a.wantOMEMO(paul.address, "out", ours)
			say("all read")
			a.closeInput()
			if out := us.ok("keys", paul.address); !strings.Contains(out, "trusted") {
				t.Error(out)
			}
		})
	}
}
