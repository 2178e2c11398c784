// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

func message(t testing.TB, db *DB, id chat.MsgID) chat.Message {
	t.Helper()
	m, found, err := db.Message(context.Background(), id)
	must(t, err)
	if !found {
		t.Fatalf("message %d is gone", id)
	}
	return m
}

func amend(t testing.TB, db *DB, all ...Amend) []AmendResult {
	t.Helper()
	for i := range all {
		all[i].Conv = withBob
	}
	res, err := db.Amend(context.Background(), alice, all)
	must(t, err)
	return res
}

// Who may change what: the sender of a message, by any of its ids.
func TestAmendWho(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name    string
		in      Incoming
		a       Amend
		changed bool
	}{
		{"by its sender", from("old", func(in *Incoming) { in.OriginID = "o" }), Amend{Target: "o"}, true},
		{"by the stanza's id", from("old", func(in *Incoming) { in.MessageID = "o" }), Amend{Target: "o"}, true},
		{"by the other side", from("old", func(in *Incoming) { in.OriginID = "o" }), Amend{Target: "o", Direction: chat.Out}, false},
		{"ours, by the other side", Incoming{Conv: withBob, Direction: chat.Out, Body: "old", OriginID: "o"}, Amend{Target: "o"}, false},
		{"ours, by another device", Incoming{Conv: withBob, Direction: chat.Out, Body: "old", OriginID: "o"}, Amend{Target: "o", Direction: chat.Out}, true},
		{"by the archive's id", from("old", func(in *Incoming) { in.StanzaID, in.StanzaBy = "o", alice }), Amend{Target: "o"}, false},
		{"encrypted, by a plain text", from("old", func(in *Incoming) { in.OriginID, in.Encryption = "o", chat.EncryptionOMEMO }), Amend{Target: "o"}, false},
		{"encrypted, by an encrypted text", from("old", func(in *Incoming) { in.OriginID, in.Encryption = "o", chat.EncryptionOMEMO }), Amend{Target: "o", Encryption: chat.EncryptionOMEMO}, true},
		{"what the program said", from("old", func(in *Incoming) { in.OriginID, in.Kind = "o", chat.KindNotice }), Amend{Target: "o"}, false},
		{"no id", from("old"), Amend{Target: ""}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := openNew(t)
			openGap(t, db) // what is corrected may be in there
			s := receive(t, db, c.in)
			c.a.Kind, c.a.Body, c.a.OriginID = AmendReplace, "new", "c"
			res := amend(t, db, c.a)[0]
			m := message(t, db, s.ID)
			if res.Changed != c.changed || m.Edited != c.changed || (m.Body == "new") != c.changed || res.Conv != withBob {
				t.Errorf("%+v: %+v", res, m)
			}
			found := 1
			if hidden(c.in.Kind) {
				found = 0
			}
			if c.changed && (res.ID != s.ID || res.Kept) || len(find(t, db, m.Body)) != found || len(find(t, db, "new"))+len(find(t, db, "old")) != found {
				t.Errorf("%+v, or the index is wrong", res)
			}
			c.a.Kind, c.a.OriginID = AmendRetract, "d"
			amend(t, db, c.a)
			m = message(t, db, s.ID)
			if retracted := c.changed || strings.HasPrefix(c.name, "encrypted"); m.Retracted != retracted || (m.Body == "") != retracted {
				t.Errorf("retracted: %+v", m)
			}
			must(t, db.Check(ctx))
		})
	}
}

