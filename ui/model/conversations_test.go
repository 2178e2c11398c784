// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// inbox is a core with conversations by name of the other side.
type inbox struct {
	mu    sync.Mutex
	all   map[string]chat.Conversation
	lists int
	err   error
}

func newInbox(names ...string) *inbox {
	b := &inbox{all: map[string]chat.Conversation{}}
	for i, n := range names {
		b.put(n, func(c *chat.Conversation) { c.Time = noon.Add(-time.Duration(i) * time.Minute) })
	}
	return b
}

func withPeer(name string) chat.ConvID {
	return chat.ConvID{Account: alice, Peer: chat.MustAddress(name + "@example.org")}
}

func (b *inbox) put(name string, set func(*chat.Conversation)) chat.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.all[name]
	c.ID = withPeer(name)
	c.Contact.Address = c.ID.Peer
	set(&c)
	b.all[name] = c
	return chat.Event{Kind: chat.ConversationChanged, Conv: c.ID}
}

func (b *inbox) Conversations(context.Context) ([]chat.Conversation, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lists++
	var out []chat.Conversation
	for _, c := range b.all {
		out = append(out, c)
	}
	return out, b.err
}

func (b *inbox) Conversation(_ context.Context, id chat.ConvID) (chat.Conversation, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c, ok := b.all[id.Peer.Local]; ok {
		return c, nil
	}
	return chat.Conversation{}, &chat.Error{Kind: chat.Input, Code: chat.CodeNotFound}
}

func (b *inbox) OpenConversation(_ context.Context, id chat.ConvID) error {
	b.put(id.Peer.Local, func(*chat.Conversation) {})
	return b.err
}

func (b *inbox) RemoveConversation(_ context.Context, id chat.ConvID) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.all, id.Peer.Local)
	return nil
}

func (b *inbox) SetConversationSettings(_ context.Context, id chat.ConvID, s chat.ConversationSettings) error {
	b.put(id.Peer.Local, func(c *chat.Conversation) { c.Settings = s })
	return nil
}

func names(rows []ConversationRow) string {
	var out []string
	for _, r := range rows {
		out = append(out, r.Title)
	}
	return strings.Join(out, " ")
}

func listed(t *testing.T, b *inbox) (*desk, *Conversations) {
	t.Helper()
	d := newDesk(t)
	c := NewConversations(d.Env, b)
	c.Load()
	d.settle(c.lane)
	return d, c
}

func TestConversationOrder(t *testing.T) {
	b := newInbox("ann", "ben", "cat")
	d, c := listed(t, b)
	if got := names(c.Rows()); got != "ann ben cat" {
		t.Fatalf("rows %q", got)
	}
	c.Apply([]chat.Event{b.put("cat", func(c *chat.Conversation) { c.Time = noon.Add(time.Minute) })})
	d.settle(c.lane)
	if got := names(c.Rows()); got != "cat ann ben" {
		t.Errorf("newest first: %q", got)
	}
	if b.lists != 1 {
		t.Errorf("one change read the whole list %d times", b.lists)
	}
	c.SetPinned(withPeer("ben"), true)
	d.settle(c.lane)
	d.settle(c.lane)
	if got := names(c.Rows()); got != "ben cat ann" {
		t.Errorf("pinned first: %q", got)
	}
}

func TestConversationsStayUnderThePointer(t *testing.T) {
	b := newInbox("ann", "ben")
	d, c := listed(t, b)
	c.Hold(true)
	e1 := b.put("ben", func(c *chat.Conversation) { c.Time, c.Unread = noon.Add(time.Hour), 2 })
	e2 := b.put("new", func(c *chat.Conversation) { c.Time = noon.Add(2 * time.Hour) })
	c.Apply([]chat.Event{e1, e2})
	d.settle(c.lane)
	if got := names(c.Rows()); got != "ann ben new" {
		t.Errorf("rows moved under the pointer: %q", got)
	}
	if c.Rows()[1].Unread != 2 {
		t.Error("the row's values did not change")
	}
	c.Hold(false)
	if got := names(c.Rows()); got != "new ben ann" {
		t.Errorf("after the pointer left: %q", got)
	}
}

func TestConversationLine(t *testing.T) {
	in := chat.Message{ID: 1, Body: "two\n lines"}
	out := chat.Message{ID: 1, Body: "mine", Direction: chat.Out, Status: chat.Delivered}
	tests := []struct {
		name string
		set  func(*chat.Conversation)
		line LineKind
		text string
	}{
		{"nothing yet", func(*chat.Conversation) {}, LineNone, ""},
		{"theirs", func(c *chat.Conversation) { c.Last = in }, LineText, "two lines"},
		{"mine", func(c *chat.Conversation) { c.Last = out }, LineYou, "mine"},
		{"draft", func(c *chat.Conversation) { c.Last, c.Draft = in, "half" }, LineDraft, "half"},
		{"typing", func(c *chat.Conversation) { c.Last, c.Draft, c.Typing = in, "half", chat.Composing }, LineTyping, ""},
		{"paused", func(c *chat.Conversation) { c.Last, c.Typing = in, chat.Paused }, LineText, "two lines"},
		{"very long", func(c *chat.Conversation) { c.Last = chat.Message{ID: 1, Body: strings.Repeat("ä", 5000)} }, LineText, strings.Repeat("ä", 200)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newInbox()
			b.put("ann", tt.set)
			_, c := listed(t, b)
			if r := c.Rows()[0]; r.Line != tt.line || r.Text != tt.text {
				t.Errorf("line %d %q, want %d %q", r.Line, r.Text, tt.line, tt.text)
			}
		})
	}
}

