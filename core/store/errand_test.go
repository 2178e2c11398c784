// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func errand(t testing.TB, db *DB, e Errand) ErrandResult {
	t.Helper()
	e.Conv, e.Time = withBob, noon
	res, err := db.AddErrand(context.Background(), e)
	must(t, err)
	return res
}

func outbox(t testing.TB, db *DB) []Outgoing {
	t.Helper()
	box, err := db.Outbox(context.Background(), alice)
	must(t, err)
	return box
}

// sent is a message of ours that the server has.
func sent(t testing.TB, db *DB, body, origin string) chat.Message {
	t.Helper()
	m := send(t, db, withBob, body, origin)
	must(t, db.SaveStanza(context.Background(), m.ID, []byte(body)))
	advance(t, db, StatusChange{ID: m.ID, Status: chat.Sent})
	return m
}

// Messages and errands wait in the order in which the person made them, and go by
// the same way.
func TestErrandsInOrder(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	theirs := receive(t, db, from("theirs", func(in *Incoming) { in.MessageID = "m" }))
	old := sent(t, db, "old", "o1")
	first := send(t, db, withBob, "first", "o2")
	fix := errand(t, db, Errand{Kind: AmendReplace, Message: old.ID, Body: "new", OriginID: "e1"})
	smile := errand(t, db, Errand{Kind: AmendReact, Message: theirs.ID, Emoji: []string{"👍", "🐢"}, OriginID: "e2"})
	last := send(t, db, withBob, "last", "o3")
	if fix.Message.Body != "new" || !fix.Message.Edited || !fix.Queued || fix.Row.Target != "o1" || fix.Row.Message != old.ID {
		t.Errorf("%+v", fix)
	}
	if m := smile.Message; len(m.Reactions) != 2 || !m.Reactions[0].Mine || m.Reactions[0].Theirs || smile.Row.Target != "m" {
		t.Errorf("%+v", smile)
	}
	for range 2 {
		box := outbox(t, db)
		var ids []chat.MsgID
		for _, o := range box {
			ids = append(ids, o.ID)
		}
		if !slices.Equal(ids, []chat.MsgID{first.ID, fix.Row.ID, smile.Row.ID, last.ID}) {
			t.Fatalf("%v", ids)
		}
		if o := box[1]; o.Errand != AmendReplace || o.Body != "new" || o.OriginID != "e1" || o.Conv != withBob || !o.Time.Equal(noon) {
			t.Errorf("%+v", o)
		}
		if o := box[2]; o.Errand != AmendReact || !slices.Equal(o.Emoji, []string{"👍", "🐢"}) {
			t.Errorf("%+v", o)
		}
		db = reopen(t, db)
	}
	box := outbox(t, db)
	for i := range box {
		box[i].Stanza = []byte{byte(i)}
	}
	saved, err := db.SaveStanzas(ctx, box)
	must(t, err)
	if len(saved) != 4 || outbox(t, db)[2].Stanza[0] != 2 {
		t.Errorf("%d saved", len(saved))
	}
	if again := errand(t, db, Errand{Kind: AmendReplace, Message: old.ID, Body: "other", OriginID: "e1"}); again.Row.ID != fix.Row.ID || again.Message.Body != "new" {
		t.Errorf("%+v", again)
	}
	for _, o := range saved {
		advance(t, db, StatusChange{ID: o.ID, Status: chat.Sent})
	}
	if left := outbox(t, db); len(left) != 0 {
		t.Errorf("%+v", left)
	}
	// An id is never given twice.
	db = reopen(t, db)
	if m := send(t, db, withBob, "x", "o9"); m.ID <= last.ID {
		t.Errorf("id %d", m.ID)
	}
}