// Other accounts and other conversations are not reached, and nobody who only
// reacts begins a conversation.
func TestAmendElsewhere(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	receive(t, db, from("text", func(in *Incoming) { in.OriginID = "o" }))
	other := chat.ConvID{Account: alice, Peer: carol}
	res, err := db.Amend(ctx, alice, []Amend{{Conv: other, Kind: AmendRetract, Target: "o"}})
	must(t, err)
	if res[0] != (AmendResult{Conv: other}) {
		t.Errorf("%+v", res[0])
	}
	if cs, err := db.Conversations(ctx); err != nil || len(cs) != 1 {
		t.Errorf("%d conversations, %v", len(cs), err)
	}
	_, err = db.Amend(ctx, carol, []Amend{{Conv: withBob, Kind: AmendRetract, Target: "o"}})
	wantCode(t, err, chat.CodeNotFound)
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: carol}}))
	_, err = db.Amend(ctx, carol, []Amend{{Conv: withBob, Kind: AmendRetract, Target: "o"}})
	wantCode(t, err, chat.CodeAddress)
	if got := find(t, db, "text"); len(got) != 1 {
		t.Error("gone")
	}
}

// A message that was taken back leaves nothing behind and does not come back.
func TestRetract(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	s := receive(t, db, from("secret words", func(in *Incoming) { in.OriginID, in.ReplyTo = "o", "x" }))
	amend(t, db, Amend{Kind: AmendReact, Direction: chat.Out, Target: "o", OriginID: "r", Emoji: []string{"👍"}})
	if c := conversation(t, db, withBob); c.Unread != 1 || len(c.Last.Reactions) != 1 {
		t.Fatalf("%+v", c)
	}
	amend(t, db, Amend{Kind: AmendRetract, Target: "o", OriginID: "d"})
	for _, again := range []Amend{
		{Kind: AmendReplace, Target: "o", OriginID: "c", Body: "secret again"},
		{Kind: AmendReact, Target: "o", OriginID: "r2", Emoji: []string{"👍"}},
		{Kind: AmendRetract, Target: "o", OriginID: "d2"},
	} {
		if res := amend(t, db, again)[0]; res.Changed || res.Kept {
			t.Errorf("%+v", res)
		}
	}
	m := message(t, db, s.ID)
	if !m.Retracted || m.Body != "" || m.Reactions != nil || m.ReplyTo != "" || m.Edited {
		t.Errorf("%+v", m)
	}
	if got := find(t, db, "secret"); len(got) != 0 {
		t.Errorf("found %q", got)
	}
	// The archive has the original still.
	if again := receive(t, db, from("secret words", func(in *Incoming) { in.OriginID = "o" })); again.Fresh || again.ID != s.ID {
		t.Errorf("%+v", again)
	}
	if m := message(t, db, s.ID); m.Body != "" {
		t.Errorf("%+v", m)
	}
	_, err := db.DeleteMessage(ctx, s.ID)
	must(t, err)
	must(t, db.Check(ctx))
}

func TestReactions(t *testing.T) {
	db := openNew(t)
	s := receive(t, db, from("text", func(in *Incoming) { in.MessageID = "m" }))
	n := 0
	put := func(side chat.Direction, emoji ...string) string {
		n++
		amend(t, db, Amend{Kind: AmendReact, Direction: side, Target: "m", OriginID: fmt.Sprint(n), Emoji: emoji})
		var b strings.Builder
		for _, r := range message(t, db, s.ID).Reactions {
			b.WriteString(r.Emoji)
			if r.Mine {
				b.WriteString("m")
			}
			if r.Theirs {
				b.WriteString("t")
			}
		}
		return b.String()
	}
	for _, c := range []struct {
		side  chat.Direction
		emoji string
		want  string
	}{
		{chat.In, "👍 🐢", "👍t🐢t"},
		{chat.Out, "🐢 ❤", "👍t🐢mt❤m"},
		{chat.In, "❤", "🐢m❤mt"},
		{chat.In, "", "🐢m❤m"},
		{chat.Out, "👍", "👍m"},
		{chat.Out, "", ""},
	} {
		if got := put(c.side, strings.Fields(c.emoji)...); got != c.want {
			t.Errorf("%v %q: %s, want %s", c.side, c.emoji, got, c.want)
		}
	}
	var many []string
	for i := range 3 * maxReactions {
		many = append(many, fmt.Sprint("e", i))
	}
	put(chat.In, many...)
	if got := message(t, db, s.ID).Reactions; len(got) != maxReactions {
		t.Errorf("%d reactions", len(got))
	}
	// Sent twice by the network it is not a later one.
	amend(t, db, Amend{Kind: AmendReact, Target: "m", OriginID: "1", Emoji: []string{"👍"}})
	if got := message(t, db, s.ID).Reactions; len(got) != maxReactions {
		t.Errorf("an old one came back: %d", len(got))
	}
}

