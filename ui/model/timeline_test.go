// SPDX-License-Identifier: MPL-2.0

package model

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// opened is a timeline of h at its first place, with the keys it jumped to.
func opened(t *testing.T, h *history) (*desk, *Timeline, *[]string) {
	t.Helper()
	d := newDesk(t)
	tl := NewTimeline(d.Env, h, h, h)
	jumps := &[]string{}
	tl.OnJump = func(key string) { *jumps = append(*jumps, key) }
	tl.Open(conv)
	d.until("opened", func() bool { return len(*jumps) == 1 })
	return d, tl, jumps
}

func ids(tl *Timeline) (first, last chat.MsgID, n int) {
	for _, r := range tl.Rows() {
		if r.ID == 0 {
			continue
		}
		if n == 0 {
			first = r.ID
		}
		last = r.ID
		n++
	}
	return first, last, n
}

func rowAt(tl *Timeline, key string) int {
	for i, r := range tl.Rows() {
		if r.Key == key {
			return i
		}
	}
	return -1
}

func TestTimelineOpens(t *testing.T) {
	tests := []struct {
		name         string
		n            int
		firstNew     chat.MsgID
		first, last  chat.MsgID
		jump         string
		older, newer bool
	}{
		{"empty", 0, 0, 0, 0, "", false, false},
		{"short, all read", 7, 0, 1, 7, "", false, false},
		{"long, all read", 500, 0, 451, 500, "", true, false},
		{"first unread in the middle", 500, 200, 150, 250, "unread", true, true},
		{"first unread near the end", 500, 499, 449, 500, "unread", true, false},
		{"all unread", 60, 1, 1, 51, "unread", false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHistory(tt.n)
			h.conv.FirstNew = tt.firstNew
			_, tl, jumps := opened(t, h)
			first, last, _ := ids(tl)
			if first != tt.first || last != tt.last {
				t.Errorf("loaded %d to %d, want %d to %d", first, last, tt.first, tt.last)
			}
			if (*jumps)[0] != tt.jump {
				t.Errorf("jumped to %q, want %q", (*jumps)[0], tt.jump)
			}
			if older := tl.HasOlder() && !tl.OlderFar(); older != tt.older || tl.HasNewer() != tt.newer {
				t.Errorf("older %v newer %v, want %v %v", older, tl.HasNewer(), tt.older, tt.newer)
			}
			if i := rowAt(tl, "unread"); tt.firstNew != 0 && (i < 0 || tl.Rows()[i+1].ID != tt.firstNew) {
				t.Errorf("the unread line is not above message %d", tt.firstNew)
			}
		})
	}
}

// A million messages cost what a hundred do.
func TestTimelineOpenReadsOnePage(t *testing.T) {
	h := newHistory(1_000_000)
	h.conv.FirstNew = 500_000
	opened(t, h)
	if h.reads > 2*pageSize+2 {
		t.Errorf("read %d rows to open, want at most two pages", h.reads)
	}
}

func TestTimelineKeepsAWindow(t *testing.T) {
	h := newHistory(2000)
	d, tl, _ := opened(t, h)
	for range 20 {
		tl.NeedOlder()
		d.until("older loaded", func() bool { return !tl.Loading() })
	}
	first, last, n := ids(tl)
	if first != 951 || last != 1350 || n != maxLoaded {
		t.Fatalf("holds %d to %d (%d), want 951 to 1350 (400)", first, last, n)
	}
	if !tl.HasNewer() {
		t.Error("what was dropped below is forgotten")
	}
	for range 20 {
		tl.NeedNewer()
		d.until("newer loaded", func() bool { return !tl.Loading() })
	}
	if first, last, n := ids(tl); first != 1601 || last != 2000 || n != maxLoaded || tl.HasNewer() {
		t.Errorf("holds %d to %d (%d), newer %v, want 1601 to 2000", first, last, n, tl.HasNewer())
	}
}

func TestTimelineJumps(t *testing.T) {
	h := newHistory(1000)
	d, tl, jumps := opened(t, h)
	tl.JumpTo(300)
	d.until("jumped", func() bool { return len(*jumps) == 2 })
	if first, last, _ := ids(tl); (*jumps)[1] != "m300" || first != 250 || last != 350 {
		t.Errorf("jumped to %q in %d to %d", (*jumps)[1], first, last)
	}
	tl.JumpTo(310)
	if len(*jumps) != 3 || (*jumps)[2] != "m310" {
		t.Errorf("a loaded message needs no query: %q", *jumps)
	}
	tl.JumpToEnd()
	d.until("at the end", func() bool { return len(*jumps) == 4 })
	if _, last, _ := ids(tl); last != 1000 || tl.HasNewer() || (*jumps)[3] != "" {
		t.Errorf("not at the end: %d, %q", last, *jumps)
	}
}

