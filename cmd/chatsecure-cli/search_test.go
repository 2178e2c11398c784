// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/core/store"
)

// filled is a session on a profile that holds n messages in each of the
// conversations, alternating; body says which it is.
func filled(t *testing.T, n int, conversations ...chat.ConvID) *session {
	t.Helper()
	ctx := t.Context()
	p, err := profile.Create(ctx, filepath.Join(t.TempDir(), "profile"), profile.Options{Passphrase: []byte("pass")})
	if err != nil {
		t.Fatal(err)
	}
	key := p.Key()
	db, err := store.Create(ctx, p.DatabasePath(), key)
	if err != nil {
		t.Fatal(err)
	}
	for _, conv := range conversations {
		if err := db.PutAccount(ctx, store.AccountRecord{Login: chat.Login{Address: conv.Account}}); err != nil {
			t.Fatal(err)
		}
	}
	var page []store.Incoming
	for i := range n {
		for c, conv := range conversations {
			page = append(page, store.Incoming{Conv: conv, From: conv.Peer, Body: fmt.Sprintf("word %d of %d", i, c), Time: time.Now()})
		}
	}
	for len(page) > 0 {
		k := min(len(page), 500)
		if _, err := db.AddIncoming(ctx, page[:k]); err != nil {
			t.Fatal(err)
		}
		page = page[k:]
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	client, err := core.Open(ctx, core.Config{Profile: p, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	s := &session{Client: client, profile: p}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestFind(t *testing.T) {
	a, b := chat.MustAddress("a@x.test"), chat.MustAddress("b@x.test")
	one, two := chat.MustAddress("one@x.test"), chat.MustAddress("x.test")
	s := filled(t, 1200, chat.ConvID{Account: a, Peer: one}, chat.ConvID{Account: a, Peer: two}, chat.ConvID{Account: b, Peer: one})
	for _, tc := range []struct {
		name          string
		account, peer chat.Address
		limit, want   int
		first, second string
	}{
		{name: "everywhere", want: 50, first: "word 1199 of 2", second: "word 1199 of 1"},
		{name: "many", limit: 3000, want: 3000, first: "word 1199 of 2", second: "word 1199 of 1"},
		{name: "all", limit: 10_000, want: 3600, first: "word 1199 of 2", second: "word 1199 of 1"},
		{name: "of an account", account: a, limit: 60, want: 60, first: "word 1199 of 1", second: "word 1199 of 0"},
		{name: "in a conversation", account: a, peer: one, want: 50, first: "word 1199 of 0", second: "word 1198 of 0"},
		{name: "all of a conversation", account: a, peer: one, limit: 5000, want: 1200, first: "word 1199 of 0", second: "word 1198 of 0"},
		{name: "with a server", peer: two, limit: 2, want: 2, first: "word 1199 of 1", second: "word 1198 of 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			found, err := s.find(context.Background(), "word", tc.account, tc.peer, tc.limit)
			if err != nil || len(found) != tc.want || found[0].Body != tc.first || found[1].Body != tc.second {
				t.Fatalf("%d messages, %v; want %d", len(found), err, tc.want)
			}
		})
	}
	if _, err := s.find(context.Background(), "word", chat.MustAddress("c@x.test"), chat.Address{}, 0); chat.CodeOf(err) != chat.CodeNotFound {
		t.Errorf("of an account that is none: %v", err)
	}
}