func TestReplies(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	a := receive(t, db, from("one", func(in *Incoming) { in.OriginID = "o" }))
	b := send(t, db, withBob, "two", "p")
	for _, c := range []struct {
		to   string
		want chat.MsgID
	}{{"o", a.ID}, {"p", b.ID}, {"later", 0}, {"q", 0}} {
		s := receive(t, db, from("re "+c.to, func(in *Incoming) { in.ReplyTo = c.to }))
		if m := message(t, db, s.ID); m.ReplyTo != c.to || m.ReplyID != c.want {
			t.Errorf("%q: %+v", c.to, m)
		}
	}
	later := receive(t, db, from("late", func(in *Incoming) { in.MessageID = "later" }))
	page, err := db.Page(ctx, withBob, 0, 10)
	must(t, err)
	if i := slices.IndexFunc(page, func(m chat.Message) bool { return m.Body == "re later" }); page[i].ReplyID != later.ID {
		t.Errorf("%+v", page[i])
	}
	m, _, err := db.Queue(ctx, Outgoing{Conv: withBob, Body: "x", Time: noon, OriginID: "y", ReplyTo: "o", Markable: true})
	must(t, err)
	box, err := db.Outbox(ctx, alice)
	must(t, err)
	if m.ReplyID != a.ID || box[1].ReplyTo != "o" || !box[1].Markable || box[0].ReplyTo != "" {
		t.Errorf("%+v %+v", m, box)
	}
	// A message in another conversation is not the one.
	receive(t, db, Incoming{Conv: chat.ConvID{Account: alice, Peer: carol}, Body: "x", OriginID: "q", Time: noon})
	if ms, err := db.Search(ctx, chat.SearchQuery{Text: "re q"}); err != nil || ms[0].ReplyID != 0 {
		t.Errorf("%+v %v", ms, err)
	}
}

