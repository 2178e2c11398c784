// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func TestIncomingFields(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	for _, c := range []struct {
		name string
		in   Incoming
		want chat.Message
	}{
		{
			"from the other side",
			Incoming{
				Conv: withBob, From: bob.WithResource("phone"), Body: "hi 😀", Time: noon, OriginID: "o1", StanzaID: "s1", StanzaBy: alice,
				MessageID: "m1", Encryption: chat.EncryptionOMEMO,
			},
			chat.Message{
				From: bob.WithResource("phone"), Body: "hi 😀", Time: noon, OriginID: "o1", StanzaID: "s1", Status: chat.Delivered,
				Encryption: chat.EncryptionOMEMO,
			},
		},
		{
			"from another device of ours",
			Incoming{Conv: withBob, From: alice.WithResource("tablet"), Direction: chat.Out, Body: "me", Time: noon.Add(-time.Hour)},
			chat.Message{From: alice.WithResource("tablet"), Direction: chat.Out, Body: "me", Time: noon.Add(-time.Hour), Status: chat.Sent},
		},
		{
			"seen",
			Incoming{Conv: withBob, From: bob, Body: "seen", Time: noon, Seen: true},
			chat.Message{From: bob, Body: "seen", Time: noon, Status: chat.Read},
		},
		{
			"without a sender",
			Incoming{Conv: withBob, Body: "", Time: noon, Kind: chat.KindUndecryptable, Error: "no-key"},
			chat.Message{From: bob, Time: noon, Kind: chat.KindUndecryptable, Error: "no-key", Status: chat.Delivered},
		},
		{
			"id by a stranger",
			Incoming{Conv: withBob, Body: "x", Time: noon, StanzaID: "s2", StanzaBy: carol},
			chat.Message{From: bob, Body: "x", Time: noon, Status: chat.Delivered},
		},
		{
			"id by the other side's archive", // finds the message again, and is not shown as ours
			Incoming{Conv: withBob, Body: "y", Time: noon, StanzaID: "s3", StanzaBy: bob},
			chat.Message{From: bob, Body: "y", Time: noon, Status: chat.Delivered},
		},
		{
			"any bytes",
			Incoming{Conv: withBob, Body: "a\x00b\xff'\"; DROP TABLE message; --", Time: noon, OriginID: "o'\x00\""},
			chat.Message{From: bob, Body: "a\x00b\xff'\"; DROP TABLE message; --", Time: noon, OriginID: "o'\x00\"", Status: chat.Delivered},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := receive(t, db, c.in)
			got, found, err := db.Message(ctx, s.ID)
			must(t, err)
			c.want.ID, c.want.Conv, c.want.Cursor = s.ID, withBob, got.Cursor
			if !found || !s.Fresh || !same(got, c.want) {
				t.Errorf("fresh %v, found %v:\n got %+v\nwant %+v", s.Fresh, found, got, c.want)
			}
		})
	}
	must(t, db.Check(ctx))
}

