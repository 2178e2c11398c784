// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
)

// changing is a conversation with everything that can be pressed, and what was
// pressed or explained.
func changing(t *testing.T) (r *rig, heard *[]string) {
	t.Helper()
	r, heard = newRig(t, 440, 700), new([]string)
	note := func(what string) func(chat.MsgID) {
		return func(id chat.MsgID) { *heard = append(*heard, what+" "+id.String()) }
	}
	r.OnReply, r.OnEdit, r.OnTakeBack, r.OnQuote = note("reply"), note("edit"), note("take back"), note("quote")
	r.OnReact = func(id chat.MsgID, emoji string) { *heard = append(*heard, fmt.Sprint("react ", id, " ", emoji)) }
	r.OnLoadMissing = func() { *heard = append(*heard, "load") }
	r.kit.Tip = func(_ fyne.CanvasObject, text string) func() {
		*heard = append(*heard, "tip "+text)
		return func() { *heard = append(*heard, "no tip") }
	}
	r.SetTitle("Alice")
	r.SetRows(append(changed(), model.Row{Key: "g", Kind: model.RowGap}), false, false)
	return r, heard
}

// middleOf is where on the screen the middle of a part of a row is.
func (r *rig) middleOf(key string, of func(e *entry) frame) (x, y float32) {
	e := r.entries[r.index[key]]
	f := of(e)
	return f.x + f.w/2, r.scene.views[e].box.Position().Y + f.y + f.h/2
}

func TestPressWhatStandsAroundAMessage(t *testing.T) {
	r, heard := changing(t)
	for _, c := range []struct {
		name, key string
		of        func(e *entry) frame
		want      string
	}{
		{"own reaction", "m1", func(e *entry) frame { return e.pills[0].box }, "react 1 👍"},
		{"their reaction", "m1", func(e *entry) frame { return e.pills[1].box }, "react 1 🎉"},
		{"a quote", "m5", func(e *entry) frame { return e.quote.box }, "quote 3"},
		{"a quote of nothing that is here", "m7", func(e *entry) frame { return e.quote.box }, ""},
		{"missing messages", "g", func(e *entry) frame { return e.more.actBox }, "load"},
		{"the words beside it", "g", func(e *entry) frame { return frame{e.textAt.X, e.textAt.Y, 20, 10} }, ""},
	} {
		*heard = nil
		x, y := r.middleOf(c.key, c.of)
		r.click(x, y)
		got := ""
		for _, h := range *heard {
			if len(h) > 3 && h[:3] != "tip" && h[:3] != "no " {
				got = h
			}
		}
		if got != c.want {
			t.Errorf("%s: heard %q, want %q", c.name, got, c.want)
		}
		if r.selection.some() {
			t.Errorf("%s: the click has selected something", c.name)
		}
		pointed := r.Cursor() == desktop.PointerCursor
		if pointed != (c.want != "") {
			t.Errorf("%s: points %v", c.name, pointed)
		}
		// Who moves away with the button down has changed their mind.
		*heard = nil
		r.press(x, y, 0)
		r.drag(x+60, y+60)
		r.release(x+60, y+60)
		for _, h := range *heard {
			if h == c.want {
				t.Errorf("%s: pressed by a drag", c.name)
			}
		}
		r.ClearSelection()
	}
}

func TestWhoReacted(t *testing.T) {
	r, heard := changing(t)
	for i, want := range []string{"tip You", "tip Alice", "tip You and Alice"} {
		*heard = nil
		x, y := r.middleOf("m1", func(e *entry) frame { return e.pills[i].box })
		e := &desktop.MouseEvent{}
		e.Position = fyne.NewPos(x, y)
		r.MouseMoved(e)
		r.MouseMoved(e)
		if n := len(*heard); n == 0 || (*heard)[n-1] != want {
			t.Errorf("%d: heard %q", i, *heard)
		}
	}
	r.MouseOut()
	if (*heard)[len(*heard)-1] != "no tip" {
		t.Errorf("heard %q", *heard)
	}
}

// A reaction comes from outside: whatever it is, it stays small.
func TestStrangeReactions(t *testing.T) {
	r := newRig(t, 300, 400)
	rows := rowsOf(0, []said{{text: "a"}, {text: "b", own: true, minute: 9}})
	for i := range 100 {
		for k := range rows {
			rows[k].Reactions = append(rows[k].Reactions, chat.Reaction{Emoji: fmt.Sprint("\u202enot an emoji at all, but a text that goes on and on\n", i), Theirs: true})
		}
	}
	r.SetRows(rows, false, false)
	for _, key := range []string{"m1", "m2"} {
		e := r.entries[r.index[key]]
		r.ensure(e)
		if len(e.pills) != maxPills {
			t.Errorf("%d pills", len(e.pills))
		}
		left, column := e.on.column()
		for _, p := range e.pills {
			if p.box.x < left || p.box.x+p.box.w > left+column || p.box.y < e.box.y+e.box.h || p.box.y+p.box.h > e.height+0.5 {
				t.Fatalf("%s: a pill at %+v, column %v +%v, height %v", key, p.box, left, column, e.height)
			}
		}
	}
}

