// SPDX-License-Identifier: MPL-2.0

package model

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// edit changes a message of the history.
func (h *history) edit(id chat.MsgID, change func(m *chat.Message)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	m, _ := h.message(id)
	change(&m)
	h.edited[id] = m
}

func rowOf(t *testing.T, tl *Timeline, key string) Row {
	t.Helper()
	i := rowAt(tl, key)
	if i < 0 {
		t.Fatalf("no row %q", key)
	}
	return tl.Rows()[i]
}

func TestQuotes(t *testing.T) {
	h := newHistory(500)
	answer := func(id, of chat.MsgID) {
		h.edit(id, func(m *chat.Message) { m.ReplyTo, m.ReplyID = "x", of })
	}
	answer(498, 495) // loaded
	answer(499, 12)  // far above
	answer(500, 0)   // nowhere
	h.edit(495, func(m *chat.Message) { m.Body = "/me reads\nthe\t papers" })
	d, tl, _ := opened(t, h)
	for key, want := range map[string]Quote{
		"m497": {},
		"m498": {Shown: true, ID: 495, Own: true, Text: "reads the papers"},
		"m499": {Shown: true, ID: 12, Own: true, Text: "message 12"},
		"m500": {Shown: true},
	} {
		if got := rowOf(t, tl, key).Quote; got != want {
			t.Errorf("%s quotes %+v, want %+v", key, got, want)
		}
	}
	// They follow what becomes of the messages, loaded or not.
	h.edit(12, func(m *chat.Message) { m.Body = "changed" })
	h.edit(495, func(m *chat.Message) { m.Retracted, m.Body = true, "" })
	tl.Apply([]chat.Event{{Kind: chat.MessagesChanged, Conv: conv, IDs: []chat.MsgID{12, 495}}})
	d.settle(tl.lane)
	if got := rowOf(t, tl, "m499").Quote.Text; got != "changed" {
		t.Errorf("quotes %q", got)
	}
	if got := rowOf(t, tl, "m498").Quote; got.Text != "" || got.ID != 495 {
		t.Errorf("quotes %+v of a message that was taken back", got)
	}
	h.gone[12] = true
	delete(h.edited, 12)
	tl.Apply([]chat.Event{{Kind: chat.MessagesChanged, Conv: conv, IDs: []chat.MsgID{12}}})
	d.settle(tl.lane)
	if got := rowOf(t, tl, "m499").Quote; got != (Quote{Shown: true}) {
		t.Errorf("quotes %+v of a message that is gone", got)
	}
	// An answer that arrives brings its quote with it.
	e := h.arrive(1)
	answer(501, 20)
	tl.Apply([]chat.Event{e})
	d.settle(tl.lane)
	if got := rowOf(t, tl, "m501").Quote.Text; got != "message 20" {
		t.Errorf("quotes %q", got)
	}
}

func TestRowsOfChangedMessages(t *testing.T) {
	h := newHistory(4)
	h.conv.Contact.Name = "Bob"
	h.edit(1, func(m *chat.Message) { m.Edited = true })
	h.edit(2, func(m *chat.Message) {
		m.Retracted, m.Edited, m.Body, m.Reactions = true, true, "", []chat.Reaction{{Emoji: "👍", Mine: true}}
	})
	h.edit(3, func(m *chat.Message) { m.Body = "/me waves" })
	h.edit(4, func(m *chat.Message) { m.Body = "/me waves, too" })
	_, tl, _ := opened(t, h)
	tl.SetAccount(Account{Name: "Alice"})
	if r := rowOf(t, tl, "m1"); !r.Edited || !r.There() || r.Mine() {
		t.Errorf("%+v", r)
	}
	if r := rowOf(t, tl, "m2"); !r.Retracted || r.Edited || r.Text != "" || r.Reactions != nil || r.There() {
		t.Errorf("%+v", r)
	}
	if r := rowOf(t, tl, "m3"); r.Actor != "Alice" || r.Text != "waves" || !r.Mine() {
		t.Errorf("%+v", r)
	}
	if r := rowOf(t, tl, "m4"); r.Actor != "Bob" || r.Text != "waves, too" {
		t.Errorf("%+v", r)
	}
	for _, body := range []string{"/meet me", " /me waves", "/me", "/me  ", "so /me waves"} {
		if r := (rowMaker{who: "Bob"}).message(chat.Message{Body: body}, noon); r.Actor != "" {
			t.Errorf("%q is an action", body)
		}
	}
}

func TestReact(t *testing.T) {
	h := newHistory(3)
	h.edit(1, func(m *chat.Message) { m.Reactions = []chat.Reaction{{Emoji: "👍", Mine: true, Theirs: true}} })
	d, tl, _ := opened(t, h)
	shown := func() string {
		text := ""
		for _, r := range rowOf(t, tl, "m1").Reactions {
			text += r.Emoji
			if r.Mine {
				text += "+"
			}
		}
		return text
	}
	for _, c := range []struct{ press, shown, sent string }{
		{"🎉", "👍+🎉+", "react 1 👍🎉"},
		{"👍", "👍🎉+", "react 1 🎉"},
		{"🎉", "👍", "react 1 "},
	} {
		tl.React(1, c.press)
		if got := shown(); got != c.shown {
			t.Errorf("%s: shows %s, want %s", c.press, got, c.shown)
		}
		d.settle(tl.marks)
		if got := h.asked[len(h.asked)-1]; got != c.sent {
			t.Errorf("%s: asked %q, want %q", c.press, got, c.sent)
		}
	}
	h.get(func() { h.err = &chat.Error{Kind: chat.Storage, Code: chat.CodeDiskFull} })
	tl.React(1, "😮")
	d.until("the failure", func() bool { return tl.Err() != nil })
	h.get(func() { h.err = nil })
	tl.Apply([]chat.Event{{Kind: chat.MessagesChanged, Conv: conv, IDs: []chat.MsgID{1}}})
	d.settle(tl.lane)
	if got := shown(); got != "👍+" {
		t.Errorf("after a failure it shows %s", got)
	}
	tl.React(99, "👍") // not here
}

func TestTakeBack(t *testing.T) {
	h := newHistory(3)
	d, tl, _ := opened(t, h)
	tl.Retract(3)
	d.settle(tl.marks)
	if h.asking("take back 3") != 1 {
		t.Errorf("asked %q", h.asked)
	}
}

func TestLastOwn(t *testing.T) {
	h := newHistory(300) // the person's own are those that three divides
	h.edit(300, func(m *chat.Message) { m.Status = chat.Failed })
	h.edit(297, func(m *chat.Message) { m.Retracted = true })
	d, tl, _ := opened(t, h)
	found := chat.MsgID(0)
	note := func(m chat.Message) { found = m.ID }
	if tl.LastOwn(note); found != 294 {
		t.Errorf("found %d", found)
	}
	tl.JumpTo(100)
	d.settle(tl.lane)
	found = 0
	tl.LastOwn(note)
	d.until("found", func() bool { return found != 0 })
	if found != 294 {
		t.Errorf("found %d far from the end", found)
	}
}
