// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestFirst(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	receive(t, db, from("hello there"))
	m, fresh, err := db.AddOutgoing(ctx, withBob, "Hi Bob, 你好", noon, "o1")
	must(t, err)
	if !fresh || m.Status != chat.Queued || m.From != alice {
		t.Fatalf("%+v %v", m, fresh)
	}
	ms, err := db.Page(ctx, withBob, 0, 10)
	must(t, err)
	if got := bodies(ms); !slices.Equal(got, []string{"hello there", "Hi Bob, 你好"}) {
		t.Fatal(got)
	}
	for _, q := range []string{"hello", "HEL", "lo", "h", "你好", "好", "b,", "hi 你"} {
		if got := find(t, db, q); len(got) == 0 {
			t.Error(q, got)
		}
	}
	cs, err := db.Conversations(ctx)
	must(t, err)
	if len(cs) != 1 || cs[0].Unread != 1 || cs[0].Last.ID != m.ID {
		t.Fatalf("%+v", cs)
	}
	db = reopen(t, db)
	must(t, db.Check(ctx))
	must(t, db.RemoveAccount(ctx, alice))
}
