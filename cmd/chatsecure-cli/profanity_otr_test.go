// SPDX-License-Identifier: MPL-2.0

package main

import (
	"testing"

	"chatsecure.org/desktop/core/coretest"
)

// opens waits until there is a session with somebody, of a version.
func (p *peer) opens(address string, version float64) {
	p.u.t.Helper()
	p.eventually("a session", func() bool { return p.state(address)["otr_open"] == true })
	if got := p.state(address)["otr_version"]; got != version {
		p.u.t.Errorf("version %v, want %v", got, version)
	}
}

// ends waits until there is none.
func (p *peer) ends(address string) {
	p.u.t.Helper()
	p.eventually("the end", func() bool { return p.state(address)["otr_open"] == false })
}

// OTR with libotr, as far as Profanity goes: version 2. Sessions and secrets that either
// side begins, right and wrong ones, with and without a question, and the end of a
// session by either side.
func TestProfanityOTR(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	paul := startProfanity(t, s, "paul")
	alice := added(t, s, "alice")
	a := online(alice)
	paul.meets(a)
	paul.types("/otr gen")
	paul.shows("Private key generation complete.")
	paul.types("/msg " + alice.address)

	a.call("otr.start", a.with(paul.address))
	paul.shows("OTR session started (untrusted)")
	a.opens(paul.address, 2)
	a.notice(paul.address, "otr-started-old")
	a.call("message.send", a.with(paul.address, "body", "otr from chatsecure, ünï 漢字", "encryption", "otr"))
	paul.shows("otr from chatsecure, ünï 漢字")
	paul.types("otr from profanity, don't <panic> & ünï 漢字")
	m := a.hears(paul.address, "otr from profanity, don't <panic> & ünï 漢字")
	if m["encryption"] != "otr" || m["trust"] != "trusted" || m["fingerprint"] != a.otrKey(paul.address)["fingerprint"] {
		t.Error(m)
	}
	for _, text := range []string{"first", "second", "third"} {
		a.call("message.send", a.with(paul.address, "body", text+" from chatsecure", "encryption", "otr"))
		paul.shows(text + " from chatsecure")
		paul.types(text + " from profanity")
		if m := a.hears(paul.address, text+" from profanity"); m["encryption"] != "otr" {
			t.Error(m)
		}
	}
	secrets(a, paul)

	// Paul ends the session: nothing goes out before there is another one.
	paul.types("/otr end")
	paul.shows("OTR session ended.")
	a.ends(paul.address)
	a.notice(paul.address, "otr-finished")
	a.call("message.send", a.with(paul.address, "body", "into the void", "encryption", "otr"))
	a.eventually("a message that failed", func() bool {
		m := a.newest(paul.address)
		return m["body"] == "into the void" && m["status"] == "failed" && m["error"] == "otr-ended"
	})
	// What Paul writes now is not encrypted, and shown as that.
	paul.types("in the clear")
	a.eventually("what is not encrypted", func() bool { return a.has(paul.address, "in the clear", "none") })
	a.notice(paul.address, "plain-inside")

	paul.types("/otr start")
	paul.shows("OTR session started (trusted)")
	a.opens(paul.address, 2)
	a.call("message.send", a.with(paul.address, "body", "once more", "encryption", "otr"))
	paul.shows("once more")
	paul.types("and back")
	a.eventually("an answer", func() bool { return a.has(paul.address, "and back", "otr") })

	// Alice ends it.
	paul.types("/clear")
	a.call("otr.end", a.with(paul.address))
	paul.shows("OTR session ended.")
	a.ends(paul.address)
	paul.types("not for everybody")
	a.eventually("what is not encrypted", func() bool { return a.has(paul.address, "not for everybody", "none") })
	a.call("otr.start", a.with(paul.address))
	a.opens(paul.address, 2)
	a.call("message.send", a.with(paul.address, "body", "the third session", "encryption", "otr"))
	paul.shows("the third session")
	a.closeInput()
	paul.types("/quit")
	for _, m := range alice.objects("history", paul.address, "--limit", "100") {
		if m["kind"] == "undecryptable" || m["direction"] == "out" && m["kind"] == "text" && m["encryption"] != "otr" && m["body"] != "into the void" {
			t.Error(m)
		}
	}
}

// secrets are asked for by both, with a question and without one, and answered rightly
// and wrongly.
func secrets(a *peer, paul *profanity) {
	t, who, me := a.u.t, paul.address, a.u.address
	asked := func(question, says string) {
		t.Helper()
		paul.types("/clear")
		a.call("smp.start", a.with(who, "question", question, "secret", "in Vienna"))
		paul.shows(says)
	}
	asks := func(line, question, answer, outcome string) {
		t.Helper()
		paul.types("/clear")
		paul.types(line)
		a.noted("smp.asked", map[string]any{"account": me, "address": who, "question": question})
		a.call("smp.answer", a.with(who, "secret", answer))
		paul.shows(outcome)
	}
	asked("Where did we meet?", "Where did we meet?")
	paul.types(`/otr answer "in Venice"`)
	a.notices(who, "secret-failed", 1)
	paul.shows("failed to authenticate you")
	asked("", "use '/otr secret <secret>'")
	paul.types(`/otr secret Venice`)
	a.notices(who, "secret-failed", 2)
	paul.shows("Authentication failed")
	asks(`/otr question "Which year?" 1815`, "Which year?", "1816", "Authentication failed")
	a.notices(who, "secret-failed", 3)
	asks(`/otr question "Which year was it?" 1815`, "Which year was it?", "1815", "Authentication successful")
	a.notices(who, "secret-answered", 1)
	if k := a.otrKey(who); k["trust"] != "trusted" {
		t.Error("after wrong answers, and one to Paul's own question:", k)
	}
	asked("Which city?", "Which city?")
	paul.types(`/otr answer "in Vienna"`)
	a.notices(who, "secret-proven", 1)
	paul.shows("successfully authenticated you")
	a.eventually("a verified key", func() bool { k := a.otrKey(who); return k["trust"] == "verified" && k["by"] == "secret" })
	asks(`/otr secret Danube`, "", "Danube", "Authentication successful")
	a.notices(who, "secret-proven", 2)
	asked("", "use '/otr secret <secret>'")
	paul.types(`/otr secret "in Vienna"`)
	a.notices(who, "secret-proven", 3)
	paul.shows("Authentication successful")
	paul.types("/clear")
}

// notices waits until a notice with a code stands n times in a conversation.
func (p *peer) notices(address, code string, n int) {
	p.u.t.Helper()
	p.eventually("the notice "+code, func() bool {
		have := 0
		for _, o := range p.call("message.page", map[string]any{"account": p.u.address, "address": address, "limit": 50})["messages"].([]any) {
			if m := o.(map[string]any); m["kind"] == "notice" && m["error"] == code {
				have++
			}
		}
		return have >= n
	})
}

// has says whether a text has come from somebody, encrypted so.
func (p *peer) has(address, body, encryption string) bool {
	p.u.t.Helper()
	for _, o := range p.call("message.page", map[string]any{"account": p.u.address, "address": address, "limit": 50})["messages"].([]any) {
		if m := o.(map[string]any); m["direction"] == "in" && m["body"] == body && m["encryption"] == encryption {
			return true
		}
	}
	return false
}