// In whatever order messages and what changes them come, and however often: the
// last one of each side, in the order of the archive, is what counts. Live they
// come in order; from an archive by pages of which the newest is first.
func TestAmendOrder(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		db, err := Create(ctx, filepath.Join(dir, fmt.Sprint(n, ".db")), testKey)
		check(err)
		defer func() { check(db.Close()) }()
		check(db.on(ctx, db.writer, "test", func(c *conn) error { return c.run("PRAGMA synchronous = OFF") }))
		check(db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: alice}}))
		type state struct {
			body, mine, theirs string
			retracted          bool
		}
		want := map[string]*state{}
		var names []string
		type item struct {
			row   *Incoming
			amend *Amend
		}
		var archive []item
		for i := range rapid.IntRange(1, 30).Draw(t, "length") {
			id := fmt.Sprint("s", i)
			if len(names) == 0 || rapid.IntRange(0, 2).Draw(t, "what") == 0 {
				in := from("text "+id, func(in *Incoming) { in.OriginID, in.StanzaID, in.StanzaBy = "o"+id, id, alice })
				archive = append(archive, item{row: &in})
				names = append(names, in.OriginID)
				want[in.OriginID] = &state{body: in.Body}
				continue
			}
			a := Amend{
				Conv: withBob, Target: rapid.SampledFrom(names).Draw(t, "target"), OriginID: "o" + id, StanzaID: id,
				Kind: rapid.SampledFrom([]AmendKind{AmendReplace, AmendReplace, AmendReact, AmendReact, AmendReact, AmendRetract}).Draw(t, "kind"),
			}
			m := want[a.Target]
			switch a.Kind {
			case AmendReplace:
				if a.Body = "new " + id; !m.retracted {
					m.body = a.Body
				}
			case AmendRetract:
				*m = state{retracted: true}
			case AmendReact:
				a.Direction = rapid.SampledFrom([]chat.Direction{chat.In, chat.Out}).Draw(t, "side")
				emoji := rapid.SampledFrom([]string{"", "👍", "🐢"}).Draw(t, "emoji")
				if emoji != "" {
					a.Emoji = []string{emoji}
				}
				if a.Direction == chat.Out && !m.retracted {
					m.mine = emoji
				} else if !m.retracted {
					m.theirs = emoji
				}
			}
			archive = append(archive, item{amend: &a})
		}
		batch := func(items []item) (b Batch) {
			for _, i := range items {
				if i.row != nil {
					b.Rows = append(b.Rows, *i.row)
				} else {
					b.Amends = append(b.Amends, *i.amend)
				}
			}
			return b
		}
		// A part was there, a part is missed, a part comes live before the missed one is loaded.
		here := rapid.IntRange(0, len(archive)).Draw(t, "here")
		live := rapid.IntRange(here, len(archive)).Draw(t, "live")
		_, err = db.Receive(ctx, alice, batch(archive[:here]), "")
		check(err)
		gap, err := db.OpenGap(ctx, alice)
		check(err)
		for i := live; i < len(archive); i++ {
			_, err := db.Receive(ctx, alice, batch(archive[i:i+1]), fmt.Sprint("s", i))
			check(err)
		}
		if rapid.Bool().Draw(t, "again") { // a session that ended before any page came
			gap, err = db.OpenGap(ctx, alice)
			check(err)
		}
		overlap := rapid.IntRange(0, here).Draw(t, "overlap") // of what was here, read again
		for end := len(archive); ; {
			start := max(overlap, end-rapid.IntRange(1, 6).Draw(t, "page"))
			page := ArchivePage{Batch: batch(archive[start:end]), First: fmt.Sprint("s", start), Last: fmt.Sprint("s", end-1), Reached: start == overlap}
			_, err := db.FillGap(ctx, alice, gap, page)
			check(err)
			if gap.Before, end = page.First, start; page.Reached {
				break
			}
		}
		rows, err := db.Page(ctx, withBob, 0, 1000)
		check(err)
		if len(rows) != len(names) {
			t.Fatalf("%d rows, want %d", len(rows), len(names))
		}
		for i, m := range rows {
			got := state{body: m.Body, retracted: m.Retracted}
			for _, r := range m.Reactions {
				if r.Mine {
					got.mine += r.Emoji
				}
				if r.Theirs {
					got.theirs += r.Emoji
				}
			}
			if m.OriginID != names[i] || got != *want[names[i]] {
				t.Fatalf("%s is %+v, want %s %+v", m.OriginID, got, names[i], *want[names[i]])
			}
		}
		var waiting int
		check(db.read(ctx, "test", func(c *conn) error { return c.row(`SELECT count(*) FROM pending`).Scan(&waiting) }))
		if waiting != 0 {
			t.Fatalf("%d wait for ever", waiting)
		}
		check(db.Check(ctx))
	})
}

// What waits for messages that never come is bounded.
func TestPendingIsBounded(t *testing.T) {
	db := openNew(t)
	openGap(t, db)
	receive(t, db, from("text"))
	for page := range 6 {
		var all []Amend
		for i := range 250 {
			all = append(all, Amend{Kind: AmendReplace, Target: fmt.Sprint("never", page, ".", i), Body: "x"})
		}
		if res := amend(t, db, all...); !res[0].Kept {
			t.Fatalf("%+v", res[0])
		}
	}
	if n := count(t, db, "pending"); n != maxPendingPeer {
		t.Errorf("%d wait", n)
	}
	if got := pick[string](t, db, `SELECT target FROM pending ORDER BY id LIMIT 1`); got != "never2.0" {
		t.Errorf("the oldest is %s", got)
	}
	must(t, db.RemoveConversation(context.Background(), withBob))
	if n := count(t, db, "pending"); n != 0 {
		t.Errorf("%d wait for nobody", n)
	}
}
