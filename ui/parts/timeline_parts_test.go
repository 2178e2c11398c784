// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
)

func TestKeysScroll(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SetRows(rowsOf(0, lines(100)), false, false)
	r.FocusGained()
	for _, c := range []struct {
		key  fyne.KeyName
		move float64 // of the view, downwards
	}{
		{fyne.KeyUp, -40},
		{fyne.KeyPageUp, -360},
		{fyne.KeyPageDown, 360},
		{fyne.KeySpace, 40}, // as far as there is
	} {
		before := r.geometry.below()
		r.TypedKey(&fyne.KeyEvent{Name: c.key})
		if got := before - r.geometry.below(); got < c.move-1 || got > c.move+1 {
			t.Errorf("%s moves by %g, want %g", c.key, got, c.move)
		}
	}
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	if r.geometry.first != 0 || r.geometry.top != timelineAir {
		t.Error("Home does not show the first row")
	}
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if r.geometry.offset() != 40 {
		t.Errorf("Down moves by %g", r.geometry.offset())
	}
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if r.geometry.below() > 0 {
		t.Error("End does not show the last row")
	}
	asked := false
	r.OnJumpToEnd = func() { asked = true }
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
	if !asked {
		t.Error("End does not ask for what is not loaded")
	}
}

func TestOtherKeysAreTheWindows(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SetRows(rowsOf(0, lines(3)), false, false)
	var keys, shortcuts []string
	r.kit.Key = func(e *fyne.KeyEvent) bool { keys = append(keys, string(e.Name)); return true }
	r.kit.Shortcut = func(s fyne.Shortcut) bool { shortcuts = append(shortcuts, s.ShortcutName()); return true }
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF6})
	r.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyK, Modifier: fyne.KeyModifierControl})
	r.TypedRune('x')
	r.TypedRune(' ')
	if !slices.Equal(keys, []string{"Escape", "F6"}) || len(shortcuts) != 1 || r.hears() != "end true, seen 3, type x" {
		t.Errorf("keys %v, shortcuts %v", keys, shortcuts)
	}
}

func TestFocusRing(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SetRows(rowsOf(0, lines(3)), false, false)
	ring := func() bool { return slices.Contains(r.drawn.objects, fyne.CanvasObject(r.scene.ring)) }
	c := r.window.Canvas()
	r.click(100, 390)
	if c.Focused() != fyne.Focusable(r.Timeline) || ring() {
		t.Error("a click does not bring the keyboard, or shows it")
	}
	c.Unfocus()
	c.FocusNext()
	if c.Focused() != fyne.Focusable(r.Timeline) || !ring() {
		t.Error("Tab does not bring the keyboard, or does not show it")
	}
	c.Unfocus()
	if ring() {
		t.Error("the ring stays")
	}
	another := func() { // window, and back
		r.FocusLost()
		r.Rest()
		r.FocusGained()
	}
	r.click(100, 390)
	another()
	if ring() {
		t.Error("who came by pointer is shown a ring after another window")
	}
	c.Unfocus()
	c.FocusNext()
	another()
	if !ring() {
		t.Error("who came by Tab is shown no ring after another window")
	}
}

func TestWheel(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SetRows(rowsOf(0, lines(100)), false, false)
	r.wheel(25)
	if got := r.geometry.below(); got < 59 || got > 61 {
		t.Errorf("a notch moves by %g", got)
	}
	r.wheel(7.5) // a touchpad
	if got := r.geometry.below(); got < 66.5 || got > 68.5 {
		t.Errorf("and a little more by %g", got)
	}
	test.Scroll(r.window.Canvas(), fyne.NewPos(50, 50), 0, -1000)
	if r.geometry.below() > 0 {
		t.Error("the toolkit does not find it")
	}
}