// Which of two messages are one. The second comes after the first.
func TestDedupe(t *testing.T) {
	in := func(edit func(*Incoming)) Incoming { return from("text", edit) }
	nothing := func(*Incoming) {}
	origin := func(id string) func(*Incoming) { return func(in *Incoming) { in.OriginID = id } }
	archive := func(id string) func(*Incoming) { return func(in *Incoming) { in.StanzaID, in.StanzaBy = id, alice } }
	both := func(origin, archive string) func(*Incoming) {
		return func(in *Incoming) { in.OriginID, in.StanzaID, in.StanzaBy = origin, archive, alice }
	}
	stanza := func(id string, more func(*Incoming)) func(*Incoming) {
		return func(in *Incoming) { in.MessageID = id; more(in) }
	}
	other := func(body string, more func(*Incoming)) func(*Incoming) {
		return func(in *Incoming) { in.Body = body; more(in) }
	}
	by := func(who chat.Address) func(*Incoming) {
		return func(in *Incoming) { in.StanzaID, in.StanzaBy = "s", who }
	}
	late := func(d time.Duration, more func(*Incoming)) func(*Incoming) {
		return func(in *Incoming) { in.Time = in.Time.Add(d); more(in) }
	}
	device := func(name string, more func(*Incoming)) func(*Incoming) {
		return func(in *Incoming) { in.From = in.From.WithResource(name); more(in) }
	}
	sent := func(more func(*Incoming)) func(*Incoming) {
		return func(in *Incoming) { in.Direction, in.From = chat.Out, alice.WithResource("phone"); more(in) }
	}
	to := func(who chat.Address, more func(*Incoming)) func(*Incoming) {
		return func(in *Incoming) { in.Conv.Peer, in.From = who, who.WithResource("phone"); more(in) }
	}
	for _, c := range []struct {
		name          string
		first, second func(*Incoming)
		same          bool
	}{
		{"no ids: both are kept", nothing, nothing, false},
		{"same origin-id", origin("o"), origin("o"), true},
		{"same origin-id, another text", origin("o"), other("changed", origin("o")), true},
		{"same origin-id, years later", origin("o"), late(9999*time.Hour, origin("o")), true},
		{"another origin-id", origin("o"), origin("p"), false},
		{"origin-id in other case", origin("o"), origin("O"), false},
		{"same origin-id, other archive id", both("o", "s"), both("o", "t"), true},
		{"same archive id", archive("s"), archive("s"), true},
		{"same archive id, live without origin-id", archive("s"), both("o", "s"), true},
		{"another archive id", archive("s"), archive("t"), false},
		{"archive id by a stranger", by(carol), by(carol), false},
		{"archive id by the other side", by(bob), by(bob), true},
		{"archive id by us and by the other side", by(alice), by(bob), false},
		{"archive id by our server", by(chat.Address{Domain: alice.Domain}), by(chat.Address{Domain: alice.Domain}), false},
		{"archive id by a device of ours", by(alice.WithResource("x")), by(alice.WithResource("x")), false},
		{"archive id of a message of the other direction", archive("s"), sent(archive("s")), false},
		{"origin-id of the other direction", origin("o"), sent(origin("o")), false},
		{"own message from the archive", sent(origin("o")), sent(both("o", "s")), true},
		{"origin-id in another conversation", origin("o"), to(carol, origin("o")), false},
		{"archive id in another conversation", archive("s"), to(carol, archive("s")), false},
		{"same stanza id and text", stanza("m", nothing), stanza("m", nothing), true},
		{"same stanza id, another text", stanza("m", nothing), other("changed", stanza("m", nothing)), false},
		{"same stanza id, within the hour", stanza("m", nothing), late(59*time.Minute, stanza("m", nothing)), true},
		{"same stanza id, an hour before", stanza("m", nothing), late(-59*time.Minute, stanza("m", nothing)), true},
		{"same stanza id, a new start of the program", stanza("m", nothing), late(61*time.Minute, stanza("m", nothing)), false},
		{"same stanza id, another device", stanza("m", nothing), device("tablet", stanza("m", nothing)), false},
		{"same stanza id, device unknown before", device("", stanza("m", nothing)), stanza("m", nothing), true},
		{"same stanza id, other origin-ids", stanza("m", origin("o")), stanza("m", origin("p")), false},
		{"same stanza id, origin-id lost", stanza("m", origin("o")), stanza("m", nothing), true},
		{"same stanza id, origin-id learned", stanza("m", nothing), stanza("m", origin("o")), true},
		{"same stanza id, other archive ids", stanza("m", archive("s")), stanza("m", archive("t")), false},
		{"same stanza id, archive id learned", stanza("m", nothing), stanza("m", archive("s")), true},
		{"stanza id is the origin-id", stanza("o", origin("o")), stanza("o", nothing), true},
		{"stanza id is the origin-id, the other way round", stanza("o", nothing), stanza("o", origin("o")), true},
		{"stanza id is another's origin-id", stanza("x", origin("o")), stanza("o", nothing), true},
		{"stanza id of the other direction", stanza("m", nothing), sent(stanza("m", nothing)), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := context.Background()
			for _, together := range []bool{false, true} {
				db := openNew(t)
				one, two := in(c.first), in(c.second)
				var stored []Stored
				if together {
					var err error
					stored, err = db.AddIncoming(ctx, []Incoming{one, two})
					must(t, err)
				} else {
					stored = []Stored{receive(t, db, one), receive(t, db, two)}
				}
				if !stored[0].Fresh || stored[1].Fresh == c.same || (stored[0].ID == stored[1].ID) != c.same {
					t.Fatalf("together %v: %+v, want the same: %v", together, stored, c.same)
				}
				m, _, err := db.Message(ctx, stored[0].ID)
				must(t, err)
				if m.Body != one.Body || !m.Time.Equal(one.Time) || m.From != one.From {
					t.Errorf("the first became %+v", m)
				}
				want := 2
				if c.same {
					want = 1
				}
				if n := count(t, db, "message"); n != want {
					t.Errorf("%d messages", n)
				}
				if n := len(find(t, db, one.Body)); n < 1 || n > want {
					t.Errorf("search finds %d", n)
				}
				must(t, db.Check(ctx))
			}
		})
	}
}

