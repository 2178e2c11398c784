// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// talk stores in turns a message of bob's and one of ours: o0 … and s0 …
func talk(n int) (rows []Incoming) {
	for i := range n {
		rows = append(rows, Incoming{
			Conv: withBob, Direction: chat.Direction(i % 2), Body: fmt.Sprint("line ", i), Time: noon,
			OriginID: fmt.Sprint("o", i), StanzaID: fmt.Sprint("s", i), StanzaBy: alice,
		})
	}
	return rows
}

// statuses are the rows' states in a word.
func statuses(t testing.TB, db *DB) (s string) {
	t.Helper()
	rows, err := db.Page(context.Background(), withBob, 0, 100)
	must(t, err)
	for _, m := range rows {
		if m.Kind != chat.KindGap {
			s += m.Status.String()[:1]
		}
	}
	return s
}

func readUpTo(t testing.TB, db *DB, id string, mine bool) Outcome {
	t.Helper()
	out, err := db.ReadUpTo(context.Background(), ReadMark{Conv: withBob, ID: id, Mine: mine})
	must(t, err)
	return out
}

func TestReadUpTo(t *testing.T) {
	db := openNew(t)
	_, err := db.AddIncoming(context.Background(), talk(8))
	must(t, err)
	for _, c := range []struct {
		id   string
		mine bool
		want string
		n    int // messages of ours that moved, or conversations
	}{
		{"o2", false, "dsdsdsds", 0}, // theirs: not for them to say
		{"s3", false, "dsdsdsds", 0}, // our archive's id: not theirs
		{"nowhere", false, "dsdsdsds", 0},
		{"", true, "dsdsdsds", 0},
		{"o3", false, "drdrdsds", 2},
		{"o1", false, "drdrdsds", 0}, // never back
		{"s4", true, "rrrrrsds", 1},
		{"s1", true, "rrrrrsds", 0},
		{"o6", true, "rrrrrsrs", 1}, // a carbon of our other device's marker
		{"o5", true, "rrrrrsrs", 0},
		{"o7", false, "rrrrrrrr", 2},
	} {
		out := readUpTo(t, db, c.id, c.mine)
		if got := statuses(t, db); got != c.want || len(out.Statuses)+len(out.Read) != c.n {
			t.Errorf("%s, %v: %s, want %s; %+v", c.id, c.mine, got, c.want, out)
		}
	}
	if c := conversation(t, db, withBob); c.Unread != 0 || c.FirstNew != 0 {
		t.Errorf("%+v", c)
	}
	other := chat.ConvID{Account: alice, Peer: carol}
	if _, err := db.ReadUpTo(context.Background(), ReadMark{Conv: other, ID: "o1"}); err != nil {
		t.Error(err)
	}
	if _, found, err := db.Conversation(context.Background(), other); found || err != nil {
		t.Error("a mark has begun a conversation")
	}
}

// What waits is not read because something after it was; what failed was read if
// it is named.
func TestReadKeepsTheOutbox(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	for i := range 5 {
		send(t, db, withBob, "x", fmt.Sprint("o", i))
	}
	advance(t, db, StatusChange{Conv: withBob, OriginID: "o0", Status: chat.Failed, Error: chat.CodeRefused},
		StatusChange{Conv: withBob, OriginID: "o2", Status: chat.Sent}, StatusChange{Conv: withBob, OriginID: "o3", Status: chat.Failed, Error: chat.CodeRefused})
	readUpTo(t, db, "o3", false)
	if got := statuses(t, db); got != "fqrrq" {
		t.Errorf("%s", got)
	}
	ms, err := db.Page(ctx, withBob, 0, 10)
	must(t, err)
	if ms[3].Error != "" || ms[0].Error == "" {
		t.Errorf("%+v", ms)
	}
	errand(t, db, Errand{Kind: AmendReplace, Message: ms[2].ID, Body: "y", OriginID: "c"})
	readUpTo(t, db, "c", false) // a marker for the correction
	if got := len(outbox(t, db)); got != 3 {
		t.Errorf("%d in the outbox", got)
	}
}

