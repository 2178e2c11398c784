// SPDX-License-Identifier: MPL-2.0

package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// orders are the keys of words as whitelabel.md has them, written down once more:
// the test must not believe the table that it tests.
var orders = map[Key][]string{
	"tls.min_version": {"1.2", "1.3"}, "accounts.registration": {"open", "invite", "off"}, "tor": {"user", "forced"},
	"encryption.require": {"off", "chats", "all"}, "encryption.trust": {"relaxed", "careful", "strict"},
	"db.key": {"keyring", "ask"}, "media.autofetch": {"always", "contacts", "never"},
	"notifications.content": {"full", "sender", "none"},
	"receipts":              {"user", "off"}, "typing": {"user", "off"}, "export": {"user", "off"}, "log": {"user", "off"},
}

var (
	domains = []string{"a.example", "b.example", "c.example"}
	ciphers = []string{"none", "otr", "omemo", "omemo2"}
)

func pinOf(n int) string { return fmt.Sprintf("%064x", n) }

// some is a part of a list, at least one.
func some(t *rapid.T, list []string, label string) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(list), 1, len(list), rapid.ID).Draw(t, label)
}

// document is a policy as JSON, of a part of the keys.
func document(t *rapid.T) map[Key]any {
	doc := map[Key]any{}
	for _, k := range Keys() {
		if rapid.IntRange(0, 2).Draw(t, "absent") == 0 {
			continue
		}
		switch k {
		case TLSPins:
			all := map[string][]string{}
			for _, d := range some(t, domains, "pinned") {
				all[d] = some(t, []string{pinOf(1), pinOf(2), pinOf(3)}, "pins")
			}
			doc[k] = all
		case AccountsDomains:
			doc[k] = some(t, domains, "domains")
		case EncryptionAllowed:
			doc[k] = append(some(t, ciphers[1:], "allowed"), some(t, ciphers, "allowed too")...)
		case AccountsMax, DatabaseLockAfter:
			doc[k] = rapid.IntRange(1, 5).Draw(t, "number")
		case History:
			doc[k] = rapid.SampledFrom([]string{"keep", "days:1", "days:2", "days:30", "session", "off"}).Draw(t, "history")
		default:
			doc[k] = rapid.SampledFrom(orders[k]).Draw(t, string(k))
		}
	}
	return doc
}

func draw(t *rapid.T) Policy {
	data, err := json.Marshal(document(t))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(data)
	if err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return p
}

// The merge is a meet: in whatever order and however often layers are merged, the
// same comes out.
func TestMergeIsAMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := draw(t), draw(t), draw(t)
		same := func(what string, x, y Policy) {
			if !x.Equal(y) || !slices.Equal(texts(x), texts(y)) {
				t.Fatalf("%s:\n%v\n%v", what, texts(x), texts(y))
			}
		}
		before := texts(a)
		same("commutative", a.Merge(b), b.Merge(a))
		same("associative", a.Merge(b).Merge(c), a.Merge(b.Merge(c)))
		same("idempotent", a.Merge(a), a)
		same("absorbing", a.Merge(b).Merge(a), a.Merge(b))
		same("neutral", a.Merge(Policy{}), a)
		same("neutral", Policy{}.Merge(a), a)
		if !slices.Equal(before, texts(a)) {
			t.Fatal("a policy changed")
		}
	})
}

func texts(p Policy) []string {
	var all []string
	for _, k := range Keys() {
		all = append(all, string(k)+" "+p.Value(k))
	}
	return all
}

