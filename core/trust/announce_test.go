// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"testing"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

// Only decisions of the person are told, only to devices that can read it and whose
// keys are verified, and contacts hear nothing of other contacts.
func TestAnnounce(t *testing.T) {
	theirs := keysOf(bob, "v t v v- d")
	theirs[2].OMEMO2 = false // speaks the older OMEMO only
	own := keysOf(alice, "v t v v")
	own[2].OMEMO2 = false
	own[3].Own = true
	carols := keysOf(carol, "v")
	carols[0].Fingerprint = fp(50)
	keys := append(append(append([]chat.Key{}, theirs...), own...), carols...)

	show := func(out []Outgoing) map[string]string {
		got := map[string]string{}
		for _, o := range out {
			said := ""
			for _, owner := range o.Owners {
				for _, f := range owner.Trust {
					said += " +" + string(f[60:])
				}
				for _, f := range owner.Distrust {
					said += " -" + string(f[60:])
				}
			}
			for _, k := range o.For {
				got[o.To.Local+string(k.Fingerprint[60:])+" "+o.Encryption] += said
			}
		}
		return got
	}
	same := func(name string, got map[string]string, want map[string]string) {
		t.Helper()
		for k, v := range want {
			if got[k] != v {
				t.Errorf("%s: %s is told %q, want %q", name, k, got[k], v)
			}
		}
		for k := range got {
			if _, ok := want[k]; !ok {
				t.Errorf("%s: %s is told %q", name, k, got[k])
			}
		}
	}
	a1, a3, b1, b3, c1 := string(own[0].Fingerprint[60:]), string(own[2].Fingerprint[60:]), "0001", "0003", string(carols[0].Fingerprint[60:])

	same("a contact's key", show(Announce(alice, theirs[0], keys)), map[string]string{
		"alice" + a1 + " " + OMEMO2: " +" + b1,
		"bob" + b1 + " " + OMEMO2:   " +" + a1,
		"bob" + b1 + " " + OMEMO:    " +" + a3,
	})
	same("a contact's key of the older kind", show(Announce(alice, theirs[2], keys)), map[string]string{
		"alice" + a1 + " " + OMEMO: " +" + b3,
	})
	same("one's own key", show(Announce(alice, own[0], keys)), map[string]string{
		"bob" + b1 + " " + OMEMO2:   " +" + a1,
		"carol" + c1 + " " + OMEMO2: " +" + a1,
		"alice" + a1 + " " + OMEMO2: " +" + b1 + " +" + c1,
		"alice" + a1 + " " + OMEMO:  " +" + a3 + " +" + b3,
	})
	same("a contact's distrusted key", show(Announce(alice, theirs[4], keys)), map[string]string{
		"alice" + a1 + " " + OMEMO2: " -0005",
	})
	bad := own[1]
	bad.Trust, bad.By = chat.TrustDistrusted, chat.ByChoice
	same("one's own distrusted key", show(Announce(alice, bad, keys)), map[string]string{
		"alice" + a1 + " " + OMEMO2: " -" + string(bad.Fingerprint[60:]),
		"bob" + b1 + " " + OMEMO2:   " -" + string(bad.Fingerprint[60:]),
		"carol" + c1 + " " + OMEMO2: " -" + string(bad.Fingerprint[60:]),
	})

	quiet := theirs[0]
	for _, by := range []chat.TrustSource{chat.ByRule, chat.ByMessage} {
		quiet.By = by
		if out := Announce(alice, quiet, keys); out != nil {
			t.Errorf("by %v: %d messages", by, len(out))
		}
	}
	for _, trust := range []chat.Trust{chat.TrustTrusted, chat.TrustUndecided} {
		quiet.By, quiet.Trust = chat.ByChoice, trust
		if out := Announce(alice, quiet, keys); out != nil {
			t.Errorf("%v: %d messages", trust, len(out))
		}
	}
	if out := Announce(alice, keysOf(bob, "vo")[0], keys); out != nil {
		t.Errorf("OTR: %d messages", len(out))
	}
}

func TestLink(t *testing.T) {
	keys := append(keysOf(bob, "t v- u=2 d"), keysOf(alice, "t")...)
	l := Link(bob, keys,
		[]Named{{1, fp(1)}, {1, fp(1)}, {2, fp(2)}, {4, fp(40)}, {9, fp(90)}, {0, fp(91)}, {5, fp(100)}, {0, otr(1)}},
		[]chat.Fingerprint{fp(4), fp(90), fp(4)})
	if len(l.Keys) != 2 || l.Keys[0] != keys[0] || l.Keys[1] != keys[1] {
		t.Errorf("keys: %+v", l.Keys)
	}
	if len(l.Unknown) != 4 || l.Unknown[0] != fp(40) || l.Unknown[1] != fp(91) || l.Unknown[2] != fp(100) || l.Unknown[3] != otr(1) {
		t.Errorf("unknown: %v", l.Unknown)
	}
	if len(l.Distrust) != 1 || l.Distrust[0] != keys[3] {
		t.Errorf("distrust: %+v", l.Distrust)
	}
	// Device 2 has another key now than the link says, and device 4 too.
	if len(l.Different) != 2 || l.Different[0] != keys[2] || l.Different[1] != keys[3] {
		t.Errorf("different: %+v", l.Different)
	}
	if l.Owner != bob {
		t.Error(l.Owner)
	}
}

// However many keys there are, all are told once, in order, in parts that are as long as
// they may be.
func TestSplit(t *testing.T) {
	show := func(owners []Owner) string {
		all := ""
		for _, o := range owners {
			for _, f := range o.Trust {
				all += " +" + o.Address.Local + string(f)
			}
			for _, f := range o.Distrust {
				all += " -" + o.Address.Local + string(f)
			}
		}
		return all
	}
	rapid.Check(t, func(t *rapid.T) {
		var owners []Owner
		keys := 0
		for i := range rapid.IntRange(0, 5).Draw(t, "owners") {
			o := Owner{Address: []chat.Address{alice, bob, carol}[i%3]}
			for range rapid.IntRange(0, 7).Draw(t, "trust") {
				o.Trust = append(o.Trust, fp(keys))
				keys++
			}
			for range rapid.IntRange(0, 7).Draw(t, "distrust") {
				o.Distrust = append(o.Distrust, fp(keys))
				keys++
			}
			owners = append(owners, o)
		}
		most := rapid.IntRange(1, 8).Draw(t, "most")
		parts := Split(owners, most)
		all := ""
		for i, p := range parts {
			n := 0
			for _, o := range p {
				n += len(o.Trust) + len(o.Distrust)
			}
			if n > most || n == 0 || n < most && i < len(parts)-1 {
				t.Fatalf("%d keys in part %d of %d", n, i, len(parts))
			}
			all += show(p)
		}
		if all != show(owners) {
			t.Fatalf("%s, want %s", all, show(owners))
		}
	})
}
