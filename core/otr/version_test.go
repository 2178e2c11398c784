// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// strike changes what one side asks for on its way, as who controls a server can.
func (s *side) strike(old, new string) {
	s.t.Helper()
	if len(s.out) != 1 || !strings.Contains(s.out[0], old) {
		s.t.Fatalf("%s sends %q", s.name, s.out)
	}
	s.out[0] = strings.Replace(s.out[0], old, new, 1)
}

// Whatever can do version 3 gets it, whoever begins and however.
func TestVersionOffered(t *testing.T) {
	for text, want := range map[string]int{
		"?OTRv23?": 3, "?OTRv32?": 3, "?OTR?v23?": 3, "?OTRv3?": 3, "?OTRv2?": 2, "?OTR?v2?": 2, "?OTR?": 0, "?OTRv4?": 0,
		"hi" + tagMark + tagV2 + tagV3: 3, "hi" + tagMark + tagV3 + tagV2: 3, "hi" + tagMark + tagV2: 2, "hi" + tagMark + tagV1: 0,
	} {
		a, b := newSide(t, "alice", 0, nil), newSide(t, "bob", 1, func(c *Config) { c.Policy = Automatic })
		b.receive(text)
		talk(a, b)
		if a.conv.Version() != want || b.conv.Version() != want {
			t.Errorf("%q: versions %d and %d, want %d", text, a.conv.Version(), b.conv.Version(), want)
		}
	}
	a, b := newSide(t, "alice", 0, func(c *Config) { c.Policy = Automatic }), newSide(t, "bob", 1, func(c *Config) { c.Policy = Automatic })
	a.send(a.conv.Offer("hello"))
	talk(a, b)
	if a.wantOpen(b); a.conv.Version() != 3 {
		t.Error("version", a.conv.Version())
	}
}

// A session of version 2: both ways, renewed, in parts, with a secret, to its end.
func TestVersion2(t *testing.T) {
	a, b := openOld(t, func(c *Config) { c.Fragment = 150 })
	long := strings.Repeat("größer ", 500)
	for range 3 {
		a.must(a.conv.Send(long))
		b.must(b.conv.Send("short"))
		talk(a, b)
	}
	a.wantTexts("short", "short", "short")
	b.wantTexts(long, long, long)
	for _, text := range append(a.wire, b.wire...) {
		if !strings.HasPrefix(text, "?OTR,") || len(text) > 150 {
			t.Fatalf("%q is no part of version 2", text)
		}
	}
	a.must(a.conv.AskSecret("where?", "Oslo"))
	talk(a, b)
	b.must(b.conv.AnswerSecret("Oslo"))
	talk(a, b)
	a.wantEvents(SecretProven)
	b.wantEvents(SecretAsked, SecretProven)
	a.forget()
	b.forget()

	id := a.conv.SessionID()
	a.send(a.conv.Begin()...)
	b.send(b.conv.Begin()...)
	talk(a, b)
	a.wantOpen(b)
	a.wantEvents(Renewed)
	if a.conv.Version() != 2 || a.conv.SessionID() == id {
		t.Errorf("version %d, session %x", a.conv.Version(), a.conv.SessionID())
	}
	b.send(b.conv.End()...)
	talk(a, b)
	a.wantEvents(Renewed, Ended)
	if _, err := a.conv.Send("x"); chat.CodeOf(err) != chat.CodeOTREnded {
		t.Error(err)
	}
	// The next one is asked for, and is the best that both can do.
	a.conv.End()
	a.send(a.conv.Start()...)
	talk(a, b)
	if a.wantOpen(b); a.conv.Version() != 3 {
		t.Error("version", a.conv.Version())
	}
}

// One side has lost its session of version 2: the other is told, and has a new one.
func TestVersion2Lost(t *testing.T) {
	a, b := openOld(t, nil)
	b.conv = New(b.conv.cfg)
	a.must(a.conv.Send("lost"))
	talk(a, b)
	if len(b.events) != 1 || b.events[0] != (Event{Kind: Unreadable, Code: chat.CodeNoSession, Renew: true}) {
		t.Fatalf("%+v", b.events)
	}
	b.send(b.conv.Start()...)
	talk(a, b)
	a.wantOpen(b)
	a.must(a.conv.Send("once more"))
	talk(a, b)
	b.wantTexts("once more")
}

