// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

var (
	alice = chat.MustAddress("alice@example.org")
	bob   = chat.MustAddress("bob@example.com")
	carol = chat.MustAddress("carol@example.net")
	start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
)

// fp is a made-up fingerprint of an OMEMO key.
func fp(n int) chat.Fingerprint { return chat.Fingerprint(fmt.Sprintf("%064x", n)) }

// otr is a made-up fingerprint of an OTR key.
func otr(n int) chat.Fingerprint { return chat.Fingerprint(fmt.Sprintf("%040x", n)) }

// keysOf reads keys of an owner: a letter for the trust (u undecided, t trusted by a
// rule, c trusted by the person, v verified, d distrusted, n not to be used by rule),
// then marks: "-" not listed, "w" was verified once, "o" of OTR, "=N" on the device of
// the Nth key, seen before it.
func keysOf(owner chat.Address, words string) []chat.Key {
	var keys []chat.Key
	for i, w := range strings.Fields(words) {
		k := chat.Key{
			Account: alice, Owner: owner, Device: uint32(i + 1), Fingerprint: fp(i + 1), OMEMO: true, OMEMO2: true,
			Listed: true, FirstSeen: start.Add(time.Duration(i) * time.Hour),
		}
		if owner == alice {
			k.Fingerprint = fp(100 + i)
		}
		switch w[0] {
		case 'u':
			k.Trust = chat.TrustUndecided
		case 'n':
			k.Trust, k.By = chat.TrustUndecided, chat.ByChoice
		case 't':
			k.Trust, k.By = chat.TrustTrusted, chat.ByRule
		case 'c':
			k.Trust, k.By = chat.TrustTrusted, chat.ByChoice
		case 'v':
			k.Trust, k.By, k.WasVerified = chat.TrustVerified, chat.ByCompare, true
		case 'd':
			k.Trust, k.By = chat.TrustDistrusted, chat.ByChoice
		}
		for _, mark := range w[1:] {
			switch mark {
			case '-':
				k.Listed = false
			case 'w':
				k.WasVerified = true
			case 'o':
				k.Fingerprint, k.Device = otr(i+1), 0
			case '=':
			default:
				k.Device = uint32(mark - '0')
			}
		}
		keys = append(keys, k)
	}
	return keys
}

// shown is which keys a decision sends to ("b1" the contact's first), leaves out, and
// why it blocks.
func shown(d Decision) string {
	list := func(keys []chat.Key) string {
		var s []string
		for _, k := range keys {
			var n int
			_, _ = fmt.Sscanf(string(k.Fingerprint), "%x", &n)
			if k.Owner == alice {
				s = append(s, fmt.Sprintf("a%d", n-99))
			} else {
				s = append(s, fmt.Sprintf("b%d", n))
			}
		}
		return strings.Join(s, " ")
	}
	s := list(d.Send) + " | " + list(d.Skipped)
	if d.Blocked != "" {
		s += " | " + string(d.Blocked)
	}
	return s + " " + d.Lock().String()
}

func TestDecide(t *testing.T) {
	all := []chat.TrustLevel{chat.Relaxed, chat.Careful, chat.Strict}
	for name, c := range map[string]struct {
		keys, own string
		want      [3]string // relaxed, careful, strict; "" as the one before
	}{
		"no device":     {"", "", [3]string{" |  | no-device open"}},
		"all gone":      {"v- t-", "t", [3]string{" | a1 | no-device open"}},
		"OTR only":      {"vo", "", [3]string{" |  | no-device open"}},
		"new":           {"t t", "t", [3]string{"b1 b2 a1 |  closed", "", " | b1 b2 a1 | no-trusted-device warning"}},
		"nobody judged": {"u u", "u", [3]string{"b1 b2 a1 |  closed", "", " | b1 b2 a1 | no-trusted-device warning"}},
		"taken back":    {"n t", "", [3]string{"b2 | b1 closed", "", " | b2 b1 | no-trusted-device warning"}},

		"one verified, one before it":        {"v t", "", [3]string{"b1 b2 |  closed", "b1 | b2 verified", " | b1 b2 | key-changed warning"}},
		"one verified, one by choice":        {"v c", "", [3]string{"b1 b2 |  closed", "b1 | b2 verified", " | b1 b2 | key-changed warning"}},
		"one verified, a new one":            {"v u", "", [3]string{"b1 | b2 verified", "", " | b1 b2 | key-changed warning"}},
		"the verified one is gone":           {"v- t", "", [3]string{"b2 |  closed", " | b2 | no-trusted-device warning", " | b2 | key-changed warning"}},
		"the verified one is gone, new":      {"v- u", "", [3]string{" | b2 | no-trusted-device warning", "", " | b2 | key-changed warning"}},
		"verified once, then distrusted":     {"dw t u", "", [3]string{"b2 | b1 b3 closed", " | b1 b2 b3 | no-trusted-device warning", " | b2 b1 b3 | key-changed warning"}},
		"verified once, then undecided":      {"nw t", "", [3]string{"b2 | b1 closed", " | b1 b2 | no-trusted-device warning", " | b1 b2 | key-changed warning"}},
		"verified by OTR":                    {"vo t u", "", [3]string{"b2 | b3 closed", " | b2 b3 | no-trusted-device warning", " | b2 b3 | key-changed warning"}},
		"all verified":                       {"v v", "v", [3]string{"b1 b2 a1 |  verified"}},
		"one distrusted":                     {"t d", "", [3]string{"b1 | b2 closed", "", " | b1 b2 | no-trusted-device warning"}},
		"one verified, one distrusted":       {"v d", "", [3]string{"b1 | b2 verified"}},
		"all distrusted":                     {"d d", "", [3]string{" | b1 b2 | no-trusted-device warning"}},
		"a new key on a verified device":     {"v- u=1", "", [3]string{" | b2 | key-changed warning", "", ""}},
		"both keys of a device are listed":   {"v u=1", "", [3]string{" | b2 | key-changed warning", "", ""}},
		"a new key, and another device":      {"v- u=1 v", "", [3]string{"b3 | b2 warning", "", " | b3 b2 | key-changed warning"}},
		"a new key that is verified":         {"v- v=1", "", [3]string{"b2 |  verified"}},
		"a new key that is distrusted":       {"v- d=1 v", "", [3]string{"b3 | b2 verified"}},
		"own devices, none verified":         {"v", "t u", [3]string{"b1 a1 a2 |  closed", "", " | b1 a1 a2 | own-device-unverified warning"}},
		"own devices, one verified":          {"t", "v t u", [3]string{"b1 a1 a2 | a3 closed", "b1 a1 | a2 a3 closed", " | b1 a1 a2 a3 | no-trusted-device warning"}},
		"own devices, none to be used":       {"v", "d n", [3]string{"b1 | a1 a2 verified", "", " | b1 a1 a2 | own-device-unverified warning"}},
		"own devices gone":                   {"v", "v- t-", [3]string{"b1 |  verified"}},
		"own new key on a verified device":   {"v", "v- u=1", [3]string{"b1 | a2 warning", "", " | b1 a2 | own-device-unverified warning"}},
		"own unverified do not count as his": {"t", "v", [3]string{"b1 a1 |  closed", "", " | a1 b1 | no-trusted-device warning"}},
	} {
		t.Run(name, func(t *testing.T) {
			want := ""
			for i, level := range all {
				if c.want[i] != "" {
					want = c.want[i]
				}
				if got := shown(Decide(level, keysOf(bob, c.keys), keysOf(alice, c.own))); order(got) != order(want) {
					t.Errorf("%v: %q, want %q", level, got, want)
				}
			}
		})
	}
}

