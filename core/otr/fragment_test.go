// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func TestSplit(t *testing.T) {
	message := "?OTR:" + strings.Repeat("0123456789", 30000) + "."
	twos, err := split(message, 300, headV2)
	var joined string
	var old assembly
	for i, text := range twos {
		p, ok := parsePart(text)
		if !ok || len(text) > 300 || p != (part{version: 2, k: i + 1, n: len(twos), text: p.text}) {
			t.Fatalf("%q: %+v, %v", text, p, ok)
		}
		joined, _, _ = old.add(p, noon)
	}
	if joined != message || err != nil {
		t.Errorf("version 2: another message, %v", err)
	}
	for _, size := range []int{60, 100, 101, 1000, 65536, len(message) - 1, len(message), 0} {
		parts, err := split(message, size, headV3(0x1234, 0))
		if err != nil {
			t.Fatal(size, err)
		}
		var a assembly
		var whole string
		for i, text := range parts {
			if size > 0 && len(text) > size {
				t.Fatalf("size %d: a part of %d bytes", size, len(text))
			}
			if len(parts) == 1 {
				whole = text
				break
			}
			p, ok := parsePart(text)
			if !ok || p.from != 0x1234 || p.to != 0 || p.k != i+1 || p.n != len(parts) {
				t.Fatalf("%q: %+v, %v", text, p, ok)
			}
			got, done, tooLarge := a.add(p, noon)
			if done != (i == len(parts)-1) || tooLarge {
				t.Fatalf("part %d of %d: done %v, too large %v", i+1, len(parts), done, tooLarge)
			}
			whole = got
		}
		if whole != message {
			t.Errorf("size %d: another message", size)
		}
	}
	for _, size := range []int{1, 36} {
		if _, err := split(message, size, headV3(1, 1)); err == nil {
			t.Errorf("size %d has room", size)
		}
	}
	if _, err := split(strings.Repeat("x", 70000), 37, headV3(1, 1)); err == nil {
		t.Error("70,000 parts can be counted")
	}
}

func TestParts(t *testing.T) {
	const from = "?OTR|00001234|00000000,"
	for text, ok := range map[string]bool{
		from + "1,2,x,": true, from + "00001,00002,x,": true, "?OTR|1234|0,1,1,x,\n": true,
		from + "0,2,x,": false, from + "3,2,x,": false, from + "1,2,,": false, from + "1,2,x": false, from + "1,2,x,y,": false,
		from + "1,70000,x,": false, from + "-1,2,x,": false, from + "1,2": false, "?OTR|123456789|0,1,2,x,": false, "?OTR|x|0,1,2,x,": false,
		"?OTR,1,2,x,": true, "?OTR,00001,00002,x,": true, "?OTR,0,2,x,": false, "?OTR,1,2,,": false, "?OTR,1,2,x": false, "?OTR,1,2,x,y,": false, "?OTRx,1,2,x,": false,
	} {
		if _, got := parsePart(text); got != ok {
			t.Errorf("%q: %v", text, got)
		}
	}
	// In order or not at all; only from one sender; not for ever; not for any size.
	add := func(a *assembly, from uint32, k, n int, text string) (string, bool, bool) {
		return a.add(part{from: from, k: k, n: n, text: text}, noon)
	}
	for name, steps := range map[string]func(a *assembly){
		"skipped": func(a *assembly) { add(a, 9, 1, 3, "a"); add(a, 9, 3, 3, "c") },
		"twice": func(a *assembly) {
			add(a, 9, 1, 3, "a")
			add(a, 9, 2, 3, "b")
			add(a, 9, 2, 3, "b")
			add(a, 9, 3, 3, "c")
		},
		"other count":  func(a *assembly) { add(a, 9, 1, 2, "a"); add(a, 9, 2, 3, "b") },
		"two versions": func(a *assembly) { add(a, 9, 1, 2, "a"); add(a, 0, 2, 2, "b") },
		"two senders":  func(a *assembly) { add(a, 9, 1, 2, "a"); add(a, 8, 2, 2, "b") },
		"old":          func(a *assembly) { add(a, 9, 1, 2, "a"); a.expire(noon.Add(partsKept + time.Second)) },
		"large":        func(a *assembly) { add(a, 9, 1, 3, strings.Repeat("x", maxAssembled)); add(a, 9, 2, 3, "x") },
	} {
		var a assembly
		steps(&a)
		if a.k != 0 || a.text.Len() != 0 {
			t.Errorf("%s: %d parts and %d bytes are kept", name, a.k, a.text.Len())
		}
	}
	s := newSide(t, "alice", 0, func(c *Config) { c.InstanceTag = 0x5678 })
	for text, want := range map[string]Event{
		"?OTR,1,1,x,":                      {Kind: Unreadable, Code: chat.CodeForged},
		"?OTR,2,1,x,":                      {Kind: Unreadable, Code: chat.CodeForged},
		"?OTR|1234|9999,1,2,x,":            {Kind: OtherInstance},
		"?OTR|5678|0,1,2,x,":               {Kind: OtherInstance},
		"?OTR|12|0,1,2,x,":                 {Kind: Unreadable, Code: chat.CodeForged},
		"?OTR|1234|0,1,1,hello,":           {Kind: Unreadable, Code: chat.CodeForged},
		"?OTR|1234|0,1,1,?OTR|1234|0,":     {Kind: Unreadable, Code: chat.CodeForged},
		from + "1,1,?OTR Error: not real,": {Kind: Unreadable, Code: chat.CodeForged},
	} {
		if r := s.receive(text); len(r.Events) != 1 || r.Events[0] != want || r.HasText || len(r.Reply) > 0 {
			t.Errorf("%q: %+v", text, r)
		}
	}
}
