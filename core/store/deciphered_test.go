// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// origin, inArchive and hash give a message ids.
func origin(id string) func(*Incoming) { return func(in *Incoming) { in.OriginID = id } }

func inArchive(id string) func(*Incoming) {
	return func(in *Incoming) { in.StanzaID, in.StanzaBy = id, alice }
}

func hash(name string) func(*Incoming) { return func(in *Incoming) { in.Hash = cipher(name) } }

// bring stores a message in one of the two ways in which it can come.
func bring(t testing.TB, db *DB, page bool, in Incoming) Stored {
	t.Helper()
	if !page {
		return receive(t, db, in)
	}
	return fillGap(t, db, openGap(t, db), true, in).Stored[0]
}

// ways runs a test over a stream and over the page of an archive.
func ways(t *testing.T, test func(t *testing.T, db *DB, bring func(Incoming) Stored)) {
	t.Helper()
	for _, page := range []bool{false, true} {
		t.Run(fmt.Sprint("page ", page), func(t *testing.T) {
			db := openNew(t)
			test(t, db, func(in Incoming) Stored { return bring(t, db, page, in) })
			must(t, db.Check(context.Background()))
		})
	}
}

// What was tried is known, whether it could be read or not.
func TestTried(t *testing.T) {
	db := openNew(t)
	receive(t, db, unreadable(hash("broken")))
	receive(t, db, from("text", secretly("read", 1)))
	for name, want := range map[string]bool{"broken": true, "read": true, "never": false} {
		if got, err := db.Tried(context.Background(), alice, cipher(name)); err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := db.Tried(context.Background(), alice, []byte{1, 2, 3}); err == nil {
		t.Error("too short a hash")
	}
}

func TestDeciphered(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	receive(t, db, from("row", hash("row")))
	receive(t, db, unreadable(hash("unreadable")))
	amend(t, db, Amend{Conv: withBob, Kind: AmendReplace, Target: "nowhere", Hash: cipher("amendment")})
	amend(t, db, Amend{Conv: withBob, Hash: cipher("nonsense")})
	must(t, db.SaveKeys(ctx, alice, KeyChanges{Hashes: [][]byte{cipher("keys")}}))
	want := []bool{true, false, true, true, true, false}
	names := []string{"row", "unreadable", "amendment", "nonsense", "keys", "never"}
	for range 2 {
		if got := deciphered(t, db, names...); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		db = reopen(t, db)
	}
	// Another account has its own: the two may write to each other.
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: bob}}))
	got, err := db.Deciphered(ctx, bob, [][]byte{cipher("row")})
	must(t, err)
	s := receive(t, db, Incoming{Conv: chat.ConvID{Account: bob, Peer: alice}, Body: "row", Time: noon, Hash: cipher("row")})
	if got[0] || !s.Fresh {
		t.Errorf("bob has read what alice read: %+v", s)
	}
	_, err = db.Deciphered(ctx, alice, [][]byte{{1, 2, 3}})
	wantCode(t, err, chat.CodeTooShort)
}

// A ciphertext that comes again is the same message whatever it is called now, and its
// text, which nobody can read again, stays.
func TestSameCiphertext(t *testing.T) {
	ways(t, func(t *testing.T, db *DB, bring func(Incoming) Stored) {
		first := receive(t, db, from("text", secretly("one", 1), origin("o1")))
		for i, in := range []Incoming{
			from("", hash("one"), origin("o1")),
			from("", hash("one"), origin("another"), inArchive("s1")),
			from("", hash("one")),
			from("forged", hash("one"), func(in *Incoming) { in.Encryption = chat.EncryptionNone }),
			unreadable(hash("one")),
		} {
			if s := bring(in); s.ID != first.ID || s.Fresh || s.Changed {
				t.Errorf("%d: %+v", i, s)
			}
		}
		m := message(t, db, first.ID)
		if m.Body != "text" || m.Kind != chat.KindText || m.StanzaID != "s1" || m.OriginID != "o1" || m.Fingerprint != fp("b") || count(t, db, "message WHERE kind <> 4") != 1 {
			t.Errorf("%+v", m)
		}
		// Under another sender's name it is nothing.
		for _, in := range []Incoming{
			{Conv: chat.ConvID{Account: alice, Peer: carol}, Time: noon, Hash: cipher("one")},
			{Conv: withBob, Direction: chat.Out, Time: noon, Hash: cipher("one")},
		} {
			if s := bring(in); s != (Stored{}) {
				t.Errorf("%+v", s)
			}
		}
		// What the person has deleted, or is no row, does not come back.
		_, err := db.DeleteMessage(context.Background(), first.ID)
		must(t, err)
		amend(t, db, Amend{Conv: withBob, Kind: AmendReplace, Target: "o9", Hash: cipher("amendment")})
		for _, name := range []string{"one", "amendment"} {
			if s := bring(from("", hash(name), inArchive("s-"+name))); s != (Stored{}) {
				t.Errorf("%s: %+v", name, s)
			}
		}
		must(t, db.RemoveConversation(context.Background(), withBob))
		if s := bring(from("", hash("one"))); s != (Stored{}) || !deciphered(t, db, "one")[0] {
			t.Errorf("%+v after the conversation was removed", s)
		}
	})
}

