// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestSet(t *testing.T) {
	for name, c := range map[string]struct {
		key  string // see keysOf
		to   chat.Trust
		by   chat.TrustSource
		want string // "" for no change
	}{
		"compared":                           {"u", chat.TrustVerified, chat.ByCompare, "verified/compare true"},
		"compared what was trusted":          {"t", chat.TrustVerified, chat.ByCode, "verified/code true"},
		"compared again":                     {"v", chat.TrustVerified, chat.BySecret, "verified/secret true"},
		"the same again":                     {"v", chat.TrustVerified, chat.ByCompare, ""},
		"distrusted":                         {"t", chat.TrustDistrusted, chat.ByNobody, "distrusted/choice false"},
		"distrusted after all":               {"v", chat.TrustDistrusted, chat.ByChoice, "distrusted/choice true"},
		"taken back":                         {"v", chat.TrustUndecided, chat.ByChoice, "undecided/choice true"},
		"forgiven":                           {"d", chat.TrustTrusted, chat.ByChoice, "trusted/choice false"},
		"verified once, taken back, trusted": {"nw", chat.TrustTrusted, chat.ByChoice, "trusted/choice true"},
		"nothing":                            {"u", chat.TrustNone, chat.ByChoice, ""},
		"no trust":                           {"u", 17, chat.ByChoice, ""},
		"no source":                          {"u", chat.TrustTrusted, 17, ""},

		"rule":                           {"u", chat.TrustTrusted, chat.ByRule, "trusted/rule false"},
		"rule verifies":                  {"u", chat.TrustVerified, chat.ByRule, ""},
		"rule, the person said no":       {"d", chat.TrustTrusted, chat.ByRule, ""},
		"rule, the person took it back":  {"n", chat.TrustTrusted, chat.ByRule, ""},
		"rule, verified":                 {"v", chat.TrustTrusted, chat.ByRule, ""},
		"message":                        {"t", chat.TrustVerified, chat.ByMessage, "verified/message true"},
		"message trusts only":            {"u", chat.TrustTrusted, chat.ByMessage, ""},
		"message takes back":             {"v", chat.TrustUndecided, chat.ByMessage, ""},
		"message, the person said no":    {"d", chat.TrustVerified, chat.ByMessage, ""},
		"message, the person took it":    {"n", chat.TrustVerified, chat.ByMessage, "verified/message true"},
		"message, verified":              {"v", chat.TrustVerified, chat.ByMessage, ""},
		"message distrusts the verified": {"v", chat.TrustDistrusted, chat.ByMessage, "distrusted/message true"},
		"message distrusts again":        {"d", chat.TrustDistrusted, chat.ByMessage, ""},
	} {
		t.Run(name, func(t *testing.T) {
			before := keysOf(bob, c.key)[0]
			k, ok := Set(before, c.to, c.by)
			got := ""
			if ok {
				got = k.Trust.String() + "/" + k.By.String() + " false"
				if k.WasVerified {
					got = k.Trust.String() + "/" + k.By.String() + " true"
				}
			} else if k != before {
				t.Errorf("refused, and changed to %+v", k)
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			before.Own = true
			if _, ok := Set(before, c.to, c.by); ok {
				t.Error("this computer's own key changed")
			}
		})
	}
}

// What a message has distrusted, a later message may verify again; what the person
// has, none.
func TestSetAfterMessage(t *testing.T) {
	k, _ := Set(keysOf(bob, "u")[0], chat.TrustDistrusted, chat.ByMessage)
	if _, ok := Set(k, chat.TrustVerified, chat.ByMessage); !ok {
		t.Error("a message can not take back what a message said")
	}
	k, ok := Set(k, chat.TrustDistrusted, chat.ByChoice)
	if !ok || k.By != chat.ByChoice {
		t.Fatal("the person can not say what a message has said")
	}
	if _, ok := Set(k, chat.TrustVerified, chat.ByMessage); ok {
		t.Error("a message undoes what the person said")
	}
}

func TestAppear(t *testing.T) {
	levels := []chat.TrustLevel{chat.Relaxed, chat.Careful, chat.Strict}
	for name, c := range map[string]struct {
		known string
		own   bool
		first bool
		on    uint32 // the device of the new key
		want  [3]string
	}{
		"the first":                 {"", false, true, 9, [3]string{"trusted/rule ", "trusted/rule ", "undecided/nobody "}},
		"one more":                  {"t", false, false, 9, [3]string{"trusted/rule device-added", "trusted/rule device-added", "undecided/nobody device-unverified"}},
		"after a verification":      {"v", false, false, 9, [3]string{"undecided/nobody device-unverified", "undecided/nobody device-unverified", "undecided/nobody device-unverified"}},
		"after one that is gone":    {"v-", false, false, 9, [3]string{"undecided/nobody device-unverified", "undecided/nobody device-unverified", "undecided/nobody device-unverified"}},
		"after one taken back":      {"nw", false, false, 9, [3]string{"undecided/nobody device-unverified", "undecided/nobody device-unverified", "undecided/nobody device-unverified"}},
		"after a distrust":          {"d", false, false, 9, [3]string{"trusted/rule device-added", "trusted/rule device-added", "undecided/nobody device-unverified"}},
		"on a verified device":      {"v", false, false, 1, [3]string{"undecided/nobody key-changed", "undecided/nobody key-changed", "undecided/nobody key-changed"}},
		"on a known device":         {"t", false, false, 1, [3]string{"trusted/rule key-changed", "trusted/rule key-changed", "undecided/nobody key-changed"}},
		"on one that is gone":       {"u-", false, true, 1, [3]string{"trusted/rule key-changed", "trusted/rule key-changed", "undecided/nobody key-changed"}},
		"on one's own known device": {"t", true, false, 1, [3]string{"trusted/rule key-changed", "trusted/rule key-changed", "undecided/nobody key-changed"}},
		"own":                       {"t", true, false, 9, [3]string{"trusted/rule own-device-added", "trusted/rule own-device-added", "undecided/nobody own-device-added"}},
		"own, after a verification": {"v", true, false, 9, [3]string{"undecided/nobody own-device-added", "undecided/nobody own-device-added", "undecided/nobody own-device-added"}},
		"own, the first":            {"", true, true, 9, [3]string{"trusted/rule ", "trusted/rule ", "undecided/nobody "}},
	} {
		t.Run(name, func(t *testing.T) {
			for i, level := range levels {
				owner := bob
				if c.own {
					owner = alice
				}
				k := chat.Key{Account: alice, Owner: owner, Device: c.on, Fingerprint: fp(77), Trust: chat.TrustVerified, By: chat.ByCompare, WasVerified: true}
				k, notice := Appear(level, keysOf(owner, c.known), k, c.first)
				if got := k.Trust.String() + "/" + k.By.String() + " " + string(notice); got != c.want[i] || k.WasVerified {
					t.Errorf("%v: %q, want %q", level, got, c.want[i])
				}
			}
		})
	}
	// A key that comes back is what it was.
	known := keysOf(bob, "v d")
	back := known[1]
	back.Trust, back.By = chat.TrustUndecided, chat.ByNobody
	if k, notice := Appear(chat.Relaxed, known, back, false); k != known[1] || notice != "" {
		t.Errorf("came back as %v, with %q", k.Trust, notice)
	}
}
