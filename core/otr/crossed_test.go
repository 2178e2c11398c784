// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// ordered is open, with the side first whose question goes on.
func ordered(t *testing.T, openIt func(testing.TB, func(*Config)) (a, b *side)) (high, low *side) {
	t.Helper()
	a, b := openIt(t, nil)
	if a.conv.cfg.Key.Fingerprint() > b.conv.cfg.Key.Fingerprint() {
		return a, b
	}
	return b, a
}

// Where both ask at the same time for the same, what both have given is compared, once.
func TestSecretsCross(t *testing.T) {
	for name, openIt := range map[string]func(testing.TB, func(*Config)) (a, b *side){"version 3": open, "version 2": openOld} {
		for _, c := range []struct {
			question, high, low string
			end                 EventKind
		}{
			{"", "Oslo", "Oslo", SecretProven},
			{"Where did we meet?", "Oslo", "Oslo", SecretProven},
			{"Where did we meet?", "Oslo", "Bergen", SecretFailed},
		} {
			for _, first := range []int{0, 1} {
				high, low := ordered(t, openIt)
				high.must(high.conv.AskSecret(c.question, c.high))
				low.must(low.conv.AskSecret(c.question, c.low))
				if first == 0 {
					talk(high, low)
				} else {
					talk(low, high)
				}
				for _, s := range pair(high, low) {
					s.wantEvents(SecretCrossed, c.end)
					if busy, _ := s.conv.Asking(); busy || s.conv.Crossed() {
						t.Errorf("%s, %+v: %s still asks", name, c, s.name)
					}
					if c.end == SecretProven && len(s.events) == 2 && !s.events[1].Vouches {
						t.Errorf("%s, %+v: the secret of %s does not vouch", name, c, s.name)
					}
					s.wantSecret("Oslo", "Bergen", "meet")
					s.wantForgotten()
				}
				high.must(high.conv.Send("well"))
				talk(high, low)
				low.wantTexts("well")
			}
		}
	}
}

func (s *side) wantForgotten() {
	s.t.Helper()
	if s.conv.current != nil && s.conv.current.own != (ownSecret{}) {
		s.t.Errorf("%s keeps a secret", s.name)
	}
}

// A secret is never the answer to another question: the person is asked.
func TestSecretsCrossOtherQuestion(t *testing.T) {
	for _, c := range [][2]string{{"Where did we meet?", "What is the cat called?"}, {"", "Where?"}, {"Where?", ""}} {
		high, low := ordered(t, open)
		high.must(high.conv.AskSecret(c[0], "Oslo"))
		low.must(low.conv.AskSecret(c[1], "Oslo"))
		talk(high, low)
		high.wantEvents(SecretCrossed)
		low.wantEvents(SecretCrossed, SecretAsked)
		if low.events[1].Text != c[0] {
			t.Errorf("asked for %q, want %q", low.events[1].Text, c[0])
		}
		low.wantForgotten()
		low.must(low.conv.AnswerSecret("Oslo"))
		talk(high, low)
		high.wantEvents(SecretCrossed, SecretProven)
		low.wantEvents(SecretCrossed, SecretAsked, SecretProven)
		if !high.events[1].Vouches || low.events[2].Vouches != (c[0] == "") {
			t.Errorf("%q: vouches %v, %v", c, high.events[1].Vouches, low.events[2].Vouches)
		}
	}
}

// Who asks for what the other side has just asked for answers.
func TestSecretsAlmostCross(t *testing.T) {
	for _, question := range []string{"", "Where did we meet?"} {
		a, b := open(t, nil)
		a.must(a.conv.AskSecret(question, "Oslo"))
		talk(a, b)
		b.must(b.conv.AskSecret(question, "Oslo"))
		talk(a, b)
		a.wantEvents(SecretProven)
		b.wantEvents(SecretAsked, SecretProven)
		if !a.events[0].Vouches || !b.events[1].Vouches {
			t.Error("it does not vouch")
		}
		b.must(b.conv.AskSecret("Where?", "x"))
		talk(a, b)
		a.must(a.conv.AskSecret("When?", "x"))
		talk(a, b)
		a.wantEvents(SecretProven, SecretAsked)
		b.wantEvents(SecretAsked, SecretProven, SecretAborted, SecretAsked)
	}
}

// The other side gets one try for each time that a person gives a secret, and who waits can
// stop.
func TestSecretsCrossOnce(t *testing.T) {
	high, low := ordered(t, open)
	high.must(high.conv.AskSecret("", "x"))
	low.must(low.conv.AskSecret("", "x"))
	step := func(from, to *side) {
		t.Helper()
		for _, text := range from.out {
			to.receive(text)
		}
		from.out = nil
	}
	step(low, high)
	step(high, low)
	step(low, high) // now the higher one has asked again
	low.must(low.conv.AskSecret("", "y"))
	talk(low, high)
	high.wantEvents(SecretCrossed, SecretAborted)
	high.wantForgotten()
	low.wantEvents(SecretCrossed, SecretCrossed)
	if !low.conv.Crossed() || high.conv.Crossed() {
		t.Error("nobody waits, or both")
	}
	low.send(low.conv.AbortSecret()...)
	talk(high, low)
	if low.conv.Crossed() {
		t.Error("it still waits")
	}
	low.wantForgotten()

	// The person stops while it waits for the other side to ask again.
	for _, who := range []int{0, 1} {
		high, low := ordered(t, open)
		high.must(high.conv.AskSecret("", "x"))
		low.must(low.conv.AskSecret("", "x"))
		step(low, high)
		step(high, low)
		stops := pair(high, low)[who]
		stops.send(stops.conv.AbortSecret()...)
		talk(high, low)
		for _, s := range pair(high, low) {
			if busy, ours := s.conv.Asking(); busy && !ours {
				t.Errorf("%s waits for nobody", s.name)
			}
			if s.kinds()[len(s.events)-1] == SecretProven {
				t.Errorf("%s compares what was stopped", s.name)
			}
		}
	}

	// Nor does a question that comes when the answer is here already: that was the try.
	a, b := open(t, nil)
	a.must(a.conv.AskSecret("", "x"))
	talk(a, b)
	b.must(b.conv.AnswerSecret("a guess"))
	step(b, a) // which now says whether it was right
	a.out = nil
	b.conv.AbortSecret() // it goes nowhere
	b.must(b.conv.AskSecret("", "another guess"))
	talk(a, b)
	a.wantEvents(SecretAborted)
	a.wantForgotten()

	// Nor after a new session.
	high, low = ordered(t, open)
	high.must(high.conv.AskSecret("", "x"))
	low.must(low.conv.AskSecret("", "x"))
	step(low, high)
	high.out, low.out = nil, nil
	low.send(low.conv.Begin()...)
	talk(high, low)
	high.wantEvents(SecretCrossed, SecretAborted, Renewed)
	low.wantEvents(SecretAborted, Renewed)
	high.wantForgotten()
	_, err := high.conv.AnswerSecret("x")
	wantCode(t, err, chat.CodeNotFound)
}
