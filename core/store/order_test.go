// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// live stores messages in the order in which a stream brings them.
func live(t testing.TB, db *DB, rows []Incoming, order ...int) {
	t.Helper()
	for _, i := range order {
		_, err := db.Receive(context.Background(), alice, Batch{Rows: rows[i : i+1]}, rows[i].StanzaID)
		must(t, err)
	}
}

// wantLines wants the lines of talk in their order.
func wantLines(t testing.TB, db *DB, n int) {
	t.Helper()
	var want []string
	for i := range n {
		want = append(want, fmt.Sprint("line ", i))
	}
	if got := shown(t, db, withBob); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// newestGap is the gap that is filled next.
func newestGap(t testing.TB, db *DB) (Gap, bool) {
	t.Helper()
	s, err := db.ArchiveState(context.Background(), alice)
	must(t, err)
	if len(s.Gaps) == 0 {
		return Gap{}, false
	}
	return s.Gaps[0], true
}

// What stands too high is brought down also where the archive's pages meet in the
// middle of it.
func TestArchiveOrderAcrossPages(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(9)
	fillGap(t, db, openGap(t, db), true, rows[:2]...)
	live(t, db, rows, 2, 6, 3, 4, 5, 7, 8)
	fillGap(t, db, openGap(t, db), false, rows[6:]...) // the newest page begins with 6
	gap, _ := newestGap(t, db)
	out := fillGap(t, db, gap, true, rows[2:6]...)
	wantLines(t, db, 9)
	if !slices.Contains(out.Moved, withBob) {
		t.Error("nobody is told that places have changed")
	}
	must(t, db.Check(ctx))
}

// What came before the archive had written it, and stands below what it had, is put
// above that by the next session.
func TestArchiveOrderAtItsEnd(t *testing.T) {
	db := openNew(t)
	rows := talk(9)
	fillGap(t, db, openGap(t, db), true, rows[:3]...)
	gap := openGap(t, db)
	live(t, db, rows, 7, 8, 3, 4, 5, 6)
	fillGap(t, db, gap, true, rows[3:7]...)
	gap = openGap(t, db)
	if gap.After != "" {
		t.Errorf("the archive is asked from %q", gap.After)
	}
	fillGap(t, db, gap, true, rows...)
	wantLines(t, db, 9)
	must(t, db.Check(context.Background()))
}

// A page that the archive gave before a link was lost is not its end any more.
func TestPageOfBefore(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(9)
	fillGap(t, db, openGap(t, db), true, rows[:3]...)
	gap := openGap(t, db)
	live(t, db, rows, 7, 8)
	again := openGap(t, db) // the link is lost
	_, err := db.FillGap(ctx, alice, gap, ArchivePage{Batch: Batch{Rows: rows[3:7]}, First: "s3", Last: "s6", Reached: true})
	wantCode(t, err, chat.CodeNotFound)
	live(t, db, rows, 5, 6)
	fillGap(t, db, again, true, rows[3:]...)
	wantLines(t, db, 9)
	must(t, db.Check(ctx))
}

// A contact may send one message twice: where it is in the archive for the second time
// nothing else goes.
func TestArchivedTwice(t *testing.T) {
	db := openNew(t)
	rows := talk(7)
	fillGap(t, db, openGap(t, db), true, rows[:3]...)
	gap := openGap(t, db)
	live(t, db, rows, 3, 4)
	twice := rows[1]
	twice.StanzaID = "s5-again"
	fillGap(t, db, gap, true, rows[3], rows[4], rows[5], twice, rows[6])
	wantLines(t, db, 7)
}

// An archive may give an id before it shows what has it: a page ends with something
// newer. The next session finds it, also in an archive that was empty at first.
func TestArchiveShowsLate(t *testing.T) {
	db := openNew(t)
	rows := talk(6)
	fillGap(t, db, openGap(t, db), true)
	fillGap(t, db, openGap(t, db), true, rows[0], rows[3])
	live(t, db, rows, 4, 5)
	gap := openGap(t, db)
	if gap.After != "" {
		t.Errorf("the archive is asked from %q", gap.After)
	}
	fillGap(t, db, gap, true, rows...)
	wantLines(t, db, 6)
}

// onItsWay is how far a server may be behind its archive with what it delivers: less than
// a page.
const onItsWay = 8

// disorder is a server that archives and delivers in different orders, and a person
// who writes meanwhile.
type disorder struct {
	*testing.T
	*rand.Rand
	db       *DB
	archive  []Incoming // all that will be in it
	archived int        // how many are
	waiting  []int      // what is archived and not delivered
	written  map[chat.ConvID][]chat.MsgID
}

func newDisorder(t *testing.T, seed uint64) *disorder {
	d := &disorder{T: t, Rand: rand.New(rand.NewPCG(seed, 0)), db: openNew(t), written: map[chat.ConvID][]chat.MsgID{}}
	for i := range 20 + d.IntN(60) {
		conv := withBob
		if d.IntN(4) == 0 {
			conv.Peer = carol
		}
		d.archive = append(d.archive, Incoming{
			Conv: conv, Direction: chat.Direction(d.IntN(2)), Body: fmt.Sprint(i), Time: noon,
			OriginID: fmt.Sprint("o", i), StanzaID: fmt.Sprint("s", i), StanzaBy: alice,
		})
	}
	return d
}

// step archives, delivers, loses or writes one message.
func (d *disorder) step() {
	ctx := context.Background()
	switch n := d.IntN(10); {
	case n < 4 && d.archived < len(d.archive) && (len(d.waiting) == 0 || d.archived < d.waiting[0]+onItsWay):
		d.waiting = append(d.waiting, d.archived)
		d.archived++
	case n < 8 && len(d.waiting) > 0:
		i := d.IntN(len(d.waiting))
		k := d.waiting[i]
		d.waiting = slices.Delete(d.waiting, i, i+1)
		if d.IntN(6) > 0 {
			live(d, d.db, d.archive, k)
		}
	case n == 8:
		conv := d.archive[d.IntN(len(d.archive))].Conv
		m, _, err := d.db.Queue(ctx, Outgoing{Conv: conv, Body: "mine", OriginID: fmt.Sprint("mine", d.Uint64()), Time: noon})
		must(d, err)
		d.written[conv] = append(d.written[conv], m.ID)
		if d.IntN(2) == 0 && d.archived < len(d.archive) { // it gets into the archive, perhaps much later
			row := Incoming{Conv: conv, Direction: chat.Out, Body: "mine", OriginID: m.OriginID, Time: noon, StanzaBy: alice}
			row.StanzaID = "s-" + m.OriginID
			d.archive = slices.Insert(d.archive, d.archived+d.IntN(len(d.archive)-d.archived), row)
			must(d, d.db.SaveStanza(ctx, m.ID, []byte("<message/>")))
		}
	case n == 9:
		_, err := d.db.Receive(ctx, alice, Batch{Rows: []Incoming{{Conv: withBob, Body: "without an id", Time: noon}}}, "")
		must(d, err)
	}
}

// fill fills gaps from what the archive has now, the newest first; whole: all of them.
func (d *disorder) fill(whole bool) {
	at := func(id string) int {
		return slices.IndexFunc(d.archive, func(in Incoming) bool { return in.StanzaID == id })
	}
	for pages := 0; whole || pages < 4; pages++ {
		gap, some := newestGap(d, d.db)
		if !some {
			return
		}
		end := d.archived
		if gap.Before != "" {
			end = at(gap.Before)
		}
		from := at(gap.After) + 1
		if from > end {
			d.Fatalf("%+v", gap)
		}
		size := 1 + d.IntN(12)
		if gap.Before == "" {
			size += 2 * onItsWay
		}
		start := max(from, end-size)
		rows := slices.Clone(d.archive[start:end])
		for range d.IntN(6) { // while the page is on its way
			if !whole {
				d.step()
			}
		}
		fillGap(d, d.db, gap, start == from, rows...)
	}
}

// Whatever the order was in which messages came, and however the archive is cut into
// pages: when the gaps are filled they stand in its order. What was written here stands
// as it was written.
func TestArchiveOrderAtRandom(t *testing.T) {
	seeds := 40
	if testing.Short() {
		seeds = 8
	}
	for seed := range uint64(seeds) {
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { newDisorder(t, seed).run() }) {
			return
		}
	}
}

