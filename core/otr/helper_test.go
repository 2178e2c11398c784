// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Keys take a second each to make: the tests share these.
var testKeys = sync.OnceValue(func() (keys [3]*Key) {
	for i := range keys {
		k, err := NewKey(nil)
		if err != nil {
			panic(err)
		}
		keys[i] = k
	}
	return keys
})

// noon is when tests happen.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// side is one of two people, with what came to them.
type side struct {
	t      testing.TB
	name   string
	conv   *Conversation
	at     time.Time
	texts  []string // what was read; plain text inside a session has "!" before it
	events []Event
	out    []string // on their way to the other side
	wire   []string // all that was ever sent
}

func newSide(t testing.TB, name string, key int, change func(*Config)) *side {
	t.Helper()
	cfg := Config{Key: testKeys()[key]}
	if change != nil {
		change(&cfg)
	}
	return &side{t: t, name: name, conv: New(cfg), at: noon}
}

func (s *side) send(texts ...string) {
	s.out = append(s.out, texts...)
	s.wire = append(s.wire, texts...)
}

func (s *side) must(texts []string, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%s: %v", s.name, err)
	}
	s.send(texts...)
}

func (s *side) receive(text string) Result {
	s.t.Helper()
	r, err := s.conv.Receive(text, s.at)
	if err != nil {
		s.t.Fatalf("%s: %v", s.name, err)
	}
	if r.HasText {
		mark := ""
		if r.Plain {
			mark = "!"
		}
		s.texts = append(s.texts, mark+r.Text)
		if r.Encrypted != (r.By != "") || r.Encrypted && r.Plain {
			s.t.Fatalf("%s: %+v", s.name, r)
		}
	}
	s.events = append(s.events, r.Events...)
	s.send(r.Reply...)
	return r
}

// talk carries texts to and fro until nobody has any.
func talk(a, b *side) {
	a.t.Helper()
	for range 1000 {
		switch {
		case len(a.out) > 0:
			text := a.out[0]
			a.out = a.out[1:]
			b.receive(text)
		case len(b.out) > 0:
			text := b.out[0]
			b.out = b.out[1:]
			a.receive(text)
		default:
			return
		}
	}
	a.t.Fatal("they never stop talking")
}

// open is two sides with a session.
func open(t testing.TB, change func(*Config)) (a, b *side) {
	t.Helper()
	a, b = newSide(t, "alice", 0, change), newSide(t, "bob", 1, change)
	a.send(a.conv.Start()...)
	talk(a, b)
	a.wantOpen(b)
	a.forget()
	b.forget()
	return a, b
}

// openOld is two sides with a session of version 2.
func openOld(t testing.TB, change func(*Config)) (a, b *side) {
	t.Helper()
	a, b = newSide(t, "alice", 0, change), newSide(t, "bob", 1, change)
	b.receive("?OTRv2?")
	talk(a, b)
	a.wantOpen(b)
	if a.conv.Version() != 2 || b.conv.Version() != 2 {
		t.Fatalf("versions %d and %d", a.conv.Version(), b.conv.Version())
	}
	a.forget()
	b.forget()
	return a, b
}

func pair(a, b *side) [2]*side { return [2]*side{a, b} }

func (s *side) forget() { s.events, s.texts, s.wire = nil, nil, nil }

func (s *side) wantOpen(o *side) {
	s.t.Helper()
	if !s.conv.Ready() || !o.conv.Ready() || s.conv.Their() != o.conv.cfg.Key.Fingerprint() ||
		o.conv.Their() != s.conv.cfg.Key.Fingerprint() || s.conv.SessionID() != o.conv.SessionID() || s.conv.SessionID() == [8]byte{} {
		s.t.Fatalf("no common session: %v %v, %v %v; events %v, %v", s.conv.Ready(), o.conv.Ready(), s.conv.Their(), o.conv.Their(), s.events, o.events)
	}
}

func (s *side) kinds() (kinds []EventKind) {
	for _, e := range s.events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func (s *side) wantEvents(want ...EventKind) {
	s.t.Helper()
	if got := s.kinds(); !slices.Equal(got, want) {
		s.t.Errorf("%s: events %v, want %v", s.name, s.events, want)
	}
}

func (s *side) wantTexts(want ...string) {
	s.t.Helper()
	if !slices.Equal(s.texts, want) {
		s.t.Errorf("%s: read %q, want %q", s.name, s.texts, want)
	}
}

// wantSecret looks at all that was sent for words that belong to nobody.
func (s *side) wantSecret(words ...string) {
	s.t.Helper()
	for _, text := range s.wire {
		for _, w := range words {
			if strings.Contains(text, w) {
				s.t.Errorf("%s sent %q in the clear: %q", s.name, w, text)
			}
		}
	}
}

func wantCode(t testing.TB, err error, want chat.Code) {
	t.Helper()
	if chat.CodeOf(err) != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
