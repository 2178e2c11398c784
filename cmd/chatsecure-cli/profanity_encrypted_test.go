// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"chatsecure.org/desktop/core/coretest"
)

// hears waits until a text of somebody's is the newest message, and returns it.
func (p *peer) hears(address, text string) (m map[string]any) {
	p.u.t.Helper()
	p.eventually(text, func() bool {
		m = p.newest(address)
		return m != nil && m["body"] == text
	})
	return m
}

// OMEMO 0.3 with libsignal: sessions that either side begins, many messages, a key that
// is compared. Paul has a ChatSecure of his own too: Profanity only adds its device to
// a list that is there already, as it is once the account is added.
func TestProfanityOMEMO(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	paul := startProfanity(t, s, "paul")
	desk := newUser(t, s, "paul")
	desk.ok("init")
	desk.ok("account", "add", paul.address, "--host", s.Host, "--port", strconv.Itoa(s.Port), "--password-file", desk.file("password", "secret of paul\n"))
	alice := added(t, s, "alice")
	a := online(alice)
	paul.meets(a)
	paul.types("/omemo trustmode blind")
	paul.types("/omemo gen")
	paul.shows("OMEMO crytographic materials generated")
	var theirs map[string]any // Profanity's key
	a.eventually("Paul's two devices", func() bool {
		all := a.devices(paul.address)
		for _, k := range all {
			if slices.Equal(k["encryptions"].([]any), []any{"omemo"}) {
				theirs = k
			}
		}
		return len(all) == 2 && theirs != nil
	})

	paul.types("/msg " + alice.address)
	id := a.call("message.send", a.with(paul.address, "body", "omemo from chatsecure, ünï 漢字", "encryption", "omemo"))["id"]
	paul.shows("omemo from chatsecure, ünï 漢字")
	if m := a.newest(paul.address); m["id"] != id || m["encryption"] != "omemo" || m["fingerprint"] != a.ownKey() {
		t.Error(m)
	}

	paul.types("/omemo start")
	paul.types("omemo from profanity, don't <panic> & ünï 漢字")
	if m := a.hears(paul.address, "omemo from profanity, don't <panic> & ünï 漢字"); m["encryption"] != "omemo" ||
		m["fingerprint"] != theirs["fingerprint"] || m["trust"] != "trusted" {
		t.Error(m)
	}
	a.call("encryption.trust", a.with(paul.address, "fingerprint", theirs["fingerprint"].(string), "trust", "yes"))
	for _, text := range []string{"first", "second", "third"} {
		a.call("message.send", a.with(paul.address, "body", text+" from chatsecure"))
		paul.shows(text + " from chatsecure")
		paul.types(text + " from profanity")
		if m := a.hears(paul.address, text+" from profanity"); m["encryption"] != "omemo" || m["trust"] != "verified" {
			t.Error(m)
		}
	}
	a.closeInput()

	// A run later the sessions are as they were.
	if m := alice.objects("send", paul.address, "by a command", "--until", "delivered")[0]; m["encryption"] != "omemo" || m["status"] != "delivered" {
		t.Error(m)
	}
	paul.shows("by a command")
	paul.types("/quit")
	for _, m := range alice.objects("history", paul.address) {
		if m["kind"] == "undecryptable" || m["kind"] == "text" && m["encryption"] != "omemo" {
			t.Error(m)
		}
	}
	// Paul's other device reads what Profanity wrote, and not what was for verified keys
	// only.
	var got []string
	for _, m := range desk.objects("history", alice.address, "--sync") {
		got = append(got, fmt.Sprint(m["direction"], " ", m["kind"], " ", m["body"]))
	}
	for _, want := range []string{"in text omemo from chatsecure, ünï 漢字", "out text third from profanity"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	if slices.Contains(got, "in text third from chatsecure") {
		t.Errorf("what was for verified keys only: %q", got)
	}
}