// looser says in which key, if in any, what holds is less strict than what was asked
// for. It knows only what the accessors answer.
func looser(holds, asked Policy) (Key, bool) {
	for k, order := range orders {
		for _, w := range order {
			if asked.Is(k, w) && !holds.Is(k, w) {
				return k, true
			}
		}
	}
	for _, e := range ciphers {
		if holds.Allows(e) && !asked.Allows(e) {
			return EncryptionAllowed, true
		}
	}
	for _, d := range domains {
		if domainAllowed(holds, d) && !domainAllowed(asked, d) {
			return AccountsDomains, true
		}
		for n := range 5 {
			if vouches(holds, d, pinOf(n)) && !vouches(asked, d, pinOf(n)) {
				return TLSPins, true
			}
		}
	}
	for n := 1; n < 7; n++ {
		if accountsFit(holds, n) && !accountsFit(asked, n) {
			return AccountsMax, true
		}
		if stillOpen(holds, n) && !stillOpen(asked, n) {
			return DatabaseLockAfter, true
		}
	}
	for _, age := range []int{0, 1, 2, 29, 31, 1000} { // days; 0 is an earlier session's of today
		if kept(holds, age) && !kept(asked, age) {
			return History, true
		}
	}
	if what, _ := asked.History(); what == Off {
		if h, _ := holds.History(); h != Off {
			return History, true
		}
	}
	return "", false
}

func domainAllowed(p Policy, d string) bool {
	list, ok := p.Domains()
	return !ok || slices.Contains(list, d)
}

func vouches(p Policy, domain, key string) bool {
	list, ok := p.Pins(domain)
	return !ok || slices.Contains(list, key)
}

func accountsFit(p Policy, n int) bool {
	most, ok := p.MaxAccounts()
	return !ok || n <= most
}

func stillOpen(p Policy, minute int) bool {
	after, ok := p.LockAfter()
	return !ok || minute < after
}

func kept(p Policy, age int) bool {
	what, days := p.History()
	return what == Keep || days > 0 && age < days
}

// Whatever the layers say, none gets less than it asked for, and nobody gets more
// than somebody asked for.
func TestNeverLooserThanAnyLayer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sources := drawSources(t)
		holds := Effective(sources)
		for _, s := range sources {
			if len(s.Refused) > 0 {
				continue
			}
			if k, bad := looser(holds, s.Policy); bad {
				t.Fatalf("%s: %q asked for, %q holds", k, s.Policy.Value(k), holds.Value(k))
			}
			if bad := holds.Looser(s.Policy); len(bad) > 0 {
				t.Fatalf("looser in %v", bad)
			}
		}
		for _, k := range Keys() {
			asked := slices.ContainsFunc(sources, func(s Source) bool { return len(s.Refused) == 0 && s.Policy.Names(k) })
			if holds.Names(k) != asked {
				t.Fatalf("%s is set, and nobody asked", k)
			}
		}
	})
}

func drawSources(t *rapid.T) []Source {
	var sources []Source
	for _, layer := range []string{"default", "brand", "system", "person"} {
		s := Source{Layer: layer, Name: strings.ToUpper(layer), Policy: draw(t)}
		if rapid.IntRange(0, 3).Draw(t, "refused") == 0 {
			s.Refused = []string{"unsigned"}
		}
		sources = append(sources, s)
	}
	return sources
}

// What is explained is what holds; what a layer asked for and did not get is listed,
// and nothing else.
func TestExplainTellsWhatHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sources := drawSources(t)
		holds := Effective(sources)
		explained := Explain(sources)
		if len(explained) != len(Keys()) {
			t.Fatalf("%d keys", len(explained))
		}
		for i, s := range explained {
			if s.Key != Keys()[i] {
				t.Fatalf("%s at %d", s.Key, i)
			}
			if s.Locked() != holds.Locks(s.Key) || s.Locked() && s.Value != holds.Value(s.Key) || s.Locked() != (s.By != "") {
				t.Fatalf("%+v, and %q holds", s, holds.Value(s.Key))
			}
			rejected := map[string]string{}
			for _, r := range s.Rejected {
				rejected[r.Layer] = r.Value
			}
			var below Policy
			for _, source := range sources {
				wanted := source.Policy.Names(s.Key) &&
					(len(source.Refused) > 0 || slices.Contains(source.Policy.Looser(below.Merge(floor())), s.Key))
				value, is := rejected[source.Layer]
				if is != wanted || is && value != source.Policy.Value(s.Key) {
					t.Fatalf("%s of %s (%q over %q): rejected is %v", s.Key, source.Layer, source.Policy.Value(s.Key), below.Value(s.Key), is)
				}
				if len(source.Refused) == 0 {
					below = below.Merge(source.Policy)
				}
			}
		}
	})
}
