// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

// A conversation read page by page, from either end, is what was stored, in the
// order of arrival whatever the clocks said.
func TestPages(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	var want []string
	var in []Incoming
	for i := range 137 {
		text := fmt.Sprint("line ", i)
		want = append(want, text)
		// Clocks that stand still, run back and jump.
		at := noon.Add(time.Duration(i%3-i/50) * time.Hour)
		in = append(in, from(text, func(in *Incoming) { in.Time = at }))
		if i%2 == 0 { // between them stands another conversation
			in = append(in, from("elsewhere", func(in *Incoming) { in.Conv.Peer, in.From = carol, carol }))
		}
	}
	_, err := db.AddIncoming(ctx, in)
	must(t, err)
	for _, n := range []int{1, 7, 50, 136, 137, 138, 1000} {
		var up, down []chat.Message
		for before := chat.Cursor(0); ; before = up[0].Cursor {
			page, err := db.Page(ctx, withBob, before, n)
			must(t, err)
			if len(page) == 0 {
				break
			}
			if len(page) > n {
				t.Fatalf("a page of %d has %d", n, len(page))
			}
			up = append(page, up...)
		}
		for after := up[0].Cursor - 1; ; after = down[len(down)-1].Cursor {
			page, err := db.PageAfter(ctx, withBob, after, n)
			must(t, err)
			if len(page) == 0 {
				break
			}
			down = append(down, page...)
		}
		if !slices.Equal(bodies(up), want) || !slices.EqualFunc(up, down, same) {
			t.Fatalf("pages of %d:\nup   %q\ndown %q", n, bodies(up), bodies(down))
		}
		for i := range up[1:] {
			if up[i].Cursor >= up[i+1].Cursor {
				t.Fatalf("cursor %d before %d", up[i].Cursor, up[i+1].Cursor)
			}
		}
	}
}

func TestPageBounds(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	var in []Incoming
	for i := range maxPage + 200 {
		in = append(in, from(fmt.Sprint(i)))
	}
	stored, err := db.AddIncoming(ctx, in)
	must(t, err)
	middle, _, err := db.Message(ctx, stored[600].ID)
	must(t, err)
	for _, c := range []struct {
		name        string
		read        func(context.Context, chat.ConvID, chat.Cursor, int) ([]chat.Message, error)
		at          chat.Cursor
		n           int
		first, last string // "": nothing
	}{
		{"newest", db.Page, 0, 10, "1190", "1199"},
		{"default", db.Page, 0, 0, "1150", "1199"},
		{"negative", db.Page, 0, -5, "1150", "1199"},
		{"too many", db.Page, 0, maxPage + 1, "1150", "1199"},
		{"as many as may be", db.Page, 0, maxPage, "200", "1199"},
		{"before the middle", db.Page, middle.Cursor, 3, "597", "599"},
		{"before what is between", db.Page, middle.Cursor + 1, 3, "598", "600"},
		{"before the first", db.Page, 1, 10, "", ""},
		{"before nothing", db.Page, -1, 10, "", ""},
		{"before the end of all", db.Page, math.MaxInt64, 1, "1199", "1199"},
		{"after the end", db.PageAfter, 0, 10, "", ""},
		{"after the middle", db.PageAfter, middle.Cursor, 3, "601", "603"},
		{"after the last", db.PageAfter, math.MaxInt64, 3, "", ""},
		{"after before the first", db.PageAfter, -1, 2, "0", "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.read(ctx, withBob, c.at, c.n)
			must(t, err)
			first, last := "", ""
			if len(got) > 0 {
				first, last = got[0].Body, got[len(got)-1].Body
			}
			if first != c.first || last != c.last {
				t.Errorf("%d from %q to %q", len(got), first, last)
			}
		})
	}
	for _, conv := range []chat.ConvID{{}, {Account: alice, Peer: carol}, {Account: carol, Peer: bob}} {
		if got, err := db.Page(ctx, conv, 0, 10); err != nil || len(got) != 0 {
			t.Errorf("%v: %v, %v", conv, got, err)
		}
		if got, err := db.PageAfter(ctx, conv, 1, 10); err != nil || len(got) != 0 {
			t.Errorf("%v: %v, %v", conv, got, err)
		}
	}
	got, err := db.Messages(ctx, []chat.MsgID{stored[5].ID, 99, stored[3].ID, -1, stored[5].ID})
	must(t, err)
	if !slices.Equal(bodies(got), []string{"5", "3", "5"}) {
		t.Errorf("by id: %q", bodies(got))
	}
}

