// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// shows is each text of the conversation with bob, * after an edited one.
func shows(t *testing.T, db *DB) string {
	t.Helper()
	all, err := db.Page(context.Background(), withBob, 0, 100)
	must(t, err)
	var texts []string
	for _, m := range all {
		text := m.Body
		if m.Edited {
			text += "*"
		}
		if m.Direction == chat.Out {
			text = "> " + text
		}
		if m.Kind == chat.KindGap {
			text = "gap"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

func better(id, target, body string) Amend {
	return Amend{Kind: AmendReplace, Target: target, OriginID: id, Body: body, Time: noon, Resource: "phone"}
}

func showAlone(t *testing.T, db *DB) []Alone {
	t.Helper()
	return showAloneOf(t, db, time.Time{})
}

// showAloneOf shows those, too, that came before since although something is missing.
func showAloneOf(t *testing.T, db *DB, since time.Time) (all []Alone) {
	t.Helper()
	for after, more := int64(0), true; more; more = after != 0 {
		some, next, err := db.ShowAlone(context.Background(), alice, after, since)
		must(t, err)
		if len(some) > aloneAtOnce {
			t.Fatalf("%d at once", len(some))
		}
		all, after = append(all, some...), next
	}
	return all
}

func wantShown(t *testing.T, db *DB, want string) {
	t.Helper()
	if got := shows(t, db); got != want {
		t.Errorf("there is %q, want %q", got, want)
	}
	must(t, db.Check(context.Background()))
}

// The words of a correction whose message is nowhere are shown, once, and are changed
// like that message's.
func TestCorrectionAlone(t *testing.T) {
	db := openNew(t)
	res := amend(t, db, better("c1", "o", "first try"))[0]
	wantShown(t, db, "first try*")
	m := message(t, db, res.ID)
	if !res.Changed || res.Kept || m.Status != chat.Delivered || m.From != bob.WithResource("phone") || m.Time != noon || conversation(t, db, withBob).Unread != 1 {
		t.Errorf("%+v, %+v", res, m)
	}
	if again := amend(t, db, better("c1", "o", "first try"))[0]; again.Changed || len(find(t, db, "try")) != 1 {
		t.Errorf("%+v, or not found once", again)
	}
	if res := amend(t, db, better("c2", "o", "second try"), Amend{Kind: AmendReact, Direction: chat.Out, Target: "o", OriginID: "r", Emoji: []string{"👍"}}); res[0].ID != m.ID || res[1].ID != m.ID {
		t.Errorf("%+v", res)
	}
	wantShown(t, db, "second try*")
	if m := message(t, db, res.ID); len(m.Reactions) != 1 {
		t.Errorf("%+v", m)
	}
	amend(t, db, Amend{Kind: AmendRetract, Target: "o", OriginID: "d"})
	if m := message(t, db, res.ID); !m.Retracted {
		t.Errorf("%+v", m)
	}
}

// It alters nothing of anybody else, and what was deleted or taken back does not come back.
func TestCorrectionAloneOf(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name, want string
		before     func(t *testing.T, db *DB)
		a          Amend
	}{
		{"what is ours", "> ours", func(t *testing.T, db *DB) { sent(t, db, "ours", "o") }, better("c", "o", "theirs")},
		{"what was deleted", "", func(t *testing.T, db *DB) {
			_, err := db.DeleteMessage(ctx, receive(t, db, from("old", origin("o"))).ID)
			must(t, err)
		}, better("c", "o", "new")},
		{"what was taken back", "", func(t *testing.T, db *DB) {
			_, _, err := db.Queue(ctx, Outgoing{Conv: withBob, Body: "x", OriginID: "x", Time: noon})
			must(t, err)
			amend(t, db, Amend{Kind: AmendRetract, Target: "o", OriginID: "d"})
			_, err = db.DeleteMessage(ctx, 1<<32)
			must(t, err)
		}, better("c", "o", "new")},
		{"ours, by another device", "> new*", nil, Amend{Direction: chat.Out, Kind: AmendReplace, Target: "o", OriginID: "c", Body: "new", Time: noon}},
		{"reactions alone", "", nil, Amend{Kind: AmendReact, Target: "o", OriginID: "c", Emoji: []string{"👍"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := openNew(t)
			if c.before != nil {
				c.before(t, db)
			}
			amend(t, db, c.a)
			showAlone(t, db)
			wantShown(t, db, c.want)
		})
	}
}

// While something is missing it may be what is corrected. After that a correction stands
// where it was made.
func TestCorrectionWaitsForTheArchive(t *testing.T) {
	at := func(minute int) func(*Incoming) {
		return func(in *Incoming) { in.Time = noon.Add(time.Duration(minute) * time.Minute) }
	}
	db := openNew(t)
	g := openGap(t, db)
	late := better("c", "o", "late")
	late.Time, late.Conv = noon.Add(2*time.Minute), withBob
	amend(t, db, better("live", "nowhere", "live"))
	if showAlone(t, db); shows(t, db) != "" {
		t.Fatalf("shown while something is missing: %s", shows(t, db))
	}
	page := ArchivePage{First: "s1", Last: "s9", Reached: true, Batch: Batch{
		Rows:   []Incoming{from("one", at(1), inArchive("s1"), origin("1")), from("three", at(3), inArchive("s3"), origin("3"))},
		Amends: []Amend{late, {Conv: withBob, Kind: AmendReplace, Target: "1", OriginID: "c2", Body: "one, better", Time: noon}},
	}}
	_, err := db.FillGap(context.Background(), alice, g, page)
	must(t, err)
	wantShown(t, db, "one, better*, three")
	if all := showAlone(t, db); len(all) != 2 || all[0].Conv != withBob {
		t.Errorf("%+v", all)
	}
	wantShown(t, db, "live*, one, better*, late*, three")
	if all := showAlone(t, db); len(all) != 0 {
		t.Errorf("shown again: %+v", all)
	}
	if n := conversation(t, db, withBob).Unread; n != 4 {
		t.Errorf("%d unread, want 4", n)
	}
}

// What an archive never gives is not waited for without an end. If it does after all it is
// the row that is there.
func TestCorrectionWaitsLong(t *testing.T) {
	db := openNew(t)
	receive(t, db, from("before", origin("before")))
	g := openGap(t, db)
	amend(t, db, better("c", "o", "new"))
	if showAloneOf(t, db, time.Now().Add(-time.Hour)); shows(t, db) != "before" {
		t.Errorf("shown at once: %s", shows(t, db))
	}
	if all := showAloneOf(t, db, time.Now().Add(time.Hour)); len(all) != 1 {
		t.Errorf("shown are %+v", all)
	}
	wantShown(t, db, "before, new*")
	receive(t, db, from("after", origin("after")))
	_, err := db.FillGap(context.Background(), alice, g, ArchivePage{First: "s1", Last: "s9", Reached: true, Batch: Batch{
		Rows: []Incoming{from("missed", inArchive("s1"), origin("m")), from("old", inArchive("s2"), origin("o"))},
		Amends: []Amend{func() Amend {
			a := better("c", "o", "new")
			a.Conv = withBob
			return a
		}()},
	}})
	must(t, err)
	wantShown(t, db, "before, missed, new*, after")
	if n := count(t, db, "pending"); n != 0 {
		t.Errorf("%d corrections wait", n)
	}
}

// The message itself, if it comes after all, is the one that is there, in the newer words.
func TestOriginalComesLater(t *testing.T) {
	const omemo = chat.EncryptionOMEMO
	for _, c := range []struct {
		name, want          string
		original            Incoming
		correction, encrypt chat.Encryption
	}{
		{name: "by its sender's id", want: "new*", original: from("old", origin("o"))},
		{name: "by its stanza's id", want: "new*", original: from("old", func(in *Incoming) { in.MessageID = "o" })},
		{name: "both", want: "new*", original: from("old", origin("o"), func(in *Incoming) { in.MessageID = "o" })},
		{name: "by its stanza's id, which is not the sender's", want: "new*", original: from("old", origin("o1"), func(in *Incoming) { in.MessageID = "o" })},
		{name: "so, encrypted, a plain correction", want: "new*, old", original: from("old", origin("o1"), func(in *Incoming) { in.MessageID = "o" }), encrypt: omemo},
		{name: "another with that stanza's id and its sender's, later", want: "new*, other", original: from("other", origin("o1"), func(in *Incoming) { in.MessageID, in.Time = "o", noon.Add(time.Hour) })},
		{name: "another with that stanza's id, later", want: "new*, other", original: from("other", func(in *Incoming) { in.MessageID, in.Time = "o", noon.Add(time.Hour) })},
		{name: "encrypted", want: "new*", original: from("old", origin("o")), correction: omemo, encrypt: omemo},
		{name: "encrypted, a plain correction", want: "new*, old", original: from("old", origin("o")), encrypt: omemo},
		{name: "plain, an encrypted correction", want: "new*", original: from("old", origin("o")), correction: omemo},
		{name: "ours", want: "new*, > old", original: Incoming{Conv: withBob, Direction: chat.Out, Body: "old", OriginID: "o", Time: noon}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ways(t, func(t *testing.T, db *DB, bring func(Incoming) Stored) {
				a := better("c", "o", "new")
				a.Encryption, c.original.Encryption = c.correction, c.encrypt
				amend(t, db, a)
				bring(c.original)
				wantShown(t, db, c.want)
				if again := bring(c.original); again.Fresh {
					t.Error("stored twice")
				}
				amend(t, db, a)
				wantShown(t, db, c.want)
				if n := count(t, db, "pending"); n != 0 {
					t.Errorf("%d corrections wait", n)
				}
			})
		})
	}
}

// Many at once are shown like one.
func TestManyCorrectionsAlone(t *testing.T) {
	db := openNew(t)
	var all []Amend
	for i := range 4 {
		all = append(all, better(fmt.Sprint("c", i), fmt.Sprint("o", i/2), fmt.Sprint("text ", i)))
	}
	res := amend(t, db, all...)
	wantShown(t, db, "text 1*, text 3*")
	if res[0].ID == 0 || res[2].ID == 0 || count(t, db, "pending") != 0 {
		t.Errorf("%+v", res)
	}
}

// Once it has come the row has all of its names, and no other message has one of them.
func TestOriginalNamesItsRow(t *testing.T) {
	stanza := func(in *Incoming) { in.MessageID = "o" }
	ways(t, func(t *testing.T, db *DB, bring func(Incoming) Stored) {
		amend(t, db, better("c", "o", "new"))
		amend(t, db, Amend{Kind: AmendReact, Target: "o1", OriginID: "r", Emoji: []string{"👍"}})
		id := bring(from("old", origin("o1"), stanza)).ID
		if m := message(t, db, id); len(m.Reactions) != 1 || m.OriginID != "o1" {
			t.Errorf("%+v", m)
		}
		amend(t, db, better("c2", "o1", "by the sender's id"))
		wantShown(t, db, "by the sender's id*")
		amend(t, db, better("c3", "o", "by the stanza's"))
		bring(from("older", origin("o2"), stanza, func(in *Incoming) { in.Time = noon.Add(-time.Hour) }))
		if got := shows(t, db); !strings.Contains(got, "by the stanza's*") || !strings.Contains(got, "older") {
			t.Errorf("there is %q", got)
		}
	})
}
