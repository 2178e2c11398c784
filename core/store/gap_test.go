// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func openGap(t testing.TB, db *DB) Gap {
	t.Helper()
	g, err := db.OpenGap(context.Background(), alice)
	must(t, err)
	return g
}

func fillGap(t testing.TB, db *DB, gap Gap, reached bool, rows ...Incoming) Outcome {
	t.Helper()
	page := ArchivePage{Batch: Batch{Rows: rows}, Reached: reached}
	if len(rows) > 0 {
		page.First, page.Last = rows[0].StanzaID, rows[len(rows)-1].StanzaID
	}
	out, err := db.FillGap(context.Background(), alice, gap, page)
	must(t, err)
	return out
}

// shown is what a person sees of a conversation: "-" is the row of a gap.
func shown(t testing.TB, db *DB, conv chat.ConvID) (all []string) {
	t.Helper()
	rows, err := db.Page(context.Background(), conv, 0, 1000)
	must(t, err)
	for _, m := range rows {
		if m.Kind == chat.KindGap {
			m.Body += "-"
		}
		all = append(all, m.Body)
	}
	return all
}

// The row of a gap stands where messages are missing, counts as nothing and goes
// with the gap.
func TestGapRow(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(10)
	fillGap(t, db, openGap(t, db), true, rows[:2]...)
	gap := openGap(t, db)
	_, err := db.Receive(ctx, alice, Batch{Rows: rows[9:]}, "s9")
	must(t, err)
	if s, err := db.ArchiveState(ctx, alice); err != nil || s.Top != "s1" || gap.After != "" {
		t.Errorf("%+v: what is missing before it is not known: %v", s, err)
	}
	out := fillGap(t, db, gap, false, rows[7:9]...)
	want := []string{"line 0", "line 1", "-", "line 7", "line 8", "line 9"}
	if got := shown(t, db, withBob); !slices.Equal(got, want) {
		t.Fatalf("%q", got)
	}
	if len(out.Gaps) != 1 || out.Gaps[0].Gone || out.Gaps[0].Conv != withBob {
		t.Fatalf("%+v", out)
	}
	row := message(t, db, out.Gaps[0].ID)
	if row.Kind != chat.KindGap || row.Body != "" || row.Time != noon || row.Status != chat.Read {
		t.Errorf("%+v", row)
	}
	_, err = db.Receive(ctx, alice, Batch{Rows: []Incoming{from("later")}}, "s10")
	must(t, err)
	if s, err := db.ArchiveState(ctx, alice); err != nil || s.Top != "s10" || !s.Known || !slices.Equal(s.Gaps, []Gap{{ID: gap.ID, Before: "s7", base: gap.base}}) {
		t.Errorf("%+v %v", s, err)
	}
	c := conversation(t, db, withBob)
	if c.Unread != 3 || c.Last.Body != "later" {
		t.Errorf("%+v", c)
	}
	// Also if it is all that is left.
	for _, m := range find(t, db, "l") {
		ms, err := db.Search(ctx, chat.SearchQuery{Text: m})
		must(t, err)
		_, err = db.DeleteMessage(ctx, ms[0].ID)
		must(t, err)
	}
	if c := conversation(t, db, withBob); c.Last.ID != 0 || c.Unread != 0 || c.FirstNew != 0 {
		t.Errorf("%+v", c)
	}
	gap.Before = "s7"
	out = fillGap(t, db, gap, true, rows[2:7]...)
	if want := []string{"line 2", "line 3", "line 4", "line 5", "line 6"}; !slices.Equal(shown(t, db, withBob), want) {
		t.Errorf("%q", shown(t, db, withBob))
	}
	if !slices.Equal(out.Gaps, []GapRow{{withBob, row.ID, true}}) || count(t, db, "gap_place") != 0 {
		t.Errorf("%+v", out.Gaps)
	}
	must(t, db.Check(ctx))
}