// Whatever is added, deleted, read and paged, the database says the same as a
// list in memory.
func TestConversationModel(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		db, err := Create(ctx, filepath.Join(dir, fmt.Sprint(run)), testKey)
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		check(err)
		defer func() { check(db.Close()) }()
		check(db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: alice}}))
		var model []chat.Message // what Page would give
		pick := func() int { return rapid.IntRange(0, len(model)-1).Draw(t, "which") }
		next := 0
		t.Repeat(map[string]func(*rapid.T){
			"in": func(t *rapid.T) {
				next++
				stored, err := db.AddIncoming(ctx, []Incoming{from(fmt.Sprint("word", next), func(in *Incoming) { in.Seen = rapid.Bool().Draw(t, "seen") })})
				check(err)
				m, _, err := db.Message(ctx, stored[0].ID)
				check(err)
				model = append(model, m)
			},
			"out": func(*rapid.T) {
				next++
				m, fresh, err := db.AddOutgoing(ctx, withBob, fmt.Sprint("word", next), noon, fmt.Sprint(next))
				check(err)
				if !fresh {
					t.Fatal("not fresh")
				}
				model = append(model, m)
			},
			"delete": func(t *rapid.T) {
				if len(model) == 0 {
					t.Skip()
				}
				i := pick()
				conv, err := db.DeleteMessage(ctx, model[i].ID)
				check(err)
				if conv != withBob {
					t.Fatal(conv)
				}
				model = slices.Delete(model, i, i+1)
			},
			"read": func(t *rapid.T) {
				if len(model) == 0 {
					t.Skip()
				}
				upTo := pick()
				changed, err := db.MarkRead(ctx, withBob, model[upTo].ID)
				check(err)
				want := false
				for i := range model[:upTo+1] {
					if model[i].Direction == chat.In && model[i].Status != chat.Read {
						model[i].Status, want = chat.Read, true
					}
				}
				if changed != want {
					t.Fatalf("marking said %v", changed)
				}
			},
			"": func(t *rapid.T) {
				page, err := db.Page(ctx, withBob, 0, 1000)
				check(err)
				if !slices.EqualFunc(page, model, same) {
					t.Fatalf("stored %q, want %q", bodies(page), bodies(model))
				}
				c, found, err := db.Conversation(ctx, withBob)
				check(err)
				var unread int
				var firstNew chat.MsgID
				for _, m := range model {
					if m.Direction == chat.In && m.Status != chat.Read {
						if unread++; firstNew == 0 {
							firstNew = m.ID
						}
					}
				}
				if c.Unread != unread || c.FirstNew != firstNew {
					t.Fatalf("found %v, unread %d from %d, want %d from %d", found, c.Unread, c.FirstNew, unread, firstNew)
				}
				if len(model) > 0 && !same(c.Last, model[len(model)-1]) || len(model) == 0 && c.Last.ID != 0 {
					t.Fatalf("last is %+v", c.Last)
				}
				hits, err := db.Search(ctx, chat.SearchQuery{Text: "word", Limit: 1000})
				check(err)
				slices.Reverse(hits)
				if !slices.EqualFunc(hits, page, same) {
					t.Fatalf("found %q, stored %q", bodies(hits), bodies(page))
				}
			},
		})
	})
}
