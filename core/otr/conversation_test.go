// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func TestTalk(t *testing.T) {
	a, b := newSide(t, "alice", 0, nil), newSide(t, "bob", 1, nil)
	if _, err := a.conv.Send("too early"); chat.CodeOf(err) != chat.CodeNoSession {
		t.Errorf("without a session: %v", err)
	}
	a.send(a.conv.Start()...)
	talk(a, b)
	a.wantOpen(b)
	a.wantEvents(Started)
	b.wantEvents(Offered, Started)
	long := strings.Repeat("ß and 🏳️‍🌈 ", 5000)
	for range 3 {
		a.must(a.conv.Send("from Alice"))
		b.must(b.conv.Send("from Bob"))
		a.must(a.conv.Send(long))
		a.must(a.conv.Send("a\x00b"))
		talk(a, b)
	}
	b.wantTexts("from Alice", long, "ab", "from Alice", long, "ab", "from Alice", long, "ab")
	a.wantTexts("from Bob", "from Bob", "from Bob")
	a.wantSecret("Alice", "ß")
	for _, text := range []string{"", "\x00"} {
		_, err := a.conv.Send(text)
		wantCode(t, err, chat.CodeEmpty)
	}
	_, err := a.conv.Send(strings.Repeat("x", maxText+1))
	wantCode(t, err, chat.CodeTooLarge)
}

// Both ask, or both begin, at the same time: one session comes of it.
func TestBothBegin(t *testing.T) {
	for range 8 { // which of the two gives way is chance
		for name, begin := range map[string]func(*Conversation) []string{"start": (*Conversation).Start, "begin": (*Conversation).Begin} {
			a, b := newSide(t, "alice", 0, nil), newSide(t, "bob", 1, nil)
			a.send(begin(a.conv)...)
			b.send(begin(b.conv)...)
			for len(a.out)+len(b.out) > 0 { // in step, so that they cross
				toB, toA := a.out, b.out
				a.out, b.out = nil, nil
				for _, text := range toB {
					b.receive(text)
				}
				for _, text := range toA {
					a.receive(text)
				}
			}
			a.wantOpen(b)
			a.must(a.conv.Send("one"))
			b.must(b.conv.Send("two"))
			talk(a, b)
			a.wantTexts("two")
			b.wantTexts("one")
			if t.Failed() {
				t.Fatal(name)
			}
		}
	}
}

// One side has forgotten everything, as a program does that was killed.
func TestForgotten(t *testing.T) {
	a, b := open(t, func(c *Config) { c.Error = "please send it again" })
	b.conv = New(b.conv.cfg)
	a.must(a.conv.Send("lost"))
	talk(a, b)
	b.wantTexts()
	if len(b.events) != 1 || b.events[0] != (Event{Kind: Unreadable, Code: chat.CodeNoSession, Renew: true}) {
		t.Fatalf("events %+v", b.events)
	}
	a.wantEvents(ErrorText)
	// More of it does not ask for more exchanges, for a while.
	a.must(a.conv.Send("lost too"))
	talk(a, b)
	if e := b.events[1]; e.Kind != Unreadable || e.Renew {
		t.Fatalf("the second: %+v", e)
	}
	a.forget()
	b.forget()
	b.send(b.conv.Begin()...)
	talk(a, b)
	a.wantOpen(b)
	a.wantEvents(Renewed)
	b.wantEvents(Started)
	a.must(a.conv.Send("lost"))
	talk(a, b)
	b.wantTexts("lost")
}

func TestEnd(t *testing.T) {
	a, b := open(t, nil)
	a.must(a.conv.Send("bye"))
	a.send(a.conv.End()...)
	talk(a, b)
	b.wantTexts("bye")
	b.wantEvents(Ended)
	if a.conv.Secure() || b.conv.Secure() || b.conv.Their() == "" {
		t.Error("the session is still open")
	}
	_, err := b.conv.Send("must not leave")
	wantCode(t, err, chat.CodeOTREnded)
	_, err = a.conv.Send("must not leave")
	wantCode(t, err, chat.CodeNoSession)
	// What comes in the clear now is ordinary for who ended it, and not for who did not.
	a.receive("plain")
	b.receive("plain")
	a.wantTexts("plain")
	if b.texts[1] != "!plain" {
		t.Errorf("read %q", b.texts)
	}
	if texts := b.conv.End(); len(texts) > 0 {
		t.Errorf("ending what has ended sends %q", texts)
	}
	b.forget()
	a.forget()
	a.send(a.conv.Begin()...)
	talk(a, b)
	a.wantOpen(b)
	b.wantEvents(Started)
}

// Plain text inside a session is said to be that.
func TestPlainInside(t *testing.T) {
	a, b := open(t, nil)
	for _, text := range []string{"trust me", "trust" + tagMark + tagV3 + " me"} {
		if r := b.receive(text); r.Encrypted || !r.Plain || r.Text != "trust me" || len(r.Reply) > 0 {
			t.Errorf("%q: %+v", text, r)
		}
	}
	a.must(a.conv.Send("real"))
	talk(a, b)
	if b.texts[2] != "real" {
		t.Errorf("read %q", b.texts)
	}
	r := newSide(t, "carol", 2, func(c *Config) { c.Policy = Require })
	if got := r.receive("hello"); !got.Plain {
		t.Errorf("required: %+v", got)
	}
	if got := newSide(t, "carol", 2, nil).receive("hello"); got.Plain || got.Encrypted || !got.HasText {
		t.Errorf("ordinary: %+v", got)
	}
}