// What could not be read is replaced where it stands by what can.
func TestReveal(t *testing.T) {
	readable := func(edit ...func(*Incoming)) Incoming {
		return from("now it can be read", append([]func(*Incoming){secretly("again", 1)}, edit...)...)
	}
	for _, c := range []struct {
		name   string
		first  Incoming
		second Incoming
		same   bool // it is the message
		reveal bool
	}{
		{"by origin-id", unreadable(origin("o"), hash("first")), readable(origin("o")), true, true},
		{"by our archive's id", unreadable(inArchive("s"), hash("first")), readable(inArchive("s")), true, true},
		{"by its ciphertext", unreadable(hash("again")), readable(), true, true},
		{"by its ciphertext, with other ids", unreadable(hash("again"), origin("o")), readable(origin("p")), true, true},
		{"of nothing in common", unreadable(hash("first"), origin("o")), readable(origin("p")), false, false},
		{"still unreadable", unreadable(origin("o"), hash("first")), unreadable(origin("o"), hash("again")), true, false},
		{"by a text that was not encrypted", unreadable(origin("o")), from("forged", origin("o")), true, false},
		{"of another conversation", unreadable(hash("again"), with(carol)), readable(), false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ways(t, func(t *testing.T, db *DB, bring func(Incoming) Stored) {
				bring(from("before", origin("before"), inArchive("before")))
				first := receive(t, db, c.first)
				receive(t, db, from("after", origin("after"), inArchive("after")))
				was := message(t, db, first.ID)
				if was.Kind != chat.KindUndecryptable || was.Error != chat.CodeBrokenKeys || was.Body != "" {
					t.Fatalf("%+v", was)
				}
				before := conversation(t, db, withBob)
				s := bring(c.second)
				if s.Fresh == c.same || s.Changed != c.reveal || c.same && s.ID != first.ID {
					t.Fatalf("%+v", s)
				}
				m := message(t, db, first.ID)
				want := was
				if c.reveal {
					want.Kind, want.Body, want.Error, want.Fingerprint, want.Trust = chat.KindText, "now it can be read", "", fp("b"), chat.TrustTrusted
				}
				want.StanzaID = m.StanzaID
				if !same(m, want) {
					t.Errorf("%+v, want %+v", m, want)
				}
				found := 0
				if c.second.Kind == chat.KindText && (c.reveal || s.Fresh) {
					found = 1
				}
				if n := len(find(t, db, "can be read")) + len(find(t, db, "forged")); n != found {
					t.Errorf("%d found", n)
				}
				if after := conversation(t, db, withBob); c.same && !reflect.DeepEqual(after, before) {
					t.Errorf("the conversation was %+v, is %+v", before, after)
				}
				if read := c.second.Hash != nil && c.second.Kind == chat.KindText; read && !deciphered(t, db, "again")[0] {
					t.Error("it would be decrypted again")
				}
				// Read once more, and deleted: the index is right.
				if s = bring(c.second); s.Fresh || s.Changed {
					t.Errorf("again: %+v", s)
				}
				_, err := db.DeleteMessage(context.Background(), first.ID)
				must(t, err)
				if c.reveal && (len(find(t, db, "can be read")) != 0 || inIndex(t, db, `"rea"`) != 0) {
					t.Error("still in the index")
				}
			})
		})
	}
}

// A retracted message stays retracted, and what it would have said stays unsaid.
func TestRevealRetracted(t *testing.T) {
	ways(t, func(t *testing.T, db *DB, bring func(Incoming) Stored) {
		id := receive(t, db, unreadable(origin("o"))).ID
		amend(t, db, Amend{Conv: withBob, Kind: AmendRetract, Target: "o"})
		s := bring(from("secret", secretly("x", 1), origin("o")))
		if m := message(t, db, id); s.Changed || m.Body != "" || !m.Retracted || len(find(t, db, "secret")) != 0 {
			t.Errorf("%+v %+v", s, m)
		}
	})
}

