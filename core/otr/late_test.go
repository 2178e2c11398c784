// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A server may deliver a few texts after later ones, and any of them twice: each is read,
// once. What is older than that is not.
func TestLateTexts(t *testing.T) {
	a, b := open(t, nil)
	var wire, texts []string
	for i := range 100 {
		texts = append(texts, fmt.Sprint("text ", i))
		sent, err := a.conv.Send(texts[i])
		if err != nil || len(sent) != 1 {
			t.Fatalf("%d parts, %v", len(sent), err)
		}
		wire = append(wire, sent...)
	}
	order := rand.New(rand.NewPCG(1, 2)).Perm(60)
	for _, i := range append(slices.Clone(order), order...) {
		b.receive(wire[i])
	}
	slices.Sort(b.texts)
	want := slices.Sorted(slices.Values(texts[:60]))
	if !slices.Equal(b.texts, want) {
		t.Errorf("%q, want %q", b.texts, want)
	}
	for _, k := range b.kinds() {
		if k != Repeated {
			t.Errorf("event %v", k)
		}
	}
	if got := len(b.events); got != 60 {
		t.Errorf("%d texts came once more, want 60", got)
	}
	b.forget()
	b.receive(wire[99])
	for i := 60; i < 100; i++ {
		b.receive(wire[i])
	}
	b.receive(wire[34])
	if len(b.texts) != 40 || b.events[len(b.events)-1].Kind != Repeated {
		t.Errorf("%q, %v", b.texts, b.events)
	}
	talk(a, b)
	b.wantOpen(a)
}

// A server that brings what a lost link had left behind brings it behind all that is new.
func TestFarBehind(t *testing.T) {
	const n = 2100
	a, b := open(t, nil)
	wire := make([]string, n)
	for i := range wire {
		sent, err := a.conv.Send(fmt.Sprint("text ", i))
		if err != nil || len(sent) != 1 {
			t.Fatalf("%d parts, %v", len(sent), err)
		}
		wire[i] = sent[0]
	}
	b.forget()
	for _, i := range []int{0, n - 1, 40, n - 2049, n - 2048, n - 2048, n - 2, n - 1} {
		b.receive(wire[i])
	}
	want := []string{"text 0", "text 2099", "text 52", "text 2098"}
	if !slices.Equal(b.texts, want) {
		t.Errorf("%q, want %q", b.texts, want)
	}
	for _, k := range b.kinds() {
		if k != Repeated {
			t.Errorf("event %v", k)
		}
	}
}
