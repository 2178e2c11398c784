// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// useEverything calls every method that has a statement.
func useEverything(t testing.TB, db *DB) {
	t.Helper()
	ctx := context.Background()
	conv := chat.ConvID{Account: alice, Peer: carol}
	id := receive(t, db, Incoming{
		Conv: conv, Body: "everything", Time: noon, OriginID: "o", MessageID: "m", StanzaID: "s", StanzaBy: alice,
	}).ID
	receive(t, db, Incoming{Conv: conv, Body: "no ids", Time: noon, MessageID: "m2"})
	receive(t, db, Incoming{Conv: conv, Body: "no ids", Time: noon, MessageID: "m2", StanzaID: "s2", StanzaBy: alice})
	out := send(t, db, conv, "out", "o2")
	must(t, db.SaveStanza(ctx, out.ID, []byte("x")))
	_, err := db.SaveStanzas(ctx, []Outgoing{{ID: out.ID, Stanza: []byte("y")}})
	must(t, err)
	_, err = db.Outbox(ctx, alice)
	must(t, err)
	advance(t, db, StatusChange{ID: out.ID, Status: chat.Failed}, StatusChange{Conv: conv, OriginID: "o2", Status: chat.Sent})
	_, err = db.Retry(ctx, out.ID)
	must(t, err)
	for _, at := range []chat.Cursor{0, firstOrd + 1} {
		_, err = db.Page(ctx, conv, at, 50)
		must(t, err)
		_, err = db.PageAfter(ctx, conv, at, 50)
		must(t, err)
	}
	for _, text := range []string{"everything", "e", "line the", "everything missing"} {
		for _, in := range []chat.ConvID{{}, conv, withBob} {
			_, err = db.Search(ctx, chat.SearchQuery{Text: text, In: in})
			must(t, err)
		}
	}
	_, err = db.Conversations(ctx)
	must(t, err)
	_, _, err = db.Conversation(ctx, conv)
	must(t, err)
	must(t, db.SetDraft(ctx, conv, "draft"))
	must(t, db.SetConversationSettings(ctx, conv, chat.ConversationSettings{}))
	_, err = db.EnsureConversation(ctx, conv)
	must(t, err)
	_, err = db.MarkRead(ctx, conv, id)
	must(t, err)
	must(t, db.PutContact(ctx, chat.Contact{Account: alice, Address: carol}, "v"))
	must(t, db.ReplaceContacts(ctx, alice, []chat.Contact{{Account: alice, Address: carol, Listed: true}}, "v"))
	_, err = db.Contacts(ctx, alice)
	must(t, err)
	_, _, err = db.Contact(ctx, alice, carol)
	must(t, err)
	must(t, db.RemoveContact(ctx, alice, carol, "v"))
	must(t, db.SetNick(ctx, alice, ""))
	must(t, db.SetAvatar(ctx, alice, ""))
	must(t, db.SetMechanism(ctx, alice, ""))
	must(t, db.SetEnabled(ctx, alice, true))
	must(t, db.SetRosterVersion(ctx, alice, ""))
	_, err = db.Accounts(ctx)
	must(t, err)
	_, _, err = db.Account(ctx, alice)
	must(t, err)
	must(t, db.SetSetting(ctx, "k", "v"))
	must(t, db.SetSetting(ctx, "k", ""))
	_, err = db.Settings(ctx)
	must(t, err)
	_, err = db.Setting(ctx, "k")
	must(t, err)
	must(t, db.PutPicture(ctx, "h", []byte("x")))
	_, err = db.Picture(ctx, "h")
	must(t, err)
	must(t, db.PutCaps(ctx, "v", nil))
	_, _, err = db.Caps(ctx, "v")
	must(t, err)
	useArchive(t, db, conv)
	useKeys(t, db, conv)
	_, err = db.DeleteMessage(ctx, id)
	must(t, err)
	must(t, db.RemoveConversation(ctx, conv))
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: carol}}))
	receive(t, db, Incoming{Conv: chat.ConvID{Account: carol, Peer: bob}, Body: "x", Time: noon})
	must(t, db.RemoveAccount(ctx, carol))
}

