// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

// archived is a message of the other side or of another device of ours, as an
// archive has it.
type archived struct {
	id   string
	in   Incoming
	seen bool // by the person
}

// world is a server with the archive of an account, and what the account's program
// has to have of it.
type world struct {
	t       *rapid.T
	tb      testing.TB
	met     map[string]int // what the test came by
	db      *DB
	archive []archived
	online  bool
	next    int
	unknown map[string]bool // sent, and nobody knows whether it arrived
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

var peers3 = []chat.Address{bob, carol, chat.MustAddress("dave@cave.example")}

// write makes the next message of the archive.
func (w *world) write() archived {
	w.next++
	id := fmt.Sprintf("a%d", w.next)
	peer := rapid.SampledFrom(peers3).Draw(w.t, "peer")
	in := Incoming{Conv: chat.ConvID{Account: alice, Peer: peer}, Body: "text " + id, Time: noon, StanzaID: id, StanzaBy: alice}
	if rapid.IntRange(0, 2).Draw(w.t, "direction") == 0 {
		in.Direction = chat.Out
	}
	if rapid.Bool().Draw(w.t, "origin") {
		in.OriginID = "o" + id
	}
	in.Seen = rapid.Bool().Draw(w.t, "seen")
	a := archived{id: id, in: in, seen: in.Seen}
	w.archive = append(w.archive, a)
	return a
}

// index is where the archive has an id; of "" what was asked for.
func (w *world) index(id string, none int) int {
	if id == "" {
		return none
	}
	i := slices.IndexFunc(w.archive, func(a archived) bool { return a.id == id })
	if i < 0 {
		w.t.Fatalf("the archive has no %q", id)
	}
	return i
}

// page answers like a server: the last n of what lies between two ids and matches.
func (w *world) page(after, before string, n int, match func(archived) bool) (p ArchivePage) {
	var all []archived
	for _, a := range w.archive[w.index(after, -1)+1 : w.index(before, len(w.archive))] {
		if match(a) {
			all = append(all, a)
		}
	}
	p.Reached = len(all) <= n
	all = all[max(0, len(all)-n):]
	for _, a := range all {
		p.Rows = append(p.Rows, a.in)
	}
	if len(all) > 0 {
		p.First, p.Last = all[0].id, all[len(all)-1].id
	}
	return p
}

func anyMessage(archived) bool { return true }

// arrive is a message that comes while we are connected, or not.
func (w *world) arrive(*rapid.T) {
	a := w.write()
	if !w.online {
		return
	}
	out, err := w.db.Receive(context.Background(), alice, Batch{Rows: []Incoming{a.in}}, a.id)
	w.check(err)
	if !out.Stored[0].Fresh {
		w.t.Fatal("a new message was known")
	}
}

func (w *world) connect(*rapid.T) {
	gap, err := w.db.OpenGap(context.Background(), alice)
	w.check(err)
	s, err := w.db.ArchiveState(context.Background(), alice)
	w.check(err)
	after := s.Sure
	if s.Doubt && s.doubtMarked <= s.sureMarked {
		after = s.DoubtAfter
	}
	if gap.Before != "" || gap != s.Gaps[0] || gap.After != after {
		w.t.Fatalf("opened %+v, the state is %+v", gap, s)
	}
	w.online = true
}

// fill loads a page of some gap, mostly of the newest.
func (w *world) fill(*rapid.T) {
	s, err := w.db.ArchiveState(context.Background(), alice)
	w.check(err)
	if !w.online || len(s.Gaps) == 0 {
		return
	}
	if len(s.Gaps) > 1 {
		w.met["several gaps"]++
	}
	gap := s.Gaps[0]
	if gap.Before != "" && rapid.IntRange(0, 3).Draw(w.t, "older gap") == 0 {
		gap = rapid.SampledFrom(s.Gaps).Draw(w.t, "gap")
	}
	w.fillGap(gap, rapid.IntRange(1, 7).Draw(w.t, "size"))
}

func (w *world) fillGap(gap Gap, n int) {
	ctx := context.Background()
	page := w.page(gap.After, gap.Before, n, anyMessage)
	if len(page.Rows) == 0 && !page.Reached {
		w.t.Fatal("no page")
	}
	out, err := w.db.FillGap(ctx, alice, gap, page)
	w.check(err)
	for i, s := range out.Stored {
		if s.Confirmed != w.unknown[page.Rows[i].OriginID] {
			w.t.Fatalf("%q confirmed: %v", page.Rows[i].Body, s.Confirmed)
		}
		delete(w.unknown, page.Rows[i].OriginID)
		if s.Confirmed {
			w.met["confirmed"]++
		}
	}
	if _, err := w.db.FillGap(ctx, alice, gap, page); chat.CodeOf(err) != chat.CodeNotFound && page.Reached {
		w.t.Fatalf("a page for a gap that is gone: %v", err)
	}
}

// older loads what is before a conversation's beginning.
func (w *world) older(*rapid.T) {
	if w.online {
		w.fillOlder(rapid.SampledFrom(peers3).Draw(w.t, "peer"), rapid.IntRange(1, 7).Draw(w.t, "size"))
	}
}

func (w *world) fillOlder(peer chat.Address, n int) {
	conv := chat.ConvID{Account: alice, Peer: peer}
	oldest, err := w.db.OldestArchiveID(context.Background(), conv)
	w.check(err)
	page := w.page("", oldest, n, func(a archived) bool { return a.in.Conv == conv })
	first, err := w.db.PageAfter(context.Background(), conv, 1, 10)
	w.check(err)
	first = slices.DeleteFunc(first, func(m chat.Message) bool { return m.Kind == chat.KindGap })
	out, err := w.db.FillOlder(context.Background(), conv, oldest, page)
	if chat.CodeOf(err) == chat.CodeNotFound {
		w.met["in the way"]++
		return
	}
	w.check(err)
	for i, s := range out.Stored {
		if s.Confirmed {
			delete(w.unknown, page.Rows[i].OriginID)
		}
		if m, _, err := w.db.Message(context.Background(), s.ID); s.Fresh && (len(first) == 0 || m.Cursor < first[0].Cursor) {
			w.check(err)
			w.archive[w.index(page.Rows[i].StanzaID, 0)].seen = true
			w.met["older"]++
		}
	}
	begun, err := w.db.Begun(context.Background(), conv)
	w.check(err)
	if page.Reached && len(page.Rows) > 0 && !begun {
		w.t.Fatal("not begun")
	}
}

// send is a message of ours. Sometimes we do not hear whether it arrived.
func (w *world) send(*rapid.T) {
	if !w.online {
		return
	}
	ctx := context.Background()
	a := w.write()
	last := &w.archive[len(w.archive)-1]
	last.in.Direction, last.in.OriginID, last.seen = chat.Out, "o"+a.id, true
	m, _, err := w.db.AddOutgoing(ctx, a.in.Conv, a.in.Body, noon, last.in.OriginID)
	w.check(err)
	saved, err := w.db.SaveStanzas(ctx, []Outgoing{{ID: m.ID, Stanza: []byte("x")}})
	w.check(err)
	if len(saved) != 1 {
		w.t.Fatal("not saved")
	}
	if rapid.IntRange(0, 3).Draw(w.t, "lost") == 0 {
		w.unknown[last.in.OriginID] = true
		w.online = false
		return
	}
	_, err = w.db.AdvanceStatus(ctx, alice, []StatusChange{{ID: m.ID, Status: chat.Sent}})
	w.check(err)
}

// covered checks that what is missing lies in a gap or is newer than all that was
// asked for.
func (w *world) covered(s ArchiveState, conv chat.ConvID, have []string) {
	for i, a := range w.archive {
		if a.in.Conv != conv || slices.Contains(have, a.in.Body) {
			continue
		}
		in := !s.Known || i > w.index(s.Top, -1)
		for _, g := range s.Gaps {
			in = in || i > w.index(g.After, -1) && i < w.index(g.Before, len(w.archive))
		}
		if !in {
			w.t.Fatalf("%s is missing, and not in a gap: %+v", a.id, s)
		}
		w.met["missing"]++
	}
}

// below checks that what stands below the row of a gap is older than the gap's end.
func (w *world) below(gap Gap, conv chat.ConvID, rows []chat.Message) {
	row := pick[chat.MsgID](w.tb, w.db, fmt.Sprintf(`SELECT coalesce((SELECT g.message FROM gap_place g JOIN conversation c ON c.id = g.conv
		WHERE g.gap = %d AND c.peer = '%s'), 0)`, gap.ID, conv.Peer))
	at := slices.IndexFunc(rows, func(m chat.Message) bool { return m.ID == row })
	if row == 0 {
		return
	}
	if at < 0 || at == len(rows)-1 || rows[at+1].Kind == chat.KindGap && rows[at+1].ID < row {
		w.t.Fatalf("the row of gap %d is %d of %d", gap.ID, at, len(rows))
	}
	w.met["row of a gap"]++
	for _, m := range rows[:at] {
		i := slices.IndexFunc(w.archive, func(a archived) bool { return a.in.Body == m.Body })
		if m.Kind != chat.KindGap && i >= w.index(gap.Before, len(w.archive)) {
			w.t.Fatalf("%q stands below the gap before %q", m.Body, gap.Before)
		}
		w.met["below a gap"]++
	}
}

// look compares all conversations with the archive: what is there is in the
// archive's order, each once; all of it if complete.
func (w *world) look(complete bool) {
	ctx := context.Background()
	s, err := w.db.ArchiveState(ctx, alice)
	w.check(err)
	rowsOfGaps := 0
	for _, peer := range peers3 {
		conv := chat.ConvID{Account: alice, Peer: peer}
		rows, err := w.db.Page(ctx, conv, 0, 1000)
		w.check(err)
		var have, want []string
		var unread, gaps int
		var firstNew, last chat.Message
		for _, m := range rows {
			if m.Kind == chat.KindGap {
				gaps++
				continue
			}
			last = m
			have = append(have, m.Body)
			if m.Direction == chat.In && m.Status != chat.Read {
				if unread++; firstNew.ID == 0 {
					firstNew = m
				}
			}
		}
		wantUnread := 0
		for _, a := range w.archive {
			if a.in.Conv == conv && (complete || slices.Contains(have, a.in.Body)) {
				want = append(want, a.in.Body)
				if a.in.Direction == chat.In && !a.seen {
					wantUnread++
				}
			}
		}
		if !slices.Equal(have, want) {
			w.t.Fatalf("%s\nhas  %q\nwant %q", peer.Local, have, want)
		}
		w.covered(s, conv, have)
		for _, g := range s.Gaps {
			w.below(g, conv, rows)
		}
		if rowsOfGaps += gaps; gaps > len(s.Gaps) {
			w.t.Fatalf("%d rows of %d gaps", gaps, len(s.Gaps))
		}
		c, found, err := w.db.Conversation(ctx, conv)
		w.check(err)
		if found && (c.Unread != unread || unread != wantUnread || c.FirstNew != firstNew.ID || c.Last.ID != last.ID) {
			w.t.Fatalf("%s: unread %d, counted %d, want %d; first new %d, want %d; last %d, want %d",
				peer.Local, c.Unread, unread, wantUnread, c.FirstNew, firstNew.ID, c.Last.ID, last.ID)
		}
	}
	if n := count(w.tb, w.db, "gap_place"); n != rowsOfGaps {
		w.t.Fatalf("%d rows of gaps, %d are known", rowsOfGaps, n)
	}
}

// Whatever comes live, is missed, is loaded by pages of any size and is cut off
// anywhere: in the end each conversation is what the archive has, in its order.
func TestArchive(t *testing.T) {
	ctx := context.Background()
	dir, tb := t.TempDir(), t
	met := map[string]int{}
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		db, err := Create(ctx, filepath.Join(dir, fmt.Sprint(n, ".db")), testKey)
		w := &world{t: t, tb: tb, met: met, db: db, unknown: map[string]bool{}}
		w.check(err)
		defer func() { w.check(w.db.Close()) }()
		w.check(db.on(ctx, db.writer, "test", func(c *conn) error { return c.run("PRAGMA synchronous = OFF") }))
		w.check(db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: alice}}))
		for range rapid.IntRange(0, 20).Draw(t, "before") {
			w.write()
		}
		t.Repeat(map[string]func(*rapid.T){
			"arrive":     w.arrive,
			"send":       w.send,
			"connect":    w.connect,
			"disconnect": func(*rapid.T) { w.online = false },
			"fill":       w.fill,
			"older":      w.older,
			"again": func(*rapid.T) {
				path := filepath.Join(dir, fmt.Sprint(n, ".db"))
				w.check(w.db.Close())
				w.db, err = Open(ctx, path, testKey)
				w.check(err)
				w.online = false
			},
			"": func(*rapid.T) { w.look(false) },
		})
		w.connect(t)
		for {
			s, err := w.db.ArchiveState(ctx, alice)
			w.check(err)
			if len(s.Gaps) == 0 {
				break
			}
			w.fillGap(s.Gaps[0], 5)
		}
		for _, peer := range peers3 {
			w.fillOlder(peer, 1000)
		}
		w.look(true)
		if len(w.unknown) != 0 {
			t.Fatalf("not confirmed: %v", w.unknown)
		}
		box, err := w.db.Outbox(ctx, alice)
		w.check(err)
		if len(box) != 0 {
			t.Fatalf("%d in the outbox", len(box))
		}
		w.check(w.db.Check(ctx))
	})
	for _, what := range []string{"missing", "row of a gap", "below a gap", "older", "in the way", "confirmed", "several gaps"} {
		if met[what] == 0 {
			t.Errorf("the test has not come by: %s", what)
		}
	}
}