func TestChooseByKeyboard(t *testing.T) {
	r, heard := changing(t)
	c := r.window.Canvas()
	c.Focus(r.Timeline)
	r.Choose(-1)
	if row, ok := r.Chosen(); !ok || row.Key != "m7" {
		t.Fatalf("chose %q, %v", row.Key, ok)
	}
	for range 20 {
		r.Choose(-1)
	}
	if row, _ := r.Chosen(); row.Key != "m1" {
		t.Errorf("up to %q", row.Key)
	}
	r.Choose(1)
	if row, _ := r.Chosen(); row.Key != "m2" {
		t.Errorf("down to %q", row.Key)
	}
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	menu := c.Overlays().Top()
	if menu == nil {
		t.Fatal("no menu")
	}
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown}) // the details
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(*heard) != 1 || (*heard)[0] != "reply 2" {
		t.Errorf("heard %q", *heard)
	}
	c.Focus(r.Timeline)
	r.hears()
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete})
	if got := r.hears(); got != "delete 2" {
		t.Errorf("heard %q", got)
	}
	r.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if _, ok := r.Chosen(); ok {
		t.Error("Escape keeps the choice")
	}
	r.Choose(-1)
	r.SetRows(rowsOf(50, lines(3)), false, false)
	if _, ok := r.Chosen(); ok {
		t.Error("chose what is gone")
	}
}

func TestChosenIsInView(t *testing.T) {
	r := newRig(t, 400, 300)
	r.SetRows(rowsOf(0, talk(200, 4)), false, false)
	r.window.Canvas().Focus(r.Timeline)
	for i := range 150 {
		r.Choose(-1)
		row, _ := r.Chosen()
		e := r.entries[r.index[row.Key]]
		v := r.scene.views[e]
		if v == nil {
			t.Fatalf("step %d: %s is not in view", i, row.Key)
		}
		if top := v.box.Position().Y + e.gap; top < -1 || top > 300 {
			t.Fatalf("step %d: %s begins at %v", i, row.Key, top)
		}
	}
}

func TestReactionIsChosen(t *testing.T) {
	r, heard := changing(t)
	c := r.window.Canvas()
	r.chooseReaction(r.entries[r.index["m1"]].row, fyne.NewPos(420, 690)) // in the corner
	bar, ok := c.Overlays().Top().(*EmojiBar)
	if !ok {
		t.Fatal("no bar")
	}
	at, size := bar.inside.Position(), bar.inside.Size()
	if at.X < 0 || at.Y < 0 || at.X+size.Width > 440 || at.Y+size.Height > 700 {
		t.Errorf("stands at %v, %v", at, size)
	}
	if !bar.buttons[0].chosen || bar.buttons[3].chosen {
		t.Error("does not show what was chosen before")
	}
	key := func(name fyne.KeyName) { c.Focused().TypedKey(&fyne.KeyEvent{Name: name}) }
	key(fyne.KeyLeft) // nothing there
	key(fyne.KeyDown)
	key(fyne.KeyRight)
	key(fyne.KeyUp)
	key(fyne.KeyReturn)
	if len(*heard) != 1 || (*heard)[0] != "react 1 "+bar.buttons[1].emoji || c.Overlays().Top() != nil {
		t.Errorf("heard %q", *heard)
	}
	for name, closing := range map[string]func(){
		"Escape":         func() { key(fyne.KeyEscape) },
		"a click beside": func() { test.TapCanvas(c, fyne.NewPos(2, 2)) },
	} {
		*heard = nil
		r.chooseReaction(r.entries[r.index["m1"]].row, fyne.NewPos(100, 100))
		if closing(); c.Overlays().Top() != nil || len(*heard) != 0 {
			t.Errorf("%s: open %v, heard %q", name, c.Overlays().Top() != nil, *heard)
		}
	}
}

// What is older on the server is asked for when the person scrolls there; what is
// here comes by itself.
func TestOlderFarIsAskedForByScrolling(t *testing.T) {
	r := newRig(t, 400, 400)
	r.SetFar(true)
	r.SetRows(rowsOf(0, lines(3)), true, false)
	r.JumpToEnd()
	if got := r.hears(); got != "end true, seen 3" && got != "seen 3, end true" {
		t.Errorf("heard %q before anybody scrolled", got)
	}
	r.wheel(10)
	if got := r.hears(); got != "older" {
		t.Errorf("heard %q", got)
	}
	r.wheel(10)
	if got := r.hears(); got != "" {
		t.Errorf("heard %q while the first answer is waited for", got)
	}
}

// A row above the first one moves nothing that is in view.
func TestTopRowHoldsThePlace(t *testing.T) {
	r := newRig(t, 400, 400)
	rows := rowsOf(0, lines(60))
	r.SetRows(rows, true, false)
	r.scrollTo(0)
	r.scrollBy(-40)
	before := r.places()["m3"]
	r.SetRows(append([]model.Row{{Key: "top", Kind: model.RowTop, Busy: true}}, rows...), true, false)
	if after := r.places()["m3"]; after != before {
		t.Errorf("moved from %v to %v", before, after)
	}
	r.SetRows(append([]model.Row{{Key: "top", Kind: model.RowTop}}, rows...), false, false)
	if after := r.places()["m3"]; after != before {
		t.Errorf("moved from %v to %v", before, after)
	}
}
