// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// markers are the ids of the messages of which bob is told that they were seen, or
// with space and name something else.
type markers struct {
	space, name string

	mu  sync.Mutex
	ids []string
}

func (m *markers) script(_ *coretest.Session, e *coretest.Element) bool {
	space, name := "urn:xmpp:chat-markers:0", "displayed"
	if m.space != "" {
		space, name = m.space, m.name
	}
	if d := e.Find(space, name); d != nil && strings.HasPrefix(e.Attr("to"), "bob@example.test") {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.ids = append(m.ids, d.Attr("id"))
	}
	return false
}

func (m *markers) all() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.ids)
}

const wantsMarker = "<markable xmlns='urn:xmpp:chat-markers:0'/>"

// writes brings messages of bob's into alice's archive, and to her if she is there.
func (f *far) writes(now bool, ids ...string) {
	f.t.Helper()
	for i, id := range ids {
		m := stored(id, len(ids)-i, text("body "+id)+wantsMarker)
		f.Archive("alice", m)
		if now {
			f.send(message("bob@example.test/desk", "id of "+id, text("body "+id)+wantsMarker+
				"<stanza-id xmlns='urn:xmpp:sid:0' by='alice@example.test' id='"+id+"'/>"))
		}
	}
}

// reads is alice seeing a message, and all before it.
func (f *far) reads(body string) {
	f.t.Helper()
	for _, m := range f.alice.all(f.bob) {
		if m.Body == body {
			if err := f.alice.MarkRead(f.alice.ctx(), f.bob, m.ID); err != nil {
				f.t.Fatal(err)
			}
			return
		}
	}
	f.t.Fatalf("no %q", body)
}

// told waits until bob has been told of exactly these.
func (f *far) told(m *markers, want ...string) {
	f.t.Helper()
	if err := f.Await(f.alice.ctx(), func() bool { return len(m.all()) >= len(want) }); err != nil {
		f.t.Fatalf("told of %q, want %q: %v", m.all(), want, err)
	}
	if got := m.all(); !slices.Equal(got, want) {
		f.t.Fatalf("told of %q, want %q", got, want)
	}
}

// What is read without a connection is told with the next one, though the program
// has ended between, and once.
func TestReadOfflineIsToldAfterARestart(t *testing.T) {
	var m markers
	f := among(t, func(s *coretest.Scripted) {
		s.On(m.script)
		s.Archive("alice", stored("old", 9, text("body old")+wantsMarker)) // of before this computer knew the account
	})
	f.writes(true, "a", "b")
	if err := f.alice.Disconnect(f.alice.ctx(), f.alice.addr); err != nil {
		t.Fatal(err)
	}
	f.reads("body b")
	f.away(func() {})
	if err := f.alice.Connect(f.alice.ctx(), f.alice.addr); err != nil {
		t.Fatal(err)
	}
	f.told(&m, "id of b")
	f.away(func() {})
	f.caughtUp()
	f.writes(true, "c")
	f.reads("body c")
	f.told(&m, "id of b", "id of c")
}

// Until the server has the marker it is not told: who is killed before tells it again.
func TestMarkerIsToldOnceTheServerHasIt(t *testing.T) {
	var m markers
	var held atomic.Bool
	f := among(t, func(s *coretest.Scripted) {
		s.On(func(s *coretest.Session, e *coretest.Element) bool {
			return m.script(s, e) || held.Load() && e.XMLName.Local == "r"
		})
		s.Archive("alice", stored("old", 9, text("body old")+wantsMarker))
	})
	f.writes(true, "a")
	held.Store(true)
	f.reads("body a")
	f.told(&m, "id of a")
	untold := func() int {
		all, err := f.alice.Untold(f.alice.ctx(), f.alice.addr)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if _, _, err := f.alice.LookedAt(f.alice.ctx(), f.alice.addr); err != nil { // the actor has done all before it
		t.Fatal(err)
	}
	if n := untold(); n != 1 {
		t.Errorf("%d conversations are to be told of, want 1", n)
	}
	held.Store(false)
	s := f.Session("alice")
	s.Send(fmt.Sprintf("<a xmlns='urn:xmpp:sm:3' h='%d'/>", s.Counted()))
	if err := f.alice.ToldRead(f.alice.ctx(), f.alice.addr); err != nil {
		t.Fatal(err)
	}
}

// While older messages than what was read are missing nobody hears that they were
// read; nor do they count so when they come.
func TestReadAboveAGapIsNotTold(t *testing.T) {
	var m markers
	var held sync.Map
	answer := func(s *coretest.Session, e *coretest.Element) bool {
		if _, ok := e.ArchiveQuery(); !ok {
			return false
		}
		if _, waits := held.LoadOrStore("question", e); waits { // the first waits, all others are answered
			s.Answer(e)
		}
		return true
	}
	f := among(t, func(s *coretest.Scripted) {
		s.On(m.script)
		s.Archive("alice", stored("old", 99, text("body old")+wantsMarker))
	})
	var missing []string
	f.away(func() {
		for i := range 3 {
			missing = append(missing, fmt.Sprint("missing ", i))
		}
		f.writes(false, missing...)
		f.On(answer)
	})
	f.alice.waitState(chat.StateOnline)
	f.writes(true, "now")
	f.reads("body now")
	question, _ := held.Load("question")
	if question == nil {
		if err := f.Await(f.alice.ctx(), func() bool { question, _ = held.Load("question"); return question != nil }); err != nil {
			t.Fatal(err)
		}
	}
	f.Session("alice").Answer(question.(*coretest.Element))
	f.caughtUp()
	f.has(f.bob, "body old", "body missing 0", "body missing 1", "body missing 2", "body now")
	conv, err := f.alice.Conversation(context.Background(), f.bob)
	if err != nil || conv.Unread != 3 {
		t.Fatalf("%d unread, %v; want 3", conv.Unread, err)
	}
	f.reads("body missing 1")
	f.told(&m, "id of missing 1")
	f.reads("body missing 2")
	f.told(&m, "id of missing 1", "id of now")
}

// What came in last before the program died is answered by the next one: the receipt
// may have been written and not have arrived, or not even that.
func TestReceiptsAfterARestart(t *testing.T) {
	m := markers{space: "urn:xmpp:receipts", name: "received"}
	f := among(t, func(s *coretest.Scripted) {
		s.On(m.script)
		s.Archive("alice", stored("old", 9, text("body old")+asks)) // of before this computer knew the account
	})
	in := text("body x") + asks
	f.Archive("alice", stored("x", 0, in))
	f.send(message("bob@example.test/desk", "id of x", in+"<stanza-id xmlns='urn:xmpp:sid:0' by='alice@example.test' id='x'/>"))
	f.told(&m, "id of x")
	f.away(func() { f.Archive("alice", stored("y", 0, text("body y")+asks)) })
	f.caughtUp()
	f.told(&m, "id of x", "id of x", "id of y")
	f.has(f.bob, "body old", "body x", "body y")
}

const asks = "<request xmlns='urn:xmpp:receipts'/>"
