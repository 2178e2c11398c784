// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
)

// nearEdge is how far from the edge of what is loaded more is asked for, in
// views.
const nearEdge = 1.5

// told is what the callbacks have heard, so that they hear it once.
type told struct {
	waiting      bool // fresh rows: nobody has said yet where to begin
	atEnd        bool
	seen         chat.MsgID
	older, newer edge
	moved        bool // the person has scrolled in this conversation
}

// edge is one end of what is loaded.
type edge struct {
	key   string // of the row there
	asked bool   // for more, since the last SetRows
	vain  bool   // and nothing came: not again before the person scrolls
}

func (e *edge) row(key string) {
	e.vain = key == e.key && (e.asked || e.vain)
	e.key, e.asked = key, false
}

// rows takes note of other rows.
func (o *told) rows(entries []*entry) {
	if len(entries) == 0 {
		*o = told{atEnd: o.atEnd}
		return
	}
	o.older.row(entries[0].row.Key)
	o.newer.row(entries[len(entries)-1].row.Key)
}

// scrolled takes note that the person wants to see more.
func (o *told) scrolled() {
	o.moved = true
	o.waiting, o.older.vain, o.newer.vain = false, false, false
}

// waitForJump holds the callbacks back until it is known where a conversation is
// opened: what stands at its end has not been seen before.
func (t *Timeline) waitForJump() {
	t.told.waiting = true
	fyne.Do(func() {
		if t.told.waiting {
			t.told.waiting = false
			t.tell()
		}
	})
}

// tell calls back with what has changed. A callback may set other rows.
func (t *Timeline) tell() {
	g := &t.geometry
	if t.told.waiting || g.view <= 0 {
		return
	}
	if on := g.lastSeen(); on != t.told.atEnd {
		t.told.atEnd = on
		if t.OnAtEnd != nil {
			t.OnAtEnd(on)
		}
	}
	if id := t.newestSeen(); id != 0 && id != t.told.seen {
		t.told.seen = id
		if t.OnSeen != nil {
			t.OnSeen(id)
		}
	}
	if t.hasOlder && (!t.far || t.told.moved) && g.offset() < nearEdge*g.view {
		t.told.older.ask(t.OnNeedOlder)
	}
	if t.hasNewer && g.below() < nearEdge*g.view {
		t.told.newer.ask(t.OnNeedNewer)
	}
}

func (e *edge) ask(need func()) {
	if e.asked || e.vain {
		return
	}
	e.asked = true
	if need != nil {
		need()
	}
}

// newestSeen is the newest message that is wholly in view. One that is higher
// than the view has been seen when its end is.
func (t *Timeline) newestSeen() chat.MsgID {
	g := &t.geometry
	bottom := g.bottom
	for i := g.last - 1; i >= g.first; i-- {
		e := t.entries[i]
		top := bottom - float64(e.height)
		if e.row.Kind == model.RowMessage && bottom <= g.view+1 &&
			(top+float64(e.gap) >= -1 || float64(e.height) > g.view) {
			return e.row.ID
		}
		bottom = top
	}
	return 0
}
