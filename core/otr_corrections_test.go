// SPDX-License-Identifier: MPL-2.0

package core

import (
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// TestCorrectionsSettled: what stands between messages of its session that have arrived has
// arrived, with what the person made of the same message before, and nothing else.
func TestCorrectionsSettled(t *testing.T) {
	bob := chat.MustAddress("bob@example.test/desk")
	in := func(session byte, number uint64) sealedIn {
		return sealedIn{side: bob, session: [8]byte{session}, number: number, first: time.Unix(int64(number), 0)}
	}
	phone := func(number uint64) sealedIn {
		return sealedIn{side: bob.WithResource("phone"), session: [8]byte{1}, number: number}
	}
	row := func(id chat.MsgID, target string) store.Outgoing {
		return store.Outgoing{ID: id, OriginID: target + id.String(), Target: target}
	}
	for name, test := range map[string]struct {
		arrived []sealedIn
		left    []chat.MsgID
	}{
		"before all":                      {[]sealedIn{in(1, 1), in(2, 1)}, []chat.MsgID{1, 2, 3, 4}},
		"behind all":                      {[]sealedIn{in(1, 8), in(1, 9), in(2, 9)}, []chat.MsgID{1, 2, 3, 4}},
		"around the first session's":      {[]sealedIn{in(1, 1), in(1, 9)}, []chat.MsgID{3, 4}},
		"in any order":                    {[]sealedIn{in(1, 9), in(1, 5), in(1, 1)}, []chat.MsgID{3, 4}},
		"around the second's":             {[]sealedIn{in(2, 2), in(2, 9)}, []chat.MsgID{2}}, // 1 is of the same message as 3, and older
		"around one of the second's":      {[]sealedIn{in(2, 2), in(2, 4)}, []chat.MsgID{2, 4}},
		"of one session and another":      {[]sealedIn{in(1, 1), in(2, 9)}, []chat.MsgID{1, 2, 3, 4}},
		"in a third":                      {[]sealedIn{in(3, 1), in(3, 9)}, []chat.MsgID{1, 2, 3, 4}},
		"another side's":                  {[]sealedIn{phone(1), phone(9)}, []chat.MsgID{1, 2, 3, 4}},
		"some of which nothing is known":  {[]sealedIn{{}, {}}, []chat.MsgID{1, 2, 3, 4}},
		"of the number of the correction": {[]sealedIn{in(1, 1), in(1, 2)}, []chat.MsgID{1, 2, 3, 4}},
	} {
		c := &talk{}
		c.corrected(row(1, "a"), in(1, 2))
		c.corrected(row(2, "b"), in(1, 3))
		c.corrected(row(3, "a"), in(2, 3))
		c.corrected(row(4, "a"), in(2, 5))
		arrived := make(spans)
		for _, each := range test.arrived {
			arrived.add(each, true)
		}
		c.settled(arrived)
		var left []chat.MsgID
		for _, each := range c.corrections {
			left = append(left, each.row.ID)
		}
		if !slices.Equal(left, test.left) {
			t.Errorf("%s: %v is left, want %v", name, left, test.left)
		}
	}
}

// TestCorrectionsKeepTheirOrder: one that is sent again does not become the last.
func TestCorrectionsKeepTheirOrder(t *testing.T) {
	c := &talk{}
	for i := range maxCorrections + 3 {
		c.corrected(store.Outgoing{ID: chat.MsgID(i), OriginID: chat.MsgID(i).String()}, sealedIn{number: uint64(i)})
	}
	again := c.corrections[1]
	c.corrected(again.row, sealedIn{number: 1000})
	if got := c.corrections[1]; len(c.corrections) != maxCorrections || c.corrections[0].row.ID != 3 || got.row.ID != again.row.ID || got.in.number != 1000 || got.tries != 1 {
		t.Errorf("%+v", c.corrections[:2])
	}
}

// TestCorrectionsBetweenLost: a correction that stands next to a message which has not
// arrived may be lost with it.
func TestCorrectionsBetweenLost(t *testing.T) {
	in := func(number uint64) sealedIn { return sealedIn{session: [8]byte{1}, number: number} }
	arrived := make(spans)
	for number, confirmed := range map[uint64]bool{1: true, 3: true, 5: false, 7: false, 9: true, 11: true} {
		arrived.add(in(number), confirmed)
	}
	for number, want := range map[uint64]bool{0: false, 2: true, 4: false, 6: false, 8: false, 10: true, 12: false} {
		if got := arrived.cover(in(number)); got != want {
			t.Errorf("%d: %v, want %v", number, got, want)
		}
	}
}
