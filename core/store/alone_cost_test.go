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

// written is how many rows the database has ever been told to write.
func written(t *testing.T, db *DB) int { return pick[int](t, db, `SELECT total_changes()`) }

// Corrections of nothing cost no more than as many messages, and a few passes over their
// conversation, wherever they belong.
func TestManyCorrectionsAloneInALongArchive(t *testing.T) {
	const rows, corrections = 5000, 300
	at := func(i int) time.Time { return noon.Add(time.Duration(i) * time.Minute) }
	for _, c := range []struct {
		name   string
		at     func(i int) time.Time
		placed int // the first so many stand where their time belongs
		passes int // over all rows, two steps each
	}{
		{"everywhere", func(i int) time.Time { return at(i * 16).Add(time.Second) }, corrections, 1},
		{"the newest first", func(i int) time.Time { return at((corrections - i) * 16).Add(time.Second) }, corrections, 1},
		{"in one place", func(i int) time.Time { return at(1000).Add(time.Duration(i) * time.Millisecond) }, maxPlaced, 4},
		{"in one place, the newest first", func(i int) time.Time { return at(1001).Add(-time.Duration(i+1) * time.Millisecond) }, maxPlaced, 4},
		{"ever closer", func(i int) time.Time {
			between := time.Second / (1 << min(i/2, 29))
			return at(1000).Add([]time.Duration{between, 2*time.Second - between}[i%2])
		}, maxPlaced, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := openNew(t)
			gap := openGap(t, db)
			all := make([]Incoming, rows)
			for i := range all {
				id := fmt.Sprint(i)
				all[i] = from("row "+id, origin(id), inArchive(id), func(in *Incoming) { in.Time = at(i) })
			}
			fillGap(t, db, gap, true, all...)
			amends := make([]Amend, corrections)
			for i := range amends {
				amends[i] = better(fmt.Sprint("c", i), fmt.Sprint("nowhere ", i), fmt.Sprint("correction ", i))
				amends[i].Conv, amends[i].Time = withBob, c.at(i)
			}
			must(t, db.on(context.Background(), db.writer, "test", func(conn *conn) error {
				return transact(conn, func() error {
					tx := db.begun(conn)
					for i := range amends {
						if err := tx.wait(withBob, amends[i].Target, AmendReplace, &amends[i], tx.number()); err != nil {
							return err
						}
					}
					return nil
				})
			}))
			before := written(t, db)
			if shown := showAlone(t, db); len(shown) != corrections || count(t, db, "pending") != 0 {
				t.Fatalf("%d are shown, %d wait", len(shown), count(t, db, "pending"))
			}
			shown := written(t, db) - before
			// Only spread, which is bound, runs through all rows.
			for query, steps := range plans(t, db.writer) {
				if i := slices.IndexFunc(steps, func(step string) bool { return step != "SCAN n" && slow(query, step) }); i >= 0 {
					t.Errorf("%s\n  %s", query, steps[i])
				}
			}
			before = written(t, db)
			for i := range corrections { // what it costs to send as much
				receive(t, db, from(fmt.Sprint("message ", i), origin(fmt.Sprint("message ", i))))
			}
			most := 4*(written(t, db)-before) + c.passes*2*(rows+corrections)
			if shown > most {
				t.Errorf("%d rows are written, want %d at most", shown, most)
			}
			placed := make(map[string]bool)
			var last chat.Message
			for from := chat.Cursor(1); ; {
				page, err := db.PageAfter(context.Background(), withBob, from, 1000)
				must(t, err)
				if len(page) == 0 {
					break
				}
				for _, m := range page {
					placed[m.Body] = last.Time.IsZero() || !m.Time.Before(last.Time)
					last, from = m, m.Cursor
				}
			}
			for i := range c.placed {
				if !placed[fmt.Sprint("correction ", i)] {
					t.Fatalf("correction %d does not stand where it belongs", i)
				}
			}
			for i := range rows {
				if !placed[fmt.Sprint("row ", i)] {
					t.Fatalf("row %d does not stand where it belongs", i)
				}
			}
			must(t, db.Check(context.Background()))
		})
	}
}
