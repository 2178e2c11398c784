// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/ui/model"
)

// What of a row can be pressed, besides links: a number from 0 is that of a
// reaction.
const (
	hotNone  int8 = -1
	hotQuote int8 = 100
	hotAct   int8 = 101 // of a row about missing messages
	hotDeed  int8 = 110 // the first of what can be done about what a row says; the others follow
)

// hot is a thing in a row that can be pressed.
type hot struct {
	key string
	at  int8
}

func (f frame) holds(x, y float32) bool { return x >= f.x && x < f.x+f.w && y >= f.y && y < f.y+f.h }

// hotAt finds what can be pressed at a position.
func (t *Timeline) hotAt(at fyne.Position) (e *entry, what int8) {
	i, top := t.geometry.at(float64(at.Y))
	if i < 0 {
		return nil, hotNone
	}
	e = t.entries[i]
	x, y := at.X, at.Y-float32(top)
	if e.row.Kind == model.RowGap && e.more.act != nil && e.more.actBox.holds(x, y) {
		return e, hotAct
	}
	for k := range e.deeds {
		if e.deeds[k].box.holds(x, y) {
			return e, hotDeed + int8(k)
		}
	}
	if e.row.Kind != model.RowMessage {
		return nil, hotNone
	}
	if e.row.Quote.ID != 0 && e.quote.box.holds(x, y) {
		return e, hotQuote
	}
	for k := range e.pills {
		if e.pills[k].box.holds(x, y) {
			return e, int8(k)
		}
	}
	return nil, hotNone
}

// hoverHot finds what can be pressed under the pointer, explains it, and says
// whether it is another one than before.
func (t *Timeline) hoverHot() bool {
	p := &t.pointer
	e, what := (*entry)(nil), hotNone
	if p.inside && !p.dragged {
		e, what = t.hotAt(p.at)
	}
	now := hot{at: hotNone}
	if e != nil {
		now = hot{e.row.Key, what}
	}
	if now == p.hot {
		return false
	}
	p.hot = now
	if p.untip != nil {
		p.untip()
		p.untip = nil
	}
	if v := t.scene.views[e]; e != nil && v != nil && what >= 0 && int(what) < len(e.pills) && int(what) < len(v.pills) && t.kit.Tip != nil {
		p.untip = t.kit.Tip(v.pills[what].plate, whoReacted(t.kit, e.pills[what].reaction, t.title))
	}
	return true
}

// press does what a thing that was clicked is for.
func (t *Timeline) pressHot(h hot) {
	i, ok := t.index[h.key]
	if !ok {
		return
	}
	e := t.entries[i]
	switch {
	case h.at >= hotDeed && int(h.at-hotDeed) < len(e.deeds):
		t.act(e.row.ID, e.deeds[h.at-hotDeed].act)
	case h.at == hotAct:
		if t.OnLoadMissing != nil {
			t.OnLoadMissing()
		}
	case h.at == hotQuote:
		if t.OnQuote != nil {
			t.OnQuote(e.row.Quote.ID)
		}
	case h.at >= 0 && int(h.at) < len(e.pills) && t.OnReact != nil && e.row.There():
		t.OnReact(e.row.ID, e.pills[h.at].reaction.Emoji)
	}
}
