// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// Two devices of alice and one of bob, on real servers.
func TestDevices(t *testing.T) {
	for name, start := range map[string]func(testing.TB, coretest.Options) *coretest.Server{"prosody": coretest.Prosody, "ejabberd": coretest.Ejabberd} {
		t.Run(name, func(t *testing.T) {
			s := start(t, coretest.Options{})
			for _, u := range []string{"alice", "bob"} {
				coretest.User(t, s, u, "secret of "+u)
			}
			a, laptop, b := connect(t, s, "alice"), connect(t, s, "alice"), connect(t, s, "bob")
			online(a, laptop, b)
			able, err := a.ServerFeatures(within(t))
			a.must(err)
			if !able.Carbons || !able.Archive || !able.Blocking || !able.PublishOptions {
				t.Fatalf("%+v", able)
			}
			befriend(a, b)
			a.must(a.EnableCarbons(within(t)))
			a.must(a.EnableCarbons(within(t))) // again is no error
			t.Run("carbons", func(t *testing.T) { carbonsOf(t, a, laptop, b) })
			t.Run("changes", func(t *testing.T) { changesOf(t, a, b) })
			t.Run("archive", func(t *testing.T) { archiveOf(t, a, b, able) })
			t.Run("displayed", func(t *testing.T) { displayedOf(t, a, laptop, b) })
			t.Run("bookmarks", func(t *testing.T) { bookmarksOf(t, name, a, laptop, b) })
			t.Run("blocking", func(t *testing.T) { blockingOf(t, a, laptop, b) })
		})
	}
}

func (p *person) say(m OutMessage) {
	p.t.Helper()
	m.Type = "chat"
	p.must(p.Write(within(p.t), EncodeMessage(m)))
	p.must(p.Confirm(within(p.t)))
}

func carbonsOf(t *testing.T, a, laptop, b *person) {
	laptop.say(OutMessage{To: b.bare, ID: "c1", OriginID: "c1", Body: "from the laptop"})
	c := a.until("copy of what was sent", func(in Inbound) bool { return in.Message != nil && in.Message.Carbon != nil }).Message.Carbon
	if m := c.Message; !c.Sent || m.From != laptop.Address() || m.To != b.bare || m.Body != "from the laptop" || m.OriginID != "c1" {
		t.Errorf("sent: %+v", m)
	}
	b.say(OutMessage{To: laptop.Address(), ID: "c2", Body: "to the laptop"})
	c = a.until("copy of what was received", func(in Inbound) bool { return in.Message != nil && in.Message.Carbon != nil }).Message.Carbon
	if m := c.Message; c.Sent || m.From != b.Address() || m.To != laptop.Address() || m.Body != "to the laptop" || m.StanzaIDBy(a.bare) == "" {
		t.Errorf("received: %+v", m)
	}
	laptop.until("itself", func(in Inbound) bool { return in.Message != nil && in.Message.Body == "to the laptop" })
}

// changesOf sends everything that a message can say of another one.
func changesOf(t *testing.T, a, b *person) {
	for what, m := range map[string]OutMessage{
		"a marker":         {DisplayedFor: "m1"},
		"a correction":     {Replaces: "m1", Body: "right", Markable: true},
		"a retraction":     {Retracts: "m1"},
		"reactions":        {Reactions: &Reactions{"m1", []string{"👋", "🐢"}}},
		"no reactions":     {Reactions: &Reactions{For: "m1"}},
		"an answer":        {Reply: &Reply{"m1", a.Address()}, Body: "> a\nb", Fallbacks: []Fallback{{For: nsReply, End: 4}}},
		"as it is":         {Body: "*x*", Unstyled: true},
		"not to be stored": {Body: "now", Hints: Hints{NoStore: true}},
	} {
		m.To, m.ID = a.bare, "change: "+what
		b.say(m)
		got := a.until(what, func(in Inbound) bool { return in.Message != nil && in.Message.ID == m.ID }).Message
		same := got.DisplayedFor == m.DisplayedFor && got.Replaces == m.Replaces && got.Retracts == m.Retracts && got.Markable == m.Markable &&
			reflect.DeepEqual(got.Reactions, m.Reactions) && reflect.DeepEqual(got.Reply, m.Reply) && reflect.DeepEqual(got.Fallbacks, m.Fallbacks) &&
			got.Unstyled == m.Unstyled && got.Hints.NoStore == m.Hints.NoStore
		if !same {
			t.Errorf("%s: %+v", what, got)
		}
	}
}

