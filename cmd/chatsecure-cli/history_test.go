// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/core/store"
)

// withGap is a user without a server, whose database has the messages 0 to 2 with bob, a
// gap, and 6 to 8.
func withGap(t *testing.T) (*user, chat.ConvID) {
	t.Helper()
	u := newUser(t, nil, "alice")
	u.ok("init")
	conv := chat.ConvID{Account: chat.MustAddress("alice@example.test"), Peer: chat.MustAddress("bob@example.test")}
	err := u.stored(func(ctx context.Context, db *store.DB) error {
		if err := db.PutAccount(ctx, store.AccountRecord{Login: chat.Login{Address: conv.Account}}); err != nil {
			return err
		}
		fill := func(reached bool, numbers ...int) error {
			gap, err := db.OpenGap(ctx, conv.Account)
			if err != nil {
				return err
			}
			page := store.ArchivePage{Reached: reached}
			for _, i := range numbers {
				page.Rows = append(page.Rows, store.Incoming{
					Conv: conv, From: conv.Peer, Body: fmt.Sprint("text ", i), Time: time.Now(),
					StanzaID: fmt.Sprint("s", i), StanzaBy: conv.Account,
				})
			}
			page.First, page.Last = page.Rows[0].StanzaID, page.Rows[len(numbers)-1].StanzaID
			_, err = db.FillGap(ctx, conv.Account, gap, page)
			return err
		}
		if err := fill(true, 0, 1, 2); err != nil {
			return err
		}
		return fill(false, 6, 7, 8)
	})
	if err != nil {
		t.Fatal(err)
	}
	return u, conv
}

// stored does something to the database of a user whose program does not run.
func (u *user) stored(do func(context.Context, *store.DB) error) (err error) {
	ctx := u.t.Context()
	p, err := profile.Open(ctx, u.dir, profile.Options{Passphrase: []byte("the passphrase of " + u.local)})
	if err != nil {
		return err
	}
	defer p.Close() //nolint:errcheck // a test's own
	db, err := store.Open(ctx, p.DatabasePath(), p.Key())
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // what was written is committed
	return do(ctx, db)
}

// A page has as many messages as were asked for, whatever is missing among them, and says
// what is.
func TestGapIsTold(t *testing.T) {
	t.Parallel()
	u, conv := withGap(t)
	p := u.rpc()
	for limit := 1; limit <= 7; limit++ {
		var got []string
		before := ""
		for more := true; more; {
			r := p.call("message.page", map[string]any{"address": conv.Peer.String(), "before": before, "limit": limit})
			page := r["messages"].([]any)
			more = r["more"] == true
			if len(page) == 0 || more && len(page) != limit {
				t.Fatalf("%d: the page before %q has %d messages, and more: %t", limit, before, len(page), more)
			}
			var texts []string
			for _, o := range page {
				m := o.(map[string]any)
				if m["gap_before"] == true {
					texts = append(texts, "-")
				}
				texts = append(texts, m["body"].(string)[len("text "):])
			}
			got = append(texts, got...)
			before = page[0].(map[string]any)["id"].(string)
		}
		if want := "0 1 2 - 6 7 8"; strings.Join(got, " ") != want {
			t.Errorf("pages of %d: %s, want %s", limit, strings.Join(got, " "), want)
		}
	}
	if r := p.call("account.status", map[string]any{"account": conv.Account.String()}); r["gaps"] != 1.0 {
		t.Error(r)
	}
	if r := p.call("account.status", nil); r["accounts"].([]any)[0].(map[string]any)["gaps"] != 1.0 {
		t.Error(r)
	}
	p.closeInput()
	if o := u.objects("account", "list"); o[0]["gaps"] != 1.0 {
		t.Error(o)
	}
	for _, args := range [][]string{{}, {"--limit", "3"}} {
		var gaps []string
		for _, m := range u.objects(append([]string{"history", conv.Peer.String()}, args...)...) {
			if m["kind"] != "text" || m["id"] == "" {
				t.Errorf("%v: %v is no message", args, m)
			}
			if m["gap_before"] == true {
				gaps = append(gaps, m["body"].(string))
			}
		}
		if !slices.Equal(gaps, []string{"text 6"}) {
			t.Errorf("%v: something is missing before %q", args, gaps)
		}
		text := u.ok(append([]string{"history", conv.Peer.String()}, args...)...)
		if gap, six := strings.Index(text, "missing here"), strings.Index(text, "text 6"); gap < 0 || gap > six {
			t.Errorf("%v: %s", args, text)
		}
	}
}

// What somebody does is told as what it is, and an answer says to what.
func TestHistoryLines(t *testing.T) {
	t.Parallel()
	conv := chat.ConvID{Account: chat.MustAddress("alice@example.test"), Peer: chat.MustAddress("bob@example.test")}
	for _, test := range []struct {
		m    chat.Message
		want string
	}{
		{chat.Message{Body: "/me waves"}, "* bob@example.test waves"},
		{chat.Message{Body: "/me waves\nand goes"}, "* bob@example.test waves\n    and goes"},
		{chat.Message{Body: "/me waves", Direction: chat.Out, Status: chat.Sent}, "* me waves [sent]"},
		{chat.Message{Body: "/me  "}, "bob@example.test: /me  "},
		{chat.Message{Body: "/meet"}, "bob@example.test: /meet"},
		{chat.Message{Body: "/me waves", Kind: chat.KindNotice, Error: chat.CodeUnknown}, "bob@example.test: (" + rowWords(chat.Message{Kind: chat.KindNotice, Error: chat.CodeUnknown}) + ")"},
		{chat.Message{Body: "yes", ReplyTo: "x", ReplyID: 7}, "bob@example.test: yes [answers 7]"},
		{chat.Message{Body: "yes", ReplyTo: "x"}, "bob@example.test: yes [answers a message that is not here]"},
		{chat.Message{Body: "yes", ReplyTo: "x", ReplyID: 7, Direction: chat.Out, Status: chat.Failed, Error: "full"}, "me: yes [answers 7] [failed: full]"},
		{chat.Message{ReplyTo: "x", ReplyID: 7, Retracted: true}, "bob@example.test: (taken back)"},
	} {
		var out bytes.Buffer
		test.m.ID, test.m.Conv = 3, conv
		p := printer{out: &out}
		p.message(test.m)
		if _, line, _ := strings.Cut(out.String()[3:], "  "); line != test.want+"\n" {
			t.Errorf("%+v: %q, want %q", test.m.Body, line, test.want)
		}
	}
}