func TestTimelineMarksWhatIsSeen(t *testing.T) {
	h := newHistory(100)
	h.conv.FirstNew, h.conv.Unread = 91, 10
	d, tl, _ := opened(t, h)
	tl.Focus(false)
	tl.Seen(95)
	d.settle(tl.marks)
	if h.marked != 0 {
		t.Fatalf("marked %d without the focus", h.marked)
	}
	tl.Focus(true)
	d.settle(tl.marks)
	if h.marked != 95 {
		t.Errorf("marked %d, want 95", h.marked)
	}
	tl.AtEnd(true)
	d.settle(tl.marks)
	if h.marked != 100 {
		t.Errorf("marked %d at the end, want 100", h.marked)
	}
	if i := rowAt(tl, "unread"); i < 0 || tl.Rows()[i+1].ID != 91 {
		t.Error("the unread line moved while the conversation was open")
	}
}

func TestTimelineArrivals(t *testing.T) {
	h := newHistory(500)
	d, tl, _ := opened(t, h)
	tl.AtEnd(true)
	tl.Apply([]chat.Event{h.arrive(2)})
	d.settle(tl.lane)
	if _, last, _ := ids(tl); last != 502 {
		t.Fatalf("newest is %d, want 502", last)
	}
	if rowAt(tl, "unread") >= 0 {
		t.Error("an unread line appeared under the reader's eyes")
	}
	if n := tl.NewBelow(); n != 0 {
		t.Errorf("%d new below the end", n)
	}
	// Away from the end they are counted, and the line stands above the first.
	tl.AtEnd(false)
	h.conv.Unread = 0
	tl.Apply([]chat.Event{h.arrive(3)})
	d.settle(tl.lane)
	if n := tl.NewBelow(); n != 3 || !tl.ShowJump() {
		t.Errorf("%d new below, jump offered %v", n, tl.ShowJump())
	}
	if i := rowAt(tl, "unread"); i < 0 || tl.Rows()[i+1].ID != 503 {
		t.Error("no unread line above the first that came unseen")
	}
}

func TestTimelineArrivalsFarFromTheEnd(t *testing.T) {
	h := newHistory(1000)
	h.conv.FirstNew = 300
	d, tl, _ := opened(t, h)
	tl.Apply([]chat.Event{h.arrive(1)})
	d.settle(tl.lane)
	if _, last, _ := ids(tl); last != 350 || !tl.HasNewer() {
		t.Errorf("newest loaded is %d: a hole below 350", last)
	}
}

func TestTimelineChangesInPlace(t *testing.T) {
	h := newHistory(100)
	d, tl, _ := opened(t, h)
	m, _ := h.message(99)
	m.Status, m.Error = chat.Failed, chat.CodeTimeout
	h.edited[99] = m
	h.gone[98] = true
	h.reads = 0
	tl.Apply([]chat.Event{
		{Kind: chat.MessagesChanged, Conv: conv, IDs: []chat.MsgID{98, 99, 2}},
		{Kind: chat.MessagesChanged, Conv: chat.ConvID{Account: alice, Peer: alice}, IDs: []chat.MsgID{97}},
	})
	d.settle(tl.lane)
	if h.reads != 2 {
		t.Errorf("read %d rows again, want those two that exist", h.reads)
	}
	if rowAt(tl, "m98") >= 0 {
		t.Error("a deleted message still stands")
	}
	if r := tl.Rows()[rowAt(tl, "m99")]; r.Status != chat.Failed || r.Error != chat.CodeTimeout {
		t.Errorf("changed row is %+v", r)
	}
	if first, _, _ := ids(tl); first != 51 {
		t.Errorf("a message above the window came in: first is %d", first)
	}
}

func TestTimelineReload(t *testing.T) {
	h := newHistory(100)
	d, tl, _ := opened(t, h)
	tl.AtEnd(true)
	h.arrive(20)
	h.gone[90] = true
	tl.Apply([]chat.Event{{Kind: chat.Reload}})
	d.settle(tl.lane)
	if _, last, n := ids(tl); last != 120 || n != 69 {
		t.Errorf("after reload %d messages to %d, want 69 to 120", n, last)
	}
}

// What changes while a page is being read is not undone by the page.
func TestTimelineChangeDuringPaging(t *testing.T) {
	h := newHistory(200)
	d, tl, _ := opened(t, h)
	tl.NeedOlder()
	tl.Apply([]chat.Event{h.arrive(1)})
	d.settle(tl.lane)
	if first, last, n := ids(tl); first != 101 || last != 201 || n != 101 {
		t.Errorf("holds %d to %d (%d), want 101 to 201", first, last, n)
	}
}

func TestTimelineDropsAnswersOfBefore(t *testing.T) {
	h := newHistory(100)
	d := newDesk(t)
	tl := NewTimeline(d.Env, h, h, h)
	tl.Open(conv)
	tl.Open(chat.ConvID{})
	d.settle(tl.lane)
	if len(tl.Rows()) != 0 || !tl.Conversation().ID.IsZero() {
		t.Error("an answer came to a conversation that was closed")
	}
}

func TestTimelineError(t *testing.T) {
	h := newHistory(10)
	h.err = &chat.Error{Kind: chat.Storage, Code: chat.CodeDamaged}
	d := newDesk(t)
	tl := NewTimeline(d.Env, h, h, h)
	tl.Open(conv)
	d.until("error", func() bool { return tl.Err() != nil })
	if tl.Err().Code != chat.CodeDamaged || tl.Loading() {
		t.Errorf("error %v, loading %v", tl.Err(), tl.Loading())
	}
}
