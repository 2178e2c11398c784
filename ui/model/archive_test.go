// SPDX-License-Identifier: MPL-2.0

package model

import (
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// asking is how often the fake was asked for something.
func (h *history) asking(what string) (n int) {
	h.get(func() {
		for _, each := range h.asked {
			if each == what {
				n++
			}
		}
	})
	return n
}

// top says what stands above the oldest message.
func top(tl *Timeline) string {
	rows := tl.Rows()
	switch {
	case len(rows) == 0 || rows[0].Kind != RowTop:
		return "-"
	case rows[0].Busy:
		return "loading"
	case rows[0].Error != "":
		return string(rows[0].Error)
	}
	return "begins"
}

func TestOlderFromTheArchive(t *testing.T) {
	h := newHistory(100)
	h.low, h.each, h.farGate = 60, 40, make(chan struct{})
	d, tl, _ := opened(t, h)
	if !tl.OlderFar() || !tl.HasOlder() || top(tl) != "-" {
		t.Fatalf("far %v, older %v, top %q", tl.OlderFar(), tl.HasOlder(), top(tl))
	}
	tl.NeedOlder()
	tl.NeedOlder() // while the first is under way
	if top(tl) != "loading" || tl.HasOlder() {
		t.Errorf("top %q while the server is asked, older %v", top(tl), tl.HasOlder())
	}
	h.farGate <- struct{}{}
	d.until("read", func() bool { return top(tl) == "-" })
	if first, last, n := ids(tl); first != 20 || last != 100 || n != 81 {
		t.Errorf("holds %d to %d (%d), want 20 to 100", first, last, n)
	}
	if n := h.asking("older"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	tl.NeedOlder()
	h.farGate <- struct{}{}
	d.until("the beginning", func() bool { return top(tl) == "begins" })
	if first, _, n := ids(tl); first != 1 || n != 100 || tl.HasOlder() {
		t.Errorf("begins with %d (%d messages), older %v", first, n, tl.HasOlder())
	}
	tl.NeedOlder()
	if n := h.asking("older"); n != 2 {
		t.Errorf("asked %d times: it has said that there is no more", n)
	}
}

func TestArchiveAwayIsAskedAgainLater(t *testing.T) {
	h := newHistory(20)
	d, tl, _ := opened(t, h)
	h.get(func() { h.low, h.err = 5, &chat.Error{Kind: chat.Offline, Code: chat.CodeConnectionLost} })
	tl.NeedOlder()
	d.until("the answer", func() bool { return top(tl) == "no-network" })
	tl.NeedOlder()
	if n := h.asking("older"); n != 1 || tl.Err() != nil {
		t.Errorf("asked %d times in a row, error %v", n, tl.Err())
	}
	tl.SetAccount(Account{Online: true})
	if top(tl) != "-" || !tl.OlderFar() {
		t.Errorf("connected again: top %q, far %v", top(tl), tl.OlderFar())
	}
	tl.NeedOlder()
	d.until("the next answer", func() bool { return top(tl) == "no-network" })
	h.get(func() { h.err = nil })
	d.advance(archiveAgain)
	tl.NeedOlder()
	d.until("the beginning", func() bool { return top(tl) == "begins" })
}

func TestNoArchive(t *testing.T) {
	h := newHistory(20)
	d, tl, _ := opened(t, h)
	h.get(func() { h.err = &chat.Error{Kind: chat.Rejected, Code: chat.CodeUnsupported} })
	tl.NeedOlder()
	d.until("the answer", func() bool { return top(tl) == "-" })
	if tl.HasOlder() {
		t.Error("asks on a server that has no archive")
	}
}

// A conversation with nothing in it asks by itself: there is nothing to scroll.
func TestEmptyConversationAsksTheArchive(t *testing.T) {
	h := newHistory(30)
	h.low = 31
	d, tl, _ := opened(t, h)
	d.until("the messages", func() bool { return top(tl) == "begins" })
	if first, last, n := ids(tl); first != 1 || last != 30 || n != 30 {
		t.Errorf("holds %d to %d (%d)", first, last, n)
	}
}

// An answer that comes when another conversation is open is nothing to it.
func TestArchiveOfAConversationThatWasLeft(t *testing.T) {
	h := newHistory(20)
	h.farGate = make(chan struct{})
	d, tl, _ := opened(t, h)
	tl.NeedOlder()
	tl.Open(chat.ConvID{})
	tl.Open(conv)
	d.until("open again", func() bool { return len(tl.Rows()) > 1 })
	if top(tl) != "-" || !tl.OlderFar() {
		t.Errorf("top %q, far %v", top(tl), tl.OlderFar())
	}
}

// Older messages that the archive brought are not overlooked when events were
// merged into one.
func TestReloadFindsOlderMessages(t *testing.T) {
	h := newHistory(40)
	h.low = 30
	d, tl, _ := opened(t, h)
	h.get(func() { h.low = 1 })
	tl.Apply([]chat.Event{{Kind: chat.Reload}})
	d.settle(tl.lane)
	if !tl.HasOlder() || tl.OlderFar() {
		t.Fatalf("older %v, far %v", tl.HasOlder(), tl.OlderFar())
	}
	tl.NeedOlder()
	d.until("read", func() bool { return !tl.Loading() })
	if first, _, _ := ids(tl); first != 1 {
		t.Errorf("begins with %d", first)
	}
}

func TestGap(t *testing.T) {
	h := newHistory(10)
	h.edited[5] = chat.Message{ID: 5, Conv: conv, Cursor: 50, Kind: chat.KindGap}
	h.farGate = make(chan struct{})
	d, tl, _ := opened(t, h)
	gap := func() Row {
		return tl.Rows()[slices.IndexFunc(tl.Rows(), func(r Row) bool { return r.Kind == RowGap })]
	}
	if r := gap(); r.Busy || r.Key != "m5" || r.Text != "" {
		t.Fatalf("row %+v", r)
	}
	tl.LoadMissing()
	tl.LoadMissing()
	if !gap().Busy {
		t.Error("does not say that it loads")
	}
	h.get(func() { h.err = &chat.Error{Kind: chat.Offline, Code: chat.CodeClosed} })
	close(h.farGate)
	d.until("the end", func() bool { d.advance(fillingAfter); return !gap().Busy })
	if n := h.asking("missing"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	tl.LoadMissing()
	d.until("the failure", func() bool { return gap().Error == chat.CodeNoNetwork })
	tl.SetAccount(Account{Name: "Alice", Online: true, CatchingUp: true})
	if r := gap(); !r.Busy || r.Error != "" {
		t.Errorf("while the account catches up: %+v", r)
	}
	tl.LoadMissing()
	if n := h.asking("missing"); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestGapIsNeverMarkedAsRead(t *testing.T) {
	h := newHistory(10)
	h.edited[10] = chat.Message{ID: 10, Conv: conv, Cursor: 100, Kind: chat.KindGap}
	h.conv.FirstNew, h.conv.Unread = 7, 2
	d, tl, _ := opened(t, h)
	tl.AtEnd(true)
	d.settle(tl.marks)
	if h.marked != 8 { // 9 is the person's own
		t.Errorf("marked %d, want 8", h.marked)
	}
}

// A gap above closes by itself with more than a window holds, told of message by
// message or all at once: what is being read stays loaded, and nothing is left out.
func TestGapAboveTheReaderCloses(t *testing.T) {
	for _, reload := range []bool{false, true} {
		h := newHistory(1500)
		for id := chat.MsgID(300); id < 1300; id++ {
			h.gone[id] = true
		}
		h.edited[299] = chat.Message{ID: 299, Conv: conv, Cursor: 2990, Kind: chat.KindGap}
		d, tl, _ := opened(t, h)
		for range 5 {
			tl.NeedOlder()
			d.until("older loaded", func() bool { return !tl.Loading() })
		}
		tl.Seen(1500)
		tl.AtEnd(false)
		tl.Seen(1310) // scrolled up
		e := chat.Event{Kind: chat.Reload}
		if !reload {
			e = chat.Event{Kind: chat.MessagesChanged, Conv: conv, IDs: []chat.MsgID{299}}
		}
		h.get(func() {
			delete(h.edited, 299)
			for id := chat.MsgID(1299); id >= 300; id-- {
				delete(h.gone, id)
				if !reload {
					e.IDs = append(e.IDs, id)
				}
			}
			h.gone[299] = true
		})
		tl.Apply([]chat.Event{e})
		d.settle(tl.lane)
		first, last, n := ids(tl)
		if first > 1260 || last < 1360 || n > maxLoaded || int(last-first)+1 != n {
			t.Errorf("reload %v: holds %d to %d (%d), reading 1310", reload, first, last, n)
		}
		if !tl.HasOlder() || tl.HasNewer() != (last < 1500) {
			t.Errorf("reload %v: older %v, newer %v to %d", reload, tl.HasOlder(), tl.HasNewer(), last)
		}
	}
}