// TestGlide spreads a notch over frames; a second one is added, one the other
// way ends it.
func TestGlide(t *testing.T) {
	var moved float64
	scroll := func(dy float64) bool { moved += dy; return false }
	var g glide
	g.start(60, scroll)
	if moved != 60 || g.animation != nil {
		t.Fatalf("moved by %g at its end", moved)
	}
	moved = 0
	g = glide{owed: 60, done: 20, animation: fyne.NewAnimation(glideTime, func(float32) {})}
	g.start(60, scroll)
	if moved != 100 {
		t.Errorf("moved by %g, want what was left and as much again", moved)
	}
	moved = 0
	g = glide{owed: 60, done: 20, animation: fyne.NewAnimation(glideTime, func(float32) {})}
	g.start(-60, scroll)
	if moved != -60 {
		t.Errorf("moved by %g the other way", moved)
	}
}

func TestScrollBar(t *testing.T) {
	r := newRig(t, 500, 400)
	r.SetRows(rowsOf(0, lines(100)), false, false)
	b := r.scene.bar
	if got := b.thumb.Position().Y + b.thumb.Size().Height; got < 396 || got > 398 {
		t.Errorf("the thumb ends at %g of 400", got)
	}
	at := func(y float32) *desktop.MouseEvent {
		e := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
		e.Position = fyne.NewPos(5, y)
		return e
	}
	drag := func(y float32) {
		e := &fyne.DragEvent{}
		e.Position = fyne.NewPos(5, y)
		b.Dragged(e)
	}
	b.MouseDown(at(390))
	drag(200)
	if got, want := r.geometry.offset(), (r.geometry.whole()-400)*0.47; got < want*0.9 || got > want*1.1 {
		t.Errorf("dragged to the middle: %g of %g", got, r.geometry.whole())
	}
	if got := b.thumb.Position().Y; got < 158 || got > 166 {
		t.Errorf("the thumb is at %g while the pointer holds it", got)
	}
	drag(-100)
	if r.geometry.first != 0 || r.geometry.top != timelineAir {
		t.Error("dragged to the top: the first row is not in view")
	}
	drag(1000)
	if r.geometry.below() > 0 {
		t.Error("dragged to the bottom: the last row is not in view")
	}
	b.MouseUp(at(1000))
	b.DragEnd()
	b.MouseDown(at(100)) // beside the thumb
	b.MouseUp(at(100))
	if got := b.thumb.Position().Y; got < 75 || got > 95 {
		t.Errorf("a click at 100 brings the thumb to %g", got)
	}
	r.SetRows(rowsOf(0, lines(2)), false, false)
	if slices.Contains(r.drawn.objects, fyne.CanvasObject(b)) {
		t.Error("a bar with nothing to scroll")
	}
}

func TestJumpButton(t *testing.T) {
	r := newRig(t, 500, 400)
	b := r.scene.button
	shown := func() bool { return slices.Contains(r.drawn.objects, fyne.CanvasObject(b)) }
	r.SetRows(rowsOf(0, lines(100)), false, false)
	if shown() {
		t.Error("shown at the end")
	}
	r.scrollBy(500)
	if !shown() {
		t.Fatal("not shown above the end")
	}
	entry := NewEntry(r.kit)
	other := test.NewWindow(entry) // the toolkit's test driver knows the last window only
	t.Cleanup(other.Close)
	other.Canvas().Focus(entry)
	b.MouseDown(&desktop.MouseEvent{})
	other.Canvas().Unfocus()
	b.MouseUp(&desktop.MouseEvent{})
	test.Tap(b)
	if r.geometry.below() > 0 || shown() {
		t.Error("does not go to the end")
	}
	if other.Canvas().Focused() != fyne.Focusable(entry) {
		t.Error("who was writing can not write on")
	}
	r.SetRows(rowsOf(0, lines(100)), false, true)
	if !shown() {
		t.Error("not shown while newer messages are not loaded")
	}
	asked := 0
	r.OnJumpToEnd = func() { asked++ }
	test.Tap(b)
	if asked != 1 {
		t.Error("does not ask for them")
	}
	words := r.kit.Words
	for n, want := range map[int]string{
		0: words.Text("timeline.jump"), 1: words.Text("timeline.jump-count", "count", 1), 5: words.Text("timeline.jump-count", "count", 5),
	} {
		if r.SetNewCount(n); b.text() != want {
			t.Errorf("%d: says %q", n, b.text())
		}
	}
	r.SetNewCount(100)
	if b.number.Text != words.Text("chats.unread-many") {
		t.Errorf("100 is shown as %q", b.number.Text)
	}
}