// A page is for the gap as it is: who has an older state is told.
func TestGapState(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	if s, err := db.ArchiveState(ctx, alice); err != nil || s.Known || s.Doubt || s.Top != "" || len(s.Gaps) != 0 {
		t.Errorf("%+v %v", s, err)
	}
	_, err := db.Receive(ctx, alice, Batch{Rows: []Incoming{from("x")}}, "s0")
	must(t, err)
	if s, err := db.ArchiveState(ctx, alice); err != nil || s.Known {
		t.Errorf("known before it was asked: %+v %v", s, err)
	}
	gap := openGap(t, db)
	if again := openGap(t, db); again != gap || gap != (Gap{ID: gap.ID, First: true, base: gap.base}) {
		t.Errorf("%+v, %+v", gap, again)
	}
	rows := talk(4)
	fillGap(t, db, gap, false, rows[2:]...)
	for _, wrong := range []Gap{
		gap, {ID: gap.ID, Before: "s1", base: gap.base}, {ID: gap.ID + 1, Before: "s2", base: gap.base}, {ID: gap.ID, Before: "s2"},
	} {
		_, err := db.FillGap(ctx, alice, wrong, ArchivePage{Batch: Batch{Rows: rows[:2]}, First: "s0", Last: "s1", Reached: true})
		wantCode(t, err, chat.CodeNotFound)
	}
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: carol}}))
	_, err = db.FillGap(ctx, carol, Gap{ID: gap.ID, Before: "s2", base: gap.base}, ArchivePage{Reached: true})
	wantCode(t, err, chat.CodeNotFound)
	_, err = db.FillGap(ctx, alice, Gap{ID: gap.ID, Before: "s2", base: gap.base}, ArchivePage{Batch: Batch{Rows: []Incoming{{Conv: chat.ConvID{Account: carol, Peer: bob}}}}})
	wantCode(t, err, chat.CodeAddress)
	for _, err := range []error{
		func() error { _, err := db.OpenGap(ctx, bob); return err }(),
		func() error { _, err := db.ArchiveState(ctx, bob); return err }(),
		func() error { _, err := db.Receive(ctx, bob, Batch{}, ""); return err }(),
	} {
		wantCode(t, err, chat.CodeNotFound)
	}
	if s, err := db.ArchiveState(ctx, alice); err != nil || len(s.Gaps) != 1 || !s.Gaps[0].First {
		t.Errorf("the account's first gap: %+v, %v", s, err)
	}
	// Given up, or at the beginning of everything.
	fillGap(t, db, Gap{ID: gap.ID, Before: "s2", base: gap.base}, true)
	s, err := db.ArchiveState(ctx, alice)
	must(t, err)
	begun, err := db.Begun(ctx, withBob)
	must(t, err)
	if s.Top != "s3" || len(s.Gaps) != 0 || !begun {
		t.Errorf("%+v, begun %v", s, begun)
	}
	if other, err := db.Begun(ctx, chat.ConvID{Account: alice, Peer: carol}); other || err != nil {
		t.Errorf("%v %v", other, err)
	}
}

// An empty archive is known to be empty.
func TestEmptyArchive(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	before := db.nextID
	fillGap(t, db, openGap(t, db), true)
	s, err := db.ArchiveState(ctx, alice)
	must(t, err)
	if !s.Known || s.Top != "" || len(s.Gaps) != 0 {
		t.Errorf("%+v", s)
	}
	if db.nextID != before || count(t, db, "hole") != 0 {
		t.Errorf("ids from %d on, %d before", db.nextID, before)
	}
	db = reopen(t, db)
	if db.nextID != before {
		t.Errorf("ids from %d on after a restart, %d before", db.nextID, before)
	}
	if gap := openGap(t, db); gap.After != "" {
		t.Errorf("%+v", gap)
	}
}

// Ids are never given twice, whatever becomes of those that were reserved; those
// that were not used do not make words look rare.
func TestReservedIDs(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	seen := map[chat.MsgID]bool{}
	add := func(s ...Stored) {
		t.Helper()
		for _, s := range s {
			if s.Fresh && seen[s.ID] || s.ID == 0 {
				t.Fatalf("id %d is given twice", s.ID)
			}
			seen[s.ID] = true
		}
	}
	n := 0
	row := func() Incoming {
		n++
		return from(fmt.Sprint("text ", n), func(in *Incoming) { in.StanzaID, in.StanzaBy = fmt.Sprint("s", n), alice })
	}
	for range 30 {
		gap := openGap(t, db)
		missed := []Incoming{row(), row(), row()}
		live := row()
		out, err := db.Receive(ctx, alice, Batch{Rows: []Incoming{live}}, live.StanzaID)
		must(t, err)
		add(out.Stored...)
		out = fillGap(t, db, gap, false, missed[2])
		add(out.Stored...)
		db = reopen(t, db)
		gap.Before = missed[2].StanzaID
		out = fillGap(t, db, gap, true, missed[:2]...)
		add(out.Stored...)
		for _, s := range out.Stored {
			if n%16 == 0 {
				_, err := db.DeleteMessage(ctx, s.ID)
				must(t, err)
			}
		}
		db = reopen(t, db)
	}
	if len(seen) != 120 {
		t.Errorf("%d ids", len(seen))
	}
	must(t, db.read(ctx, "test", func(c *conn) error {
		order, few, err := rarestFirst(ctx, c, []string{`"tex"`, `"` + convGram(1) + `"`})
		must(t, err)
		if len(few) != 0 || order[0].part < 0.5 || order[0].part > 1 {
			t.Errorf("%+v: every message has it", order)
		}
		return nil
	}))
	if got := find(t, db, "text"); len(got) != 50 || got[0] != fmt.Sprint("text ", n) || got[1] != fmt.Sprint("text ", n-1) {
		t.Errorf("newest first: %q", got[:5])
	}
}

