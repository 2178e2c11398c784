// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// says is a statement of a device of alice's (own) or bob's about a key of bob's.
func says(own bool, from int, distrust bool, about, minute int) Statement {
	s := Statement{
		Sender: bob, SenderKey: fp(from), Owner: bob, Key: fp(about),
		Distrust: distrust, Time: start.Add(time.Duration(minute) * time.Minute),
	}
	if own {
		s.Sender, s.SenderKey = alice, fp(99+from)
	}
	return s
}

func TestApply(t *testing.T) {
	const yes, no, mine, his = false, true, true, false
	for name, c := range map[string]struct {
		keys, own   string // see keysOf
		kept, fresh []Statement
		want        string // bob's keys afterwards
		waiting     int
	}{
		"own verified device trusts":     {"u", "v", nil, []Statement{says(mine, 1, yes, 1, 0)}, "verified/message", 0},
		"own trusted device trusts":      {"u", "t", nil, []Statement{says(mine, 1, yes, 1, 0)}, "undecided/nobody", 1},
		"own distrusted device trusts":   {"u", "d", nil, []Statement{says(mine, 1, yes, 1, 0)}, "undecided/nobody", 0},
		"unknown device trusts":          {"u", "", nil, []Statement{says(mine, 1, yes, 1, 0)}, "undecided/nobody", 1},
		"contact's own device trusts":    {"v u", "", nil, []Statement{says(his, 1, yes, 2, 0)}, "verified/compare verified/message", 0},
		"contact's unverified trusts":    {"t u", "", nil, []Statement{says(his, 1, yes, 2, 0)}, "trusted/rule undecided/nobody", 1},
		"contact's distrusts":            {"v t", "", nil, []Statement{says(his, 1, no, 2, 0)}, "verified/compare distrusted/message", 0},
		"the person's verified":          {"v", "v", nil, []Statement{says(mine, 1, no, 1, 0)}, "distrusted/message", 0},
		"the person's distrusted":        {"d", "v", nil, []Statement{says(mine, 1, yes, 1, 0)}, "distrusted/choice", 0},
		"said what is so":                {"v", "v", nil, []Statement{says(mine, 1, yes, 1, 0)}, "verified/compare", 0},
		"unknown key":                    {"", "v", nil, []Statement{says(mine, 1, yes, 1, 0)}, "", 1},
		"waited for the sender":          {"u", "v", []Statement{says(mine, 1, yes, 1, 0)}, nil, "verified/message", 0},
		"a chain":                        {"u u u", "v", nil, []Statement{says(his, 2, yes, 3, 0), says(his, 1, yes, 2, 0), says(mine, 1, yes, 1, 0)}, "verified/message verified/message verified/message", 0},
		"changed its mind":               {"u", "v", nil, []Statement{says(mine, 1, no, 1, 1), says(mine, 1, yes, 1, 0)}, "distrusted/message", 0},
		"changed its mind, back":         {"u", "v", nil, []Statement{says(mine, 1, yes, 1, 1), says(mine, 1, no, 1, 0)}, "verified/message", 0},
		"both at the same moment":        {"u", "v", nil, []Statement{says(mine, 1, no, 1, 0), says(mine, 1, yes, 1, 0)}, "distrusted/message", 0},
		"two devices disagree":           {"u", "v v", nil, []Statement{says(mine, 2, yes, 1, 1), says(mine, 1, no, 1, 0)}, "verified/message", 0},
		"a device about itself, yes":     {"t", "", nil, []Statement{says(his, 1, yes, 1, 0)}, "trusted/rule", 1},
		"a device about itself, no":      {"v", "", nil, []Statement{says(his, 1, no, 1, 0)}, "distrusted/message", 0},
		"waiting ones of a device twice": {"u", "t", []Statement{says(mine, 1, yes, 1, 0)}, []Statement{says(mine, 1, no, 1, 1)}, "undecided/nobody", 1},
	} {
		t.Run(name, func(t *testing.T) {
			keys := append(keysOf(bob, c.keys), keysOf(alice, c.own)...)
			changed, left := Apply(c.kept, c.fresh, keys)
			for _, k := range changed {
				i := slices.IndexFunc(keys, func(o chat.Key) bool { return o.Owner == k.Owner && o.Fingerprint == k.Fingerprint })
				if i < 0 || keys[i] == k {
					t.Fatalf("a change that is none: %+v", k)
				}
				keys[i] = k
			}
			var got []string
			for _, k := range keys {
				if k.Owner == bob {
					got = append(got, k.Trust.String()+"/"+k.By.String())
				}
			}
			if s := fmt.Sprint(got); s != "["+c.want+"]" {
				t.Errorf("%s, want %s", s, c.want)
			}
			waiting := slices.DeleteFunc(slices.Clone(left), func(s Statement) bool { return s.Applied })
			if len(waiting) != c.waiting {
				t.Errorf("%d waiting, want %d", len(waiting), c.waiting)
			}
			// Nothing happens twice.
			again, same := Apply(left, nil, keys)
			if len(again) != 0 || len(same) != len(left) {
				t.Errorf("again: %d changes, %d of %d statements left", len(again), len(same), len(left))
			}
		})
	}
}

