// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// oneAccount is an open Client with one account that is not connected.
func oneAccount(t *testing.T) (*Client, *account) {
	t.Helper()
	p, err := profile.Create(t.Context(), filepath.Join(t.TempDir(), "profile"), profile.Options{Passphrase: []byte("pass")})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), Config{Profile: p, Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	me := chat.MustAddress("me@example.test")
	r := store.AccountRecord{Login: chat.Login{Address: me}, Enabled: true, Password: []byte("x")}
	if err := c.db.PutAccount(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	a, err := c.newAccount(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.admit("test", a, false); err != nil {
		t.Fatal(err)
	}
	a.start()
	return c, a
}

// idleSession is a session on which nothing is written unless the test takes it.
func (a *account) idleSession(t *testing.T) *session {
	t.Helper()
	s := &session{account: a, queue: newSendQueue()}
	if err := a.do(t.Context(), func(ctx context.Context) {
		a.session = s
		a.openOutbox(ctx, s)
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// written is what the session's server gets to see.
func (s *session) written(t *testing.T) (ids []chat.MsgID) {
	t.Helper()
	// Twice: what is handed over in a round is written at its end.
	for range 2 {
		if err := s.account.do(t.Context(), func(context.Context) {}); err != nil {
			t.Fatal(err)
		}
	}
	for s.queue.writeAll() > 0 {
		mark, _ := s.queue.question()
		ids = append(ids, s.queue.settle(mark)...)
	}
	return ids
}

// What is deleted while it waits for its turn is not sent.
func TestDeletedOnItsWay(t *testing.T) {
	c, a := oneAccount(t)
	s := a.idleSession(t)
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	carol := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("carol@example.test")}
	var all []chat.MsgID
	for i := range 40 {
		conv := bob
		if i%4 == 3 {
			conv = carol
		}
		id, err := c.SendText(t.Context(), conv, strings.Repeat("x", 10<<10), chat.SendOptions{Encryption: chat.ChoiceNone})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, id)
	}
	if err := c.DeleteMessage(t.Context(), bob, all[20]); err != nil {
		t.Fatal(err)
	}
	if err := c.RemoveConversation(t.Context(), carol); err != nil {
		t.Fatal(err)
	}
	var want []chat.MsgID
	for i, id := range all {
		if i != 20 && i%4 != 3 {
			want = append(want, id)
		}
	}
	if got := s.written(t); !slices.Equal(got, want) {
		t.Errorf("%d messages were sent, %v; want %d, %v", len(got), got, len(want), want)
	}
}

// A message is deleted or sent again only in the conversation that is named.
func TestMessageOfAnotherConversation(t *testing.T) {
	c, a := oneAccount(t)
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	carol := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("carol@example.test")}
	id, err := c.SendText(t.Context(), bob, "hello", chat.SendOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.DeleteMessage(t.Context(), carol, id); chat.CodeOf(err) != chat.CodeNotFound {
		t.Errorf("deleted in another conversation: %v", err)
	}
	if err := c.Retry(t.Context(), carol, id); chat.CodeOf(err) != chat.CodeNotFound {
		t.Errorf("sent again in another conversation: %v", err)
	}
	if all, err := c.Messages(t.Context(), []chat.MsgID{id}); err != nil || len(all) != 1 {
		t.Errorf("%d messages, %v; want the one", len(all), err)
	}
	if err := c.DeleteMessage(t.Context(), bob, id); err != nil {
		t.Error(err)
	}
}

// What is stored is what the other side gets: XML can not hold all characters.
func TestBodyIsWhatIsSent(t *testing.T) {
	c, a := oneAccount(t)
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	for in, want := range map[string]string{
		"plain\ttab\nline":   "plain\ttab\nline",
		"a\r\nb":             "a\nb",
		"nul\x00 esc\x1b[0m": "nul\uFFFD esc\uFFFD[0m",
		"bad \xff utf-8":     "bad \uFFFD utf-8",
		"\uFFFE\uFFFF 😀":     "\uFFFD\uFFFD 😀",
	} {
		id, err := c.SendText(t.Context(), bob, in, chat.SendOptions{})
		if err != nil {
			t.Fatal(err)
		}
		all, err := c.Messages(t.Context(), []chat.MsgID{id})
		if err != nil || len(all) != 1 || all[0].Body != want {
			t.Errorf("%q is stored as %q, %v; want %q", in, all[0].Body, err, want)
		}
		raw := xmpp.EncodeMessage(xmpp.OutMessage{To: bob.Peer, Body: all[0].Body})
		m, err := xmpp.DecodeMessage(raw, bob.Peer, time.Now(), "")
		if err != nil || m.Body != want {
			t.Errorf("%q arrives as %q, %v", in, m.Body, err)
		}
	}
	id, err := c.SendText(t.Context(), bob, "\x00\x01", chat.SendOptions{OriginID: "my\x00id"}) // can be shown, if not read
	if err != nil {
		t.Fatal(err)
	}
	if all, _ := c.Messages(t.Context(), []chat.MsgID{id}); len(all) != 1 || all[0].OriginID != "my\uFFFDid" {
		t.Errorf("receipts for %+v will not be known", all)
	}
}

// What the server has is not sent again because the database could not be told so
// (a full disk).
func TestConfirmedAndNotStored(t *testing.T) {
	c, a := oneAccount(t)
	s := a.idleSession(t)
	working := false
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	id, err := c.SendText(t.Context(), bob, "once", chat.SendOptions{Encryption: chat.ChoiceNone})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.written(t); !slices.Equal(got, []chat.MsgID{id}) {
		t.Fatalf("sent %v, want %v", got, id)
	}
	if err := a.do(t.Context(), func(ctx context.Context) {
		a.advanceStatus = func(ctx context.Context, of chat.Address, changes []store.StatusChange) ([]store.StatusChanged, error) {
			if !working {
				return nil, &chat.Error{Kind: chat.Storage, Code: chat.CodeDiskFull}
			}
			return c.db.AdvanceStatus(ctx, of, changes)
		}
		a.confirmed(ctx, []chat.MsgID{id})
		a.fillOutbox(ctx)
	}); err != nil {
		t.Fatal(err)
	}
	if got := s.written(t); len(got) != 0 {
		t.Errorf("sent again: %v", got)
	}
	if err := a.do(t.Context(), func(ctx context.Context) {
		working = true
		a.advance(ctx, nil)
		a.fillOutbox(ctx)
	}); err != nil {
		t.Fatal(err)
	}
	if got := s.written(t); len(got) != 0 {
		t.Errorf("sent again: %v", got)
	}
	if all, err := c.Messages(t.Context(), []chat.MsgID{id}); err != nil || len(all) != 1 || all[0].Status != chat.Sent {
		t.Errorf("afterwards it is %+v, %v", all, err)
	}
}

// What is taken back while it waits for the network does not go out first.
func TestTakenBackOnItsWay(t *testing.T) {
	c, a := oneAccount(t)
	s := a.idleSession(t)
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	id, err := c.SendText(t.Context(), bob, "a slip", chat.SendOptions{Encryption: chat.ChoiceNone})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // it is with the session now
		if err := a.do(t.Context(), func(context.Context) {}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Retract(t.Context(), bob, id); err != nil {
		t.Fatal(err)
	}
	got := s.written(t)
	if len(got) != 1 || got[0] == id {
		t.Errorf("sent %v, want the word that %v is taken back alone", got, id)
	}
}

// A message may be refused, and sent again by the person, before there is word that
// the server had it the first time: that word is not about the second.
func TestRetryBeforeConfirmed(t *testing.T) {
	c, a := oneAccount(t)
	s := a.idleSession(t)
	bob := chat.ConvID{Account: a.addr, Peer: chat.MustAddress("bob@example.test")}
	id, err := c.SendText(t.Context(), bob, "hello", chat.SendOptions{Encryption: chat.ChoiceNone})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.do(t.Context(), func(context.Context) {}); err != nil {
			t.Fatal(err)
		}
	}
	s.queue.writeAll()
	if err := a.do(t.Context(), func(ctx context.Context) {
		a.advance(ctx, []store.StatusChange{{ID: id, Status: chat.Failed, Error: chat.CodeRemoteServer}})
	}); err != nil {
		t.Fatal(err)
	}
	if err := c.Retry(t.Context(), bob, id); err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		again  int
		status chat.Status
	}{{1, chat.Queued}, {0, chat.Sent}} {
		mark, _ := s.queue.question()
		ids := s.queue.settle(mark)
		if err := a.do(t.Context(), func(ctx context.Context) { a.confirmed(ctx, ids) }); err != nil {
			t.Fatal(err)
		}
		if err := a.do(t.Context(), func(context.Context) {}); err != nil { // what was handed over is written at the end of a round
			t.Fatal(err)
		}
		all, err := c.Messages(t.Context(), []chat.MsgID{id})
		if got := s.queue.writeAll(); err != nil || got != want.again || all[0].Status != want.status {
			t.Errorf("%d written, and it is %v, %v; want %+v", got, all[0].Status, err, want)
		}
	}
}
