// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// inIndex is how many messages the search index has for an expression, also of
// those that are no more.
func inIndex(t testing.TB, db *DB, expression string) (n int) {
	t.Helper()
	must(t, db.on(context.Background(), db.writer, "test", func(c *conn) error {
		return c.row(`SELECT count(*) FROM gram WHERE gram MATCH ?`, expression).Scan(&n)
	}))
	return n
}

func TestDeleteMessage(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	texts := []string{"don't C++ \"x\"", "日本語 ÄÖ", "plain words", "a\x00b\xff", "plain words"}
	var ids []chat.MsgID
	for _, s := range texts {
		ids = append(ids, receive(t, db, from(s)).ID)
	}
	for i, id := range ids {
		conv, err := db.DeleteMessage(ctx, id)
		must(t, err)
		if conv != withBob {
			t.Errorf("it was in %v", conv)
		}
		if _, found, err := db.Message(ctx, id); found || err != nil {
			t.Errorf("still there: %v", err)
		}
		if n, left := len(find(t, db, texts[i])), slices.Contains(texts[i+1:], texts[i]); n > 0 != left {
			t.Errorf("%q: %d found", texts[i], n)
		}
		_, err = db.DeleteMessage(ctx, id)
		wantCode(t, err, chat.CodeNotFound)
	}
	for _, g := range []string{`"don"`, `"日本語"`, `"pla"`, `"a" *`, `"` + convGram(1) + `"`} {
		if n := inIndex(t, db, g); n != 0 {
			t.Errorf("the index has %d of %s", n, g)
		}
	}
	c := conversation(t, db, withBob)
	if c.Last.ID != 0 || c.Unread != 0 || c.FirstNew != 0 {
		t.Errorf("the empty conversation: %+v", c)
	}
	// An id is never given again, also not after a restart.
	db = reopen(t, db)
	if s := receive(t, db, from("next")); s.ID <= ids[4] {
		t.Errorf("id %d after %d", s.ID, ids[4])
	}
	must(t, db.Check(ctx))
}

// One that was deleted and comes again from an archive is stored again: who
// does not want that has to remember its id.
func TestDeletedComesAgain(t *testing.T) {
	db := openNew(t)
	in := from("x", func(in *Incoming) { in.OriginID = "o" })
	first := receive(t, db, in)
	_, err := db.DeleteMessage(context.Background(), first.ID)
	must(t, err)
	if again := receive(t, db, in); !again.Fresh || again.ID == first.ID {
		t.Errorf("again %+v", again)
	}
}

func fillConversations(t *testing.T, db *DB, accounts, each int) (all []chat.ConvID) {
	t.Helper()
	ctx := context.Background()
	for a := range accounts {
		account := chat.MustAddress(fmt.Sprintf("me%d@wonder.example", a))
		must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: account}, Password: []byte("p"), Avatar: fmt.Sprint("own", a)}))
		must(t, db.PutContact(ctx, chat.Contact{Account: account, Address: bob, Listed: true, Avatar: fmt.Sprint("bob", a)}, "v"))
		must(t, db.PutPicture(ctx, fmt.Sprint("bob", a), []byte("picture")))
		for _, peer := range []chat.Address{bob, carol} {
			conv := chat.ConvID{Account: account, Peer: peer}
			all = append(all, conv)
			var in []Incoming
			for i := range each {
				in = append(in, Incoming{Conv: conv, Body: fmt.Sprintf("text %d of %s with %s", i, account.Local, peer.Local), Time: noon})
			}
			_, err := db.AddIncoming(ctx, in)
			must(t, err)
			must(t, db.SetDraft(ctx, conv, "draft"))
		}
	}
	return all
}

func TestRemoveConversation(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	for _, each := range []int{0, 1, removeBatch - 1, removeBatch, removeBatch + 1, 3 * removeBatch} {
		convs := fillConversations(t, db, 1, each)
		must(t, db.RemoveConversation(ctx, convs[0]))
		must(t, db.RemoveConversation(ctx, convs[0])) // gone is gone
		if _, found, err := db.Conversation(ctx, convs[0]); found || err != nil {
			t.Fatalf("%d: found, %v", each, err)
		}
		if ms, err := db.Page(ctx, convs[0], 0, 10); len(ms) != 0 || err != nil {
			t.Fatalf("%d: %d messages, %v", each, len(ms), err)
		}
		if n := len(find(t, db, "of me0 with bob")); n != 0 {
			t.Fatalf("%d: found %d", each, n)
		}
		if n := count(t, db, "message"); n != each {
			t.Fatalf("%d: %d are left", each, n)
		}
		if ms, err := db.Search(ctx, chat.SearchQuery{Text: "with carol", Limit: 1000}); err != nil || len(ms) != each {
			t.Fatalf("%d: %d found with carol, %v", each, len(ms), err)
		}
		must(t, db.RemoveConversation(ctx, convs[1]))
	}
	must(t, db.Check(ctx))
}

// Two who remove one conversation at once: the slower must not remove the one
// that was begun in between.
func TestRemoveTwice(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	receive(t, db, from("old"))
	row := pick[int64](t, db, `SELECT id FROM conversation`)
	must(t, db.RemoveConversation(ctx, withBob))
	receive(t, db, from("new"))
	must(t, db.removeConversation(ctx, "test", row, nil))
	if got := find(t, db, "new"); !slices.Equal(got, []string{"new"}) {
		t.Errorf("found %q", got)
	}
	// Nor is the new account of an address the old one.
	row = pick[int64](t, db, `SELECT id FROM account`)
	must(t, db.RemoveAccount(ctx, alice))
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: alice}}))
	if again := pick[int64](t, db, `SELECT id FROM account`); again == row {
		t.Errorf("row %d is given again", row)
	}
}