func TestConversationFilterAndKeys(t *testing.T) {
	b := newInbox("ann", "ben", "annika")
	d, c := listed(t, b)
	var opened []string
	c.OnSelect = func(id chat.ConvID) { opened = append(opened, id.Peer.Local) }
	c.Filter("ANN")
	if got := names(c.Rows()); got != "ann annika" {
		t.Errorf("filtered %q", got)
	}
	if r, ok := c.Row(withPeer("ben")); !ok || r.Title != "ben" {
		t.Errorf("the row of one that is filtered out: %+v", r)
	}
	if _, ok := c.Row(withPeer("zoe")); ok {
		t.Error("a row of nobody")
	}
	c.SelectAt(1)
	c.SelectAt(7)
	c.Filter("")
	c.SelectAt(0)
	c.Start(withPeer("zoe"))
	d.settle(c.lane)
	if want := []string{"annika", "ann", "zoe"}; !slices.Equal(opened, want) {
		t.Errorf("opened %q, want %q", opened, want)
	}
	c.Remove(withPeer("zoe"))
	d.settle(c.lane)
	d.settle(c.lane)
	if !c.Selected().IsZero() || opened[len(opened)-1] != "" {
		t.Error("a removed conversation is still open")
	}
}

func TestConversationUnread(t *testing.T) {
	b := newInbox()
	b.put("ann", func(c *chat.Conversation) { c.Unread = 3 })
	b.put("ben", func(c *chat.Conversation) { c.Unread, c.Settings.Muted = 40, true })
	_, c := listed(t, b)
	if c.Unread() != 3 {
		t.Errorf("unread %d, want 3 without the muted", c.Unread())
	}
}

func TestSwitcher(t *testing.T) {
	b := newInbox("zoe", "romeo", "juliet", "mercutio", "benvolio")
	_, c := listed(t, b)
	s := NewSwitcher(c, nil)
	for _, tt := range []struct{ typed, first string }{
		{"", "zoe"},
		{"ju", "juliet"},
		{"RO", "romeo"},
		{"cut", "mercutio"},
		{"bvl", "benvolio"},
		{"juliet@example.org", "juliet"},
	} {
		s.Set(tt.typed)
		rows := s.Rows()
		if len(rows) == 0 || rows[0].Title != tt.first {
			t.Errorf("%q ranks %v first, want %s", tt.typed, rows, tt.first)
		}
	}
	s.Set("xq")
	if len(s.Rows()) != 0 {
		t.Error("found what is not there")
	}
	s.Open(0)
	s.Set("romeo")
	s.Open(0)
	if c.Selected() != withPeer("romeo") {
		t.Errorf("opened %v", c.Selected())
	}
}

func TestPump(t *testing.T) {
	d := newDesk(t)
	src := make(events, 3)
	for i := range 3 {
		src <- []chat.Event{{Kind: chat.EventKind(i)}}
	}
	close(src)
	var heard []chat.EventKind
	l := listener(func(e []chat.Event) { heard = append(heard, e[0].Kind) })
	ended := make(chan error, 1)
	go func() { ended <- Pump(t.Context(), src, d.Dispatch, l, l) }()
	d.until("all heard", func() bool { return len(heard) == 6 })
	if err := <-ended; err == nil {
		t.Error("the end of the source is no error")
	}
	if fmt.Sprint(heard) != "[0 0 1 1 2 2]" {
		t.Errorf("heard %v", heard)
	}
}

type events chan []chat.Event

func (e events) Next(context.Context) ([]chat.Event, error) {
	if got, ok := <-e; ok {
		return got, nil
	}
	return nil, &chat.Error{Code: chat.CodeClosed}
}

type listener func([]chat.Event)

func (l listener) Apply(e []chat.Event) { l(e) }

func TestLastLineOfAChangedMessage(t *testing.T) {
	for _, c := range []struct {
		name string
		last chat.Message
		line LineKind
		text string
		who  string
	}{
		{"taken back", chat.Message{ID: 1, Retracted: true}, LineTaken, "", ""},
		{"own, taken back", chat.Message{ID: 1, Retracted: true, Direction: chat.Out}, LineTaken, "", ""},
		{"does something", chat.Message{ID: 1, Body: "/me waves\nand leaves"}, LineActor, "waves and leaves", "bob"},
		{"the person does", chat.Message{ID: 1, Body: "/me waves", Direction: chat.Out}, LineActor, "waves", ""},
		{"a name of a command", chat.Message{ID: 1, Body: "/meet"}, LineText, "/meet", ""},
	} {
		row := (&Conversations{}).row(chat.Conversation{ID: conv, Contact: chat.Contact{Address: bob}, Last: c.last})
		if row.Line != c.line || row.Text != c.text || row.Actor != c.who {
			t.Errorf("%s: %+v", c.name, row)
		}
	}
}