func (d *disorder) run() {
	ctx := context.Background()
	for d.archived < len(d.archive) {
		for range d.IntN(20) {
			d.step()
		}
		openGap(d, d.db)
		for range d.IntN(6) {
			d.step()
		}
		d.fill(false)
	}
	openGap(d, d.db)
	for range d.IntN(6) {
		d.step()
	}
	d.fill(true)
	for range 2 { // it stays so
		for _, conv := range []chat.ConvID{withBob, {Account: alice, Peer: carol}} {
			d.check(conv)
		}
		openGap(d, d.db)
		d.fill(true)
	}
	must(d, d.db.Check(ctx))
}

func (d *disorder) check(conv chat.ConvID) {
	d.Helper()
	var want, got []string
	var written []chat.MsgID
	for _, in := range d.archive[:d.archived] {
		if in.Conv == conv && in.Body != "mine" {
			want = append(want, in.Body)
		}
	}
	rows, err := d.db.Page(context.Background(), conv, 0, 1000)
	must(d, err)
	for _, m := range rows {
		switch m.Body {
		case "mine":
			written = append(written, m.ID)
		case "without an id":
		default:
			got = append(got, m.Body)
		}
	}
	if !slices.Equal(got, want) {
		d.Errorf("%v\n%q, want\n%q", conv.Peer, got, want)
	}
	if !slices.Equal(written, d.written[conv]) {
		d.Errorf("%v: written were %d, in this order: %d", conv.Peer, d.written[conv], written)
	}
}

