// SPDX-License-Identifier: MPL-2.0

package chat

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAdvance(t *testing.T) {
	// What a message is, by what it was (rows) and the news (columns).
	all := []Status{Queued, Sent, Delivered, Read, Failed}
	for i, row := range [][]Status{
		/* Queued    */ {Queued, Sent, Delivered, Read, Failed},
		/* Sent      */ {Sent, Sent, Delivered, Read, Failed},
		/* Delivered */ {Delivered, Delivered, Delivered, Read, Delivered},
		/* Read      */ {Read, Read, Read, Read, Read},
		/* Failed    */ {Failed, Failed, Delivered, Read, Failed},
	} {
		for j, want := range row {
			if got := all[i].Advance(all[j]); got != want {
				t.Errorf("%v, then %v: got %v, want %v", all[i], all[j], got, want)
			}
		}
	}
}

// rank is how much is known of a message's way: the order that Advance follows.
var rank = map[Status]int{Queued: 0, Sent: 1, Failed: 2, Delivered: 3, Read: 4}

// However the news of a message's way are ordered, doubled or cut into parts,
// it never goes back and ends at the same state.
func TestAdvanceForwardOnly(t *testing.T) {
	news := rapid.SliceOf(rapid.SampledFrom([]Status{Queued, Sent, Delivered, Read, Failed}))
	rapid.Check(t, func(t *rapid.T) {
		all := news.Draw(t, "news")
		last := Queued
		for _, n := range all {
			now := last.Advance(n)
			if now != last && now != n {
				t.Fatalf("%v, then %v: %v is neither", last, n, now)
			}
			if rank[now] < rank[last] {
				t.Fatalf("%v, then %v: back to %v", last, n, now)
			}
			if now.Advance(n) != now {
				t.Fatalf("%v, then %v twice: not the same", last, n)
			}
			last = now
		}
		other := Queued
		for _, n := range rapid.Permutation(all).Draw(t, "in another order") {
			other = other.Advance(n)
		}
		if other != last {
			t.Fatalf("%v in another order: %v, not %v", all, other, last)
		}
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")
		if parts := advanceAll(all[:cut]).Advance(advanceAll(all[cut:])); parts != last {
			t.Fatalf("%v cut at %d: %v, not %v", all, cut, parts, last)
		}
	})
}

func advanceAll(news []Status) Status {
	s := Queued
	for _, n := range news {
		s = s.Advance(n)
	}
	return s
}

func TestStatusWords(t *testing.T) {
	var words []string
	for s := Queued; s <= Failed; s++ {
		words = append(words, s.String())
		if back, err := ParseStatus(s.String()); err != nil || back != s {
			t.Errorf("%v is read back as %v, %v", s, back, err)
		}
	}
	if want := []string{"queued", "sent", "delivered", "read", "failed"}; !slices.Equal(words, want) {
		t.Errorf("cli.md fixes %q, got %q", want, words)
	}
	for _, bad := range []string{"", "Queued", "queued ", "5", "-1"} {
		if s, err := ParseStatus(bad); err == nil {
			t.Errorf("%q is %v", bad, s)
		}
	}
}
