// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"chatsecure.org/desktop/core/chat"
)

// clock lets a test set the time between clicks.
func clock(t *testing.T) func(time.Duration) {
	t.Helper()
	before, at := now, now()
	now = func() time.Time { return at }
	t.Cleanup(func() { now = before })
	return func(d time.Duration) { at = at.Add(d) }
}

func chatting(t *testing.T) (r *rig, wait func(time.Duration)) {
	t.Helper()
	wait = clock(t)
	r = newRig(t, 600, 500)
	r.SetTitle("Alice")
	r.SetRows(rowsOf(0, []said{
		{text: "Hello there, how are you?"},
		{text: "fine, see https://example.org/a.", own: true, status: chat.Delivered, minute: 2},
		{text: "two\nlines", minute: 9},
		{text: "good\u202e night", own: true, status: chat.Failed, minute: 12},
	}), false, false)
	r.hears()
	return r, wait
}

func TestSelectInOneMessage(t *testing.T) {
	r, _ := chatting(t)
	x1, y := r.textAt(t, "m1", "there")
	x2, _ := r.textAt(t, "m1", ", how")
	r.press(x1, y, 0)
	if r.Copy() != "" {
		t.Error("a press selects something")
	}
	r.drag(x2, y)
	r.release(x2, y)
	if got := r.Copy(); got != "there" {
		t.Errorf("selected %q", got)
	}
	r.press(x2, y, 0)
	r.drag(x1, y) // backwards
	r.release(x1, y)
	if got := r.Copy(); got != "there" {
		t.Errorf("selected %q backwards", got)
	}
	r.click(x1, y)
	if got := r.Copy(); got != "" {
		t.Errorf("a click leaves %q", got)
	}
}

func TestSelectOverMessages(t *testing.T) {
	r, _ := chatting(t)
	x1, y1 := r.textAt(t, "m1", "how")
	x2, y2 := r.textAt(t, "m3", "nes")
	r.press(x1, y1, 0)
	r.drag(x2, y2)
	r.release(x2, y2)
	want := "[09:00] Alice: how are you?\n[09:02] You: fine, see https://example.org/a.\n[09:09] Alice: two\nli"
	if got := r.Copy(); got != want {
		t.Errorf("selected\n%s\nwant\n%s", got, want)
	}
	r.press(x2, y2, fyne.KeyModifierShift)
	r.release(x2, y2)
	if got := r.Copy(); got != want {
		t.Errorf("Shift at the end changes it to %q", got)
	}
	x, y := r.textAt(t, "m1", "are")
	r.press(x, y, fyne.KeyModifierShift)
	r.release(x, y)
	if got := r.Copy(); got != "how " {
		t.Errorf("Shift selects %q", got)
	}
	r.ClearSelection()
	if r.Copy() != "" {
		t.Error("not cleared")
	}
}

func TestCopyOverDays(t *testing.T) {
	r, _ := chatting(t)
	r.SetRows(rowsOf(0, []said{{text: "one"}, {text: "two", minute: 60 * 24}}), false, false)
	r.SelectAll()
	if got, want := r.Copy(), "[20 Nov 2026 09:00] Alice: one\n[21 Nov 2026 09:00] Alice: two"; got != want {
		t.Errorf("copied\n%s\nwant\n%s", got, want)
	}
}

func TestWordsAndMessagesByClicks(t *testing.T) {
	r, wait := chatting(t)
	x, y := r.textAt(t, "m1", "there")
	r.click(x+3, y)
	r.press(x+3, y, 0)
	if got := r.Copy(); got != "there" {
		t.Errorf("two clicks select %q", got)
	}
	far, _ := r.textAt(t, "m1", "re you")
	r.drag(far, y)
	if got := r.Copy(); got != "there, how are" {
		t.Errorf("and a drag %q", got)
	}
	back, _ := r.textAt(t, "m1", "ello")
	r.drag(back, y)
	r.release(back, y)
	if got := r.Copy(); got != "Hello there" {
		t.Errorf("and one back %q", got)
	}
	wait(time.Second)
	for range 3 {
		r.click(x, y)
	}
	if got := r.Copy(); got != "Hello there, how are you?" {
		t.Errorf("three clicks select %q", got)
	}
	r.click(x, y)
	if r.Copy() != "" {
		t.Error("the fourth click is not a first one")
	}
	wait(time.Second)
	r.click(x, y)
	wait(time.Second)
	r.click(x, y)
	if r.Copy() != "" {
		t.Error("two clicks a second apart are a double click")
	}
	wait(time.Second)
	r.click(x, y)
	r.click(x+40, y)
	if r.Copy() != "" {
		t.Error("two clicks at two places are a double click")
	}
}

func TestSelectionSurvivesRows(t *testing.T) {
	r := newRig(t, 500, 400)
	messages := lines(60)
	r.SetRows(rowsOf(20, messages[20:60]), true, false)
	x1, y1 := r.textAt(t, "m55", "line")
	x2, y2 := r.textAt(t, "m57", "57")
	r.press(x1, y1, 0)
	r.drag(x2, y2)
	r.release(x2, y2)
	want := r.Copy()
	if strings.Count(want, "\n") != 2 {
		t.Fatalf("selected %q", want)
	}
	r.SetRows(rowsOf(0, messages), false, false)
	if got := r.Copy(); got != want {
		t.Errorf("older rows came: %q", got)
	}
	r.SetRows(rowsOf(30, messages[30:56]), true, true)
	if got := r.Copy(); strings.Count(got, "line 5") != 2 || !strings.HasSuffix(got, "line 56") {
		t.Errorf("where it ended was dropped: %q", got)
	}
	r.SetRows(rowsOf(0, messages[:30]), false, true)
	if got := r.Copy(); got != "" {
		t.Errorf("all of it was dropped: %q", got)
	}
}

