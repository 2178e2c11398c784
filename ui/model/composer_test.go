// SPDX-License-Identifier: MPL-2.0

package model

import (
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func composing(t *testing.T, h *history) (*desk, *Composer, *string) {
	t.Helper()
	d := newDesk(t)
	c := NewComposer(d.Env, h)
	entry := new(string)
	c.OnText = func(s string) { *entry = s }
	c.Open(conv)
	d.settle(c.lane)
	return d, c, entry
}

func TestComposerDraft(t *testing.T) {
	h := newHistory(0)
	h.conv.Draft = "from last week"
	d, c, entry := composing(t, h)
	if *entry != "from last week" || !c.CanSend() {
		t.Fatalf("entry %q, can send %v", *entry, c.CanSend())
	}
	c.SetText("now")
	d.settle(c.lane)
	if len(h.drafts) != 0 {
		t.Errorf("saved at every key: %q", h.drafts)
	}
	d.advance(draftAfter)
	d.settle(c.lane)
	c.SetText("now and then")
	c.Open(chat.ConvID{Account: alice, Peer: alice}) // leaving saves at once
	d.settle(c.lane)
	if want := []string{"now", "now and then"}; !slices.Equal(h.drafts, want) {
		t.Errorf("saved %q, want %q", h.drafts, want)
	}
}

func TestComposerKeepsWhatWasTypedBeforeTheDraftCame(t *testing.T) {
	h := newHistory(0)
	h.conv.Draft = "old"
	d := newDesk(t)
	c := NewComposer(d.Env, h)
	c.Open(conv)
	c.SetText("new")
	d.settle(c.lane)
	if c.Text() != "new" {
		t.Errorf("text is %q", c.Text())
	}
}

func TestComposerSends(t *testing.T) {
	h := newHistory(0)
	d, c, entry := composing(t, h)
	c.Send()
	c.SetText("  \n")
	c.Send()
	d.settle(c.lane)
	if len(h.sent) != 0 {
		t.Fatalf("sent nothing as %q", h.sent)
	}
	*entry = "hello"
	c.SetText("hello")
	c.Send()
	if *entry != "hello" {
		t.Error("cleared before it was stored")
	}
	d.until("cleared", func() bool { return *entry == "" })
	if !slices.Equal(h.sent, []string{"hello"}) || c.CanSend() {
		t.Errorf("sent %q, can send %v", h.sent, c.CanSend())
	}
}

func TestComposerKeepsTextOnError(t *testing.T) {
	h := newHistory(0)
	d, c, _ := composing(t, h)
	h.err = &chat.Error{Kind: chat.Storage, Code: chat.CodeDiskFull}
	c.SetText("hello")
	c.Send()
	d.until("error", func() bool { return c.Err() != nil })
	if c.Text() != "hello" || c.Err().Code != chat.CodeDiskFull {
		t.Fatalf("text %q, error %v", c.Text(), c.Err())
	}
	h.get(func() { h.err = nil })
	c.Send()
	d.until("sent", func() bool { return c.Err() == nil && c.Text() == "" })
	if h.origins[0] != h.origins[1] || h.origins[0] == "" {
		t.Errorf("a second try is another message: %q", h.origins)
	}
	c.SetText("hello")
	c.Send()
	d.until("sent", func() bool { return c.Text() == "" })
	if h.origins[2] == h.origins[1] {
		t.Error("the same words again are the same message")
	}
}

func TestComposerTypingWhileSending(t *testing.T) {
	h := newHistory(0)
	h.sendGate = make(chan struct{}, 2)
	d, c, entry := composing(t, h)
	c.SetText("one")
	c.Send()
	c.SetText("onetwo")
	c.Send() // Enter again before the first is stored
	h.sendGate <- struct{}{}
	h.sendGate <- struct{}{}
	d.until("both sent", func() bool { return c.Text() == "" })
	if !slices.Equal(h.sent, []string{"one", "two"}) || *entry != "" {
		t.Errorf("sent %q, entry %q", h.sent, *entry)
	}
}

func TestComposerLeftWhileSending(t *testing.T) {
	h := newHistory(0)
	h.sendGate = make(chan struct{}, 1)
	d, c, _ := composing(t, h)
	c.SetText("one")
	c.Send()
	c.Open(chat.ConvID{})
	h.sendGate <- struct{}{}
	d.settle(c.lane) // stored
	d.settle(c.lane) // and what that brought
	if n := len(h.drafts); n == 0 || h.drafts[n-1] != "" {
		t.Errorf("drafts %q: what was sent is still one", h.drafts)
	}
}

func TestComposerTyping(t *testing.T) {
	h := newHistory(0)
	d, c, _ := composing(t, h)
	c.SetText("h")
	c.SetText("he")
	d.advance(pausedAfter)
	c.SetText("hel")
	c.SetText("")
	d.advance(time.Hour)
	d.settle(c.note)
	want := []chat.Typing{chat.Composing, chat.Paused, chat.Composing, chat.Idle}
	if !slices.Equal(h.typing, want) {
		t.Errorf("sent %v, want %v", h.typing, want)
	}
}