// What is read by one command is read for everybody who may know it, up to the message
// that was named.
func TestReadCommand(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := added(t, s, "alice"), added(t, s, "bob")
	befriend(alice, bob)
	a := online(alice)
	for i := range 3 {
		a.call("message.send", map[string]any{"address": bob.address, "body": fmt.Sprint("text ", i), "encryption": "none"})
	}
	bob.ok("contact", "list", "--sync")
	all := bob.objects("history", alice.address)
	if len(all) != 3 {
		t.Fatal(all)
	}
	statuses := func() string {
		var got []string
		for _, o := range a.call("message.page", map[string]any{"address": bob.address})["messages"].([]any) {
			got = append(got, o.(map[string]any)["status"].(string))
		}
		return strings.Join(got, " ")
	}
	if o := bob.objects("read", alice.address, all[1]["id"].(string)); len(o) != 1 || o[0]["unread"] != 1.0 || o[0]["address"] != alice.address {
		t.Fatal(o)
	}
	a.eventually("two are read", func() bool { return statuses() == "read read delivered" })
	wantIn(t, bob.ok("read", alice.address), "still unread: 0")
	a.eventually("all are read", func() bool { return statuses() == "read read read" })
	a.closeInput()
	bob.fails(exitUsage, "read", alice.address, "x")
	wantIn(t, bob.fails(exitRefused, "read", alice.address, "9999"), "no message 9999")

	// Another device of bob's hears it from the server.
	other := newUser(t, s, "bob")
	other.ok("init")
	other.ok(append([]string{"account", "add", other.address}, other.reach()...)...)
	p := online(other)
	p.eventually("nothing is unread", func() bool {
		list := p.call("conversation.list", nil)["conversations"].([]any)
		return len(list) == 1 && list[0].(map[string]any)["unread"] == 0.0
	})
	p.closeInput()
	s.Stop()
	wantIn(t, bob.fails(exitRefused, "read", alice.address, "--timeout", "2s"), "stored")
}

// What is older than all that is here comes when it is asked for, as much as is asked for.
func TestHistoryOlder(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := added(t, s, "alice"), added(t, s, "bob")
	befriend(alice, bob)
	const n, here = 120, 10
	var in strings.Builder
	for i := range n {
		fmt.Fprintf(&in, `{"jsonrpc":"2.0","id":%d,"method":"message.send","params":{"address":%q,"body":"text %d","encryption":"none"}}`+"\n", i, bob.address, i)
	}
	if r := alice.run(in.String(), "rpc"); r.status != exitDone {
		t.Fatalf("%+v", r)
	}
	sent := alice.objects("history", bob.address, "--sync")
	if len(sent) != n {
		t.Fatalf("%d messages", len(sent))
	}

	// Another device, which once had no more than the newest.
	other := newUser(t, s, "alice")
	other.ok("init")
	conv := chat.ConvID{Account: s.Address("alice"), Peer: s.Address("bob")}
	page := store.ArchivePage{Reached: true, Short: true}
	for _, m := range sent[n-here:] {
		page.Rows = append(page.Rows, store.Incoming{
			Conv: conv, Direction: chat.Out, Body: m["body"].(string), Time: time.Now(), StanzaID: m["stanza_id"].(string), StanzaBy: conv.Account,
		})
	}
	page.First, page.Last = page.Rows[0].StanzaID, page.Rows[here-1].StanzaID
	err := other.stored(func(ctx context.Context, db *store.DB) error {
		err := db.PutAccount(ctx, store.AccountRecord{Login: s.Login("alice"), Enabled: true, Password: []byte(alice.password())})
		if err != nil {
			return err
		}
		gap, err := db.OpenGap(ctx, conv.Account)
		if err != nil {
			return err
		}
		_, err = db.FillGap(ctx, conv.Account, gap, page)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(other.objects("history", bob.address, "--sync")); got != here {
		t.Fatalf("%d messages came by themselves", got-here)
	}
	if got := len(other.objects("history", bob.address, "--older", "--limit", "20")); got != 20 {
		t.Errorf("%d messages, want 20", got)
	}
	if got := len(other.objects("history", bob.address)); got < 20 || got >= n {
		t.Errorf("%d of %d messages are here", got, n)
	}
	all := other.objects("history", bob.address, "--older")
	if len(all) != n || all[0]["body"] != "text 0" || all[n-1]["body"] != fmt.Sprint("text ", n-1) {
		t.Errorf("%d of %d messages", len(all), n)
	}
	s.Stop()
	other.fails(exitRefused, "history", bob.address, "--older", "--timeout", "2s")
}

// The page of a conversation and its lines have the same messages.
func TestToldObject(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(toldObject{messageObject{ID: "1"}, true})
	if err != nil || !strings.HasPrefix(string(b), `{"id":"1",`) || !strings.HasSuffix(string(b), `,"gap_before":true}`) {
		t.Errorf("%s %v", b, err)
	}
}