// What was followed once does not come back when the person thinks again, nor when it
// is delivered a second time; a later word counts.
func TestApplyOnce(t *testing.T) {
	keys := append(keysOf(bob, "u"), keysOf(alice, "v")...)
	changed, left := Apply(nil, []Statement{says(true, 1, false, 1, 5)}, keys)
	keys[0] = changed[0]
	keys[0], _ = Set(keys[0], chat.TrustUndecided, chat.ByNobody)
	for _, late := range [][]Statement{nil, {says(true, 1, false, 1, 5)}, {says(true, 1, false, 1, 4)}, {says(true, 1, true, 1, 4)}} {
		var changed []chat.Key
		if changed, left = Apply(left, late, keys); len(changed) > 0 || len(left) != 1 {
			t.Fatalf("%v by %v, %d left", changed[0].Trust, changed[0].By, len(left))
		}
	}
	if changed, _ = Apply(left, []Statement{says(true, 1, false, 1, 6)}, keys); len(changed) != 1 || changed[0].Trust != chat.TrustVerified {
		t.Error("a later word does not count")
	}
}

// Nobody decides about this computer's own key.
func TestApplyOwnKey(t *testing.T) {
	keys := keysOf(alice, "v v")
	keys[1].Own = true
	s := Statement{Sender: alice, SenderKey: keys[0].Fingerprint, Owner: alice, Key: keys[1].Fingerprint, Distrust: true, Time: start}
	if changed, left := Apply(nil, []Statement{s}, keys); changed != nil || left != nil {
		t.Errorf("%d changes, %d left", len(changed), len(left))
	}
}

// Whoever sends no end of statements only pushes out its own.
func TestApplyBounded(t *testing.T) {
	keys := append(keysOf(bob, "u u"), keysOf(alice, "t")...)
	kept := []Statement{says(true, 1, false, 1, -10000)}
	for i := range 20_000 {
		fresh := says(false, 1+i%3, false, 1000+i, i)
		kept = append(kept, fresh)
	}
	_, left := Apply(kept, nil, keys)
	if len(left) != senderLimit+1 || left[0] != kept[0] || left[len(left)-1] != kept[len(kept)-1] {
		t.Errorf("%d statements left", len(left))
	}
	kept = nil
	for i := range 20 * senderLimit {
		s := says(false, 1, false, i, i)
		s.Sender = chat.MustAddress(fmt.Sprintf("s%d@example.org", i%20))
		kept = append(kept, s)
	}
	if _, left = Apply(kept, nil, keys); len(left) != totalLimit {
		t.Errorf("%d statements left of all", len(left))
	}
}
