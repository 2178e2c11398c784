// SPDX-License-Identifier: MPL-2.0

//go:build crashpoints

package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// changesChild is the variable that has the child make changes.
const changesChild = "CHATSECURE_STORE_CHANGES"

// change is a transaction, and the place in it at which the process can die.
type change struct {
	place string
	do    func(ctx context.Context, db *DB) error
}

// changes are corrections, reactions, retractions and marks, ours and theirs, of
// messages that are there and of one that comes later.
var changes = []change{
	{"incoming", receives(Batch{Rows: []Incoming{from("theirs", secretly("1", 1), origin("theirs"), inArchive("a1"))}})},
	{"outgoing", func(ctx context.Context, db *DB) error {
		_, _, err := db.Queue(ctx, Outgoing{Conv: withBob, Body: "ours", OriginID: "ours", Time: noon})
		return err
	}},
	{"stanza", seals(2)},
	{"incoming", receives(Batch{
		Statuses: []StatusChange{{Conv: withBob, OriginID: "ours", Status: chat.Delivered}},
		Reads:    []ReadMark{{Conv: withBob, ID: "ours"}},
		Amends: []Amend{
			secretAmend(Amend{Kind: AmendReplace, Target: "theirs", OriginID: "t1", Body: "theirs, better"}, 3),
			secretAmend(Amend{Kind: AmendReact, Target: "ours", OriginID: "t2", Emoji: []string{"👍"}}, 4),
		},
	})},
	{"read", func(ctx context.Context, db *DB) error {
		id, err := withOrigin(ctx, db, "theirs")
		if err == nil {
			_, err = db.MarkRead(ctx, withBob, id)
		}
		return err
	}},
	{"told", func(ctx context.Context, db *DB) error { return db.SetDisplayed(ctx, withBob, "a1") }},
	{"outgoing", errands("ours", Errand{Kind: AmendReplace, OriginID: "e1", Body: "ours, better"})},
	{"outgoing", errands("theirs", Errand{Kind: AmendReact, OriginID: "e2", Emoji: []string{"🎉", "👍"}})},
	{"stanza", seals(5)},
	{"incoming", receives(Batch{Amends: []Amend{ // our server has them
		{Direction: chat.Out, Kind: AmendReplace, Target: "ours", OriginID: "e1", Body: "ours, better", Encryption: chat.EncryptionOMEMO},
		{Direction: chat.Out, Kind: AmendReact, Target: "theirs", OriginID: "e2", Emoji: []string{"🎉", "👍"}},
	}})},
	{"incoming", receives(Batch{Amends: []Amend{secretAmend(Amend{Kind: AmendReplace, Target: "later", OriginID: "t3", Body: "later, better"}, 6)}})},
	{"incoming", receives(Batch{Rows: []Incoming{from("later", secretly("later", 7), origin("later"))}})},
	{"outgoing", errands("ours", Errand{Kind: AmendRetract, OriginID: "e3"})},
	{"stanza", seals(8)},
	{"incoming", receives(Batch{Amends: []Amend{secretAmend(Amend{Kind: AmendRetract, Target: "theirs", OriginID: "t4"}, 9)}})},
}

func secretAmend(a Amend, step int64) Amend {
	a.Encryption, a.Fingerprint, a.Hash = chat.EncryptionOMEMO, fp("b"), cipher(a.OriginID)
	a.Keys = &KeyChanges{Sessions: []Session{session(step)}}
	return a
}

func receives(b Batch) func(context.Context, *DB) error {
	for i := range b.Amends {
		b.Amends[i].Conv = withBob
	}
	return func(ctx context.Context, db *DB) error {
		_, err := db.Receive(ctx, alice, b, "")
		return err
	}
}

// withOrigin is the message with an origin id.
func withOrigin(ctx context.Context, db *DB, origin string) (chat.MsgID, error) {
	all, err := db.Page(ctx, withBob, 0, 100)
	i := slices.IndexFunc(all, func(m chat.Message) bool { return m.OriginID == origin })
	if err != nil || i < 0 {
		return 0, errors.Join(err, wrong("test", chat.CodeNotFound))
	}
	return all[i].ID, nil
}

func errands(origin string, e Errand) func(context.Context, *DB) error {
	return func(ctx context.Context, db *DB) (err error) {
		e.Conv, e.Time = withBob, noon
		if e.Message, err = withOrigin(ctx, db, origin); err == nil {
			_, err = db.AddErrand(ctx, e)
		}
		return err
	}
}

// seals finishes what waits and is not finished.
func seals(step int64) func(context.Context, *DB) error {
	return func(ctx context.Context, db *DB) error {
		rows, err := db.Outbox(ctx, alice)
		for i := range rows {
			if rows[i].Stanza == nil {
				rows[i] = sealedRow(rows[i], "bytes of "+rows[i].OriginID, step)
			}
		}
		if err == nil {
			_, err = db.SaveStanzas(ctx, rows)
		}
		return err
	}
}

func childChanges(ctx context.Context, path string) error {
	db, err := Open(ctx, path, testKey)
	if err != nil {
		return err
	}
	for _, c := range changes {
		err = errors.Join(err, c.do(ctx, db))
	}
	return errors.Join(err, db.Close())
}

// shownState is all that a person, or the next session, gets to see.
func shownState(t *testing.T, db *DB) string {
	t.Helper()
	ctx := context.Background()
	var b strings.Builder
	all, err := db.Page(ctx, withBob, 0, 100)
	must(t, err)
	for _, m := range all {
		fmt.Fprintln(&b, m.Direction, m.OriginID, m.Kind, m.Body, m.Status, m.Error, m.Encryption, m.Edited, m.Retracted, m.Reactions)
	}
	for _, row := range outbox(t, db) {
		fmt.Fprintf(&b, "waits %s %d %s %s %q\n", row.OriginID, row.Errand, row.Body, row.Target, row.Stanza)
	}
	p, err := db.ReadPoint(ctx, withBob)
	must(t, err)
	fmt.Fprintln(&b, p, step(t, db), count(t, db, "pending"), find(t, db, "better"))
	fmt.Fprintln(&b, deciphered(t, db, "1", "t1", "t2", "t3", "later", "t4", "bytes of ours", "bytes of e1", "bytes of e2", "bytes of e3"))
	return b.String()
}

// Killed before a transaction ends, nothing of the change is there; killed after, all
// is. The rest goes on from there as if nothing had been.
func TestCrashPointsOfChanges(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	states := []string{shownState(t, db)}
	for _, c := range changes {
		must(t, c.do(ctx, db))
		states = append(states, shownState(t, db))
		if states[len(states)-1] == states[len(states)-2] {
			t.Fatalf("step %d changes nothing", len(states)-1)
		}
	}
	passes := map[string]int{}
	for i, c := range changes {
		passes[c.place]++
		for k, when := range []string{"before", "after"} {
			point := fmt.Sprintf("%s-%s-commit:%d", c.place, when, passes[c.place])
			t.Run(point, func(t *testing.T) {
				db := openNew(t)
				path := pathOf(t, db)
				must(t, db.Close())
				killAt(t, path, point, changesChild+"=1")
				db, err := Open(ctx, path, testKey)
				must(t, err)
				defer func() { must(t, db.Close()) }()
				must(t, db.Check(ctx))
				if got := shownState(t, db); got != states[i+k] {
					t.Fatalf("there is\n%s\nwant\n%s", got, states[i+k])
				}
				for _, c := range changes[i+k:] {
					must(t, c.do(ctx, db))
				}
				if got, want := shownState(t, db), states[len(states)-1]; got != want {
					t.Errorf("in the end there is\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}