// What nobody has seen is changed or removed by itself.
func TestErrandBeforeSending(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	m := send(t, db, withBob, "helo", "o1")
	row := outbox(t, db)[0]
	res := errand(t, db, Errand{Kind: AmendReplace, Message: m.ID, Body: "hello", OriginID: "e1"})
	if res.Queued || res.Message.Body != "hello" || res.Message.Edited {
		t.Errorf("%+v", res)
	}
	if box := outbox(t, db); len(box) != 1 || box[0].Body != "hello" || len(find(t, db, "hello")) != 1 {
		t.Errorf("%+v", box)
	}
	// Who has read the outbox before does not send the old text.
	row.Stanza = []byte("helo")
	saved, err := db.SaveStanzas(ctx, []Outgoing{row})
	must(t, err)
	if len(saved) != 0 {
		t.Error("the old text was saved")
	}
	res = errand(t, db, Errand{Kind: AmendRetract, Message: m.ID, OriginID: "e2"})
	if !res.Gone || res.Queued || res.Message.ID != m.ID || len(outbox(t, db)) != 0 || count(t, db, "message") != 0 {
		t.Errorf("%+v", res)
	}
	must(t, db.Check(ctx))
}

// A later errand takes the place of one of its kind that waits; one that is with a
// connection stays.
func TestErrandsReplaceEachOther(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	m := sent(t, db, "text", "o1")
	ids := func() (all []string) {
		for _, o := range outbox(t, db) {
			all = append(all, o.OriginID)
		}
		return all
	}
	step := func(kind AmendKind, id string, want ...string) Outgoing {
		t.Helper()
		res := errand(t, db, Errand{Kind: kind, Message: m.ID, OriginID: id, Body: id, Emoji: []string{id}})
		if got := ids(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
		return res.Row
	}
	step(AmendReact, "r1", "r1")
	step(AmendReact, "r2", "r2")
	row := step(AmendReplace, "c1", "r2", "c1")
	must(t, save(ctx, db, row))
	step(AmendReplace, "c2", "r2", "c1", "c2")
	step(AmendRetract, "d1", "c1", "d1")
	if m := message(t, db, m.ID); !m.Retracted || m.Body != "" {
		t.Errorf("%+v", m)
	}
	for _, kind := range []AmendKind{AmendReplace, AmendRetract, AmendReact} {
		_, err := db.AddErrand(ctx, Errand{Conv: withBob, Kind: kind, Message: m.ID, OriginID: "x"})
		wantCode(t, err, chat.CodeNotFound)
	}
	// A message that was taken back on its way is not sent again.
	w := send(t, db, withBob, "on its way", "o2")
	must(t, db.SaveStanza(ctx, w.ID, []byte("bytes")))
	errand(t, db, Errand{Kind: AmendRetract, Message: w.ID, OriginID: "d2"})
	if got := ids(); !slices.Equal(got, []string{"c1", "d1", "d2"}) {
		t.Errorf("%q", got)
	}
	_, err := db.DeleteMessage(ctx, w.ID) // telling it goes on
	must(t, err)
	if got := ids(); !slices.Equal(got, []string{"c1", "d1", "d2"}) {
		t.Errorf("%q", got)
	}
}

func save(ctx context.Context, db *DB, o Outgoing) error {
	o.Stanza = []byte("x")
	saved, err := db.SaveStanzas(ctx, []Outgoing{o})
	if err == nil && len(saved) != 1 {
		err = wrong("save", chat.CodeNotFound)
	}
	return err
}

func TestErrandRefused(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	theirs := receive(t, db, from("theirs", func(in *Incoming) { in.OriginID = "o" })).ID
	nameless := receive(t, db, from("nameless")).ID
	notice := receive(t, db, from("notice", func(in *Incoming) { in.Kind, in.OriginID = chat.KindNotice, "n" })).ID
	failed := send(t, db, withBob, "failed", "f").ID
	advance(t, db, StatusChange{ID: failed, Status: chat.Failed})
	other := send(t, db, chat.ConvID{Account: alice, Peer: carol}, "other", "p").ID
	for _, c := range []struct {
		name string
		kind AmendKind
		id   chat.MsgID
	}{
		{"correct what another wrote", AmendReplace, theirs},
		{"retract what another wrote", AmendRetract, theirs},
		{"react to what has no id", AmendReact, nameless},
		{"react to the program", AmendReact, notice},
		{"correct what failed", AmendReplace, failed},
		{"in another conversation", AmendReplace, other},
		{"no such message", AmendReact, 7},
		{"no such kind", 0, theirs},
		{"no such kind", 9, theirs},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := db.AddErrand(ctx, Errand{Conv: withBob, Kind: c.kind, Message: c.id, OriginID: "e"})
			wantCode(t, err, chat.CodeNotFound)
		})
	}
	_, err := db.AddErrand(ctx, Errand{Conv: withBob, Kind: AmendReact, Message: theirs})
	wantCode(t, err, chat.CodeEmpty)
	if n := count(t, db, "errand"); n != 0 {
		t.Errorf("%d errands", n)
	}
}

