// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// pickHeight is the room for the rows of a pick.
const pickHeight = 330

// pick is a dialog with a field and the rows that match what is typed there:
// the way to go to a conversation, to start one, and to find a message.
type pick struct {
	w     *Window
	sheet *parts.Sheet
	field *parts.Entry
	rows  *parts.Conversations
	none  *parts.Line
	do    []func()
}

func (w *Window) newPick(title, prompt string, above ...fyne.CanvasObject) *pick {
	p := &pick{w: w, rows: parts.NewConversations(w.kit)}
	p.field = parts.NewSearch(w.kit, prompt, nil, func() { w.focus(p.rows) })
	p.field.OnSubmitted = func(string) { p.choose(strconv.Itoa(0)) }
	p.rows.OnSelect = p.choose
	p.none = parts.NewLine(w.kit, "", parts.Style{Color: theme.ColorTextMuted, Align: fyne.TextAlignCenter})
	room := container.New(roomLayout{}, parts.NewPlate(w.kit, theme.ColorSidebar, "", theme.SizeFieldRadius), p.rows, p.none)
	column := parts.Column(theme.SizePad, append(above, p.field, room)...)
	p.sheet = w.sheet(title, column)
	w.focus(p.field)
	return p
}

// choose does what the row with that key stands for and closes the dialog.
func (p *pick) choose(key string) {
	i := slices.IndexFunc(p.rows.Keys(), func(k string) bool { return k == key })
	if i >= 0 && i < len(p.do) {
		p.sheet.Close()
		p.do[i]()
	}
}

// set shows rows and what each does. Their keys are made here.
func (p *pick) set(views []parts.ConversationView, do []func(), none string) {
	for i := range views {
		views[i].Key = strconv.Itoa(i)
	}
	p.do = do
	p.rows.Set(views)
	p.none.Set("")
	if len(views) == 0 {
		p.none.Set(none)
	}
}

// roomLayout gives rows a fixed height.
type roomLayout struct{}

func (roomLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(parts.SheetWidth, pickHeight)
}

func (roomLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	for _, each := range o[:2] {
		each.Resize(s)
	}
	h := o[2].MinSize().Height
	o[2].Move(fyne.NewPos(0, s.Height/3))
	o[2].Resize(fyne.NewSize(s.Width, h))
}

// fixed makes a line as wide as its text.
func fixed(l *parts.Line) *parts.Line {
	l.Fit = true
	return l
}