// Another device of ours wrote it; its state is not touched.
func TestRevealOwn(t *testing.T) {
	ways(t, func(t *testing.T, db *DB, bring func(Incoming) Stored) {
		own := func(in *Incoming) { in.Direction, in.From = chat.Out, chat.Address{} }
		id := receive(t, db, unreadable(own, origin("o"))).ID
		advance(t, db, StatusChange{ID: id, Status: chat.Delivered})
		s := bring(from("ours", secretly("x", 1), origin("o"), own, func(in *Incoming) { in.Fingerprint = fp("a") }))
		m := message(t, db, id)
		if !s.Changed || s.ID != id || m.Body != "ours" || m.Status != chat.Delivered || m.Fingerprint != fp("a") || m.From.Bare() != alice {
			t.Errorf("%+v %+v", s, m)
		}
		if k := keysOf(t, db, alice); len(k) != 1 || k[0].Trust != chat.TrustUndecided {
			t.Errorf("%+v", k)
		}
	})
}

// A correction that can be read makes what it corrects readable, and a text is always
// shown with the key of the device that wrote it.
func TestCorrectionsKey(t *testing.T) {
	for _, kept := range []bool{false, true} { // it waits for its message
		for _, c := range []struct {
			name  string
			first Incoming
			by    chat.Encryption
			want  string
		}{
			{"unreadable", unreadable(origin("o")), chat.EncryptionOMEMO, "text new omemo c "},
			{"unreadable, in the clear", unreadable(origin("o")), chat.EncryptionNone, "undecryptable  omemo  session-broken"},
			{"encrypted", from("old", secretly("x", 1), origin("o")), chat.EncryptionOMEMO2, "text new omemo2 c "},
			{"encrypted, in the clear", from("old", secretly("x", 1), origin("o")), chat.EncryptionNone, "text old omemo b "},
			{"in the clear, by an encrypted one", from("old", origin("o")), chat.EncryptionOMEMO, "text new none  "},
		} {
			t.Run(fmt.Sprint(c.name, kept), func(t *testing.T) {
				db := openNew(t)
				change := Amend{Conv: withBob, Kind: AmendReplace, Target: "o", OriginID: "c", Body: "new", Encryption: c.by, Hash: cipher("c")}
				if c.by != chat.EncryptionNone {
					change.Fingerprint = fp("c")
				}
				var id chat.MsgID
				if kept {
					openGap(t, db) // it may be in there
					if res := amend(t, db, change); !res[0].Kept {
						t.Fatalf("%+v", res)
					}
					id = receive(t, db, c.first).ID
				} else {
					id = receive(t, db, c.first).ID
					amend(t, db, change)
				}
				m := message(t, db, id)
				if len(m.Fingerprint) > 0 {
					m.Fingerprint = m.Fingerprint[:1]
				}
				if got := fmt.Sprint(m.Kind, " ", m.Body, " ", m.Encryption, " ", m.Fingerprint, " ", m.Error); got != c.want {
					t.Errorf("%q, want %q", got, c.want)
				}
				if n := len(find(t, db, "new")); n == 1 != (m.Body == "new") {
					t.Errorf("found %d", n)
				}
				// The message itself, readable at last, is the older text.
				s := receive(t, db, from("old", secretly("x", 1), origin("o")))
				if c.first.Kind == chat.KindUndecryptable && c.by != chat.EncryptionNone && (s.Changed || message(t, db, id).Body != "new") {
					t.Errorf("%+v", s)
				}
			})
		}
	}
}

// Messages that differ in nothing but their ciphertext are all there, and the other
// way round: a page that is read twice adds nothing.
func TestManyCiphertexts(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	var in []Incoming
	for i := range 40 {
		in = append(in, from("the same", secretly(fmt.Sprint(i), int64(i)), func(in *Incoming) { in.Time = noon.Add(time.Duration(i)) }))
	}
	for round := range 2 {
		out, err := db.Receive(ctx, alice, Batch{Rows: in}, "")
		must(t, err)
		for i, s := range out.Stored {
			if s.Fresh != (round == 0) || s.ID == 0 {
				t.Errorf("round %d, %d: %+v", round, i, s)
			}
		}
	}
	if n := count(t, db, "message"); n != 40 || step(t, db) != 39 {
		t.Errorf("%d messages, step %d", n, step(t, db))
	}
}