// A text in OTR without a receipt is not read because something after it was, where others
// have one: no archive has it, and a server may have lost it.
func TestReadKeepsUnconfirmedOTR(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		confirmed, want string
	}{{"o1", "srrrs"}, {"", "rrrrs"}, {"o2", "rrrrs"}, {"o4", "rrrrd"}} {
		db := openNew(t)
		for i, how := range []chat.Encryption{chat.EncryptionOTR, chat.EncryptionOTR, chat.EncryptionNone, chat.EncryptionOTR, chat.EncryptionOTR} {
			id := send(t, db, withBob, "x", fmt.Sprint("o", i)).ID
			_, err := db.SaveStanzas(ctx, []Outgoing{{ID: id, Conv: withBob, Stanza: []byte("<sealed/>"), Sealed: how}})
			must(t, err)
			advance(t, db, StatusChange{ID: id, Status: chat.Sent})
		}
		advance(t, db, StatusChange{Conv: withBob, OriginID: c.confirmed, Status: chat.Delivered})
		readUpTo(t, db, "o3", false)
		if got := statuses(t, db); got != c.want {
			t.Errorf("with a receipt for %q: %s, want %s", c.confirmed, got, c.want)
		}
	}
}

// Marks and receipts are in newer pages than the messages that they speak of.
func TestReadInPages(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name  string
		marks Batch
		want  string
	}{
		{"none", Batch{}, "dsdsdsds"},
		{"theirs", Batch{Reads: []ReadMark{{Conv: withBob, ID: "o5"}}}, "drdrdrds"},
		{"ours, by the archive's id", Batch{Reads: []ReadMark{{Conv: withBob, ID: "s4", Mine: true}}}, "rsrsrsds"},
		{"ours, by the sender's id", Batch{Reads: []ReadMark{{Conv: withBob, ID: "o2", Mine: true}}}, "rsrsdsds"},
		{"theirs, of a message of theirs", Batch{Reads: []ReadMark{{Conv: withBob, ID: "o4"}}}, "dsdsdsds"},
		{"a receipt", Batch{Statuses: []StatusChange{{Conv: withBob, OriginID: "o3", Status: chat.Delivered}}}, "dsdddsds"},
		{"an error is none", Batch{Statuses: []StatusChange{{Conv: withBob, OriginID: "o3", Status: chat.Failed}}}, "dsdsdsds"},
		{"several", Batch{
			Statuses: []StatusChange{{Conv: withBob, OriginID: "o7", Status: chat.Delivered}},
			Reads:    []ReadMark{{Conv: withBob, ID: "o1"}, {Conv: withBob, ID: "s2", Mine: true}, {Conv: withBob, ID: "o3"}},
		}, "rrrrdsdd"},
	} {
		for _, size := range []int{1, 3, 8} {
			t.Run(fmt.Sprint(c.name, " ", size), func(t *testing.T) {
				db := openNew(t)
				gap, err := db.OpenGap(ctx, alice)
				must(t, err)
				_, err = db.FillGap(ctx, alice, gap, ArchivePage{Batch: c.marks, First: "s8", Last: "s9"})
				must(t, err)
				gap.Before = "s8"
				rows := talk(8)
				for end := len(rows); end > 0; end -= size {
					start := max(0, end-size)
					_, err := db.FillGap(ctx, alice, gap, ArchivePage{
						Batch: Batch{Rows: rows[start:end]}, First: rows[start].StanzaID, Last: rows[end-1].StanzaID, Reached: start == 0,
					})
					must(t, err)
					gap.Before = rows[start].StanzaID
				}
				if got := statuses(t, db); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				unread := 0
				for i := 0; i < len(c.want); i += 2 {
					if c.want[i] == 'd' {
						unread++
					}
				}
				if got := conversation(t, db, withBob); got.Unread != unread {
					t.Errorf("%d unread, want %d", got.Unread, unread)
				}
			})
		}
	}
}

// What could not be read, and what is held back, is not said to have been read.
func TestReadPointUnreadable(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	markable := func(in *Incoming) { in.Markable = true }
	receive(t, db, from("read", origin("read"), markable))
	receive(t, db, unreadable(origin("broken"), markable))
	held := receive(t, db, heldBack("attic", "one", origin("held"), markable))
	for _, want := range []string{"read", "held"} {
		_, err := db.MarkRead(ctx, withBob, held.ID)
		must(t, err)
		if p, err := db.ReadPoint(ctx, withBob); err != nil || p.MarkID != want {
			t.Errorf("%+v, %v; want %s", p, err, want)
		}
		devicesNow(t, db, 1, 7)
	}
}