// page asks for a page of the archive and takes what comes in meanwhile.
func (p *person) page(q ArchiveQuery) (page ArchivePage, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		page, err = p.Archive(within(p.t), q)
	}()
	for {
		select {
		case in := <-p.in:
			p.Handled(in.Seq)
			if in.Message != nil && in.Message.Archived != nil {
				p.t.Errorf("a result is delivered: %+v", in.Message.Archived)
			}
		case <-done:
			return page, err
		}
	}
}

func archiveOf(t *testing.T, a, b *person, able Abilities) {
	start, err := a.page(ArchiveQuery{Before: ptr(""), Max: 1})
	a.must(err)
	if len(start.Messages) != 1 || start.First != start.Last || start.Last == "" || start.Complete {
		t.Fatalf("the newest: %+v", start)
	}
	const n = 25
	for i := range n {
		from, to := b, a
		if i%3 == 0 {
			from, to = a, b
		}
		from.say(OutMessage{To: to.bare, ID: fmt.Sprint("n", i), Body: fmt.Sprint(i)})
	}
	seen := a.until("the last", func(in Inbound) bool { return in.Message != nil && in.Message.Body == fmt.Sprint(n-2) }).Message
	forward := func(q ArchiveQuery) (all []Archived) {
		for after := start.Last; ; {
			q.After, q.Max = &after, 10
			p, err := a.page(q)
			a.must(err)
			if len(p.Messages) > 0 && (p.Messages[0].ID != p.First || p.Messages[len(p.Messages)-1].ID != p.Last) {
				t.Fatalf("%s to %s, but %+v", p.First, p.Last, p.Messages)
			}
			all = append(all, p.Messages...)
			if p.Complete {
				return all
			}
			after = p.Last
		}
	}
	check := func(what string, all []Archived) {
		t.Helper()
		if len(all) != n {
			t.Fatalf("%s: %d messages, want %d", what, len(all), n)
		}
		for i, m := range all {
			from := b
			if i%3 == 0 {
				from = a
			}
			if m.Message.Body != fmt.Sprint(i) || m.Message.From != from.Address() || m.Stamp.IsZero() || m.Message.Delay != m.Stamp {
				t.Errorf("%s: %d is %+v", what, i, m.Message)
			}
			if i == n-2 && m.ID != seen.StanzaIDBy(a.bare) {
				t.Errorf("%s: archived as %s, told %s", what, m.ID, seen.StanzaIDBy(a.bare))
			}
		}
	}
	check("forward", forward(ArchiveQuery{With: b.bare}))
	var back []Archived
	for before := ""; len(back) < n; {
		p, err := a.page(ArchiveQuery{Before: &before, Max: 10})
		a.must(err)
		back, before = append(slices.Clone(p.Messages), back...), p.First
	}
	check("backward", back[len(back)-n:])
	if able.ArchiveExtended {
		p, err := a.page(ArchiveQuery{AfterID: start.Last, Before: ptr(""), Max: 100})
		a.must(err)
		check("after an id", p.Messages)
	}
	p, err := a.page(ArchiveQuery{Start: back[len(back)-1].Stamp})
	if err != nil || len(p.Messages) == 0 || p.Messages[len(p.Messages)-1].Message.Body != fmt.Sprint(n-1) {
		t.Errorf("by time: %+v, %v", p, err)
	}
	oldest, err := a.page(ArchiveQuery{Max: 1})
	a.must(err)
	p, err = a.page(ArchiveQuery{With: chat.MustAddress("nobody@example.test")})
	if err != nil || len(p.Messages) != 0 || !p.Complete || p.Last != "" {
		t.Errorf("with nobody: %+v, %v", p, err)
	}
	// An id that the archive does not have (any more): Prosody says so, ejabberd 23.01
	// with its default database begins at the oldest message.
	p, err = a.page(ArchiveQuery{After: ptr("no such id"), Max: 10})
	if chat.CodeOf(err) != chat.CodeNotFound && (err != nil || len(p.Messages) == 0 || p.Messages[0].ID != oldest.First) {
		t.Errorf("after an unknown id: %d messages from %q on, %v", len(p.Messages), p.First, err)
	}
}

func displayedOf(t *testing.T, a, laptop, b *person) {
	if d, err := a.FetchDisplayed(within(t)); err != nil || len(d) != 0 {
		t.Errorf("before: %+v, %v", d, err)
	}
	want := Displayed{b.bare, "id-1", a.bare}
	a.must(laptop.PublishDisplayed(within(t), b.bare, "id-0", a.bare))
	a.must(laptop.PublishDisplayed(within(t), b.bare, "id-1", a.bare))
	a.must(laptop.PublishDisplayed(within(t), room, "id-2", room))
	a.until("displayed", func(in Inbound) bool { return in.Message != nil && slices.Contains(in.Message.Displayed, want) })
	d, err := a.FetchDisplayed(within(t))
	slices.SortFunc(d, func(x, y Displayed) int { return len(x.StanzaID) - len(y.StanzaID) })
	if err != nil || len(d) != 2 || !slices.Contains(d, want) || !slices.Contains(d, Displayed{room, "id-2", room}) {
		t.Errorf("%+v, %v", d, err)
	}
	notFor(t, a, b, nsDisplayed)
}

