// SPDX-License-Identifier: MPL-2.0

//go:build crashpoints

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func init() {
	crashChild = func(ctx context.Context, path string) error {
		if os.Getenv(changesChild) != "" {
			return childChanges(ctx, path)
		}
		return childCrash(ctx, path)
	}
}

// childCrash does once what has a place to die at.
func childCrash(ctx context.Context, path string) error {
	db, err := Open(ctx, path, testKey)
	if err != nil {
		return err
	}
	var id chat.MsgID
	_, err = db.Receive(ctx, alice, Batch{Rows: []Incoming{from("live", secretly("live", 1), origin("live"))}}, "")
	if err == nil {
		var gap Gap
		if gap, err = db.OpenGap(ctx, alice); err == nil {
			rows := talk(3)
			secretly("page", 2)(&rows[2])
			_, err = db.FillGap(ctx, alice, gap, ArchivePage{Batch: Batch{Rows: rows}, First: "s0", Last: "s2", Reached: true})
		}
	}
	if err == nil {
		var m chat.Message
		if m, _, err = db.Queue(ctx, Outgoing{Conv: withBob, Body: "out", Time: noon, OriginID: "out"}); err == nil {
			id = m.ID
			_, err = db.SaveStanzas(ctx, []Outgoing{sealedRow(Outgoing{ID: id, Conv: withBob}, "bytes", 3)})
		}
	}
	return errors.Join(err, db.Close())
}

// killAt lets a child die at a place.
func killAt(t *testing.T, path, point string, env ...string) {
	t.Helper()
	cmd := child("crash", path)
	cmd.Env = append(append(cmd.Env, "CHATSECURE_CRASH="+point), env...)
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.Success() || !strings.Contains(exit.Error(), "killed") {
		t.Fatalf("the child ended with %v", err)
	}
	must(t, os.RemoveAll(path+"-shm"))
}

// Killed before a transaction ends, nothing of it is there; killed after, all is.
func TestCrashPoints(t *testing.T) {
	ctx := context.Background()
	steps := []string{"incoming", "page", "outgoing", "stanza"}
	for i, name := range steps {
		for k, point := range []string{name + "-before-commit", name + "-after-commit"} {
			t.Run(point, func(t *testing.T) {
				db := openNew(t)
				path := pathOf(t, db)
				must(t, db.Close())
				killAt(t, path, point)
				db, err := Open(ctx, path, testKey)
				must(t, err)
				defer func() { must(t, db.Close()) }()
				must(t, db.Check(ctx))
				done := i + k // so many of the steps are there
				want := fmt.Sprint(done >= 1, done >= 2, done >= 3, done >= 4)
				s, err := db.ArchiveState(ctx, alice)
				must(t, err)
				got := fmt.Sprint(len(find(t, db, "live")) == 1, len(find(t, db, "line")) == 3 && s.Top == "s2" && len(s.Gaps) == 0,
					len(outbox(t, db)) == 1, s.Doubt && string(outbox(t, db)[0].Stanza) == "bytes" && s.DoubtAfter == "s2")
				if got != want || done < 2 && count(t, db, "message") != done {
					t.Errorf("there is %s, want %s; %+v", got, want, s)
				}
				// The keys have moved with what moved them.
				moved := map[int]int64{0: 0, 1: 1, 2: 2, 3: 2, 4: 3}[done]
				read := []bool{done >= 1, done >= 2, done >= 4}
				if n := step(t, db); n != moved || !slices.Equal(deciphered(t, db, "live", "page", "bytes"), read) {
					t.Errorf("step %d with %s", n, got)
				}
				// Once more, and each is there once.
				must(t, childCrash(ctx, path))
				if n := count(t, db, "message"); n != 5 {
					t.Errorf("%d messages", n)
				}
			})
		}
	}
}