// An errand that fails is said at its message and goes with a retry of it.
func TestErrandFails(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	m := sent(t, db, "text", "o1")
	for _, byOrigin := range []bool{false, true} {
		id := map[bool]string{false: "e1", true: "e2"}[byOrigin]
		row := errand(t, db, Errand{Kind: AmendReplace, Message: m.ID, Body: id, OriginID: id}).Row
		must(t, save(ctx, db, row))
		change := StatusChange{ID: row.ID, Status: chat.Failed, Error: chat.CodeRefused, ErrorText: "no"}
		if byOrigin {
			change.ID, change.Conv, change.OriginID = 0, withBob, id
		}
		moved := advance(t, db, change)
		if !slices.Equal(moved, []StatusChanged{{ID: m.ID, Conv: withBob, Status: chat.Sent}}) {
			t.Fatalf("%+v", moved)
		}
		if got := message(t, db, m.ID); got.Error != chat.CodeRefused || got.ErrorText != "no" || got.Status != chat.Sent || len(outbox(t, db)) != 0 {
			t.Fatalf("%+v", got)
		}
		got, err := db.Retry(ctx, m.ID)
		must(t, err)
		if box := outbox(t, db); got.Error != "" || len(box) != 1 || string(box[0].Stanza) != "x" {
			t.Fatalf("%+v %+v", got, box)
		}
		advance(t, db, StatusChange{ID: row.ID, Status: chat.Sent})
	}
	// A bounce of what had arrived at our server.
	advance(t, db, StatusChange{Conv: withBob, OriginID: "e2", Status: chat.Failed, Error: chat.CodeRefused})
	if got := message(t, db, m.ID); got.Status != chat.Sent || got.Error != chat.CodeRefused {
		t.Errorf("%+v", got)
	}
	// Another account's change does nothing.
	row := errand(t, db, Errand{Kind: AmendReplace, Message: m.ID, Body: "x", OriginID: "e3"}).Row
	if _, err := db.AdvanceStatus(ctx, carol, []StatusChange{{ID: row.ID, Status: chat.Sent}}); err != nil || len(outbox(t, db)) != 1 {
		t.Errorf("%v", err)
	}
}

// One that failed does not come back behind the one that the person made after it.
func TestErrandIsReplaced(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	m := sent(t, db, "text", "o1")
	fails := func(kind AmendKind, id string) {
		t.Helper()
		row := errand(t, db, Errand{Kind: kind, Message: m.ID, Body: id, OriginID: id}).Row
		must(t, save(ctx, db, row))
		advance(t, db, StatusChange{ID: row.ID, Status: chat.Failed, Error: chat.CodeRefused, ErrorText: "no"})
	}
	fails(AmendReplace, "e1")
	second := errand(t, db, Errand{Kind: AmendReplace, Message: m.ID, Body: "second", OriginID: "e2"}).Row
	if got := message(t, db, m.ID); got.Error != "" || got.ErrorText != "" || got.Body != "second" {
		t.Errorf("%+v", got)
	}
	advance(t, db, StatusChange{ID: second.ID, Status: chat.Sent})
	_, err := db.Retry(ctx, m.ID)
	must(t, err)
	if box := outbox(t, db); len(box) != 0 {
		t.Errorf("the older one is sent again: %+v", box)
	}
	// Another kind of change says nothing of it.
	fails(AmendReplace, "e3")
	errand(t, db, Errand{Kind: AmendReact, Message: m.ID, Emoji: []string{"x"}, OriginID: "e4"})
	if got := message(t, db, m.ID); got.Error != chat.CodeRefused {
		t.Errorf("%+v", got)
	}
}