// stopAfter is a context that ends at the n-th look at it.
type stopAfter struct {
	context.Context
	n int
}

func (c *stopAfter) Err() error {
	if c.n--; c.n < 0 {
		return context.Canceled
	}
	return nil
}

// A removal that is interrupted leaves a conversation that is whole but shorter,
// and one of an account goes on at the next opening.
func TestRemoveInterrupted(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	convs := fillConversations(t, db, 2, 3*removeBatch)
	err := db.RemoveConversation(&stopAfter{ctx, 3}, convs[0]) // one look reads, two write
	wantCode(t, err, chat.CodeCanceled)
	c := conversation(t, db, convs[0])
	if c.Unread != removeBatch || c.Draft != "draft" || c.Last.Body != fmt.Sprintf("text %d of me0 with bob", 3*removeBatch-1) {
		t.Errorf("it became %+v", c)
	}
	if ms, err := db.Search(ctx, chat.SearchQuery{Text: "with bob", In: convs[0], Limit: 1000}); err != nil || len(ms) != removeBatch {
		t.Errorf("%d found, %v", len(ms), err)
	}

	err = db.RemoveAccount(&stopAfter{ctx, 5}, convs[0].Account)
	wantCode(t, err, chat.CodeCanceled)
	gone := func(left int) {
		t.Helper()
		if _, found, err := db.Account(ctx, convs[0].Account); found || err != nil {
			t.Errorf("the account: %v %v", found, err)
		}
		if as, err := db.Accounts(ctx); err != nil || len(as) != 2 {
			t.Errorf("accounts %+v %v", as, err)
		}
		for _, conv := range convs[:2] {
			if _, found, err := db.Conversation(ctx, conv); found || err != nil {
				t.Errorf("a conversation: %v %v", found, err)
			}
			if ms, err := db.Page(ctx, conv, 0, 10); len(ms) != 0 || err != nil {
				t.Errorf("messages: %d %v", len(ms), err)
			}
			if ms, err := db.Search(ctx, chat.SearchQuery{Text: "text", In: conv}); len(ms) != 0 || err != nil {
				t.Errorf("found: %d %v", len(ms), err)
			}
		}
		if got := find(t, db, "of me0"); len(got) != 0 {
			t.Errorf("found %d", len(got))
		}
		if cs, err := db.Conversations(ctx); err != nil || len(cs) != 2 {
			t.Errorf("%d conversations, %v", len(cs), err)
		}
		if cs, err := db.Contacts(ctx, convs[0].Account); err != nil || len(cs) != 0 {
			t.Errorf("%d contacts, %v", len(cs), err)
		}
		if box, err := db.Outbox(ctx, convs[0].Account); err != nil || len(box) != 0 {
			t.Errorf("outbox %d, %v", len(box), err)
		}
		if n := count(t, db, "message"); left >= 0 && n != left {
			t.Errorf("%d messages in the file", n)
		}
	}
	gone(-1)
	if n := count(t, db, "message"); n <= 6*removeBatch {
		t.Fatalf("nothing was left to do: %d", n)
	}
	if n := count(t, db, "account WHERE password IS NOT NULL AND removed = 1"); n != 0 {
		t.Error("its password is kept")
	}
	_, err = db.AddIncoming(ctx, []Incoming{{Conv: convs[0], Body: "x", Time: noon}})
	wantCode(t, err, chat.CodeNotFound)
	db = reopen(t, db)
	gone(6 * removeBatch)
	if n := count(t, db, "account"); n != 2 {
		t.Errorf("%d accounts in the file", n)
	}
	if data, err := db.Picture(ctx, "bob0"); data != nil || err != nil {
		t.Errorf("a picture of its contacts is kept: %v", err)
	}
	if data, err := db.Picture(ctx, "bob1"); data == nil || err != nil {
		t.Errorf("a picture of another's contacts is gone: %v", err)
	}
	must(t, db.Check(ctx))
}

// An account that is added again while it is half removed begins anew.
func TestRemoveAndAddAgain(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	convs := fillConversations(t, db, 1, 2*removeBatch)
	err := db.RemoveAccount(&stopAfter{ctx, 4}, convs[0].Account)
	wantCode(t, err, chat.CodeCanceled)
	must(t, db.PutAccount(ctx, AccountRecord{Login: chat.Login{Address: convs[0].Account}}))
	if cs, err := db.Conversations(ctx); err != nil || len(cs) != 0 {
		t.Errorf("%d conversations, %v", len(cs), err)
	}
	receive(t, db, Incoming{Conv: convs[0], Body: "anew", Time: noon})
	ms, err := db.Page(ctx, convs[0], 0, 10)
	must(t, err)
	if !slices.Equal(bodies(ms), []string{"anew"}) {
		t.Errorf("messages %q", bodies(ms))
	}
	if _, err := db.AddIncoming(&stopAfter{ctx, 0}, []Incoming{{Conv: convs[0], Body: "x"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Once no message is left, the index keeps no word of those that were.
func TestRemoveLastAccount(t *testing.T) {
	ctx := context.Background()
	db := openNew(t)
	must(t, db.RemoveAccount(ctx, alice))
	full := pick[int](t, db, `SELECT count(*) FROM gram_data`)
	convs := fillConversations(t, db, 1, 600)
	must(t, db.RemoveAccount(ctx, convs[0].Account))
	for _, table := range []string{"message", "conversation", "contact", "account", "picture", "gram_idx"} {
		if n := count(t, db, table); n != 0 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
	if n := count(t, db, "gram_data"); n != full {
		t.Errorf("%d rows in the index, %d when it was new", n, full)
	}
}