// useArchive calls what has statements about archives and about what changes messages.
func useArchive(t testing.TB, db *DB, conv chat.ConvID) {
	t.Helper()
	ctx := context.Background()
	row := func(n int, edit func(*Incoming)) Incoming {
		in := Incoming{Conv: conv, Body: "everything", Time: noon, OriginID: fmt.Sprint("x", n), StanzaID: fmt.Sprint("y", n), StanzaBy: alice, ReplyTo: "x1"}
		edit(&in)
		return in
	}
	in, out := func(*Incoming) {}, func(in *Incoming) { in.Direction = chat.Out }
	amends := func(n int) (all []Amend) {
		for k := AmendReplace; k <= AmendReact; k++ {
			for _, side := range []chat.Direction{chat.In, chat.Out} {
				all = append(all, Amend{Conv: conv, Direction: side, Kind: k, Target: fmt.Sprint("x", n), OriginID: fmt.Sprint("z", n, k, side), Emoji: []string{"e"}})
			}
		}
		return all
	}
	batch := func(n int) Batch {
		return Batch{
			Rows: []Incoming{row(n, in), row(n+1, out)}, Amends: append(amends(n), amends(n+7)...),
			Statuses: []StatusChange{{Conv: conv, OriginID: "nowhere", Status: chat.Delivered}},
			Reads:    []ReadMark{{Conv: conv, ID: fmt.Sprint("y", n), Mine: true}, {Conv: conv, ID: fmt.Sprint("x", n+1)}, {Conv: conv, ID: "nowhere"}},
		}
	}
	for range 2 {
		gap, err := db.OpenGap(ctx, alice)
		must(t, err)
		_, err = db.Receive(ctx, alice, batch(80), "y80")
		must(t, err)
		gap, err = db.OpenGap(ctx, alice)
		must(t, err)
		_, err = db.FillGap(ctx, alice, gap, ArchivePage{Batch: batch(60), First: "y60", Last: "y61"})
		must(t, err)
		gap.Before = "y60"
		_, err = db.FillGap(ctx, alice, gap, ArchivePage{Batch: batch(40), First: "y40", Last: "y41", Reached: true})
		must(t, err)
		_, err = db.FillOlder(ctx, conv, "y40", ArchivePage{Batch: batch(20), Reached: true})
		must(t, err)
		must(t, db.write(ctx, "test", func(tx *tx) error { // two rows without a place between
			m := placing{tx: tx, out: &Outcome{}}
			at := place{floor: -1}
			must(t, tx.row(`SELECT id, top FROM conversation ORDER BY id DESC LIMIT 1`).Scan(&at.conv, &at.above))
			if err := m.room(&at); err != nil {
				return err
			}
			at.floor = at.above - 1
			return m.room(&at)
		}))
	}
	_, err := db.ArchiveState(ctx, alice)
	must(t, err)
	_, err = db.OldestArchiveID(ctx, conv)
	must(t, err)
	_, err = db.Begun(ctx, conv)
	must(t, err)
	_, err = db.ReadPoint(ctx, conv)
	must(t, err)
	must(t, db.SetDisplayed(ctx, conv, "y"))
	must(t, db.ReplaceBlocked(ctx, alice, []chat.Address{bob}))
	must(t, db.ChangeBlocked(ctx, alice, []chat.Address{bob}, []chat.Address{bob}))
	_, err = db.Blocked(ctx, alice)
	must(t, err)
	must(t, db.ReplaceBookmarks(ctx, alice, []Bookmark{{Address: bob}}))
	must(t, db.ChangeBookmarks(ctx, alice, []Bookmark{{Address: bob}}, []chat.Address{bob}))
	_, err = db.Bookmarks(ctx, alice)
	must(t, err)
	m, _, err := db.Queue(ctx, Outgoing{Conv: conv, Body: "out", OriginID: "o3", ReplyTo: "x1"})
	must(t, err)
	_, err = db.Names(ctx, m.ID)
	must(t, err)
	must(t, db.SaveStanza(ctx, m.ID, []byte("x")))
	for k := AmendReplace; k <= AmendReact; k++ {
		e, err := db.AddErrand(ctx, Errand{Conv: conv, Kind: k, Message: m.ID, OriginID: fmt.Sprint("e", k)})
		if k == AmendReact {
			break // it is retracted
		}
		must(t, err)
		_, err = db.SaveStanzas(ctx, []Outgoing{e.Row})
		must(t, err)
		advance(t, db, StatusChange{ID: e.Row.ID, Status: chat.Failed})
		_, err = db.Retry(ctx, m.ID)
		must(t, err)
		advance(t, db, StatusChange{ID: e.Row.ID, Status: chat.Sent})
	}
	m = send(t, db, conv, "waits", "o4")
	_, err = db.AddErrand(ctx, Errand{Conv: conv, Kind: AmendReplace, Message: m.ID, OriginID: "e4", Body: "waits longer"})
	must(t, err)
	_, err = db.AddErrand(ctx, Errand{Conv: conv, Kind: AmendRetract, Message: m.ID, OriginID: "e5"})
	must(t, err)
}

