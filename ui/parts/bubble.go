// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// The measures of a row that are not tokens.
const (
	bubbleShare   = 0.74 // of the timeline's width, at most
	bubbleMost    = 560  // wider lines are hard to read
	bubbleLeast   = 220  // as far as the window allows
	bubblePadY    = 6
	groupGap      = 10 // above the first of a group
	memberGap     = 2  // above the others
	stampGap      = 8  // between the last word and the time
	innerRadius   = 5  // of corners where a group goes on
	markSide      = 15
	separatorGap  = 14
	failedRowGap  = 4
	scrollBarRoom = 6
)

// entry is a row with what was measured of it. It is measured again when the
// row, the width or the theme's sizes change.
type entry struct {
	row    model.Row
	width  float32 // of the timeline; 0: not measured
	height float32 // with the gap above
	gap    float32 // above what is drawn
	text   *layout

	box       frame // the bubble or pill, in the row
	textAt    fyne.Position
	textWidth float32
	stamp     string // the time; "" for none
	stampAt   fyne.Position
	markAt    fyne.Position
	mark      mark
	failed    *layout // why it was not sent
	failedAt  fyne.Position
}

type frame struct{ x, y, w, h float32 }

// mark is the icon that tells how far an own message came.
type mark struct {
	icon  string
	token theme.Token
	faint bool
}

var marks = map[chat.Status]mark{
	chat.Queued:    {"clock", theme.ColorOnBubbleOwn, true},
	chat.Sent:      {"check", theme.ColorOnBubbleOwn, true},
	chat.Delivered: {"check-double", theme.ColorOnBubbleOwn, true},
	chat.Read:      {"check-double", theme.ColorLinkOwn, false},
	chat.Failed:    {"alert", theme.ColorOnBubbleOwn, false},
}

func stampFace() face { return face{size: theme.Size(theme.SizeSmall) * 0.92} }

func textFace() face { return face{size: theme.Size(theme.SizeText)} }

// measure finds out where everything in a row stands.
func (e *entry) measure(kit *Kit, width float32) {
	if e.width == width {
		return
	}
	*e = entry{row: e.row, width: width}
	switch e.row.Kind {
	case model.RowMessage:
		e.measureMessage(kit)
	case model.RowUnread:
		e.measureCentred(kit, kit.Words.Text("timeline.unread"), face{size: theme.Size(theme.SizeSmall), bold: true})
	case model.RowDay:
		e.measureCentred(kit, dayWords(kit, e.row.Time), face{size: theme.Size(theme.SizeSmall), bold: true})
	case model.RowNotice:
		e.measureCentred(kit, kit.Words.Text(e.row.Text, e.row.Args...), face{size: theme.Size(theme.SizeSmall)})
	}
}

// measureCentred is for what the program says itself, in the middle.
func (e *entry) measureCentred(_ *Kit, text string, f face) {
	padX, padY := theme.Size(theme.SizeInset), theme.Size(theme.SizeGap)
	e.gap = separatorGap
	e.text = newLayout(text, f, max(e.width-6*padX, 80), false)
	w, h := e.text.width+2*padX, e.text.height+2*padY
	e.box = frame{middle(e.width, w), e.gap, w, h}
	e.textAt, e.textWidth = fyne.NewPos(e.box.x+padX, e.gap+padY), e.text.width
	e.height = e.gap + h + separatorGap - groupGap
}

func (e *entry) measureMessage(kit *Kit) {
	padX, side := theme.Size(theme.SizeInset), theme.Size(theme.SizeInset)
	room := max(e.width-2*side-scrollBarRoom, 60)
	most := min(max(min(room*bubbleShare, bubbleMost*max(theme.Scale(), 1)), bubbleLeast), room)
	e.gap = memberGap
	if e.row.First {
		e.gap = groupGap
	}
	e.text = newLayout(e.row.Text, textFace(), most-2*padX, true)
	stamp := e.measureStamp(kit)
	w, h := e.text.width, e.text.height
	if last := e.text.lines[len(e.text.lines)-1]; stamp > 0 {
		line := stampFace().line()
		if last.base == 0 && last.width+stampGap+stamp <= most-2*padX && e.text.face == textFace() {
			w = max(w, last.width+stampGap+stamp)
		} else {
			w, h = max(w, stamp), h+line
		}
	}
	w = max(w, theme.Size(theme.SizeText)*0.8)
	x := side
	if e.row.Own {
		x = e.width - side - scrollBarRoom - w - 2*padX
	}
	e.box = frame{x, e.gap, w + 2*padX, h + 2*bubblePadY}
	e.textAt, e.textWidth = fyne.NewPos(x+padX, e.gap+bubblePadY), w
	e.placeStamp(stamp)
	e.height = e.gap + e.box.h
	e.measureFailed(kit, most)
}

// measureStamp is the width of time and mark.
func (e *entry) measureStamp(kit *Kit) (width float32) {
	if e.row.Last {
		e.stamp = e.row.Time.Format(kit.Words.Text("format.time"))
		width = stampFace().word(e.stamp)
	}
	if e.row.Own {
		e.mark = marks[e.row.Status]
		if width > 0 {
			width += 3
		}
		width += e.markSide()
	}
	return width
}

func (e *entry) markSide() float32 { return markSide * max(theme.Scale(), 1) }

// placeStamp puts time and mark into the lower right corner of the bubble.
func (e *entry) placeStamp(width float32) {
	right := e.box.x + e.box.w - theme.Size(theme.SizeInset)
	bottom := e.box.y + e.box.h - bubblePadY
	line := stampFace().line()
	e.stampAt = fyne.NewPos(right-width, bottom-line)
	e.markAt = fyne.NewPos(right-e.markSide()+2, bottom-line/2-e.markSide()/2)
}

// measureFailed makes room for the reason and what can be done, under the
// bubble.
func (e *entry) measureFailed(kit *Kit, most float32) {
	if !e.row.Own || e.row.Status != chat.Failed {
		return
	}
	id := "error." + string(e.row.Error)
	if !kit.Words.Has(id) {
		id = "error." + string(chat.CodeUnknown)
	}
	words := kit.Words.Text("status.failed") + " – " + kit.Words.Text(id)
	e.failed = newLayout(words, face{size: theme.Size(theme.SizeSmall)}, most, false)
	right := e.box.x + e.box.w
	e.failedAt = fyne.NewPos(max(right-e.failed.width-theme.Size(theme.SizeGap), theme.Size(theme.SizeInset)), e.height+failedRowGap)
	e.height += failedRowGap + e.failed.height + failedButtonHeight()
}

func failedButtonHeight() float32 { return textFace().line() + 2*theme.Size(theme.SizeGap) }