// order is what shown returns with the left-out keys in one order: that of a blocked
// message says nothing.
func order(s string) string {
	parts := strings.Split(s, "|")
	if len(parts) < 3 {
		return s
	}
	names := strings.Fields(parts[1])
	sorted := map[string]bool{}
	for _, n := range names {
		sorted[n] = true
	}
	return fmt.Sprint(parts[0], sorted, parts[2])
}

// This computer's own key gets nothing and is no reason for anything.
func TestThisComputer(t *testing.T) {
	own := keysOf(alice, "v t")
	own[0].Own = true
	for _, level := range []chat.TrustLevel{chat.Relaxed, chat.Careful} {
		if got := shown(Decide(level, keysOf(bob, "t"), own)); got != "b1 a2 |  closed" {
			t.Errorf("%v: %s", level, got)
		}
	}
	if sideOf(own).verified {
		t.Error("one's own computer counts as a verified device")
	}
	// Nor does its key of before, which is kept as it was.
	own[0].Own, own[0].Listed, own[0].By, own[0].WasVerified = false, false, chat.ByNobody, false
	if sideOf(own).verified {
		t.Error("an old own key counts as a verified device")
	}
	own = keysOf(alice, "v t")
	own[0].Own = true
	// Messages to oneself are for the other devices.
	if got := shown(Decide(chat.Careful, own, nil)); got != "a2 |  closed" {
		t.Error("to oneself:", got)
	}
}

// What a decision has trusted by its rule is what the caller stores, and goes on being
// used under Relaxed after the first verification.
func TestDecideStores(t *testing.T) {
	keys := keysOf(bob, "u u n d t")
	d := Decide(chat.Careful, keys, keysOf(alice, "u"))
	if len(d.Changes) != 3 {
		t.Fatalf("%d changes", len(d.Changes))
	}
	for i, k := range d.Changes {
		if k.Trust != chat.TrustTrusted || k.By != chat.ByRule || k.WasVerified {
			t.Errorf("change %d: %v by %v", i, k.Trust, k.By)
		}
	}
	if d := Decide(chat.Strict, keys, nil); d.Changes != nil {
		t.Error("strict trusts by a rule")
	}
	if d := Decide(chat.Careful, keysOf(bob, "v u"), nil); d.Changes != nil {
		t.Error("trusted by a rule after a verification")
	}
}

func TestSession(t *testing.T) {
	for name, c := range map[string]struct {
		keys string
		want [3]chat.Code // relaxed, careful, strict
	}{
		"unknown":                 {"", [3]chat.Code{"no-trusted-device", "no-trusted-device", "no-trusted-device"}},
		"new":                     {"uo", [3]chat.Code{"", "", "no-trusted-device"}},
		"trusted":                 {"to", [3]chat.Code{"", "", "no-trusted-device"}},
		"verified":                {"vo", [3]chat.Code{"", "", ""}},
		"distrusted":              {"do", [3]chat.Code{"no-trusted-device", "no-trusted-device", "no-trusted-device"}},
		"another was verified":    {"uo vo-", [3]chat.Code{"key-changed", "key-changed", "key-changed"}},
		"trusted before that":     {"to vo-", [3]chat.Code{"", "key-changed", "key-changed"}},
		"an OMEMO key is":         {"to v", [3]chat.Code{"", "key-changed", "key-changed"}},
		"distrusted after a look": {"dow", [3]chat.Code{"no-trusted-device", "no-trusted-device", "no-trusted-device"}},
	} {
		t.Run(name, func(t *testing.T) {
			for i, level := range []chat.TrustLevel{chat.Relaxed, chat.Careful, chat.Strict} {
				if got := Session(level, keysOf(bob, c.keys), otr(1)); got != c.want[i] {
					t.Errorf("%v: %q, want %q", level, got, c.want[i])
				}
			}
		})
	}
}