// plans returns how SQLite runs each statement that the connections of a pool
// have prepared.
func plans(t testing.TB, p *pool) map[string][]string {
	t.Helper()
	c, err := p.get(context.Background())
	must(t, err)
	defer p.put(c, false)
	all := map[string][]string{}
	for _, query := range slices.Collect(maps.Keys(c.stmts)) {
		if strings.HasPrefix(query, "PRAGMA") || strings.HasPrefix(query, "EXPLAIN") {
			continue
		}
		steps, err := collect(c.query(context.Background(), "EXPLAIN QUERY PLAN "+query, anyArgs(query)...), func(row scanner) (string, error) {
			var id, parent, unused int64
			var detail string
			err := row.Scan(&id, &parent, &unused, &detail)
			return detail, err
		})
		must(t, err)
		all[query] = steps
	}
	return all
}

// anyArgs are as many arguments as a query takes.
func anyArgs(query string) []any {
	n := strings.Count(query, "?")
	for _, m := range regexp.MustCompile(`\?(\d+)`).FindAllStringSubmatch(query, -1) {
		var highest int
		_, _ = fmt.Sscan(m[1], &highest)
		if n = 0; highest > n {
			n = max(n, highest)
		}
	}
	return make([]any, n)
}

// No statement runs through all messages or sorts them, with the statistics of
// no database at all and of a big one: each goes to its place in an index.
func TestPlans(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	var in []Incoming
	for i := range 2000 {
		in = append(in, from(fmt.Sprint("the line ", i), func(in *Incoming) { in.Seen = i < 1900; in.OriginID = fmt.Sprint(i) }))
	}
	_, err := db.AddIncoming(ctx, in)
	must(t, err)
	check := func() {
		useEverything(t, db)
		seen := map[string]bool{}
		for _, p := range []*pool{db.writer, db.readers} {
			for query, steps := range plans(t, p) {
				seen[query] = true
				for _, step := range steps {
					if slow(query, step) {
						t.Errorf("%s\n  %s", query, strings.Join(steps, "\n  "))
						break
					}
				}
			}
		}
		if len(seen) < 230 {
			t.Errorf("only %d statements were seen", len(seen))
		}
	}
	check()
	must(t, db.on(ctx, db.writer, "test", func(c *conn) error { return c.run("ANALYZE") }))
	db = reopen(t, db)
	check()
}

var (
	big      = regexp.MustCompile(`\b(SCAN|SEARCH) (m|message|message_\w+)\b`)
	anyScan  = regexp.MustCompile(`\bSCAN (\w*)`)
	searched = regexp.MustCompile(`\(.*[=<>]`)
)

// slow says whether a step of a plan takes longer the more messages there are.
func slow(query, step string) bool {
	switch {
	case query == lastIDQuery, query == lowestIDQuery, query == `SELECT EXISTS (SELECT 1 FROM message)`:
		return false // the one end of a table
	case big.MatchString(step):
		return strings.HasPrefix(step, "SCAN") || !searched.MatchString(step)
	case strings.Contains(step, "TEMP B-TREE"):
		return !mayBeSorted(query)
	}
	if m := anyScan.FindStringSubmatch(step); m != nil {
		switch m[1] { // there are few of these, or all of them are wanted
		case "a", "c", "k", "account", "conversation", "contact", "setting", "caps", "picture", "g", "gram", "gap", "pending", "own", "CONSTANT":
			return false
		}
		return !strings.HasPrefix(step, "SCAN (subquery") // of a few rows
	}
	return false
}

// mayBeSorted knows the statements that sort what is few: the list of
// conversations, the outbox, pictures and features, who is blocked, bookmarks, what is
// known of one owner's devices or by one device.
func mayBeSorted(query string) bool {
	for _, s := range []string{"ORDER BY c.pinned", "message_outbox", "DELETE FROM picture", "DELETE FROM caps", "CROSS JOIN blocked", "CROSS JOIN bookmark", "FROM device WHERE account", "FROM trust_later l", "DELETE FROM trust_later"} {
		if strings.Contains(query, s) {
			return true
		}
	}
	return false
}
