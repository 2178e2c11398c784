// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
)

const (
	nearEnd   = 24  // who is not farther from the end than that, about a line, counts as being there
	unreadTop = 0.2 // where the unread line is shown when it is jumped to, as a part of the view
)

// stand is where a row stands: it can be put there again when rows, width or sizes
// have changed.
type stand struct {
	key  string
	line int     // where the line of the text begins that stands at y; -1: y is the top of what is drawn
	y    float64 // from the top of the view
	step float64 // the height of that line
	read bool    // enough of it is in view to be read
	gap  bool    // messages are missing here
}

// memory is everything that is needed to find a place again.
type memory struct {
	end     bool // at the end, and no newer page there
	near    bool // or nearly so
	newest  string
	stands  []stand // of the rows in view, from the top
	first   int     // the first of them
	entries []*entry
}

// remember notes the place.
func (t *Timeline) remember() memory {
	g := &t.geometry
	m := memory{end: g.end && !t.hasNewer, stands: t.stands(), first: g.first, entries: t.entries}
	m.near = m.end || !t.hasNewer && g.below() <= nearEnd
	if n := len(t.entries); n > 0 {
		m.newest = t.entries[n-1].row.Key
	}
	return m
}

func (t *Timeline) stands() []stand {
	g := &t.geometry
	var stands []stand
	top := g.top
	for _, e := range t.entries[g.first:g.last] {
		t.ensure(e)
		s := stand{key: e.row.Key, line: -1, y: top + float64(e.gap), gap: e.row.Kind == model.RowGap}
		if s.read = s.y >= 0; s.y < 0 && e.row.Kind == model.RowMessage {
			n := e.text.lineAt(float32(-top) - e.textAt.Y + e.text.step/2)
			s.line, s.y, s.step = e.text.lines[n].start, top+lineTop(e, n), float64(e.text.step)
			s.read = s.y > -s.step
		}
		stands = append(stands, s)
		top += float64(e.height)
	}
	return stands
}

func lineTop(e *entry, n int) float64 {
	return float64(e.textAt.Y) + float64(n)*float64(e.text.step)
}

// put shows a row where it stood.
func (t *Timeline) put(s stand) bool {
	i, ok := t.index[s.key]
	if !ok {
		return false
	}
	e := t.entries[i]
	t.ensure(e)
	if s.line < 0 || e.row.Kind != model.RowMessage {
		t.geometry.show(i, s.y-float64(e.gap))
	} else {
		if step := float64(e.text.step); step != s.step && s.read {
			s.y *= step / s.step // as much of the line stays hidden
		}
		t.geometry.show(i, s.y-lineTop(e, e.text.lineOf(s.line)))
	}
	return true
}

// restore goes back to a place among other rows. False if nothing that was
// there is left: then the unread line is shown, or the end.
func (t *Timeline) restore(m memory) bool {
	if t.survives(m.entries) {
		if m.end || t.wantsEnd(m) {
			t.geometry.showEnd()
			return true
		}
		if t.geometry.view <= 0 || t.restoreRow(m) {
			return true
		}
	}
	t.glide.stop()
	t.pending = ""
	for _, e := range t.entries {
		if e.row.Kind == model.RowUnread {
			t.jump(e.row.Key)
			return false
		}
	}
	t.geometry.showEnd()
	return false
}

func (t *Timeline) survives(old []*entry) bool {
	for _, e := range old {
		if _, ok := t.index[e.row.Key]; ok {
			return true
		}
	}
	return false
}

// wantsEnd says whether what has come at the end is to be shown: to who was near
// it, and to who has just written it.
func (t *Timeline) wantsEnd(m memory) bool {
	newest := &t.entries[len(t.entries)-1].row
	if t.hasNewer || newest.Key == m.newest {
		return false
	}
	return m.near || newest.Own && newest.Status == chat.Queued
}

// readBy are the stands among which somebody reads: those on the side of a gap
// that takes more of the view. What a gap brings moves the others.
func (t *Timeline) readBy(all []stand) []stand {
	from := 0
	for i, s := range all {
		switch {
		case !s.gap:
		case s.y >= t.geometry.view/2 && i > from:
			return all[from:i]
		case i+1 < len(all):
			from = i + 1
		}
	}
	return all[from:]
}

// restoreRow puts back a row that was in view: one whose top was, so that a
// change above it does not move it; else the nearest that is left.
func (t *Timeline) restoreRow(m memory) bool {
	for _, s := range t.readBy(m.stands) {
		if s.line < 0 && s.y >= 0 && s.y < t.geometry.view && t.put(s) {
			return true
		}
	}
	for _, s := range m.stands {
		if t.put(s) {
			return true
		}
	}
	for i := range m.entries {
		for _, k := range []int{m.first + i, m.first - i} {
			if k >= 0 && k < len(m.entries) && t.put(stand{key: m.entries[k].row.Key, line: -1, y: timelineAir}) {
				return true
			}
		}
	}
	return false
}

// jump shows a row: the unread line with a little of what was read above it, a
// message in the middle and lit up for a moment.
func (t *Timeline) jump(key string) {
	g := &t.geometry
	i := t.index[key]
	if g.view <= 0 {
		t.pending = key
		return
	}
	t.pending = ""
	height := t.measure(i)
	switch e := t.entries[i]; {
	case e.row.Kind == model.RowUnread:
		g.show(i, g.view*unreadTop)
	case height < g.view-2*timelineAir:
		g.show(i, (g.view-height)/2)
	default:
		g.show(i, timelineAir)
	}
	if t.entries[i].row.Kind == model.RowMessage {
		t.lightUp(key)
	}
}

// resize is the layout of the renderer.
func (t *Timeline) resize(size fyne.Size) {
	t.scene.resize(size)
	t.turn(size.Width)
	g := &t.geometry
	if height := float64(size.Height); height != g.view {
		g.view = height
		g.settle()
	}
	if t.pending != "" && g.view > 0 {
		t.jump(t.pending)
	}
	t.draw()
	t.tell()
}

// restyle is the refresh of the renderer: colours or sizes are others.
func (t *Timeline) restyle() {
	t.turn(t.page.width)
	t.scene.restyle()
	t.draw()
	t.tell()
}

// turn measures anew where the width, the sizes or the day are others. The row at
// the top stays there, and who was at the end stays there.
func (t *Timeline) turn(width float32) {
	p := newPage(t.kit, width, t.scale())
	p.title = t.title
	if p == t.page {
		return
	}
	g := &t.geometry
	stands, end := t.stands(), g.end
	t.page, g.scale = p, float64(p.scale)
	g.reset(len(t.entries), t.guess)
	if end || len(stands) == 0 {
		g.settle()
		return
	}
	t.put(topOf(stands))
}

// topOf is the first row, or line of one, of which enough is in view to be read.
func topOf(stands []stand) stand {
	for _, s := range stands {
		if s.read {
			return s
		}
	}
	return stands[0]
}

func (t *Timeline) scale() float32 {
	if c := fyne.CurrentApp().Driver().CanvasForObject(t); c != nil {
		return c.Scale()
	}
	return 1
}

// Place is the first row in view that can be read, by its key; "" without any.
func (t *Timeline) Place() (place string) {
	if stands := t.stands(); len(stands) > 0 {
		return topOf(stands).key
	}
	return ""
}
