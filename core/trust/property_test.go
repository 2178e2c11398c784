// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

// world is a contact and one's own account as a store would keep them, and what has
// to be true of them, found by other means than the package's.
type world struct {
	keys, own []chat.Key
	level     chat.TrustLevel
	left      []Statement
	now       time.Time
	next      int
	seen      map[chat.Address]bool // one of the owner's keys was verified
	refused   map[chat.Fingerprint]bool
}

func (w *world) all() []chat.Key { return slices.Concat(w.keys, w.own) }

// store writes changed keys back.
func (w *world) store(changed []chat.Key) {
	for _, c := range changed {
		for _, list := range [][]chat.Key{w.keys, w.own} {
			for i := range list {
				if list[i].Owner == c.Owner && list[i].Fingerprint == c.Fingerprint {
					list[i] = c
				}
			}
		}
		if c.Trust == chat.TrustVerified {
			w.seen[c.Owner] = true
		}
	}
}

func (w *world) appear(t *rapid.T) {
	w.next++
	list, owner := &w.keys, bob
	if rapid.Bool().Draw(t, "own") {
		list, owner = &w.own, alice
	}
	k := chat.Key{Account: alice, Owner: owner, Device: uint32(rapid.IntRange(1, 4).Draw(t, "device")), Fingerprint: fp(w.next), OMEMO2: true, FirstSeen: w.now}
	if rapid.IntRange(0, 5).Draw(t, "kind") == 0 {
		k.Fingerprint, k.Device = otr(w.next), 0
	}
	k, _ = Appear(w.level, *list, k, false)
	k.Listed = true
	for i, o := range *list {
		if o.Device == k.Device && rapid.Bool().Draw(t, "replaced") {
			(*list)[i].Listed = false
		}
	}
	*list = append(*list, k)
}

// check asks all that is promised of every decision.
func (w *world) check(t *rapid.T) {
	d := Decide(w.level, w.keys, w.own)
	w.store(d.Changes)
	for _, k := range d.Send {
		switch {
		case k.Trust == chat.TrustDistrusted, k.Trust == chat.TrustUndecided:
			t.Fatalf("%v: sent to a key that is %v", w.level, k.Trust)
		case w.level != chat.Relaxed && w.seen[k.Owner] && k.Trust != chat.TrustVerified:
			t.Fatalf("%v: sent to a %v key of somebody of whom one was verified", w.level, k.Trust)
		case w.level == chat.Strict && k.Trust != chat.TrustVerified:
			t.Fatalf("strict: sent to a %v key", k.Trust)
		case !k.Listed, k.Own, w.refused[k.Fingerprint]:
			t.Fatalf("sent to %+v", k)
		}
	}
	if d.Blocked != "" && len(d.Send) > 0 {
		t.Fatalf("blocked by %s, and sent to %d", d.Blocked, len(d.Send))
	}
	if d.Blocked == "" && !slices.ContainsFunc(d.Send, func(k chat.Key) bool { return k.Owner == bob }) {
		t.Fatal("nothing for the contact, and no reason")
	}
	for _, k := range w.keys {
		if code := Session(w.level, w.keys, k.Fingerprint); code == "" && w.level != chat.Relaxed && w.seen[bob] && k.Trust != chat.TrustVerified {
			t.Fatalf("%v: a session with a %v key", w.level, k.Trust)
		}
	}
}

// Once anything of a contact is verified, no unverified key ever gets a message under
// careful or strict; and what the person refused never gets one.
func TestNoUnverifiedKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{now: start, seen: map[chat.Address]bool{}, refused: map[chat.Fingerprint]bool{}}
		pick := func(t *rapid.T) *chat.Key {
			list := w.keys
			if rapid.Bool().Draw(t, "own") {
				list = w.own
			}
			if len(list) == 0 {
				t.Skip("no key")
			}
			return &list[rapid.IntRange(0, len(list)-1).Draw(t, "key")]
		}
		t.Repeat(map[string]func(*rapid.T){
			"":       func(t *rapid.T) { w.now = w.now.Add(time.Minute); w.check(t) },
			"appear": func(t *rapid.T) { w.appear(t) },
			"listed": func(t *rapid.T) { k := pick(t); k.Listed = !k.Listed },
			"level": func(t *rapid.T) {
				w.level = rapid.SampledFrom([]chat.TrustLevel{chat.Careful, chat.Relaxed, chat.Strict}).Draw(t, "level")
			},
			"decide": func(t *rapid.T) {
				k := *pick(t)
				to := rapid.SampledFrom([]chat.Trust{chat.TrustUndecided, chat.TrustTrusted, chat.TrustVerified, chat.TrustDistrusted}).Draw(t, "trust")
				by := rapid.SampledFrom([]chat.TrustSource{chat.ByNobody, chat.ByCompare, chat.ByCode, chat.BySecret, chat.ByChoice}).Draw(t, "by")
				if now, ok := Set(k, to, by); ok {
					w.store([]chat.Key{now})
					w.refused[k.Fingerprint] = to == chat.TrustDistrusted
				}
				changed, left := Apply(w.left, nil, w.all())
				w.store(changed)
				w.left = left
			},
			"message": func(t *rapid.T) {
				from, about := *pick(t), *pick(t)
				m := Message{Sender: from.Owner, SenderKey: from.Fingerprint, Usage: Usage, Encryption: OMEMO2, Time: w.now.Add(time.Duration(rapid.IntRange(-90, 90).Draw(t, "late")) * time.Second)}
				o := Owner{Address: about.Owner}
				if rapid.Bool().Draw(t, "trust") {
					o.Trust = []chat.Fingerprint{about.Fingerprint}
				} else {
					o.Distrust = []chat.Fingerprint{about.Fingerprint}
				}
				m.Owners = []Owner{o}
				changed, left := Apply(w.left, Read(alice, m, w.now), w.all())
				for _, k := range changed {
					if w.refused[k.Fingerprint] {
						t.Fatalf("a message made a refused key %v", k.Trust)
					}
				}
				w.store(changed)
				w.left = left
			},
		})
	})
}

// Statements come in any order and cut into any parts: the keys are the same in the
// end, if all senders are verified from the start.
func TestApplyInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := append(keysOf(bob, "u t d n"), keysOf(alice, "v v")...)
		n := rapid.IntRange(1, 12).Draw(t, "statements")
		var all []Statement
		for range n {
			about := keys[rapid.IntRange(0, 3).Draw(t, "about")]
			from := keys[rapid.IntRange(4, 5).Draw(t, "from")]
			all = append(all, Statement{
				Sender: alice, SenderKey: from.Fingerprint, Owner: bob, Key: about.Fingerprint,
				Distrust: rapid.Bool().Draw(t, "distrust"), Time: start.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "time")) * time.Second),
			})
		}
		outcome := func(all []Statement, parts int) []chat.Key {
			now, left := slices.Clone(keys), []Statement(nil)
			for part := range slices.Chunk(all, parts) {
				var changed []chat.Key
				changed, left = Apply(left, part, now)
				for _, c := range changed {
					i := slices.IndexFunc(now, func(k chat.Key) bool { return k.Owner == c.Owner && k.Fingerprint == c.Fingerprint })
					now[i] = c
				}
			}
			return now
		}
		want := outcome(all, len(all))
		got := outcome(rapid.Permutation(all).Draw(t, "order"), rapid.IntRange(1, n).Draw(t, "parts"))
		for i := range want {
			if got[i].Trust != want[i].Trust {
				t.Fatalf("key %d is %v, not %v", i, got[i].Trust, want[i].Trust)
			}
		}
	})
}