func TestSelectAll(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SelectAll()
	if r.Copy() != "" {
		t.Error("something of nothing")
	}
	r.SetRows(rowsOf(0, lines(60)), false, false)
	r.TypedShortcut(&fyne.ShortcutSelectAll{})
	if got := r.Copy(); strings.Count(got, "\n") != 59 || !strings.HasPrefix(got, "[09:00] : line 1\n") {
		t.Errorf("selected %d lines", strings.Count(got, "\n"))
	}
	r.TypedShortcut(&fyne.ShortcutCopy{})
	if got := fyne.CurrentApp().Clipboard().Content(); got != r.Copy() {
		t.Error("not in the clipboard")
	}
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.Copy() != "" {
		t.Error("Escape keeps the selection")
	}
}

// TestCopyIsWhatIsSeen: controls that turn text around do not travel with it, and
// what a long message does not show does.
func TestCopyIsWhatIsSeen(t *testing.T) {
	r, _ := chatting(t)
	x, y := r.textAt(t, "m4", "night")
	for range 3 {
		r.click(x, y)
	}
	if got := r.Copy(); got != "good night" {
		t.Errorf("%q", got)
	}
	long := strings.Repeat("word ", 20000)
	r.SetRows(rowsOf(0, []said{{text: long}}), false, false)
	r.SelectAll()
	if got := r.Copy(); got != long {
		t.Errorf("%d bytes of %d", len(got), len(long))
	}
}

func TestLinks(t *testing.T) {
	r, wait := chatting(t)
	x, y := r.textAt(t, "m2", "example")
	r.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, y)}})
	if r.Cursor() != desktop.PointerCursor || r.scene.views[r.entries[r.index["m2"]]].shown.link != 0 {
		t.Error("a link under the pointer does not look like one")
	}
	r.click(x, y)
	if got := r.hears(); got != "link https://example.org/a" {
		t.Errorf("a click: %q", got)
	}
	wait(time.Second)
	r.press(x, y, 0)
	r.drag(x+2, y)
	r.release(x+2, y)
	if got := r.hears(); got != "link https://example.org/a" {
		t.Errorf("a click with a shaking hand: %q", got)
	}
	wait(time.Second)
	r.press(x, y, 0)
	r.drag(x+30, y)
	r.drag(x, y) // and back
	r.release(x, y)
	if got := r.hears(); got != "" {
		t.Errorf("a drag: %q", got)
	}
	wait(time.Second)
	before, _ := r.textAt(t, "m2", "see")
	r.press(before, y, 0)
	r.release(x, y)
	if got := r.hears(); got != "" {
		t.Errorf("pressed elsewhere: %q", got)
	}
	r.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(before, y)}})
	if r.Cursor() != desktop.TextCursor {
		t.Error("text under the pointer does not look as if it could be selected")
	}
	r.MouseOut()
	if r.Cursor() != desktop.DefaultCursor {
		t.Error("the pointer is gone and still a text cursor")
	}
}

// TestLinkMovesFromUnderThePointer: what is under the pointer is found again
// when rows move.
func TestLinkMovesFromUnderThePointer(t *testing.T) {
	r := newRig(t, 500, 300)
	messages := lines(40)
	messages[38].text = "https://example.org"
	r.SetRows(rowsOf(0, messages), false, false)
	x, y := r.textAt(t, "m39", "example")
	r.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, y)}})
	r.scrollBy(100)
	if r.Cursor() == desktop.PointerCursor {
		t.Error("the link has gone")
	}
}

func TestDragBeyondTheEdge(t *testing.T) {
	wait := clock(t)
	r := newRig(t, 500, 300)
	r.SetRows(rowsOf(0, lines(100)), false, false)
	x, y := r.textAt(t, "m99", "line")
	r.press(x, y, 0)
	r.drag(x, -30)
	top := r.shown()[0]
	wait(500 * time.Millisecond)
	r.pull(500 * time.Millisecond)
	if now := r.shown()[0]; now == top {
		t.Fatal("does not scroll")
	}
	lines := strings.Count(r.Copy(), "\n")
	if lines < 8 {
		t.Errorf("selected %d lines", lines)
	}
	r.drag(x, 400)
	for range 20 {
		r.pull(time.Second)
	}
	if r.geometry.below() > 0 {
		t.Error("does not scroll down")
	}
	r.release(x, 400)
	before := r.geometry.offset()
	r.pull(time.Second)
	if r.pointer.pull != nil || r.geometry.offset() != before {
		t.Error("scrolls on after the button is up")
	}
}

func TestWheelWhileSelecting(t *testing.T) {
	r := newRig(t, 500, 300)
	r.SetRows(rowsOf(0, lines(100)), false, false)
	x, y := r.textAt(t, "m99", "line")
	r.press(x, y, 0)
	r.drag(x, 50)
	n := strings.Count(r.Copy(), "\n")
	r.wheel(100)
	if got := strings.Count(r.Copy(), "\n"); got <= n {
		t.Errorf("%d lines, and %d after scrolling", n, got)
	}
}