// What was sent again in OTR stands where it can be read, in the order in which it was
// sent again, however the server has mixed what could not be read.
func TestRevealAgain(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	otr := func(in *Incoming) { in.Encryption = chat.EncryptionOTR }
	lost := make(map[int]chat.MsgID)
	for _, n := range []int{3, 1, 2} {
		lost[n] = receive(t, db, unreadable(origin(fmt.Sprint(n)), hash(fmt.Sprint("lost ", n)), otr)).ID
	}
	_, err := db.MarkRead(ctx, withBob, lost[2])
	must(t, err)
	for _, c := range []struct {
		n     int
		moved bool
	}{{1, false}, {2, false}, {3, true}} {
		behind := func(in *Incoming) {
			if c.n > 1 {
				in.Behind = fmt.Sprint(c.n - 1)
			}
		}
		at := noon.Add(time.Duration(c.n) * time.Minute)
		s := receive(t, db, from(fmt.Sprint("text ", c.n), secretly(fmt.Sprint("again ", c.n), 1), otr, origin(fmt.Sprint(c.n)), behind, func(in *Incoming) { in.Time = at }))
		if s != (Stored{ID: lost[c.n], Changed: true, Moved: c.moved}) {
			t.Errorf("%d: %+v", c.n, s)
		}
	}
	page := func(t *testing.T, db *DB) []chat.Message {
		t.Helper()
		page, err := db.Page(ctx, withBob, 0, 10)
		must(t, err)
		return page
	}
	if got := bodies(page(t, db)); !slices.Equal(got, []string{"text 1", "text 2", "text 3"}) {
		t.Errorf("%q", got)
	}
	if conv := conversation(t, db, withBob); conv.Unread != 1 || conv.Last.ID != lost[3] || !conv.Last.Time.Equal(noon.Add(3*time.Minute)) {
		t.Errorf("%+v", conv)
	}
	early := receive(t, db, unreadable(origin("early"), hash("too early"), otr)).ID
	receive(t, db, from("in that session", secretly("first-hand", 1), otr, origin("first-hand"), func(in *Incoming) { in.Time = time.Now() }))
	if s := receive(t, db, from("came before it", secretly("early again", 1), otr, origin("early"), func(in *Incoming) { in.Behind = "2" })); s != (Stored{ID: early, Changed: true}) {
		t.Errorf("%+v", s)
	}
	// "first-hand" comes once more behind "late", which nobody had read when it came.
	late := receive(t, db, unreadable(origin("late"), hash("late"), otr)).ID
	again := func(id, behind string) Stored {
		return receive(t, db, from("the "+id, secretly("once more "+id, 1), otr, origin(id), func(in *Incoming) { in.Behind = behind }))
	}
	before := page(t, db)
	if s := again("late", ""); s != (Stored{ID: late, Changed: true}) {
		t.Errorf("%+v", s)
	}
	if s := again("first-hand", "late"); s.Fresh || s.Changed || !s.Moved {
		t.Errorf("%+v", s)
	}
	if s := again("first-hand", "late"); s.Moved {
		t.Errorf("moved twice: %+v", s)
	}
	after := page(t, db)
	// The first of a session follows what came again before it, unless it was read already.
	broken := receive(t, db, unreadable(origin("broken"), hash("broken"), otr)).ID
	receive(t, db, from("came again", secretly("came", 1), otr, origin("came")))
	first := func(id string) Stored {
		return receive(t, db, from("the "+id, secretly("first "+id, 1), otr, origin(id), func(in *Incoming) { in.Again = "came" }))
	}
	if s := first("late"); s.Moved {
		t.Errorf("one that was read is moved: %+v", s)
	}
	if s := first("broken"); s != (Stored{ID: broken, Changed: true, Moved: true}) {
		t.Errorf("%+v", s)
	}
	// What an earlier run could not read follows all that was read since.
	old := receive(t, db, unreadable(origin("old"), hash("old"), otr)).ID
	receive(t, db, from("read since", secretly("since", 1), otr, origin("since")))
	if s := receive(t, db, from("the old", secretly("old again", 1), otr, origin("old"), func(in *Incoming) { in.Last = true })); s != (Stored{ID: old, Changed: true, Moved: true}) {
		t.Errorf("%+v", s)
	}
	if s := receive(t, db, from("read since", secretly("since again", 1), otr, origin("since"), func(in *Incoming) { in.Last = true })); s.Moved {
		t.Errorf("one that was read is moved: %+v", s)
	}
	if got := bodies(after[len(after)-2:]); !slices.Equal(got, []string{"the late", "in that session"}) || !after[len(after)-1].Time.Equal(before[len(before)-2].Time) {
		t.Errorf("%q", bodies(after))
	}
	if s := receive(t, db, from("text 4", secretly("again 4", 1), otr, origin("4"))); !s.Fresh {
		t.Errorf("%+v", s)
	}
	must(t, db.Check(ctx))
}