// titles are what a menu offers; what is not to be chosen is in brackets.
func titles(items []*fyne.MenuItem) string {
	var all []string
	for _, i := range items {
		switch {
		case i.IsSeparator:
			all = append(all, "-")
		case i.Disabled:
			all = append(all, "("+i.Label+")")
		default:
			all = append(all, i.Label)
		}
	}
	return strings.Join(all, " ")
}

func TestMenu(t *testing.T) {
	r, _ := chatting(t)
	at := func(key, text string) (*entry, spotInText, fyne.Position) {
		x, y := r.textAt(t, key, text)
		e, s := r.find(fyne.NewPos(x, y))
		return e, s, fyne.NewPos(x, y)
	}
	for _, c := range []struct{ key, text, want string }{
		{"m1", "Hello", "(20 Nov 2026 09:00) - Reply React… Copy Details - Delete here"},
		{"m2", "fine", "(Delivered – 20 Nov 2026 09:02) - Reply React… Edit Copy Details - Take back… Delete here"},
		{"m2", "example", "(Delivered – 20 Nov 2026 09:02) - Reply React… Edit Copy Copy link Details - Take back… Delete here"},
		{"m4", "good", "(Not sent – 20 Nov 2026 09:12) - Copy Details - Try again Delete"},
	} {
		if got := titles(r.menu(at(c.key, c.text))); got != c.want {
			t.Errorf("%s of %s: %s", c.text, c.key, got)
		}
	}
	choose := func(items []*fyne.MenuItem, label string) {
		t.Helper()
		for _, i := range items {
			if i.Label == label {
				i.Action()
				return
			}
		}
		t.Fatalf("no %q", label)
	}
	clipboard := func() string { return fyne.CurrentApp().Clipboard().Content() }
	choose(r.menu(at("m2", "example")), "Copy link")
	if clipboard() != "https://example.org/a" {
		t.Errorf("the link was copied as %q", clipboard())
	}
	choose(r.menu(at("m1", "how")), "Copy")
	if clipboard() != "Hello there, how are you?" {
		t.Errorf("the message was copied as %q", clipboard())
	}
	x, y := r.textAt(t, "m1", "there")
	r.click(x, y)
	r.click(x, y)
	items := r.menu(at("m1", "here"))
	if got := titles(items); !strings.Contains(got, "Copy Copy message") {
		t.Errorf("on the selection: %s", got)
	}
	choose(items, "Copy")
	if clipboard() != "there" {
		t.Errorf("the selection was copied as %q", clipboard())
	}
	choose(items, "Copy message")
	if clipboard() != "Hello there, how are you?" {
		t.Errorf("the message was copied as %q", clipboard())
	}
	choose(r.menu(at("m4", "good")), "Try again")
	choose(r.menu(at("m1", "Hello")), "Delete here")
	if got := r.hears(); got != "retry 4, delete 1" {
		t.Errorf("heard %q", got)
	}
}