func TestNewKey(t *testing.T) {
	a, b := open(t, nil)
	other := newSide(t, "mallory", 2, nil)
	other.send(other.conv.Begin()...)
	talk(other, b)
	b.wantEvents(StartedWithNewKey)
	if b.conv.Their() != other.conv.cfg.Key.Fingerprint() {
		t.Error("the key is not the new one")
	}
	// What Alice had sent before can still be read, and is said to be hers.
	a.must(a.conv.Send("from Alice"))
	if r := b.receive(a.out[0]); r.Text != "from Alice" || !r.Encrypted || r.By != a.conv.cfg.Key.Fingerprint() {
		t.Errorf("%+v", r)
	}
}

func TestRenew(t *testing.T) {
	a, b := open(t, nil)
	// B's text is under way while the keys change.
	b.must(b.conv.Send("late"))
	late := b.out
	b.out = nil
	a.must(a.conv.Send("before"))
	a.send(a.conv.Begin()...)
	talk(a, b)
	a.wantOpen(b)
	a.wantEvents(Renewed)
	b.wantEvents(Renewed)
	b.wantTexts("before")
	a.receive(late[0])
	a.wantTexts("late")
	b.must(b.conv.Send("new"))
	talk(a, b)
	a.wantTexts("late", "new")
	a.receive(late[0])
	if e := a.events[len(a.events)-1]; e.Kind != Unreadable {
		t.Errorf("the old session can be read after the new one was used: %+v", e)
	}
}

func TestOffer(t *testing.T) {
	auto := func(c *Config) { c.Policy = Automatic }
	a, b := newSide(t, "alice", 0, auto), newSide(t, "bob", 1, auto)
	a.send(a.conv.Offer("hello"))
	talk(a, b)
	a.wantOpen(b)
	b.wantTexts("hello")
	b.wantEvents(Offered, Started)
	// Who does not want it is not asked for ever.
	a, b = newSide(t, "alice", 0, auto), newSide(t, "bob", 1, nil)
	a.send(a.conv.Offer("hello"))
	b.send(b.conv.Offer("hello yourself"))
	talk(a, b)
	b.wantTexts("hello")
	b.wantEvents(Offered)
	a.wantTexts("hello yourself")
	if got := a.conv.Offer("again"); got != "again" || a.conv.Secure() {
		t.Errorf("offers again: %q", got)
	}
	// Never is never.
	n := newSide(t, "nobody", 2, func(c *Config) { c.Policy = Never })
	for _, text := range []string{"?OTRv3?", "hi" + tagMark + tagV3} {
		if r := n.receive(text); len(r.Reply) > 0 || len(r.Events) > 0 || !r.HasText {
			t.Errorf("%q: %+v", text, r)
		}
	}
	if r := n.receive(a.conv.Begin()[0]); len(r.Reply) > 0 || r.Events[0].Code != chat.CodeNotSupported {
		t.Errorf("%+v", r)
	}
	if n.conv.Start() != nil || n.conv.Begin() != nil {
		t.Error("never speaks")
	}
	// What is open stays open.
	a, b = open(t, nil)
	b.conv.SetPolicy(Never)
	a.must(a.conv.Send("well"))
	talk(a, b)
	b.wantTexts("well")
}

// A flood of queries costs one exchange, and the exchange still works.
func TestManyQueries(t *testing.T) {
	a, b := newSide(t, "alice", 0, nil), newSide(t, "bob", 1, nil)
	first := b.receive("?OTRv3?").Reply
	for range 100 {
		if r := b.receive("?OTRv3?"); !slices.Equal(r.Reply, first) {
			t.Fatal("another exchange")
		}
	}
	talk(a, b)
	a.wantOpen(b)
	// In a session, a query begins a new one.
	if r := b.receive("?OTRv3?"); len(r.Reply) == 0 || slices.Equal(r.Reply, first) {
		t.Error("no new exchange")
	}
}

// A renewal whose last message never comes does not hold the session up for ever.
func TestHeldUp(t *testing.T) {
	a, b := open(t, nil)
	a.send(a.conv.Begin()...)
	b.receive(a.out[0])
	a.receive(b.out[0])
	a.out, b.out = nil, nil // the last but one is lost
	if a.conv.Ready() || !a.conv.Secure() {
		t.Fatal("ready in the middle of a renewal")
	}
	a.at = a.at.Add(switchTime + time.Second)
	b.must(b.conv.Send("hello?"))
	talk(a, b)
	if !a.conv.Ready() {
		t.Error("never ready again")
	}
	a.must(a.conv.Send("well"))
	talk(a, b)
	a.wantTexts("hello?")
	b.wantTexts("well")
}

func TestHeartbeat(t *testing.T) {
	a, b := open(t, nil)
	for range 7 {
		b.at = b.at.Add(20 * time.Second)
		a.must(a.conv.Send("are you there?"))
		talk(a, b)
	}
	a.wantEvents(Heartbeat, Heartbeat)
	a.wantTexts()
	b.wantEvents()
}

func TestInstances(t *testing.T) {
	a, b := open(t, nil)
	other := newSide(t, "bob elsewhere", 2, nil)
	a.must(a.conv.Send("for one of them"))
	other.receive(a.out[0])
	other.wantTexts()
	other.wantEvents(OtherInstance)
	talk(a, b)
	b.wantTexts("for one of them")
	// One's own messages, sent back.
	for _, text := range a.conv.Begin() {
		a.receive(text)
	}
	a.wantEvents(OtherInstance)
	// A second program at the same address takes over when its exchange is done, not before.
	commit := other.conv.Begin()
	reply := a.receive(commit[0]).Reply
	a.must(a.conv.Send("still Bob"))
	a.out = a.out[len(a.out)-1:]
	talk(a, b)
	b.wantTexts("for one of them", "still Bob")
	for _, text := range reply {
		other.receive(text)
	}
	talk(other, a)
	other.wantOpen(a)
}
