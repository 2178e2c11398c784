// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// The room around why a message was not sent.
const (
	failedGap  = 4
	failedSide = 18 // of the icon before it
)

// mark is the icon that tells how far an own message came.
type mark struct {
	icon  string
	token theme.Token
	soft  bool
}

var marks = map[chat.Status]mark{
	chat.Queued:    {"clock", theme.ColorOnBubbleOwn, true},
	chat.Sent:      {"check", theme.ColorOnBubbleOwn, true},
	chat.Delivered: {"check-double", theme.ColorOnBubbleOwn, true},
	chat.Read:      {"check-double", theme.ColorLinkOwn, false},
	chat.Failed:    {"alert", theme.ColorOnBubbleOwn, false},
}

func stampFace() face { return faceOf(theme.Size(theme.SizeSmall)*0.92, false) }

// measureStamp is the width of time and mark.
func (e *entry) measureStamp() (width float32) {
	words := e.on.kit.Words
	if e.row.Last {
		e.stamp = ClockTime(words, e.row.Time)
	}
	switch {
	case e.row.Edited && e.row.Last:
		e.stamp = words.Text("message.edited-at", "time", e.stamp)
	case e.row.Edited:
		e.stamp = words.Text("message.edited")
	}
	e.measureGuard()
	if e.stamp != "" {
		e.stampSize = stampFace().word(e.stamp)
		width = e.stampSize + e.guardRoom()
	}
	if e.row.Own && !e.row.Retracted && !e.row.Sealed {
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
	right := e.box.x + e.box.w - theme.Size(theme.SizeInset) + 2
	line := stampFace().line()
	bottom := e.box.y + e.box.h - bubblePadY + 1
	e.stampAt = fyne.NewPos(right-width+e.guardRoom(), bottom-line)
	e.guardAt = fyne.NewPos(right-width, bottom-line/2-e.guardSide()/2)
	e.markAt = fyne.NewPos(right-e.markSide()+2, bottom-line/2-e.markSide()/2)
}

// isFailed says whether a row tells why it was not sent.
func isFailed(r *model.Row) bool {
	return r.Kind == model.RowMessage && r.Own && r.Status == chat.Failed
}

// failureWords say why a message was not sent. Why it could not be encrypted is said
// with the other side's name.
func failureWords(kit *Kit, code chat.Code, name string) string {
	if id := "failed." + string(code); kit.Words.Has(id) {
		return kit.Words.Text(id, "name", oneLine(name))
	}
	id := "error." + string(code)
	if !kit.Words.Has(id) {
		id = "error." + string(chat.CodeUnknown)
	}
	return kit.Words.Text("status.failed") + " – " + kit.Words.Text(id)
}

// measureFailed makes room for the reason and for what can be done, under the
// bubble.
func (e *entry) measureFailed(most float32) {
	if !isFailed(&e.row) {
		return
	}
	gap := theme.Size(theme.SizeGap)
	words := failureWords(e.on.kit, e.row.Error, e.on.title)
	e.failed = e.failed.again(words, faceOf(theme.Size(theme.SizeSmall), false), most-failedSide-2*gap, false)
	right := e.box.x + e.box.w
	e.failedAt = fyne.NewPos(right-e.failed.width-gap, e.height+failedGap)
	e.height += failedGap + e.failed.height + failedGap + failedButtonHeight()
	if e.failedRows() > 1 {
		e.height += theme.Size(theme.SizeGap) + failedButtonHeight()
	}
}

// failedRows are the rows in which the buttons under a message that was not sent stand:
// the third has one of its own where there is no room beside the others.
func (e *entry) failedRows() int {
	if e.row.Acts[0] == model.ActNone {
		return 1
	}
	words := e.on.kit.Words
	width := theme.Size(theme.SizeGap) * 2
	for _, text := range []string{words.Text("message.retry"), words.Text("message.delete"), actWords(e.on.kit, e.row.Acts[0], e.on.title)} {
		width += NewButton(e.on.kit, text, Secondary, nil).minSize().Width
	}
	if left, _ := e.on.column(); e.box.x+e.box.w-left < width {
		return 2
	}
	return 1
}

func failedButtonHeight() float32 { return textFace().line() + 2*theme.Size(theme.SizeGap) }