// An errand whose fate nobody knows is asked for in the archive, and not sent
// again if it is there.
func TestErrandInDoubt(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	gap, err := db.OpenGap(ctx, alice)
	must(t, err)
	_, err = db.FillGap(ctx, alice, gap, ArchivePage{First: "a", Last: "b", Reached: true})
	must(t, err)
	m := sent(t, db, "text", "o1")
	row := errand(t, db, Errand{Kind: AmendReplace, Message: m.ID, Body: "new", OriginID: "e1"}).Row
	if s, err := db.ArchiveState(ctx, alice); err != nil || s.Doubt || s.Top != "b" {
		t.Fatalf("%+v %v", s, err)
	}
	must(t, save(ctx, db, row))
	_, err = db.Receive(ctx, alice, Batch{Rows: []Incoming{from("x")}}, "c")
	must(t, err)
	s, err := db.ArchiveState(ctx, alice)
	must(t, err)
	if !s.Doubt || s.DoubtAfter != "b" || s.Top != "c" {
		t.Fatalf("%+v", s)
	}
	later := errand(t, db, Errand{Kind: AmendReplace, Message: m.ID, Body: "newest", OriginID: "e2"}).Row
	gap, err = db.OpenGap(ctx, alice)
	must(t, err)
	if gap.After != "" { // all that the first page is, once more
		t.Errorf("%+v", gap)
	}
	a := Amend{Conv: withBob, Direction: chat.Out, Kind: AmendReplace, Target: "o1", OriginID: "e1", StanzaID: "c2", Body: "new"}
	out, err := db.FillGap(ctx, alice, gap, ArchivePage{Batch: Batch{Amends: []Amend{a}}, First: "c2", Last: "c2", Reached: true})
	must(t, err)
	if res := out.Amended[0]; res.Errand != row.ID || res.Changed || res.ID != m.ID {
		t.Errorf("%+v", res)
	}
	if box := outbox(t, db); len(box) != 1 || box[0].ID != later.ID || message(t, db, m.ID).Body != "newest" {
		t.Errorf("%+v", box)
	}
}

// Another text may be written under other words than the first: what they promised counts
// for the message that waits, and is not taken back by a change of the promise alone.
func TestErrandPromise(t *testing.T) {
	db := openNew(t)
	m := send(t, db, withBob, "first", "o1")
	for i, want := range []chat.EncryptionChoice{chat.ChoiceAuto, Promised, chat.ChoiceAuto} {
		errand(t, db, Errand{Kind: AmendReplace, Message: m.ID, Body: "again", OriginID: string(rune('a' + i)), Encryption: want})
		if want == chat.ChoiceAuto && i > 0 {
			want = Promised
		}
		if box := outbox(t, db); len(box) != 1 || box[0].Encryption != want {
			t.Errorf("%d: %+v, want %d", i, box, want)
		}
	}
	plain, _, err := db.Queue(context.Background(), Outgoing{Conv: withBob, Body: "open", OriginID: "o2", Time: noon, Encryption: chat.ChoiceNone})
	must(t, err)
	errand(t, db, Errand{Kind: AmendReplace, Message: plain.ID, Body: "open still", OriginID: "z", Encryption: Promised})
	if box := outbox(t, db); len(box) != 2 || box[1].Encryption != chat.ChoiceNone {
		t.Errorf("%+v: that one was a decision", box)
	}
}
