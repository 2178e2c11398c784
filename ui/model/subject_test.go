// SPDX-License-Identifier: MPL-2.0

package model

import (
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

var other = chat.ConvID{Account: alice, Peer: alice}

// theirs and mine are messages to write about.
func theirs(h *history) chat.Message { m, _ := h.message(1); return m }
func mine(h *history) chat.Message   { m, _ := h.message(3); return m }

func TestReply(t *testing.T) {
	h := newHistory(3)
	d, c, _ := composing(t, h)
	c.Reply(theirs(h))
	if s := c.Subject(); s.Kind != SubjectReply || s.ID != 1 || s.Text != "message 1" || s.Own {
		t.Fatalf("answers %+v", s)
	}
	c.SetText("yes")
	c.Send()
	d.settle(c.lane)
	c.SetText("and more")
	c.Send()
	d.settle(c.lane)
	if !slices.Equal(h.replies, []chat.MsgID{1, 0}) || c.Subject() != (Subject{}) {
		t.Errorf("answered %v, still %+v", h.replies, c.Subject())
	}
}

func TestNothingToReplyTo(t *testing.T) {
	h := newHistory(3)
	_, c, _ := composing(t, h)
	gap, gone := theirs(h), theirs(h)
	gap.Kind, gone.Retracted = chat.KindGap, true
	for _, m := range []chat.Message{gap, gone} {
		if c.Reply(m); c.Subject() != (Subject{}) {
			t.Errorf("answers %+v", c.Subject())
		}
	}
}

func TestReplyIsCancelled(t *testing.T) {
	h := newHistory(3)
	d, c, entry := composing(t, h)
	c.SetText("words")
	c.Reply(theirs(h))
	if !c.Cancel() || c.Cancel() {
		t.Error("there was one thing to cancel")
	}
	if c.Text() != "words" || *entry != "" { // the entry was not touched
		t.Errorf("text %q, entry %q", c.Text(), *entry)
	}
	c.Send()
	d.settle(c.lane)
	if !slices.Equal(h.replies, []chat.MsgID{0}) {
		t.Errorf("answered %v", h.replies)
	}
}

// A second try after a failure is the same message; the same words as an answer
// to something are another one.
func TestReplyTriedAgain(t *testing.T) {
	h := newHistory(3)
	d, c, _ := composing(t, h)
	c.SetText("yes")
	c.Reply(theirs(h))
	h.get(func() { h.err = &chat.Error{Kind: chat.Storage, Code: chat.CodeDiskFull} })
	for range 2 {
		c.Send()
		d.settle(c.lane)
	}
	if c.Subject().ID != 1 || c.Text() != "yes" {
		t.Errorf("a failure took %+v, %q away", c.Subject(), c.Text())
	}
	c.Cancel()
	h.get(func() { h.err = nil })
	c.Send()
	d.settle(c.lane)
	if o := h.origins; len(o) != 3 || o[0] != o[1] || o[1] == o[2] {
		t.Errorf("origins %q", o)
	}
}

func TestReplyIsKeptWithTheDraft(t *testing.T) {
	h := newHistory(3)
	d, c, _ := composing(t, h)
	c.SetText("not yet")
	c.Reply(theirs(h))
	c.Open(other)
	if c.Subject() != (Subject{}) {
		t.Fatalf("answers %+v in another conversation", c.Subject())
	}
	c.Reply(theirs(h)) // of the conversation that was left: not here
	if c.Subject() != (Subject{}) {
		t.Fatalf("answers %+v in another conversation", c.Subject())
	}
	c.Open(conv)
	d.settle(c.lane)
	if c.Subject().ID != 1 || c.Text() != "not yet" {
		t.Errorf("came back to %+v, %q", c.Subject(), c.Text())
	}
}

func TestEdit(t *testing.T) {
	h := newHistory(3)
	d, c, entry := composing(t, h)
	c.SetText("a draft")
	c.Edit(mine(h))
	if !c.Editing() || *entry != "message 3" || c.Text() != "message 3" {
		t.Fatalf("editing %v, entry %q", c.Editing(), *entry)
	}
	c.SetText("message three")
	d.advance(draftAfter)
	d.settle(c.lane)
	if !slices.Equal(h.drafts, []string{"a draft"}) {
		t.Errorf("drafts %q", h.drafts)
	}
	c.Send()
	d.settle(c.lane)
	if h.asking("correct 3 message three") != 1 || len(h.sent) != 0 {
		t.Errorf("asked %q, sent %q", h.asked, h.sent)
	}
	if c.Editing() || c.Text() != "a draft" || *entry != "a draft" {
		t.Errorf("editing %v, text %q, entry %q", c.Editing(), c.Text(), *entry)
	}
}

func TestEditWithoutAChange(t *testing.T) {
	h := newHistory(3)
	d, c, _ := composing(t, h)
	c.Edit(mine(h))
	c.Send()
	d.settle(c.lane)
	if c.Editing() || len(h.asked) != 0 {
		t.Errorf("editing %v, asked %q", c.Editing(), h.asked)
	}
}

func TestEditFails(t *testing.T) {
	h := newHistory(3)
	d, c, _ := composing(t, h)
	c.Edit(mine(h))
	c.SetText("x")
	h.get(func() { h.err = &chat.Error{Kind: chat.Rejected, Code: chat.CodeNotFound} })
	c.Send()
	d.settle(c.lane)
	if !c.Editing() || c.Text() != "x" || c.Err() == nil {
		t.Errorf("editing %v, text %q, error %v", c.Editing(), c.Text(), c.Err())
	}
	if !c.Cancel() || c.Text() != "" || c.Err() != nil {
		t.Errorf("cancelled to %q, %v", c.Text(), c.Err())
	}
}

func TestEditIsDroppedWithTheConversation(t *testing.T) {
	h := newHistory(3)
	d, c, _ := composing(t, h)
	c.SetText("a draft")
	c.Edit(mine(h))
	c.SetText("half")
	c.Open(other)
	c.Open(conv)
	d.settle(c.lane)
	if c.Editing() || c.Text() != "a draft" || slices.Contains(h.drafts, "half") {
		t.Errorf("editing %v, text %q, drafts %q", c.Editing(), c.Text(), h.drafts)
	}
}

func TestNotEverythingCanBeEdited(t *testing.T) {
	h := newHistory(3)
	_, c, _ := composing(t, h)
	for name, change := range map[string]func(m *chat.Message){
		"theirs":     func(m *chat.Message) { m.Direction = chat.In },
		"taken back": func(m *chat.Message) { m.Retracted = true },
		"failed":     func(m *chat.Message) { m.Status = chat.Failed },
		"a notice":   func(m *chat.Message) { m.Kind = chat.KindNotice },
	} {
		m := mine(h)
		change(&m)
		if c.Edit(m); c.Editing() {
			t.Errorf("%s can be edited", name)
		}
	}
}
