// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"chatsecure.org/desktop/theme"
)

// scene is everything that a timeline is drawn with.
type scene struct {
	ground *canvas.Rectangle // nothing to see: it tells the canvas that something moved
	ring   *canvas.Rectangle // around everything while the keyboard is here
	empty  *emptyWords
	bar    *scrollBar
	button *jumpButton
	size   fyne.Size
	views  map[*entry]*bubbleView // of the rows in view
	free   []*bubbleView          // to be used again
	round  int                    // counts drawings
}

func newScene(t *Timeline) scene {
	return scene{
		ground: canvas.NewRectangle(color.Transparent), ring: canvas.NewRectangle(color.Transparent),
		empty: newEmptyWords(t.kit), bar: newScrollBar(t), button: newJumpButton(t.kit, t.endWanted),
		views: map[*entry]*bubbleView{},
	}
}

// maxFree is how many views are kept for later: two screens of short messages.
const maxFree = 64

func (s *scene) resize(size fyne.Size) {
	s.size = size
	s.ground.Resize(size)
	place(s.ring, 1, 1, size.Width-2, size.Height-2)
	s.empty.resize(size)
	place(s.bar, size.Width-barWidth, 0, barWidth, size.Height)
	min := s.button.MinSize()
	gap := theme.Size(theme.SizeInset)
	place(s.button, size.Width-min.Width-gap-scrollBarRoom, size.Height-min.Height-gap, min.Width, min.Height)
}

// restyle is called when the theme is another one.
func (s *scene) restyle() {
	s.empty.restyle()
	s.bar.Refresh()
	s.button.Refresh()
	s.resize(s.size)
}

// draw brings what is seen up to date. Rows that stay in view keep their
// objects, which move with them.
func (t *Timeline) draw() {
	if t.drawn == nil {
		return
	}
	s, g := &t.scene, &t.geometry
	s.round++
	out := append(t.drawn.objects[:0], s.ground)
	top := g.top
	for i := g.first; i < g.last; i++ {
		e := t.entries[i]
		v := s.view(e)
		v.round = s.round
		if isFailed(&e.row) {
			v.buttons(t.kit, t.retry, t.remove, t.look)
		}
		v.draw(t.sign(i, top))
		v.box.Move(fyne.NewPos(0, float32(top)))
		out = append(out, v.box)
		top += float64(e.height)
	}
	lost := t.sweep()
	if s.empty.show(len(t.entries) == 0) {
		out = append(out, s.empty.text)
	}
	if t.focus.ring() && t.chosen == "" {
		s.ring.StrokeColor, s.ring.StrokeWidth = theme.Color(theme.ColorLink), 2
		out = append(out, s.ring)
	}
	if s.bar.update(g.offset(), g.whole(), g.view) {
		out = append(out, s.bar)
	}
	if len(t.entries) > 0 && g.view > 0 && (t.hasNewer || !g.lastSeen()) {
		out = append(out, s.button)
	}
	clear(out[len(out):cap(out)])
	t.drawn.objects = out
	s.ground.Refresh()
	if lost {
		t.takeFocus()
	}
}

// sign is what the drawing of a row depends on.
func (t *Timeline) sign(i int, top float64) sign {
	e := t.entries[i]
	t.ensure(e)
	s := sign{entry: e, made: e.made, look: t.page.look, dark: theme.IsDark(), scale: t.page.scale, link: -1}
	s.first, s.last = e.linesIn(float32(-top), float32(t.geometry.view-top))
	s.from, s.to = t.selection.in(i)
	if t.pointer.entry == e {
		s.link = t.pointer.link
	}
	s.hot, s.chosen = hotNone, t.focus.on && t.chosen == e.row.Key && choosable(&e.row)
	if t.pointer.hot.key == e.row.Key {
		s.hot = t.pointer.hot.at
	}
	if t.flash.key == e.row.Key {
		s.flash = t.flash.left
	}
	return s
}

// view is what draws a row: the one that did, or one that is free.
func (s *scene) view(e *entry) *bubbleView {
	v, ok := s.views[e]
	if !ok {
		if n := len(s.free); n > 0 {
			v, s.free = s.free[n-1], s.free[:n-1]
		} else {
			v = newBubbleView()
		}
		s.views[e] = v
	}
	return v
}

// sweep frees the views of rows that are out of view, and says whether the
// keyboard has gone with one: nobody shall press a button that can not be seen.
func (t *Timeline) sweep() (lost bool) {
	s := &t.scene
	for e, v := range s.views {
		if v.round == s.round {
			continue
		}
		delete(s.views, e)
		v.still()
		lost = lost || v.retry != nil && t.holdsFocus(v)
		if v.shown = (sign{}); len(s.free) < maxFree {
			s.free = append(s.free, v)
		}
	}
	return lost
}