// A gap with more messages than ids were reserved goes on with others.
func TestGapUsesUpItsIDs(t *testing.T) {
	db := openNew(t)
	gap := openGap(t, db)
	receive(t, db, from("live"))
	must(t, db.on(context.Background(), db.writer, "test", func(c *conn) error { return c.run(`UPDATE gap SET next = low + 2`) }))
	rows := talk(9)
	fillGap(t, db, gap, false, rows[4:]...)
	gap.Before = "s4"
	fillGap(t, db, gap, true, rows[:4]...)
	want := []string{"line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "live"}
	if got := shown(t, db, withBob); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	must(t, db.Check(context.Background()))
}

// Where no place is left between two rows all above move up; nothing else changes,
// and who holds a cursor is told.
func TestRoom(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(30)
	_, err := db.AddIncoming(ctx, []Incoming{rows[0], rows[29]})
	must(t, err)
	must(t, db.on(ctx, db.writer, "test", func(c *conn) error {
		return c.run(fmt.Sprintf(`UPDATE message SET ord = ord - %d WHERE body = 'line 29'; UPDATE conversation SET top = top - %d`, ordStep-4, ordStep-4))
	}))
	gap := openGap(t, db)
	moved := 0
	for end := 30; end > 0; end -= 5 {
		out := fillGap(t, db, gap, end == 5, rows[end-5:end]...)
		moved += len(out.Moved)
		gap.Before = rows[end-5].StanzaID
	}
	var want []string
	for _, r := range rows {
		want = append(want, r.Body)
	}
	if got := shown(t, db, withBob); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if moved != 1 {
		t.Errorf("moved %d times", moved)
	}
	if s := receive(t, db, from("next")); conversation(t, db, withBob).Last.ID != s.ID {
		t.Error("the end is not the end")
	}
	must(t, db.Check(ctx))
}

// The list of conversations is in the order of what is newest in each, whichever
// page came last.
func TestGapKeepsTheList(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	gap := openGap(t, db)
	n := 0
	row := func(peer string) Incoming {
		n++
		return Incoming{Conv: chat.ConvID{Account: alice, Peer: chat.MustAddress(peer + "@x.example")}, Body: peer, Time: noon, StanzaID: fmt.Sprint("s", n), StanzaBy: alice}
	}
	rows := []Incoming{row("a"), row("b"), row("c"), row("a"), row("d"), row("b")}
	live := row("c")
	_, err := db.Receive(ctx, alice, Batch{Rows: []Incoming{live}}, live.StanzaID)
	must(t, err)
	for end := len(rows); end > 0; end -= 2 {
		fillGap(t, db, gap, end == 2, rows[end-2:end]...)
		gap.Before = rows[end-2].StanzaID
	}
	cs, err := db.Conversations(ctx)
	must(t, err)
	var got []string
	for _, c := range cs {
		got = append(got, fmt.Sprint(c.ID.Peer.Local, c.Unread))
	}
	if want := []string{"c2", "b2", "d1", "a2"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Scrolling up waits for what was missed, and says where the beginning is.
func TestOlder(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(12)
	older := func(before string, reached bool, rows ...Incoming) (Outcome, error) {
		return db.FillOlder(ctx, withBob, before, ArchivePage{Batch: Batch{Rows: rows}, Reached: reached})
	}
	gap := openGap(t, db)
	_, err := older("", false, rows[10:]...)
	wantCode(t, err, chat.CodeNotFound)
	fillGap(t, db, gap, false, rows[9])
	_, err = db.Receive(ctx, alice, Batch{Rows: rows[10:11]}, "s10")
	must(t, err)
	id, err := db.OldestArchiveID(ctx, withBob)
	must(t, err)
	if id != "s9" {
		t.Errorf("the oldest is %q", id)
	}
	out, err := older("s9", false, rows[6:9]...)
	must(t, err)
	if m := message(t, db, out.Stored[0].ID); m.Status != chat.Read || !out.Stored[0].Fresh {
		t.Errorf("%+v", m)
	}
	if got, want := shown(t, db, withBob), []string{"-", "line 6", "line 7", "line 8", "line 9", "line 10"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	// A gap of what came while we were away is in the way only of what is older than it.
	gap = openGap(t, db)
	fillGap(t, db, gap, false, rows[11])
	_, err = older("s6", false, rows[4:6]...)
	must(t, err)
	other := chat.ConvID{Account: alice, Peer: carol}
	_, err = db.FillOlder(ctx, other, "", ArchivePage{})
	wantCode(t, err, chat.CodeNotFound)
	begun, err := db.Begun(ctx, withBob)
	must(t, err)
	if begun {
		t.Error("begun already")
	}
	out, err = older("s4", true, rows[:4]...)
	must(t, err)
	begun, err = db.Begun(ctx, withBob)
	must(t, err)
	if want := []string{"line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9", "line 10", "-", "line 11"}; !begun || !slices.Equal(shown(t, db, withBob), want) {
		t.Errorf("begun %v, %q", begun, shown(t, db, withBob))
	}
	if len(out.Gaps) != 1 || !out.Gaps[0].Gone {
		t.Errorf("%+v", out.Gaps)
	}
	if c := conversation(t, db, withBob); c.Unread != 1 || c.Last.Body != "line 11" {
		t.Errorf("%+v", c)
	}
	_, err = db.FillOlder(ctx, withBob, "s0", ArchivePage{Batch: Batch{Rows: []Incoming{{Conv: other}}}})
	wantCode(t, err, chat.CodeAddress)
	must(t, db.Check(ctx))
}

// What was typed here while an older message came stands before it, though the
// archive has it after; what was missed stands before both.
func TestTypedMeanwhile(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(6)
	gap := openGap(t, db)
	_, _, err := db.Queue(ctx, Outgoing{Conv: withBob, Body: "line 5", OriginID: "o5", Time: noon})
	must(t, err)
	_, err = db.Receive(ctx, alice, Batch{Rows: rows[4:5]}, "s4")
	must(t, err)
	fillGap(t, db, gap, false, rows[3:5]...)
	gap.Before = "s3"
	fillGap(t, db, gap, true, rows[:3]...)
	want := []string{"line 0", "line 1", "line 2", "line 3", "line 5", "line 4"}
	if got := shown(t, db, withBob); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A message that waited over two gaps and is found in the newer one: what the older
// one holds stands before it.
func TestSentBetweenGaps(t *testing.T) {
	ctx := context.Background()
	for _, live := range []bool{false, true} {
		db := openNew(t)
		rows := talk(9)
		other := func(id string) Incoming {
			return Incoming{Conv: chat.ConvID{Account: alice, Peer: carol}, Body: id, Time: noon, StanzaID: id, StanzaBy: alice}
		}
		fillGap(t, db, openGap(t, db), true, rows[:2]...)
		m := send(t, db, withBob, "line 5", "o5")
		first := openGap(t, db)
		fillGap(t, db, first, false, other("c1"))
		must(t, db.SaveStanza(ctx, m.ID, []byte("x"))) // given to a connection that breaks
		if live {
			_, err := db.Receive(ctx, alice, Batch{Rows: []Incoming{other("c2")}}, "c2")
			must(t, err)
		}
		second := openGap(t, db)
		if second.After != "c1" {
			t.Fatalf("%+v", second)
		}
		out := fillGap(t, db, second, false, rows[7:]...)
		second.Before = "s7"
		out = fillGap(t, db, second, false, rows[5:7]...)
		if !out.Stored[0].Confirmed {
			t.Errorf("%+v", out)
		}
		if got, want := shown(t, db, withBob), []string{"line 0", "line 1", "-", "-", "line 5", "line 6", "line 7", "line 8"}; !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		first.Before, second.Before = "c1", "s5"
		fillGap(t, db, first, false, rows[3:5]...)
		if got, want := shown(t, db, withBob), []string{"line 0", "line 1", "-", "line 3", "line 4", "-", "line 5", "line 6", "line 7", "line 8"}; !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		fillGap(t, db, second, true)
		first.Before = "s3"
		fillGap(t, db, first, true, rows[2])
		if got, want := shown(t, db, withBob), []string{"line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8"}; !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		must(t, db.Check(ctx))
	}
}

// What is in doubt is asked for from where the oldest of it may be, and what is
// tried again anew from where the archive is known.
func TestDoubt(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(8)
	doubt := func(want string, some bool) {
		t.Helper()
		s, err := db.ArchiveState(ctx, alice)
		must(t, err)
		if s.Doubt != some || s.DoubtAfter != want {
			t.Errorf("%+v, want %q", s, want)
		}
	}
	top := func(i int) {
		t.Helper()
		_, err := db.Receive(ctx, alice, Batch{Rows: rows[i : i+1]}, rows[i].StanzaID)
		must(t, err)
	}
	early := send(t, db, withBob, "early", "e")
	must(t, db.SaveStanza(ctx, early.ID, []byte("x")))
	doubt("", true) // the archive was never asked
	gap := openGap(t, db)
	fillGap(t, db, gap, false, rows[1], rows[2])
	doubt("s1", true)
	a, b := send(t, db, withBob, "a", "a"), send(t, db, withBob, "b", "b")
	must(t, db.SaveStanza(ctx, b.ID, []byte("x")))
	top(3)
	must(t, db.SaveStanza(ctx, a.ID, []byte("x")))
	must(t, db.SaveStanza(ctx, b.ID, []byte("x"))) // the second time counts for nothing
	doubt("s1", true)
	advance(t, db, StatusChange{ID: early.ID, Status: chat.Sent})
	doubt("s2", true)
	if g := openGap(t, db); g.After != "s1" || g.ID == gap.ID {
		t.Errorf("%+v", g)
	}
	advance(t, db, StatusChange{ID: b.ID, Status: chat.Failed})
	doubt("s3", true)
	if g := openGap(t, db); g.After != "s1" { // what came since may be out of order
		t.Errorf("%+v", g)
	}
	fillGap(t, db, openGap(t, db), true, rows[4])
	_, err := db.Retry(ctx, b.ID)
	must(t, err)
	doubt("s3", true)
	advance(t, db, StatusChange{ID: a.ID, Status: chat.Sent})
	doubt("s4", true)
	advance(t, db, StatusChange{ID: b.ID, Status: chat.Sent})
	doubt("", false)
	send(t, db, withBob, "not given to anybody", "n")
	doubt("", false)
}

// What was written here while there was no connection stands where it was written.
// The archive, which got it much later, is not read to say that what came between
// stands above it.
func TestWrittenOffline(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(8)
	fillGap(t, db, openGap(t, db), true, rows[:2]...)
	m, _, err := db.Queue(ctx, Outgoing{Conv: withBob, Body: "offline", OriginID: "offline", Time: rows[2].Time})
	must(t, err)
	openGap(t, db)
	must(t, db.SaveStanza(ctx, m.ID, []byte("<message/>")))
	_, err = db.Receive(ctx, alice, Batch{Rows: rows[2:4]}, "s3") // this session ends before its gap is filled
	must(t, err)
	own := Incoming{
		Conv: withBob, Direction: chat.Out, Body: "offline", OriginID: "offline", StanzaID: "own", StanzaBy: alice, Time: rows[6].Time,
	}
	page := append(slices.Clone(rows[1:6]), own)
	page = append(page, rows[6:]...)
	fillGap(t, db, openGap(t, db), true, page...)
	want := []string{"line 0", "line 1", "offline", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7"}
	if got := shown(t, db, withBob); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if m, _, err := db.Message(ctx, m.ID); err != nil || m.Status != chat.Sent {
		t.Errorf("%v, %v: the archive has it", m.Status, err)
	}
}

// What was given up because streams broke over it, and is in the archive after all,
// was sent; what was refused stays so, for archives keep that, too.
func TestGivenUpAndArrived(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	gap := openGap(t, db)
	for code, want := range map[chat.Code]chat.Status{chat.CodeStreamError: chat.Sent, chat.CodeForbidden: chat.Failed} {
		origin := "o-" + string(code)
		m, _, err := db.AddOutgoing(ctx, withBob, "text", noon, origin)
		must(t, err)
		must(t, db.SaveStanza(ctx, m.ID, []byte("<message/>")))
		_, err = db.AdvanceStatus(ctx, alice, []StatusChange{{ID: m.ID, Status: chat.Failed, Error: code, ErrorText: "no"}})
		must(t, err)
		row := Incoming{
			Conv: withBob, Direction: chat.Out, Body: "text", Time: noon, OriginID: origin, StanzaID: "a-" + string(code), StanzaBy: alice,
		}
		out := fillGap(t, db, gap, false, row)
		gap.Before = row.StanzaID
		got, _, err := db.Message(ctx, m.ID)
		must(t, err)
		if got.Status != want || out.Stored[0].Confirmed != (want == chat.Sent) || (want == chat.Sent) != (got.Error == "") {
			t.Errorf("%s: %v with %q, confirmed %t; want %v", code, got.Status, got.Error, out.Stored[0].Confirmed, want)
		}
	}
}

// An archive that has the try that was refused does not say that the next one has
// arrived; one that has two does.
func TestRefusedAndSentAgain(t *testing.T) {
	ctx := context.Background()
	copyOf := func(id string) Incoming {
		return Incoming{Conv: withBob, Direction: chat.Out, Body: "text", Time: noon, OriginID: "o", StanzaID: id, StanzaBy: alice}
	}
	for _, c := range []struct {
		name         string
		early, pages []string // the ids of copies that are met while it is refused, and after the retry, the newest first
		want         chat.Status
	}{
		{"none", nil, nil, chat.Queued},
		{"the first", nil, []string{"a1"}, chat.Queued},
		{"the first, known before", []string{"a1"}, []string{"a1"}, chat.Queued},
		{"both", nil, []string{"a2", "a1"}, chat.Sent},
		{"both, the first known before", []string{"a1"}, []string{"a2"}, chat.Sent},
	} {
		db := openNew(t)
		m := send(t, db, withBob, "text", "o")
		must(t, db.SaveStanza(ctx, m.ID, []byte("<message/>")))
		advance(t, db, StatusChange{ID: m.ID, Status: chat.Sent}, StatusChange{ID: m.ID, Status: chat.Failed, Error: chat.CodeForbidden})
		for _, id := range c.early {
			fillGap(t, db, openGap(t, db), true, copyOf(id))
		}
		_, err := db.Retry(ctx, m.ID)
		must(t, err)
		must(t, db.SaveStanza(ctx, m.ID, []byte("<message/>")))
		gap := openGap(t, db)
		for _, id := range c.pages {
			fillGap(t, db, gap, false, copyOf(id))
			gap.Before = id
		}
		if got := message(t, db, m.ID).Status; got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		advance(t, db, StatusChange{ID: m.ID, Status: chat.Sent}) // the server's own word
		if got := message(t, db, m.ID).Status; got != chat.Sent {
			t.Errorf("%s: in the end %v", c.name, got)
		}
		_, err = db.DeleteMessage(ctx, m.ID)
		must(t, err)
	}
}

// A server that sends again what a lost link had not taken may send something newer
// first. The archive says what the order is.
func TestArchiveOrderWins(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(6)
	fillGap(t, db, openGap(t, db), true, rows[:1]...)
	gap := openGap(t, db)
	for _, i := range []int{4, 1, 3} {
		_, err := db.Receive(ctx, alice, Batch{Rows: rows[i : i+1]}, rows[i].StanzaID)
		must(t, err)
	}
	m, _, err := db.Queue(ctx, Outgoing{Conv: withBob, Body: "mine", OriginID: "mine", Time: rows[5].Time})
	must(t, err)
	_, err = db.Receive(ctx, alice, Batch{Rows: rows[5:]}, rows[5].StanzaID)
	must(t, err)
	out := fillGap(t, db, gap, true, rows...)
	want := []string{"line 0", "line 1", "line 2", "line 3", "line 4", "mine", "line 5"}
	if got := shown(t, db, withBob); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if len(out.Moved) == 0 {
		t.Error("nobody is told that places have changed")
	}
	if m, _, err := db.Message(ctx, m.ID); err != nil || m.Status != chat.Queued {
		t.Errorf("%v, %v", m.Status, err)
	}
}

// What a server puts out of order before a link is lost, and archives before the
// newest that came, is found by the next session.
func TestArchiveOrderBeforeALoss(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(9)
	fillGap(t, db, openGap(t, db), true, rows[:2]...)
	for _, i := range []int{2, 6, 3, 4} { // the newest first
		_, err := db.Receive(ctx, alice, Batch{Rows: rows[i : i+1]}, rows[i].StanzaID)
		must(t, err)
	}
	gap := openGap(t, db) // the link is lost
	if gap.After != "" {
		t.Errorf("the archive is asked from %q", gap.After)
	}
	fillGap(t, db, gap, true, rows...)
	want := []string{"line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8"}
	if got := shown(t, db, withBob); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
