// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// all are the texts of a conversation, oldest first.
func (db *DB) texts(t *testing.T, conv chat.ConvID) []string {
	t.Helper()
	page, err := db.Page(context.Background(), conv, 0, 1000)
	must(t, err)
	return bodies(page)
}

// What is old goes, with its words in the search index; what waits to be sent and what
// nobody has read stays.
func TestForget(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	at := func(days int) func(*Incoming) {
		return func(in *Incoming) { in.Time = noon.AddDate(0, 0, -days) }
	}
	var last chat.MsgID
	for i := range 600 { // more than two batches
		last = receive(t, db, from(fmt.Sprintf("ancient %d", i), at(90))).ID
	}
	receive(t, db, from("recent", at(3)))
	_, err := db.MarkRead(ctx, withBob, last)
	must(t, err)
	receive(t, db, from("unread and old", at(60)))
	_, _, err = db.Queue(ctx, Outgoing{Conv: withBob, Body: "waits", OriginID: "o1", Time: noon.AddDate(0, 0, -80)})
	must(t, err)
	_, err = db.AddNotice(ctx, Notice{Conv: withBob, Code: chat.CodeDeviceAdded, Time: noon.AddDate(0, 0, -70)})
	must(t, err)

	convs, err := db.Forget(ctx, noon.AddDate(0, 0, -30))
	must(t, err)
	if !slices.Equal(convs, []chat.ConvID{withBob}) {
		t.Error(convs)
	}
	if got := db.texts(t, withBob); !slices.Equal(got, []string{"recent", "unread and old", "waits"}) {
		t.Error(got)
	}
	if n := len(find(t, db, "ancient")); n != 0 {
		t.Errorf("%d are still found", n)
	}
	if c := conversation(t, db, withBob); c.Unread != 2 || c.Last.Body != "waits" {
		t.Errorf("%+v", c)
	}
	if convs, err = db.Forget(ctx, noon.AddDate(0, 0, -30)); err != nil || len(convs) != 0 {
		t.Error(convs, err)
	}

	_, err = db.MarkRead(ctx, withBob, conversation(t, db, withBob).Last.ID)
	must(t, err)
	_, err = db.Forget(ctx, time.Time{})
	must(t, err)
	if got := db.texts(t, withBob); !slices.Equal(got, []string{"waits"}) {
		t.Error(got)
	}
	must(t, db.Check(ctx))
}

// TestForgetBeside: texts that are no messages are history, too: changes of messages that
// are not here, and what somebody has begun to write.
func TestForgetBeside(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	openGap(t, db)
	receive(t, db, from("here"))
	must(t, db.SetDraft(ctx, withBob, "begun"))
	amend(t, db, Amend{Conv: withBob, Kind: AmendReplace, Target: "never came", OriginID: "c", Body: "its text"})
	left := func(before time.Time) (waiting int, draft string) {
		t.Helper()
		_, err := db.Forget(ctx, before)
		must(t, err)
		return count(t, db, "pending"), conversation(t, db, withBob).Draft
	}
	if n, draft := left(time.Now().Add(-time.Hour)); n != 1 || draft != "begun" {
		t.Errorf("what is new: %d, %q", n, draft)
	}
	if n, draft := left(time.Now().Add(time.Hour)); n != 0 || draft != "begun" {
		t.Errorf("what is old: %d, %q", n, draft)
	}
	if _, draft := left(time.Time{}); draft != "" {
		t.Errorf("all: %q", draft)
	}
}

// What was forgotten is not news when the archive gives it again.
func TestForgottenStaysAway(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	gap, err := db.OpenGap(ctx, alice)
	must(t, err)
	page := func(rows ...Incoming) ArchivePage {
		return ArchivePage{Batch: Batch{Rows: rows}, First: rows[0].StanzaID, Last: rows[len(rows)-1].StanzaID, Reached: true}
	}
	row := func(id string, days int, edit ...func(*Incoming)) Incoming {
		return from("text "+id, append(edit, func(in *Incoming) {
			in.StanzaID, in.StanzaBy, in.Time = id, alice, noon.AddDate(0, 0, -days)
		})...)
	}
	seen := func(in *Incoming) { in.Seen = true }
	out := func(in *Incoming) { in.Direction, in.From = chat.Out, alice.WithResource("phone") }

	db.Keep(Keeping{Since: noon.AddDate(0, 0, -30), NoOwn: true})
	_, err = db.FillGap(ctx, alice, gap, page(row("a1", 90, seen), row("a2", 10, seen), row("a3", 1, out), row("a4", 60)))
	must(t, err)
	if got := db.texts(t, withBob); !slices.Equal(got, []string{"text a2", "text a4"}) {
		t.Fatal(got)
	}
	_, err = db.MarkRead(ctx, withBob, conversation(t, db, withBob).Last.ID)
	must(t, err)
	_, err = db.Receive(ctx, alice, Batch{Rows: []Incoming{row("a5", 0)}}, "") // the archive is asked from before it
	must(t, err)
	_, err = db.MarkRead(ctx, withBob, conversation(t, db, withBob).Last.ID)
	must(t, err)
	_, err = db.Forget(ctx, time.Time{})
	must(t, err)
	gap, err = db.OpenGap(ctx, alice)
	must(t, err)
	_, err = db.FillGap(ctx, alice, gap, page(row("a5", 0), row("a6", 0)))
	must(t, err)
	if got := db.texts(t, withBob); !slices.Equal(got, []string{"text a6"}) {
		t.Error(got)
	}
	must(t, db.Check(ctx))
}