func TestMenuOpens(t *testing.T) {
	r, _ := chatting(t)
	x, y := r.textAt(t, "m1", "Hello")
	test.TapSecondaryAt(r.Timeline, fyne.NewPos(x, y))
	if r.window.Canvas().Overlays().Top() == nil {
		t.Error("no menu")
	}
	r.window.Canvas().Overlays().Top().Hide()
	day := fyne.NewPos(300, r.places()["d2026-11-20m1"]+5)
	opens := func(r *rig, at fyne.Position) bool {
		for _, o := range r.window.Canvas().Overlays().List() {
			r.window.Canvas().Overlays().Remove(o)
		}
		test.TapSecondaryAt(r.Timeline, at)
		return r.window.Canvas().Overlays().Top() != nil
	}
	if opens(r, day) {
		t.Error("a menu of a separator")
	}
	r.SelectAll()
	if !opens(r, day) {
		t.Error("no menu of the selection")
	}
	if empty := newRig(t, 500, 400); opens(empty, fyne.NewPos(100, 100)) {
		t.Error("a menu of nothing")
	}
}

func TestFailedMessage(t *testing.T) {
	r, _ := chatting(t)
	v := r.scene.views[r.entries[r.index["m4"]]]
	if got := r.kit.Words.Text("message.retry"); v.retry.Text() != got {
		t.Errorf("offers %q", v.retry.Text())
	}
	test.Tap(v.retry)
	test.Tap(v.remove)
	if got := r.hears(); got != "retry 4, delete 4" {
		t.Errorf("heard %q", got)
	}
	for code, id := range map[chat.Code]string{
		chat.CodeRemoteServer: "error.remote-server-not-found", "": "error.unknown", "what-is-this": "error.unknown",
	} {
		if got := failureWords(r.kit, code, "Bob"); !strings.HasSuffix(got, r.kit.Words.Text(id)) {
			t.Errorf("%q: %q", code, got)
		}
	}
}

// TestNobodyPressesWhatCanNotBeSeen: a button that scrolls out of view does not
// keep the keyboard.
func TestNobodyPressesWhatCanNotBeSeen(t *testing.T) {
	r := newRig(t, 500, 300)
	messages := lines(60)
	messages[58].own, messages[58].status = true, chat.Failed
	r.SetRows(rowsOf(0, messages), false, false)
	c := r.window.Canvas()
	c.Focus(r.scene.views[r.entries[r.index["m59"]]].retry)
	r.scrollBy(1000)
	if c.Focused() != fyne.Focusable(r.Timeline) {
		t.Errorf("%T has the keyboard", c.Focused())
	}
}

func TestNothingToSee(t *testing.T) {
	r := newRig(t, 500, 300)
	r.SetRows(rowsOf(0, []said{{text: ""}, {text: " \u202e\n", minute: 9}}), false, false)
	for _, key := range []string{"m1", "m2"} {
		if got := r.entries[r.index[key]].text.shown; got != r.kit.Words.Text("message.undecryptable") {
			t.Errorf("%s shows %q", key, got)
		}
	}
}

func TestNotices(t *testing.T) {
	r := newRig(t, 500, 300)
	r.SetRows([]model.Row{
		{Key: "d1", Kind: model.RowDay, Time: now()},
		{Key: "d2", Kind: model.RowDay, Time: now().AddDate(0, 0, -1)},
		{Key: "d3", Kind: model.RowDay, Time: now().AddDate(0, 0, -9)},
		{Key: "d4", Kind: model.RowDay, Time: now().AddDate(-1, 0, 0)},
		{Key: "n1", Kind: model.RowNotice, Text: "message.undecryptable"},
		{Key: "n2", Kind: model.RowNotice, Text: "request.text", Args: []any{"name", "Bob"}},
		{Key: "unread", Kind: model.RowUnread},
	}, false, false)
	var got []string
	for _, e := range r.entries {
		e.measure(r.page)
		got = append(got, e.text.shown)
	}
	want := []string{
		"Today", "Yesterday", "Sun, 15 Nov", "24 Nov 2025",
		"This message could not be read.", "Bob wants to add you to their contacts.", "New messages",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if e, s := r.find(fyne.NewPos(100, 200)); e != nil || s.caret.key != "" {
		t.Error("a notice can be selected")
	}
}
