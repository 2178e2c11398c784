// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
)

// Timeline shows the rows of a conversation and keeps the reader's place in it.
// What a step of scrolling costs depends on what can be seen alone: neither on
// the number of rows nor on the length of a message.
//
// It is put together from small things: geometry says which rows stand where,
// entry where everything in a row stands, bubbleView draws a row, selection is
// what was chosen with the pointer, told is what the callbacks have heard.
type Timeline struct {
	widget.BaseWidget
	OnNeedOlder func()              // near the top of what is loaded; once until SetRows
	OnNeedNewer func()              // near the bottom of what is loaded; once until SetRows
	OnJumpToEnd func()              // the button; nil: JumpToEnd
	OnLink      func(url string)    // a link was clicked
	OnRetry     func(id chat.MsgID) // "try again" of a failed message
	OnDelete    func(id chat.MsgID) // "delete" of a message
	OnSeen      func(id chat.MsgID) // the newest message that is in full view
	OnAtEnd     func(on bool)       // the newest row came into view or left it
	OnReply     func(id chat.MsgID) // "reply" to a message
	OnEdit      func(id chat.MsgID) // "edit" of an own message
	OnTakeBack  func(id chat.MsgID) // "take back" of an own message
	OnQuote     func(id chat.MsgID) // the quote of an answered message was clicked
	// OnReact is called with an emoji that was chosen for a message, or pressed under
	// it; the person's own goes away.
	OnReact       func(id chat.MsgID, emoji string)
	OnLoadMissing func() // "load" of a gap
	// OnAct is called with what was chosen of what a row offers to do.
	OnAct  func(id chat.MsgID, act model.Act)
	OnType func(r rune) // something was typed here that belongs into the composer

	kit                *Kit
	page               page
	entries            []*entry
	index              map[string]int // of entries, by the key of the row
	geometry           geometry
	hasOlder, hasNewer bool
	far                bool   // what is older is with the server: asked for by scrolling only
	chosen             string // the key of the message that the keyboard is at
	pending            string // the key to jump to once there is room
	title              string // the other side's name

	budget    budget
	told      told
	glide     glide
	flash     flash
	selection selection
	pointer   pointer
	focus     focus
	scene     scene
	drawn     *drawn
}

// timelineAir stands above the first row and below the last.
const timelineAir = 8

// NewTimeline makes an empty timeline.
func NewTimeline(kit *Kit) *Timeline {
	t := &Timeline{kit: kit, index: map[string]int{}}
	t.geometry = geometry{measure: t.measure, air: timelineAir, end: true}
	t.pointer.link, t.pointer.hot = -1, hot{at: hotNone}
	t.scene = newScene(t)
	t.ExtendBaseWidget(t)
	return t
}

func (t *Timeline) guess(i int) float64 { return t.entries[i].guess(t.page) }

// SetRows shows rows, oldest first, and keeps the place: what is in view before
// and after does not move, and who was at the end stays there. The first rows of
// another conversation are shown at their unread line, or at the end.
func (t *Timeline) SetRows(rows []model.Row, hasOlder, hasNewer bool) {
	t.turn(t.page.width)
	before := t.remember()
	t.takeRows(rows)
	t.hasOlder, t.hasNewer = hasOlder, hasNewer
	t.geometry.reset(len(rows), t.guess)
	kept := t.restore(before)
	t.mendSelection(before.entries)
	t.told.rows(t.entries)
	t.pointer.moved(t)
	t.draw()
	if !kept && len(rows) > 0 {
		t.waitForJump()
	} else {
		t.tell()
	}
}

// takeRows makes entries of rows; those that did not change keep what was
// measured of them.
func (t *Timeline) takeRows(rows []model.Row) {
	entries := make([]*entry, len(rows))
	index := make(map[string]int, len(rows))
	for i := range rows {
		key := rows[i].Key
		k, ok := t.index[key]
		if !ok {
			entries[i], index[key] = &entry{row: rows[i]}, i
			continue
		}
		e := t.entries[k]
		if !e.row.Same(&rows[i]) {
			e.row, e.on = rows[i], page{}
		}
		entries[i], index[key] = e, i
	}
	t.entries, t.index = entries, index
}

// SetFar says that what is older is not on this computer: it is asked for when the
// person scrolls there, not before. Call it before SetRows.
func (t *Timeline) SetFar(on bool) { t.far = on }

// SetNewCount sets the number on the "jump to end" button.
func (t *Timeline) SetNewCount(n int) { t.scene.button.setCount(n) }

// SetTitle names the other side in what is copied and quoted. Call it before SetRows.
func (t *Timeline) SetTitle(name string) { t.title = name }

// JumpTo shows the row with that key.
func (t *Timeline) JumpTo(key string) {
	if _, ok := t.index[key]; !ok {
		return
	}
	t.glide.stop()
	t.told.waiting = false
	t.jump(key)
	t.draw()
	t.tell()
}

// JumpToEnd shows the newest row.
func (t *Timeline) JumpToEnd() {
	t.told.waiting, t.pending = false, ""
	if below := t.geometry.below(); below > 0 && below < t.geometry.view {
		t.scrollSoftly(-below)
		return
	}
	t.glide.stop()
	t.geometry.showEnd()
	t.draw()
	t.tell()
}

// CreateRenderer implements fyne.Widget. The toolkit drops the renderer of what
// has not been seen for a minute and asks for another one.
func (t *Timeline) CreateRenderer() fyne.WidgetRenderer {
	t.drawn = &drawn{
		min:     func() fyne.Size { return fyne.NewSize(120, 60) },
		layout:  t.resize,
		refresh: t.restyle,
	}
	t.draw()
	return t.drawn
}