// A message learns its archive's id the first time that somebody says it, and
// never the id that is another's.
func TestLearnArchiveID(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	archived := func(origin, id string, by chat.Address) Incoming {
		return from("text", func(in *Incoming) { in.OriginID, in.StanzaID, in.StanzaBy = origin, id, by })
	}
	idOf := func(s Stored) string {
		m, _, err := db.Message(ctx, s.ID)
		must(t, err)
		return m.StanzaID
	}
	a := receive(t, db, archived("a", "", chat.Address{}))
	b := receive(t, db, archived("b", "s2", alice))
	receive(t, db, archived("a", "evil", carol))
	if idOf(a) != "" {
		t.Errorf("took %q from a stranger", idOf(a))
	}
	receive(t, db, archived("a", "s2", alice))
	if idOf(a) != "" || idOf(b) != "s2" {
		t.Errorf("two messages with one id: %q %q", idOf(a), idOf(b))
	}
	receive(t, db, archived("a", "s1", alice))
	receive(t, db, archived("a", "s3", alice))
	if idOf(a) != "s1" {
		t.Errorf("learned %q", idOf(a))
	}
	if again := receive(t, db, archived("", "s1", alice)); again.Fresh || again.ID != a.ID {
		t.Errorf("by what it learned it is %+v", again)
	}
}

func TestIncomingRefuses(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	for _, c := range []struct {
		name string
		in   Incoming
		code chat.Code
	}{
		{"no such account", Incoming{Conv: chat.ConvID{Account: carol, Peer: bob}, Body: "x"}, chat.CodeNotFound},
		{"no conversation", Incoming{Body: "x"}, chat.CodeAddress},
		{"no peer", Incoming{Conv: chat.ConvID{Account: alice}, Body: "x"}, chat.CodeAddress},
		{"a peer with a resource", Incoming{Conv: chat.ConvID{Account: alice, Peer: bob.WithResource("x")}, Body: "x"}, chat.CodeAddress},
		{"another sender", from("x", func(in *Incoming) { in.From = carol }), chat.CodeAddress},
		{"in, from us", from("x", func(in *Incoming) { in.From = alice }), chat.CodeAddress},
		{"out, from the peer", from("x", func(in *Incoming) { in.Direction = chat.Out }), chat.CodeAddress},
	} {
		t.Run(c.name, func(t *testing.T) {
			// One bad message keeps the good ones of its page out too.
			stored, err := db.AddIncoming(ctx, []Incoming{from("good"), c.in})
			wantCode(t, err, c.code)
			if stored != nil {
				t.Errorf("with an error comes %+v", stored)
			}
			if strings.Contains(err.Error(), "example") {
				t.Errorf("the error names an address: %v", err)
			}
			if n := count(t, db, "message"); n != 0 {
				t.Errorf("%d messages", n)
			}
			if got := find(t, db, "good"); len(got) != 0 {
				t.Errorf("the index has %q", got)
			}
			if cs, err := db.Conversations(ctx); err != nil || len(cs) != 0 {
				t.Errorf("conversations %+v, %v", cs, err)
			}
		})
	}
	if stored, err := db.AddIncoming(ctx, nil); err != nil || stored != nil {
		t.Errorf("nothing gives %v, %v", stored, err)
	}
	must(t, db.Check(ctx))
}

// A page of an archive keeps its order and its ids across a restart.
func TestIncomingPage(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	var in []Incoming
	for i := range 250 {
		in = append(in, from(fmt.Sprint("line ", i), func(in *Incoming) { in.OriginID = fmt.Sprint(i); in.StanzaID, in.StanzaBy = fmt.Sprint("s", i), alice }))
	}
	first, err := db.AddIncoming(ctx, in)
	must(t, err)
	db = reopen(t, db)
	second, err := db.AddIncoming(ctx, in)
	must(t, err)
	for i := range first {
		if !first[i].Fresh || second[i].Fresh || first[i].ID != second[i].ID || i > 0 && first[i].ID <= first[i-1].ID {
			t.Fatalf("%d: %+v, then %+v", i, first[i], second[i])
		}
	}
	last, err := db.Page(ctx, withBob, 0, 3)
	must(t, err)
	if got := bodies(last); !slices.Equal(got, []string{"line 247", "line 248", "line 249"}) {
		t.Errorf("the end is %q", got)
	}
	if s := receive(t, db, from("new")); s.ID <= first[249].ID {
		t.Errorf("id %d after %d", s.ID, first[249].ID)
	}
}

// Who gives every message one id is not mistaken, and makes none take longer: the
// newest few with that id are looked at.
func TestManyOfOneStanzaID(t *testing.T) {
	db := openNew(t)
	all := func(from, to int) (in []Incoming) {
		for i := from; i < to; i++ {
			in = append(in, Incoming{Conv: withBob, From: bob, Body: fmt.Sprint("text ", i), Time: noon, MessageID: "1"})
		}
		return in
	}
	const n = 3 * sameIDs
	first, err := db.AddIncoming(context.Background(), all(0, n))
	must(t, err)
	again, err := db.AddIncoming(context.Background(), all(n-sameIDs, n))
	must(t, err)
	for i, s := range again {
		if s.Fresh || s.ID != first[n-sameIDs+i].ID {
			t.Fatalf("%d is %+v", i, s)
		}
	}
	if n, want := count(t, db, "message"), n; n != want {
		t.Errorf("%d messages, want %d", n, want)
	}
}
