// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"chatsecure.org/desktop/ui/model"
)

// clickSlip is how far the pointer may move during a click, and between two that
// count as one double click.
const clickSlip = 4

// pointer is where the mouse is and what it is doing.
type pointer struct {
	at       fyne.Position
	inside   bool
	entry    *entry // the row of the link under it
	link     int16  // -1 for none
	overText bool
	hot      hot    // what else can be pressed under it
	untip    func() // takes away what explains it

	pressed, dragged bool
	pressedOn        target // the link that it was pressed on
	pressedHot       hot    // what else it was pressed on
	clicks           int    // together
	clickedAt        fyne.Position
	clicked          time.Time
	pull             *fyne.Animation // scrolls while it is held outside
}

// target is a link of a row.
type target struct {
	key  string
	link int16
}

var (
	_ fyne.Scrollable        = (*Timeline)(nil)
	_ fyne.Draggable         = (*Timeline)(nil)
	_ fyne.SecondaryTappable = (*Timeline)(nil)
	_ desktop.Hoverable      = (*Timeline)(nil)
	_ desktop.Mouseable      = (*Timeline)(nil)
	_ desktop.Cursorable     = (*Timeline)(nil)
)

// find is the message and the place in its text at a position, the nearest ones
// for a position between messages. The key is empty where there are none.
func (t *Timeline) find(at fyne.Position) (e *entry, s spotInText) {
	i, top := t.geometry.at(float64(at.Y))
	if i < 0 {
		return nil, s
	}
	e = t.entries[i]
	if e.row.Kind != model.RowMessage {
		if next := t.nextMessage(i, 1); next >= 0 {
			e = t.entries[next]
			return e, spotInText{caret: caret{e.row.Key, 0}, link: -1}
		}
		if next := t.nextMessage(i, -1); next >= 0 {
			e = t.entries[next]
			return e, spotInText{caret: caret{e.row.Key, endOfText}, link: -1}
		}
		return nil, s
	}
	x, y := at.X-e.textAt.X, at.Y-float32(top)-e.textAt.Y
	switch {
	case y < -bubblePadY:
		return e, spotInText{caret: caret{e.row.Key, 0}, link: -1}
	case y >= e.text.height+bubblePadY:
		return e, spotInText{caret: caret{e.row.Key, endOfText}, link: -1}
	}
	hit := e.text.hit(x, y, e.textWidth)
	return e, spotInText{caret: caret{e.row.Key, hit.offset}, link: hit.link, over: hit.over}
}

// spotInText is what is found at a position.
type spotInText struct {
	caret caret
	link  int16
	over  bool // letters
}

// MouseIn implements desktop.Hoverable.
func (t *Timeline) MouseIn(e *desktop.MouseEvent) { t.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (t *Timeline) MouseMoved(e *desktop.MouseEvent) {
	t.kit.touched()
	t.pointer.at, t.pointer.inside = e.Position, true
	if t.hover() {
		t.draw()
	}
}

// MouseOut implements desktop.Hoverable.
func (t *Timeline) MouseOut() {
	t.pointer.inside = false
	if t.hover() {
		t.draw()
	}
}

// hover finds what is under the pointer, and says whether another link is.
func (t *Timeline) hover() bool {
	p := &t.pointer
	e, s := (*entry)(nil), spotInText{link: -1}
	if p.inside {
		e, s = t.find(p.at)
	}
	p.overText = s.over
	if e == nil || s.link < 0 {
		e, s.link = nil, -1
	}
	changed := t.hoverHot() || p.entry != e || p.link != s.link
	p.entry, p.link = e, s.link
	return changed
}

// moved is called when the rows have moved under the pointer.
func (p *pointer) moved(t *Timeline) {
	if p.dragged {
		t.dragTo(p.at)
	} else if p.inside {
		t.hover()
	}
}

// Cursor implements desktop.Cursorable.
func (t *Timeline) Cursor() desktop.Cursor {
	switch {
	case (t.pointer.link >= 0 || t.pointer.hot.at != hotNone) && !t.pointer.dragged:
		return desktop.PointerCursor
	case t.pointer.overText || t.pointer.dragged:
		return desktop.TextCursor
	}
	return desktop.DefaultCursor
}

// MouseDown implements desktop.Mouseable: one click begins a selection, two
// select a word, three a message; Shift extends what there is.
func (t *Timeline) MouseDown(e *desktop.MouseEvent) {
	t.kit.touched()
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	t.takeFocus()
	t.glide.stop()
	p := &t.pointer
	p.at, p.pressed, p.dragged = e.Position, true, false
	row, s := t.find(e.Position)
	p.pressedOn, p.pressedHot = target{link: -1}, hot{at: hotNone}
	t.chosen = ""
	if on, what := t.hotAt(e.Position); what != hotNone {
		p.pressedHot = hot{on.row.Key, what}
		t.ClearSelection()
		return
	}
	t.countClick(e.Position)
	if row == nil {
		t.ClearSelection()
		return
	}
	if e.Modifier&fyne.KeyModifierShift != 0 && t.selection.base.from.key != "" {
		t.selectTo(s.caret)
		return
	}
	if p.clicks == 1 {
		p.pressedOn = target{row.row.Key, s.link}
	}
	t.selectFrom(s.caret, unit(p.clicks-1))
}

// countClick finds out whether a press is one of several at the same place.
func (t *Timeline) countClick(at fyne.Position) {
	p := &t.pointer
	again := now().Sub(p.clicked) <= fyne.CurrentApp().Driver().DoubleTapDelay()
	if p.clicks++; !again || p.clicks > 3 || !near(at, p.clickedAt) {
		p.clicks = 1
	}
	p.clickedAt, p.clicked = at, now()
}

func near(a, b fyne.Position) bool {
	d := a.Subtract(b)
	return d.X*d.X+d.Y*d.Y <= clickSlip*clickSlip
}

// MouseUp implements desktop.Mouseable: a click on a link opens it, a drag never.
func (t *Timeline) MouseUp(e *desktop.MouseEvent) {
	p := &t.pointer
	if e.Button != desktop.MouseButtonPrimary || !p.pressed {
		return
	}
	p.pressed = false
	if h := p.pressedHot; h.at != hotNone {
		p.pressedHot = hot{at: hotNone}
		if on, what := t.hotAt(e.Position); on != nil && h == (hot{on.row.Key, what}) {
			t.pressHot(h)
		}
		return
	}
	pressed := p.pressedOn
	p.pressedOn = target{link: -1}
	if p.dragged || pressed.link < 0 {
		return
	}
	if row, s := t.find(e.Position); row != nil && pressed == (target{row.row.Key, s.link}) && t.OnLink != nil {
		t.OnLink(row.text.links[s.link].Target)
	}
}
