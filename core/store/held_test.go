// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// heldBack is a message of a device of bob's that is on no list.
func heldBack(body, name string, edit ...func(*Incoming)) Incoming {
	return from(body, append([]func(*Incoming){secretly(name, 1), func(in *Incoming) {
		in.Kind, in.Error = chat.KindUndecryptable, chat.CodeUnlisted
		in.Keys.Seen[0].Trust, in.Keys.Seen[0].By, in.Keys.Seen[0].Unlisted = chat.TrustUndecided, chat.ByNobody, true
	}}, edit...)...)
}

func found(t testing.TB, db *DB, text string) int {
	t.Helper()
	all, err := db.Search(context.Background(), chat.SearchQuery{Text: text})
	must(t, err)
	return len(all)
}

// indexed is how many messages the search index has with a word.
func indexed(t testing.TB, db *DB, word string) int64 {
	t.Helper()
	return pick[int64](t, db, `SELECT count(*) FROM gram WHERE gram MATCH '`+strings.Join(queryGrams([]string{word}, 0), " ")+`'`)
}

// What is held back stays so whatever comes again, and appears in its place when its
// device is listed: that of another device does not.
func TestHeldBack(t *testing.T) {
	ways(t, func(t *testing.T, db *DB, bring func(Incoming) Stored) {
		bring(from("before", origin("before"), inArchive("before")))
		held := receive(t, db, heldBack("attic", "one", origin("o")))
		broken := receive(t, db, unreadable(origin("b"), hash("two")))
		if s := bring(heldBack("attic two", "three", origin("b"), inArchive("b"))); s.ID != broken.ID || !s.Changed {
			t.Errorf("what could not be read: %+v", s)
		}
		other := receive(t, db, heldBack("attic four", "four", origin("other"), func(in *Incoming) {
			in.Fingerprint, in.Keys.Seen[0].Fingerprint, in.Keys.Seen[0].Device = fp("c"), fp("c"), 8
		}))
		receive(t, db, from("after", origin("after"), inArchive("after")))
		if s := bring(from("", hash("one"), origin("o"), inArchive("o"), func(in *Incoming) { in.Encryption = chat.EncryptionOMEMO })); s.ID != held.ID || s.Changed || s.Fresh {
			t.Errorf("it comes again: %+v", s)
		}
		ids := []chat.MsgID{held.ID, broken.ID, other.ID}
		for _, id := range ids {
			if m := message(t, db, id); m.Kind != chat.KindUndecryptable || m.Error != chat.CodeUnlisted || m.Body != "" || !m.Doubtful {
				t.Errorf("held back: %+v", m)
			}
		}
		if n := found(t, db, "attic"); n != 0 || !deciphered(t, db, "one")[0] {
			t.Errorf("%d found", n)
		}
		if n := indexed(t, db, "attic"); n != 0 {
			t.Errorf("the index has %d", n)
		}
		var revealed []chat.MsgID
		for _, r := range devicesNow(t, db, 1, 7).Revealed {
			if r.Conv != withBob {
				t.Error(r.Conv)
			}
			revealed = append(revealed, r.ID)
		}
		if !slices.Equal(revealed, ids[:2]) {
			t.Errorf("%v revealed, want %v", revealed, ids[:2])
		}
		for i, body := range []string{"attic", "attic two"} {
			if m := message(t, db, ids[i]); m.Kind != chat.KindText || m.Error != "" || m.Body != body || m.Doubtful {
				t.Errorf("%+v", m)
			}
		}
		if m := message(t, db, other.ID); m.Body != "" || m.Kind != chat.KindUndecryptable || found(t, db, "attic") != 2 {
			t.Errorf("%+v, %d found", m, found(t, db, "attic"))
		}
		if again := devicesNow(t, db, 1, 7); len(again.Revealed) != 0 {
			t.Error(again.Revealed)
		}
		for _, id := range ids { // the index has of each what it should
			_, err := db.DeleteMessage(context.Background(), id)
			must(t, err)
		}
		if n := indexed(t, db, "attic"); n != 0 {
			t.Errorf("the index has %d of what is deleted", n)
		}
		must(t, db.Check(context.Background()))
		must(t, db.RemoveConversation(context.Background(), withBob))
	})
}

// A message that its sender takes back while it is held back does not appear.
func TestHeldBackAndTakenBack(t *testing.T) {
	db := openNew(t)
	held := receive(t, db, heldBack("attic", "one", origin("o")))
	amend(t, db, Amend{Conv: withBob, Kind: AmendRetract, Target: "o"})
	if all := devicesNow(t, db, 1, 7).Revealed; len(all) != 0 {
		t.Error(all)
	}
	if m := message(t, db, held.ID); !m.Retracted || m.Body != "" || found(t, db, "attic") != 0 {
		t.Errorf("%+v", m)
	}
	must(t, db.Check(context.Background()))
}

