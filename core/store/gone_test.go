// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// archiveOf fills the gap at the end with one page that reaches its other end.
func archiveOf(t testing.TB, db *DB, rows []Incoming) Outcome {
	t.Helper()
	gap, err := db.OpenGap(context.Background(), alice)
	must(t, err)
	out, err := db.FillGap(context.Background(), alice, gap, ArchivePage{
		Batch: Batch{Rows: rows}, First: rows[0].StanzaID, Last: rows[len(rows)-1].StanzaID, Reached: true,
	})
	must(t, err)
	return out
}

// What the person deleted is not brought back by an archive that is read again
// over the place.
func TestDeletedStaysDeleted(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name string
		in   Incoming // as it came first
		edit func(*Incoming)
		gone bool
	}{
		{"by the sender's id", from("x", func(in *Incoming) { in.OriginID = "o" }), func(in *Incoming) { in.OriginID = "o" }, true},
		{"by the archive's id", from("x", func(in *Incoming) { in.StanzaID, in.StanzaBy = "s", alice }), func(*Incoming) {}, true},
		{"by the stanza's id", from("x", func(in *Incoming) { in.MessageID = "m" }), func(in *Incoming) { in.MessageID = "m" }, true},
		{"by the stanza's id, which was its sender's", from("x", func(in *Incoming) { in.OriginID = "m" }), func(in *Incoming) { in.MessageID = "m" }, true},
		{"another with that stanza's id", from("x", func(in *Incoming) { in.MessageID = "m" }), func(in *Incoming) { in.MessageID, in.OriginID = "m", "o2" }, false},
		{"of the other direction", from("x", func(in *Incoming) { in.OriginID = "o" }), func(in *Incoming) { in.OriginID, in.Direction, in.From = "o", chat.Out, alice }, false},
		{"no ids", from("x"), func(*Incoming) {}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := openNew(t)
			_, err := db.DeleteMessage(ctx, receive(t, db, c.in).ID)
			must(t, err)
			again := from("x", func(in *Incoming) { in.StanzaID, in.StanzaBy = "s", alice })
			c.edit(&again)
			before := from("before", func(in *Incoming) { in.StanzaID, in.StanzaBy = "r", alice })
			out := archiveOf(t, db, []Incoming{before, again})
			if s := out.Stored[1]; s.Fresh == c.gone || (s.ID == 0) != c.gone || !out.Stored[0].Fresh {
				t.Errorf("%+v", out.Stored)
			}
			if got := len(find(t, db, "x")); (got == 0) != c.gone {
				t.Errorf("%d found", got)
			}
		})
	}
}

// A conversation that was removed comes back only with what is new.
func TestRemovedStaysRemoved(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	archiveOf(t, db, talk(4))
	rows := talk(12)
	for i := 4; i < 8; i++ {
		top := rows[i].StanzaID
		if i > 5 {
			top = "" // our own messages do not tell
		}
		_, err := db.Receive(ctx, alice, Batch{Rows: rows[i : i+1]}, top)
		must(t, err)
	}
	waits := send(t, db, withBob, "line 8", "o8")
	must(t, db.SaveStanza(ctx, waits.ID, []byte("x")))
	must(t, db.RemoveConversation(ctx, withBob))
	if n := count(t, db, "gone"); n == 0 || n > 20 {
		t.Errorf("%d ids are remembered", n)
	}
	if s, err := db.ArchiveState(ctx, alice); err != nil || s.Top != "s5" || s.Doubt {
		t.Fatalf("%+v %v", s, err)
	}
	rows[8].Direction = chat.Out
	out := archiveOf(t, db, rows[6:])
	if got := find(t, db, "line"); len(got) != 3 || !slices.Contains(got, "line 9") || out.Stored[0].ID != 0 || out.Stored[2].ID != 0 {
		t.Errorf("%q, %+v", got, out.Stored)
	}
}

// One that was removed and begins anew has nothing older, whatever the archive still
// gives: a page of older messages, or of what was there before this computer.
func TestRemovedHasNothingOlder(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(12)
	for i := range rows {
		rows[i].Seen = i < 8
	}
	gap := openGap(t, db)
	fillGap(t, db, gap, false, rows[6:8]...)
	gap.Before = "s6"
	must(t, db.RemoveConversation(ctx, withBob))
	if out := fillGap(t, db, gap, true, rows[3:6]...); out.Stored[0].ID != 0 || len(shown(t, db, withBob)) != 0 {
		t.Errorf("%+v", out.Stored)
	}
	if _, found, err := db.Conversation(ctx, withBob); err != nil || found {
		t.Errorf("found %v, %v", found, err)
	}
	_, err := db.AddIncoming(ctx, rows[8:9])
	must(t, err)
	if begun, err := db.Begun(ctx, withBob); err != nil || !begun {
		t.Errorf("begun %v, %v", begun, err)
	}
	out, err := db.FillOlder(ctx, withBob, "s8", ArchivePage{Batch: Batch{Rows: rows[:3]}, First: "s0", Last: "s2"})
	must(t, err)
	if got := shown(t, db, withBob); len(got) != 1 || got[0] != "line 8" || out.Stored[0].ID != 0 {
		t.Errorf("%q", got)
	}
}

// An account whose archive nobody asks for remembers no ids for nothing.
func TestRemovedWithoutArchive(t *testing.T) {
	db := openNew(t)
	for i := range 20 {
		receive(t, db, from("x", func(in *Incoming) { in.OriginID = fmt.Sprint(i) }))
	}
	must(t, db.RemoveConversation(context.Background(), withBob))
	if n := count(t, db, "gone"); n != 0 {
		t.Errorf("%d ids", n)
	}
}
