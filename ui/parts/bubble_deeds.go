// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// The room around what can be pressed in a row.
const (
	deedAbove = 4  // under the words
	deedGap   = 16 // between two
	deedAir   = 4  // around one that can be hit
)

// deed is something that can be pressed about what a row says.
type deed struct {
	act  model.Act
	text *layout
	at   fyne.Position
	box  frame // what can be hit, in the row
}

// actWords are the words of something that can be done.
func actWords(kit *Kit, act model.Act, name string) string {
	return kit.Words.Text("act."+act.String(), "name", oneLine(name))
}

// measureDeeds makes room for what can be done, beside each other or, where there is
// no room, below each other.
func (e *entry) measureDeeds(most float32) (width, height float32) {
	e.deeds = nil
	f := smallFace()
	f.bold = true
	x, y := float32(0), float32(0)
	for _, act := range e.row.Acts {
		if act == model.ActNone {
			continue
		}
		text := newLine(actWords(e.on.kit, act, e.on.title), f)
		if text.width > most {
			text = newLine(elide(text, most), f)
		}
		if x > 0 && x+deedGap+text.width > most {
			x, y = 0, y+text.step+deedAir
		} else if x > 0 {
			x += deedGap
		}
		e.deeds = append(e.deeds, deed{act: act, text: text, at: fyne.NewPos(x, y)})
		x += text.width
		width, height = max(width, x), deedAbove+y+text.step+deedAir
	}
	return width, height
}

// deedsEnd is where the last line of them ends; 0 without any.
func (e *entry) deedsEnd() float32 {
	if n := len(e.deeds); n > 0 {
		return e.deeds[n-1].at.X + e.deeds[n-1].text.width
	}
	return 0
}

// placeDeeds puts them at a place in the row.
func (e *entry) placeDeeds(x, y float32) {
	for i := range e.deeds {
		d := &e.deeds[i]
		d.at = d.at.AddXY(x, y+deedAbove)
		d.box = frame{d.at.X - deedAir, d.at.Y - deedAir/2, d.text.width + 2*deedAir, d.text.step + deedAir}
	}
}

// drawDeeds draws them as links: underlined under the pointer.
func (v *bubbleView) drawDeeds(s sign, with ink, out []fyne.CanvasObject) []fyne.CanvasObject {
	link := ink{text: with.link, link: with.link, hovered: -1, scale: s.scale}
	for i := range s.entry.deeds {
		d := &s.entry.deeds[i]
		if i == len(v.deeds) {
			v.deeds = append(v.deeds, textView{})
		}
		out = v.deeds[i].draw(d.text, d.at, d.text.width, 0, 1, 0, 0, link, out)
		if s.hot == hotDeed+int8(i) {
			setRect(v.rules[0], with.link, corners{})
			place(v.rules[0], d.at.X, d.at.Y+d.text.step-2, d.text.width, 1)
			out = append(out, v.rules[0])
		}
	}
	return out
}

// act tells what was chosen of what a row offers.
func (t *Timeline) act(id chat.MsgID, act model.Act) {
	if t.OnAct != nil {
		t.OnAct(id, act)
	}
}

// look is the third button of a message that was not sent.
func (t *Timeline) look(e *entry) { t.act(e.row.ID, e.row.Acts[0]) }

// actItems are the same things in a menu.
func (t *Timeline) actItems(r *model.Row) []*fyne.MenuItem {
	var items []*fyne.MenuItem
	id := r.ID
	for _, act := range r.Acts {
		if act != model.ActNone {
			items = append(items, fyne.NewMenuItem(actWords(t.kit, act, t.title), func() { t.act(id, act) }))
		}
	}
	return items
}

// guards are the marks of how messages travelled. Each has its own shape.
var guards = map[model.Guard]mark{
	model.GuardOpen:     {icon: "lock-open", token: theme.ColorTextMuted},
	model.GuardPlain:    {icon: "lock-open", token: theme.ColorWarning},
	model.GuardClosed:   {icon: "lock-closed", token: theme.ColorTextMuted},
	model.GuardVerified: {icon: "lock-verified", token: theme.ColorTextMuted},
	model.GuardDoubtful: {icon: "lock-warning", token: theme.ColorWarning},
}

// measureGuard finds the mark, which stands before the time. That a message was not
// encrypted among others that were is said in words.
func (e *entry) measureGuard() {
	e.guard = mark{}
	if !e.row.Last || e.row.Sealed {
		return
	}
	e.guard = guards[e.row.Guard]
	if e.row.Guard == model.GuardPlain {
		e.stamp = e.on.kit.Words.Text("message.plain-at", "time", e.stamp)
	}
	if e.row.Own {
		e.guard.token = theme.ColorOnBubbleOwn
	}
}

func (e *entry) guardSide() float32 { return 12 * max(theme.Scale(), 1) }

// guardRoom is the width that the mark takes.
func (e *entry) guardRoom() float32 {
	if e.guard.icon == "" {
		return 0
	}
	return e.guardSide() + 3
}

// drawGuard draws the mark.
func (v *bubbleView) drawGuard(e *entry, out []fyne.CanvasObject) []fyne.CanvasObject {
	if e.guard.icon == "" {
		return out
	}
	translucency := 0.0
	if e.row.Own {
		translucency = 0.25
	}
	setIcon(v.guard, e.on.kit.icon(e.guard.icon, e.guard.token), translucency)
	place(v.guard, e.guardAt.X, e.guardAt.Y, e.guardSide(), e.guardSide())
	return append(out, v.guard)
}
