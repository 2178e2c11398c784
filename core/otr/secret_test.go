// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestSecret(t *testing.T) {
	for _, c := range []struct{ question, secret, answer string }{
		{"", "grüne Tür", "grüne Tür"},
		{"Where did we meet?", "Oslo", "Oslo"},
		{"", "Oslo", "Bergen"},
		{"Where did we meet?", "Oslo", "oslo"},
	} {
		a, b := open(t, nil)
		a.must(a.conv.AskSecret(c.question, c.secret))
		talk(a, b)
		b.wantEvents(SecretAsked)
		if b.events[0].Text != c.question {
			t.Errorf("question %q, want %q", b.events[0].Text, c.question)
		}
		if busy, ours := b.conv.Asking(); !busy || !ours {
			t.Error("it is Bob's turn")
		}
		if busy, ours := a.conv.Asking(); !busy || ours {
			t.Error("it is not Alice's turn")
		}
		b.must(b.conv.AnswerSecret(c.answer))
		talk(a, b)
		end := SecretProven
		if c.secret != c.answer {
			end = SecretFailed
		}
		a.wantEvents(end)
		b.wantEvents(SecretAsked, end)
		if end == SecretProven && (!a.events[0].Vouches || b.events[1].Vouches != (c.question == "")) {
			t.Errorf("%+v: vouches %v, %v", c, a.events[0].Vouches, b.events[1].Vouches)
		}
		if busy, _ := a.conv.Asking(); busy {
			t.Error("still asking")
		}
		a.wantSecret("Oslo", "meet", "Tür")
		// The session is as it was, and the next try is another.
		a.must(a.conv.Send("well"))
		b.must(b.conv.AskSecret("", "x"))
		talk(a, b)
		b.wantTexts("well")
		a.must(a.conv.AnswerSecret("x"))
		talk(a, b)
		a.wantEvents(end, SecretAsked, SecretProven)
	}
}

func TestSecretStops(t *testing.T) {
	a, b := open(t, nil)
	if a.conv.AbortSecret() != nil {
		t.Error("stops what was not begun")
	}
	a.must(a.conv.AskSecret("", "x"))
	talk(a, b)
	b.send(b.conv.AbortSecret()...)
	talk(a, b)
	a.wantEvents(SecretAborted)
	_, err := b.conv.AnswerSecret("x")
	wantCode(t, err, chat.CodeNotFound)
	// Asked again while it waits: the first is given up.
	a.must(a.conv.AskSecret("", "x"))
	talk(a, b)
	a.must(a.conv.AskSecret("why?", "y"))
	talk(a, b)
	b.must(b.conv.AnswerSecret("y"))
	talk(a, b)
	a.wantEvents(SecretAborted, SecretProven)
	// Both ask at the same time: nothing hangs.
	a.must(a.conv.AskSecret("", "x"))
	b.must(b.conv.AskSecret("", "x"))
	talk(a, b)
	for _, s := range []*side{a, b} {
		if _, ours := s.conv.Asking(); ours {
			s.must(s.conv.AnswerSecret("x"))
		}
	}
	talk(a, b)
	// A new session while it waits.
	a.send(a.conv.AbortSecret()...)
	b.send(b.conv.AbortSecret()...)
	talk(a, b)
	a.forget()
	b.forget()
	a.must(a.conv.AskSecret("", "x"))
	talk(a, b)
	a.send(a.conv.Begin()...)
	talk(a, b)
	a.wantEvents(SecretAborted, Renewed)
	b.wantEvents(SecretAsked, SecretAborted, Renewed)
	for _, c := range []struct {
		question, secret string
		want             chat.Code
	}{{"", "", chat.CodeEmpty}, {strings.Repeat("?", maxQuestion+1), "x", chat.CodeTooLarge}, {"", strings.Repeat("x", maxSecret+1), chat.CodeTooLarge}} {
		_, err := a.conv.AskSecret(c.question, c.secret)
		wantCode(t, err, c.want)
	}
	_, err = newSide(t, "carol", 2, nil).conv.AskSecret("", "x")
	wantCode(t, err, chat.CodeNoSession)
}