func TestReadPoint(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	point := func() ReadPoint {
		p, err := db.ReadPoint(ctx, withBob)
		must(t, err)
		return p
	}
	if p := point(); p != (ReadPoint{}) {
		t.Errorf("%+v", p)
	}
	rows := talk(6)
	rows[0].Markable, rows[2].Markable = true, true
	rows[2].MessageID, rows[4].StanzaID = "m2", ""
	stored, err := db.AddIncoming(ctx, rows)
	must(t, err)
	if p := point(); p != (ReadPoint{}) {
		t.Errorf("nothing is read: %+v", p)
	}
	for i, want := range []ReadPoint{
		{MarkID: "o0", StanzaID: "s0", New: true}, {}, {MarkID: "m2", StanzaID: "s2", New: true}, {}, {MarkID: "m2", StanzaID: "s2", New: true},
	} {
		if want == (ReadPoint{}) {
			continue
		}
		_, err = db.MarkRead(ctx, withBob, stored[i].ID)
		must(t, err)
		if p := point(); p != want {
			t.Errorf("%d: %+v, want %+v", i, p, want)
		}
	}
	must(t, db.SetDisplayed(ctx, withBob, "s2"))
	if p := point(); p.New || p.StanzaID != "s2" {
		t.Errorf("%+v", p)
	}
	must(t, db.SetDisplayed(ctx, withBob, "s0"))
	if p := point(); !p.New {
		t.Errorf("%+v", p)
	}
	readUpTo(t, db, "s4", true) // by another device, which has told it
	readUpTo(t, db, "s2", true)
	if p := point(); p.New {
		t.Errorf("%+v", p)
	}
	n, err := db.Names(ctx, stored[2].ID)
	must(t, err)
	if n != (Names{OriginID: "o2", MessageID: "m2", StanzaID: "s2"}) || n.Name() != "o2" {
		t.Errorf("%+v", n)
	}
	if n := (Names{MessageID: "m"}); n.Name() != "m" {
		t.Error(n.Name())
	}
	_, err = db.Names(ctx, 7)
	wantCode(t, err, chat.CodeNotFound)
}

// What fills a gap below the place that was read to is unread, whatever others, and
// an echo of our own word, say of what stands above it.
func TestReadAboveAGap(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(10)
	for i := range rows {
		rows[i].Direction, rows[i].Markable = chat.In, true
	}
	fillGap(t, db, openGap(t, db), true, rows[:2]...)
	read := func(i int) {
		t.Helper()
		ids, err := db.AddIncoming(ctx, rows[i:i+1])
		must(t, err)
		_, err = db.MarkRead(ctx, withBob, ids[0].ID)
		must(t, err)
	}
	tells := func(id string, isNew bool) {
		t.Helper()
		p, err := db.ReadPoint(ctx, withBob)
		must(t, err)
		untold, err := db.Untold(ctx, alice)
		must(t, err)
		if p.StanzaID != id || p.New != isNew || (len(untold) == 1 && untold[0] == withBob) != isNew {
			t.Errorf("%+v, untold %v; want %s, %v", p, untold, id, isNew)
		}
		if isNew {
			must(t, db.SetDisplayed(ctx, withBob, p.StanzaID))
			readUpTo(t, db, p.StanzaID, true)
		}
	}
	read(1)
	tells("s1", true)
	gap := openGap(t, db)
	read(9)
	tells("s1", false) // nothing of the gap is here yet
	fillGap(t, db, gap, false, rows[7:9]...)
	tells("s1", false)
	if got := statuses(t, db); got != "rrddr" {
		t.Errorf("%s", got)
	}
	read(8)
	tells("s1", false) // the gap's row stands between
	gap.Before = "s7"
	fillGap(t, db, gap, true, rows[2:7]...)
	if got := statuses(t, db); got != "rrdddddrrr" {
		t.Errorf("%s", got)
	}
	if c := conversation(t, db, withBob); c.Unread != 5 || message(t, db, c.FirstNew).Body != "line 2" {
		t.Errorf("%d unread from %v", c.Unread, c.FirstNew)
	}
	tells("s1", false)
	read(4)
	tells("s4", true)
	read(6)
	tells("s9", true)
}

// Of what was there before this computer knew the account nobody is told.
func TestOldIsTold(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(6)
	for i := range rows {
		rows[i].Seen = i < 4
	}
	gap := openGap(t, db)
	ids, err := db.AddIncoming(ctx, rows[4:5])
	must(t, err)
	fillGap(t, db, gap, false, rows[2:4]...)
	gap.Before = "s2"
	fillGap(t, db, gap, true, rows[:2]...)
	for i, want := range []int{0, 1} {
		if i == 1 {
			_, err := db.MarkRead(ctx, withBob, ids[0].ID)
			must(t, err)
		}
		untold, err := db.Untold(ctx, alice)
		must(t, err)
		if len(untold) != want {
			t.Errorf("%v, want %d", untold, want)
		}
	}
}
