// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// Choose goes to the next message by keyboard, up for less than 0: from the one that
// was chosen, or from the newest in view. A ring stands around it; Enter opens its
// menu.
func (t *Timeline) Choose(step int) {
	i, ok := t.index[t.chosen]
	if ok && t.chosen != "" {
		i += step
	} else {
		i = t.geometry.last - 1
	}
	for ; i >= 0 && i < len(t.entries) && !choosable(&t.entries[i].row); i += step {
	}
	if i < 0 || i >= len(t.entries) {
		return
	}
	t.chosen = t.entries[i].row.Key
	t.told.scrolled()
	t.bring(i)
	t.draw()
	t.tell()
}

// choosable says whether the keyboard can stand at a row: at messages, and at what the
// program says where something can be done about it.
func choosable(r *model.Row) bool {
	return r.Kind == model.RowMessage || r.Kind == model.RowNotice && r.Acts[0] != model.ActNone
}

// Chosen is the message that the keyboard is at; false for none.
func (t *Timeline) Chosen() (row model.Row, ok bool) {
	i, ok := t.index[t.chosen]
	if !ok || t.chosen == "" {
		return row, false
	}
	return t.entries[i].row, true
}

// bring scrolls as far as it takes for a row to be in view.
func (t *Timeline) bring(i int) {
	g := &t.geometry
	t.glide.stop()
	height := t.measure(i)
	top := g.top
	switch {
	case i < g.first:
		g.show(i, timelineAir)
		return
	case i >= g.last:
		g.show(i, g.view-height-timelineAir)
		return
	}
	for k := g.first; k < i; k++ {
		top += g.heights.each[k]
	}
	if top < 0 {
		g.show(i, timelineAir)
	} else if top+height > g.view {
		g.show(i, max(g.view-height-timelineAir, timelineAir))
	}
}

// dropChoice chooses nothing, and says whether something was.
func (t *Timeline) dropChoice() bool {
	was := t.chosen != ""
	t.chosen = ""
	if was {
		t.draw()
	}
	return was
}

// choiceKey does what a key means for the chosen message, and says whether it meant
// anything.
func (t *Timeline) choiceKey(name fyne.KeyName) bool {
	i, ok := t.index[t.chosen]
	if !ok || t.chosen == "" {
		return false
	}
	e := t.entries[i]
	switch name {
	case fyne.KeyReturn, fyne.KeyEnter, desktop.KeyMenu:
		t.menuOf(i)
	case fyne.KeyDelete:
		if e.row.Kind == model.RowMessage {
			t.remove(e)
		}
	case fyne.KeyEscape:
		t.dropChoice()
		if t.kit.Key != nil {
			t.kit.Key(&fyne.KeyEvent{Name: name})
		}
	default:
		return false
	}
	return true
}

// menuOf opens the menu of a row below its bubble.
func (t *Timeline) menuOf(i int) {
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	if c == nil {
		return
	}
	e, at := t.entries[i], fyne.CurrentApp().Driver().AbsolutePositionForObject(t)
	top := t.geometry.top
	for k := t.geometry.first; k < i; k++ {
		top += t.geometry.heights.each[k]
	}
	y := min(max(float32(top)+e.box.y+e.box.h, 0), float32(t.geometry.view))
	at = at.AddXY(e.box.x, y)
	items := t.menu(e, spotInText{link: -1}, at)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, at)
}

// drawRing draws what says that the keyboard is at this message.
func (v *bubbleView) drawRing(e *entry, out []fyne.CanvasObject) []fyne.CanvasObject {
	const air = 2
	if v.ring == nil {
		v.ring = canvas.NewRectangle(nil)
	}
	c := bubbleCorners(&e.row)
	for _, each := range []*float32{&c.topLeft, &c.topRight, &c.bottomLeft, &c.bottomRight} {
		*each += air
	}
	v.ring.StrokeColor, v.ring.StrokeWidth = theme.Color(theme.ColorLink), 2
	setRect(v.ring, theme.Color(theme.ColorHover), c)
	place(v.ring, e.box.x-air, e.box.y-air, e.box.w+2*air, e.box.h+2*air)
	return append(out, v.ring)
}