// What came while we were away is not taken for old by who scrolls up, also where the
// archive is asked from its beginning because its order is not sure yet.
func TestMissedIsNotOld(t *testing.T) {
	db := openNew(t)
	rows := talk(9)
	for i := range rows[3:] {
		rows[3+i].Conv.Peer = carol
	}
	fillGap(t, db, openGap(t, db), true, rows[:3]...)
	gap := openGap(t, db)
	fillGap(t, db, gap, false, rows[7:]...)
	older := ArchivePage{Batch: Batch{Rows: rows[3:7]}, First: "s3", Last: "s6", Reached: true}
	_, err := db.FillOlder(context.Background(), rows[7].Conv, "s7", older)
	wantCode(t, err, chat.CodeNotFound)
}

// The end of an archive is compared once more: what was deleted there, or left out, does
// not come back by that.
func TestComparedAgainStaysAway(t *testing.T) {
	ctx := context.Background()
	for name, away := range map[string]func(db *DB) error{
		"removed":   func(db *DB) error { return db.RemoveConversation(ctx, withBob) },
		"forgotten": func(db *DB) error { _, err := db.Forget(ctx, time.Time{}); return err },
	} {
		t.Run(name, func(t *testing.T) {
			db := openNew(t)
			rows := talk(20)
			for i := range rows {
				rows[i].Time, rows[i].Seen = time.Now().Add(time.Duration(i-60)*time.Second), true
			}
			page := func(gap Gap, settled string, reached bool, rows ...Incoming) {
				_, err := db.FillGap(ctx, alice, gap, ArchivePage{
					Batch: Batch{Rows: rows}, First: rows[0].StanzaID, Last: rows[len(rows)-1].StanzaID, Settled: settled, Reached: reached,
				})
				must(t, err)
			}
			page(openGap(t, db), "s9", true, rows[:10]...)
			page(openGap(t, db), "", false, rows[8:]...) // begins with what was here
			gap, _ := newestGap(t, db)
			must(t, fillRest(ctx, db, gap))
			must(t, away(db))
			gap = openGap(t, db)
			if gap.After != "s8" {
				t.Errorf("the archive is asked from %q", gap.After)
			}
			for i := range rows {
				rows[i].Seen = false
			}
			page(gap, "", true, rows[9:]...)
			if got := shown(t, db, withBob); len(got) != 0 {
				t.Errorf("%q is back", got)
			}
		})
	}
	t.Run("left out", func(t *testing.T) {
		db := openNew(t)
		db.Keep(Keeping{Since: time.Now().Add(-8 * time.Minute)})
		rows := talk(6)
		for i := range rows {
			rows[i].Time, rows[i].Seen = time.Now().Add(time.Duration(i*4-22)*time.Minute), true
		}
		fillGap(t, db, openGap(t, db), true, rows...)
		for i := range rows {
			rows[i].Seen = false
		}
		fillGap(t, db, openGap(t, db), true, rows...)
		if want := []string{"line 4", "line 5"}; !slices.Equal(shown(t, db, withBob), want) {
			t.Errorf("%q, want %q", shown(t, db, withBob), want)
		}
	})
}

// fillRest says that nothing is missing in a gap.
func fillRest(ctx context.Context, db *DB, gap Gap) error {
	_, err := db.FillGap(ctx, alice, gap, ArchivePage{Reached: true})
	return err
}

// What was written here reaches the archive late: what came in does not follow it down.
func TestWrittenHereTakesNothingDown(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	rows := talk(5)
	fillGap(t, db, openGap(t, db), true, rows[:3]...)
	mine := func(id string) Incoming {
		m, _, err := db.Queue(ctx, Outgoing{Conv: withBob, Body: id, OriginID: id, Time: noon})
		must(t, err)
		must(t, db.SaveStanza(ctx, m.ID, []byte("<message/>")))
		return Incoming{Conv: withBob, Direction: chat.Out, Body: id, OriginID: id, Time: noon, StanzaID: "s-" + id, StanzaBy: alice}
	}
	one := mine("mine 1")
	gap := openGap(t, db)
	two := mine("mine 2")
	live(t, db, rows, 3, 4)
	fillGap(t, db, gap, true, rows[3], rows[4], one, two)
	want := []string{"line 0", "line 1", "line 2", "mine 1", "mine 2", "line 3", "line 4"}
	if got := shown(t, db, withBob); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