// Who takes the 3 out of a question gets version 2 of those who have never met, and
// nothing of those who have.
func TestDowngrade(t *testing.T) {
	a, b := newSide(t, "alice", 0, nil), newSide(t, "bob", 1, nil)
	a.send(a.conv.Start()...)
	a.strike("23", "2")
	talk(a, b)
	if a.wantOpen(b); a.conv.Version() != 2 {
		t.Fatal("version", a.conv.Version())
	}

	a, b = open(t, nil) // of version 3
	a.must(a.conv.Send("one"))
	b.receive("?OTRv2?") // inside a session: what its program can do is known
	talk(a, b)
	if a.wantOpen(b); a.conv.Version() != 3 {
		t.Error("version", a.conv.Version())
	}
	a.send(a.conv.End()...)
	talk(a, b)
	b.conv.End()
	a.forget()
	b.forget()
	a.send(a.conv.Start()...)
	a.strike("23", "2")
	talk(a, b)
	for _, s := range []*side{a, b} {
		if len(s.events) == 0 || s.conv.Version() != 3 {
			t.Fatalf("%s: version %d, %v", s.name, s.conv.Version(), s.events)
		}
	}
	if a.wantOpen(b); !refused(a) && !refused(b) {
		t.Errorf("nobody has refused version 2: %v, %v", a.events, b.events)
	}

	// The conversations with a contact's other addresses know that key too.
	c := newSide(t, "alice elsewhere", 0, nil)
	d := newSide(t, "bob", 1, func(cfg *Config) { cfg.Newest = b.conv.cfg.Newest })
	c.receive("?OTRv2?")
	talk(c, d)
	if !refused(d) || d.conv.Version() == 2 {
		t.Errorf("version %d, %v", d.conv.Version(), d.events)
	}
	// Another key may be of a program that can do no better.
	e := newSide(t, "alice's old program", 2, nil)
	f := newSide(t, "bob", 1, func(cfg *Config) { cfg.Newest = b.conv.cfg.Newest })
	e.receive("?OTRv2?")
	talk(e, f)
	if e.wantOpen(f); f.conv.Version() != 2 {
		t.Error("version", f.conv.Version())
	}
}

func refused(s *side) bool {
	for _, e := range s.events {
		if e == (Event{Kind: SetupFailed, Code: chat.CodeOTRDowngrade}) {
			return true
		}
	}
	return false
}

// What belongs to one version is nothing to a session of the other.
func TestVersionsApart(t *testing.T) {
	a, b := open(t, nil)
	c, d := openOld(t, nil)
	a.must(a.conv.Send("three"))
	c.must(c.conv.Send("two"))
	for _, r := range []Result{b.receive(c.out[0]), d.receive(a.out[0])} {
		if r.HasText || len(r.Events) != 1 || r.Events[0].Kind != Unreadable && r.Events[0].Kind != OtherInstance {
			t.Errorf("%+v", r)
		}
	}
	b.wantTexts()
	d.wantTexts()
	talk(a, b)
	talk(c, d)
	b.wantTexts("three")
	d.wantTexts("two")
	if !b.conv.Ready() || !d.conv.Ready() {
		t.Error("a session has ended")
	}
}

// A proof of version 2 tells nothing about its secret exponents, and nobody gets
// around them.
func TestVersion2Group(t *testing.T) {
	a, b := openOld(t, nil)
	numbers := []byte{0, 0, 0, 6}
	for range 6 {
		numbers = append(numbers, 0, 0, 0, 1, 1)
	}
	a.raw(tlv(2, numbers))
	talk(a, b)
	if busy, ours := b.conv.Asking(); busy || ours {
		t.Error("a secret is asked for with an element of order one")
	}
	a.must(a.conv.AskSecret("", "Oslo"))
	if n := len(a.out[0]); n < 1500 {
		t.Errorf("the answers of the proofs have fewer than 1,536 bits: %d bytes in all", n)
	}
}