// notFor checks that b can not read a node of a.
func notFor(t *testing.T, a, b *person, node string) {
	t.Helper()
	_, err := b.items(within(t), a.bare, node, "")
	var said *StanzaError
	if !errors.As(err, &said) || said.Code != chat.CodeForbidden && said.Code != chat.CodeNotFound {
		t.Errorf("a contact reads %s: %v", node, err)
	}
}

func bookmarksOf(t *testing.T, server string, a, laptop, b *person) {
	// A node that was made by hand, open to contacts, is closed before anything private goes there.
	a.must(a.ask(within(t), "test", "set", chat.Address{}, encodePublish(nsBookmarks, room.String(), []byte(conference), forContacts), nil))
	second := Bookmark{Address: chat.MustAddress("two@rooms.example.org"), Name: "Two"}
	a.must(laptop.PublishBookmark(within(t), second))
	a.until("bookmark", func(in Inbound) bool {
		return in.Message != nil && in.Message.Bookmarks != nil && len(in.Message.Bookmarks.Items) == 1 && in.Message.Bookmarks.Items[0].Name == "Two"
	})
	notFor(t, a, b, nsBookmarks)
	all, err := a.FetchBookmarks(within(t))
	a.must(err)
	first := slices.IndexFunc(all, func(v Bookmark) bool { return v.Address == room })
	if len(all) != 2 || first < 0 || !reflect.DeepEqual(all[first], bookmark) {
		t.Fatalf("%+v", all)
	}
	changed := all[first]
	changed.Name = "Another"
	a.must(a.PublishBookmark(within(t), changed))
	laptop.until("change", func(in Inbound) bool {
		return in.Message != nil && in.Message.Bookmarks != nil && len(in.Message.Bookmarks.Items) == 1 && reflect.DeepEqual(in.Message.Bookmarks.Items[0], changed)
	})
	a.must(a.RetractBookmark(within(t), room))
	if server == "prosody" { // ejabberd 23.01 tells nobody
		laptop.until("removal", func(in Inbound) bool {
			return in.Message != nil && in.Message.Bookmarks != nil && slices.Equal(in.Message.Bookmarks.Removed, []chat.Address{room})
		})
	}
	a.must(a.RetractBookmark(within(t), room))
	if all, err = a.FetchBookmarks(within(t)); err != nil || len(all) != 1 || all[0].Name != "Two" {
		t.Errorf("%+v, %v", all, err)
	}
}

func blockingOf(t *testing.T, a, laptop, b *person) {
	for _, p := range []*person{a, laptop} {
		if l, err := p.Blocked(within(t)); err != nil || len(l) != 0 {
			t.Fatalf("%v, %v", l, err)
		}
		p.until("nobody blocked", func(in Inbound) bool { return in.Blocked != nil && in.Blocked.None && in.Blocked.Added == nil })
	}
	a.must(a.Block(within(t), b.bare))
	for _, p := range []*person{a, laptop} {
		p.until("blocked", func(in Inbound) bool {
			return in.Blocked != nil && slices.Equal(in.Blocked.Added, []chat.Address{b.bare})
		})
	}
	b.say(OutMessage{To: a.bare, ID: "b1", Body: "let me in"})
	b.until("refused", func(in Inbound) bool { return in.Message != nil && in.Message.Type == "error" && in.Message.ID == "b1" })
	a.no("of the blocked", func(in Inbound) bool { return in.Message != nil && in.Message.Body == "let me in" })
	if l, err := laptop.Blocked(within(t)); err != nil || !slices.Equal(l, []chat.Address{b.bare}) {
		t.Errorf("%v, %v", l, err)
	}
	laptop.must(laptop.Unblock(within(t), b.bare))
	a.until("unblocked", func(in Inbound) bool {
		return in.Blocked != nil && slices.Equal(in.Blocked.Removed, []chat.Address{b.bare})
	})
	b.say(OutMessage{To: a.bare, ID: "b2", Body: "thank you"})
	a.until("heard again", func(in Inbound) bool { return in.Message != nil && in.Message.Body == "thank you" })
}
