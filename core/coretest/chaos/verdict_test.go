// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestNumber(t *testing.T) {
	long := 0
	for n := range 2000 {
		text := body("b", n)
		label, got, ok := number(text)
		if label != "b" || got != n || !ok || text != strings.TrimSpace(text) || text != body("b", n) {
			t.Fatalf("%d is read as %s %d %v from %q", n, label, got, ok, text)
		}
		if len(text) > 1000 {
			long++
		}
	}
	if long < 10 || long > 100 {
		t.Errorf("%d of 2000 texts are long", long)
	}
	for _, strange := range []string{"", "a", "a ", "a b", "a -1", "a 1x"} {
		if _, n, ok := number(strange); ok {
			t.Errorf("%q is number %d", strange, n)
		}
	}
}

// The judge finds each way to be wrong.
func TestFollow(t *testing.T) {
	alice := &device{label: "a", own: chat.MustAddress("alice@x.test"), how: none}
	bob := &device{label: "b", own: chat.MustAddress("bob@x.test"), how: none}
	id := 0
	msg := func(label string, n int) message {
		id++
		m := message{
			ID: fmt.Sprint("m", id), Direction: "in", Kind: "text", Body: body(label, n), OriginID: originID(label, n),
			StanzaID: fmt.Sprint("s", id), Status: "delivered", Encryption: none,
		}
		if label == "a" {
			m.Direction = "out"
		}
		return m
	}
	all := func(numbers ...int) (list []message) {
		for _, n := range numbers {
			list = append(list, msg("b", n), msg("a", n))
		}
		return list
	}
	const n = 5
	for name, test := range map[string]struct {
		from     *device
		all      []message
		change   func([]message)
		want     Stream
		troubles int
	}{
		"good":      {bob, all(0, 1, 2, 3, 4), nil, Stream{}, 0},
		"nothing":   {bob, nil, nil, Stream{Lost: []int{0, 1, 2, 3, 4}}, 0},
		"lost":      {bob, all(0, 1, 3), nil, Stream{Lost: []int{2, 4}}, 0},
		"doubled":   {bob, all(0, 1, 2, 1, 3, 4), nil, Stream{Doubled: []int{1}}, 2},
		"swapped":   {bob, all(0, 2, 1, 3, 4), nil, Stream{Misplaced: []int{1}}, 0},
		"late":      {bob, all(1, 2, 3, 4, 0), nil, Stream{Misplaced: []int{0}}, 0},
		"altered":   {bob, all(0, 1, 2, 3, 4), func(m []message) { m[4].Body += "!" }, Stream{Altered: []int{2}}, 0},
		"other id":  {bob, all(0, 1, 2, 3, 4), func(m []message) { m[4].OriginID = "x" }, Stream{Altered: []int{2}}, 0},
		"open":      {bob, all(0, 1, 2, 3, 4), func(m []message) { m[4].Encryption = "omemo2" }, Stream{Otherwise: []int{2}}, 0},
		"own":       {alice, all(0, 1, 2, 3, 4), nil, Stream{}, 0},
		"queued":    {alice, all(0, 1, 2, 3, 4), func(m []message) { m[9].Status = "queued" }, Stream{Unsent: []int{4}}, 0},
		"failed":    {alice, all(0, 1, 2, 3, 4), func(m []message) { m[1].Status = "failed" }, Stream{Unsent: []int{0}}, 0},
		"stranger":  {bob, append(all(0, 1, 2, 3, 4), msg("c", 1)), nil, Stream{}, 1},
		"gap":       {bob, all(0, 1, 2, 3, 4), func(m []message) { m[4].GapBefore = true }, Stream{}, 1},
		"archive":   {bob, all(0, 1, 2, 3, 4), func(m []message) { m[3].StanzaID = m[0].StanzaID }, Stream{}, 1},
		"same row":  {bob, all(0, 1, 2, 3, 4), func(m []message) { m[3].ID = m[0].ID }, Stream{}, 1},
		"wrong way": {bob, all(0, 1, 2, 3, 4), func(m []message) { m[0].Direction = "out" }, Stream{}, 1},
	} {
		if test.change != nil {
			test.change(test.all)
		}
		test.want.Database, test.want.From = alice.name(), test.from.name()
		got := follow(alice, test.from, n, 0, test.all)
		troubles := odd(alice, test.all, []*device{alice, bob})
		if !reflect.DeepEqual(got, test.want) || len(troubles) != test.troubles {
			t.Errorf("%s: %+v and %q", name, got, troubles)
		}
		v := Verdict{Streams: []Stream{got}, Findings: []Finding{{alice.name(), troubles}}}
		good := name == "good" || name == "own"
		if v.Good() != good || strings.Contains(v.String(), "GOOD") != good {
			t.Errorf("%s: the verdict is\n%s", name, v.String())
		}
	}
}

// What is forgiven is counted, and only of others and by a few places.
func TestForgive(t *testing.T) {
	alice := &device{label: "a", own: chat.MustAddress("alice@x.test"), how: none}
	bob := &device{label: "b", own: chat.MustAddress("bob@x.test"), how: none}
	var all []message
	for _, i := range []int{1, 0, 2, 3, 5, 6, 4} {
		for _, label := range []string{"a", "b"} {
			all = append(all, message{Body: body(label, i), OriginID: originID(label, i), Status: "sent", Encryption: none})
		}
	}
	if s := follow(alice, bob, 7, 1, all); s.Shuffled != 1 || !reflect.DeepEqual(s.Misplaced, []int{4}) {
		t.Errorf("%+v", s)
	}
	if s := follow(alice, alice, 7, 1, all); s.Shuffled != 0 || len(s.Misplaced) != 2 {
		t.Errorf("%+v", s)
	}
}

// Words on the wire are found however they are written there.
func TestInTheClear(t *testing.T) {
	bodies := map[string]bool{"a 1 <seven> &": true, "a 2": true, "b 3 x": true, "b 4": true}
	wire := "RECV: \x1b[36m<body>\x1b[0ma 1 &lt;seven&gt; &amp;\x1b[36m</body>\x1b[0m <b>b 3\nx \t  \t</b><b>b 3\nx</b><encrypted>a 22</encrypted>"
	if got := inTheClear(wire, bodies); !reflect.DeepEqual(got, []string{"a 1 <seven> &", "b 3 x"}) {
		t.Errorf("%q", got)
	}
}

func TestRanges(t *testing.T) {
	if got := ranges([]int{1, 2, 3, 7, 9, 10}); got != "1-3 7 9-10" {
		t.Error(got)
	}
}

// The same seed deals the same faults to the same device; another does not.
func TestDeal(t *testing.T) {
	o := Options{Seed: 5}
	a, again, b := deal(o.random("a"), 30, 10), deal(o.random("a"), 30, 10), deal(o.random("b"), 30, 10)
	other := deal(Options{Seed: 6}.random("a"), 30, 10)
	if !reflect.DeepEqual(a, again) || reflect.DeepEqual(a, b) || reflect.DeepEqual(a, other) {
		t.Error(a, again, b, other)
	}
	kills := 0
	for _, kill := range a {
		if kill {
			kills++
		}
	}
	if kills != 10 || len(a) != 40 {
		t.Errorf("%d kills of %d", kills, len(a))
	}
	sum := 0
	for i := range 3 {
		sum += share(10, i, 3)
	}
	if sum != 10 {
		t.Errorf("the parts of 10 are %d", sum)
	}
}