// What is held back of a key appears when somebody has verified it, by whatever way,
// without any list; what another device of the same owner said does not.
func TestHeldBackAndVerified(t *testing.T) {
	for name, verify := range map[string]func(db *DB, changes []TrustChange) ([]TrustChange, error){
		"by hand": func(db *DB, changes []TrustChange) ([]TrustChange, error) {
			return db.SetTrust(context.Background(), alice, changes)
		},
		"by a message": func(db *DB, changes []TrustChange) ([]TrustChange, error) {
			return changes, db.SaveKeys(context.Background(), alice, KeyChanges{Trust: changes})
		},
	} {
		t.Run(name, func(t *testing.T) {
			db := openNew(t)
			held := receive(t, db, heldBack("attic", "one", origin("o")))
			other := receive(t, db, heldBack("attic two", "two", origin("other"), func(in *Incoming) {
				in.Fingerprint, in.Keys.Seen[0].Fingerprint, in.Keys.Seen[0].Device = fp("c"), fp("c"), 8
			}))
			set := func(to chat.Trust) []Revealed {
				t.Helper()
				changed, err := verify(db, []TrustChange{{Owner: bob, Fingerprint: fp("b"), Trust: to, By: chat.ByCompare}})
				must(t, err)
				return changed[0].Revealed
			}
			if all := set(chat.TrustTrusted); len(all) != 0 {
				t.Errorf("%v are revealed of a key that is not verified", all)
			}
			if all := set(chat.TrustVerified); !slices.Equal(all, []Revealed{{withBob, held.ID}}) {
				t.Errorf("%v revealed", all)
			}
			if m := message(t, db, held.ID); m.Kind != chat.KindText || m.Body != "attic" || m.Error != "" {
				t.Errorf("%+v", m)
			}
			if m := message(t, db, other.ID); m.Body != "" || m.Kind != chat.KindUndecryptable || found(t, db, "attic") != 1 {
				t.Errorf("%+v, %d found", m, found(t, db, "attic"))
			}
			must(t, db.Check(context.Background()))
		})
	}
}

// What a device that is on no list says about messages changes none before it is
// revealed, and then each as anybody's would, in the order in which all of it came.
func TestHeldBackChanges(t *testing.T) {
	db := openNew(t)
	secret := func(in *Incoming) { in.Encryption = chat.EncryptionOMEMO }
	texts := map[string]chat.MsgID{}
	for _, name := range []string{"corrected", "corrected since", "reacted", "taken back"} {
		texts[name] = receive(t, db, from(name, origin(name), secret)).ID
	}
	texts["held"] = receive(t, db, heldBack("attic", "held", origin("held"))).ID
	held := func(kind AmendKind, target string) Amend {
		return Amend{
			Conv: withBob, Kind: kind, Target: target, OriginID: "of " + target, Held: true, Encryption: chat.EncryptionOMEMO,
			Fingerprint: fp("b"), Hash: cipher("of " + target), Body: target + " again", Emoji: []string{"👍"},
		}
	}
	changes := []Amend{
		held(AmendReplace, "corrected"), held(AmendReplace, "corrected since"), held(AmendReact, "reacted"), held(AmendRetract, "taken back"),
		held(AmendReplace, "held"), held(AmendReplace, "late"), held(AmendReplace, "never"),
	}
	nobody := held(AmendReplace, "corrected") // of a key that is not kept
	nobody.Fingerprint, nobody.OriginID, nobody.Hash = "", "nobody", cipher("nobody")
	for _, r := range amend(t, db, append(changes, nobody)...) {
		if r.Changed || r.ID != 0 {
			t.Errorf("%+v", r)
		}
	}
	// A listed device says the same under the same id: that is not what waits.
	other := held(AmendReplace, "never")
	other.Held, other.Fingerprint, other.Hash, other.Body = false, fp("c"), cipher("other"), "of a listed device"
	since := held(AmendReplace, "corrected since")
	since.Held, since.Fingerprint, since.OriginID, since.Hash, since.Body = false, fp("c"), "since", cipher("since"), "of a listed device"
	amend(t, db, other, since)
	texts["late"] = receive(t, db, from("late", origin("late"), secret)).ID
	texts["never"] = receive(t, db, from("never", origin("never"), secret)).ID
	is := func(name, body string) {
		t.Helper()
		if m := message(t, db, texts[name]); m.Body != body || m.Retracted != (body == "" && m.Kind == chat.KindText) || len(m.Reactions) != 0 {
			t.Errorf("%s: %+v", name, m)
		}
	}
	for _, name := range []string{"corrected", "reacted", "taken back", "late"} {
		is(name, name)
	}
	is("corrected since", "of a listed device")
	is("never", "of a listed device")
	is("held", "")
	if !deciphered(t, db, "of corrected")[0] {
		t.Error("it would be read again")
	}
	revealed := map[chat.MsgID]bool{}
	for _, r := range devicesNow(t, db, 1, 7).Revealed {
		revealed[r.ID] = true
	}
	for _, name := range []string{"corrected", "held", "late"} {
		is(name, name+" again")
	}
	is("corrected since", "of a listed device")
	is("taken back", "")
	if m := message(t, db, texts["reacted"]); len(m.Reactions) != 1 || m.Body != "reacted" {
		t.Errorf("%+v", m)
	}
	for _, name := range []string{"corrected", "reacted", "taken back", "held", "late"} {
		if !revealed[texts[name]] {
			t.Errorf("nobody is told of %s", name)
		}
	}
	if n := count(t, db, "pending"); n != 0 || len(revealed) != 5 {
		t.Errorf("%d wait, %d revealed", n, len(revealed))
	}
	must(t, db.Check(context.Background()))
}
