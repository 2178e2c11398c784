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

// pick is a dialog with a field and the rows that match what is typed there:
// the way to go to a conversation, to start one, and to find a message.
type pick struct {
	w     *Window
	sheet *parts.Sheet
	field *parts.Entry
	wrong *parts.Paragraph // under the field
	rows  *parts.Conversations
	none  *parts.Paragraph
	more  *parts.Button // under the rows
	all   []pickRow

	onMore func()
}

// pickRow is a row and what it stands for.
type pickRow struct {
	view  parts.ConversationView // its Key is made by set
	do    func()
	stays bool // the dialog does not close
}

func (w *Window) newPick(title, prompt string, above ...fyne.CanvasObject) *pick {
	p := &pick{w: w, rows: parts.NewConversations(w.kit)}
	p.field = parts.NewSearch(w.kit, prompt, nil, func() { w.focus(p.rows) })
	p.field.OnSubmitted = func(string) { p.choose(strconv.Itoa(0)) }
	p.rows.OnSelect = p.choose
	p.wrong = parts.NewParagraph(w.kit, "", parts.SheetWidth, parts.Style{Size: theme.SizeSmall, Color: theme.ColorDanger})
	p.wrong.Hide()
	p.none = parts.NewParagraph(w.kit, "", parts.SheetWidth-2*theme.Size(theme.SizeInset),
		parts.Style{Color: theme.ColorTextMuted, Align: fyne.TextAlignCenter})
	p.more = parts.NewButton(w.kit, "", parts.Quiet, func() { p.onMore() })
	p.more.Hide()
	room := container.NewStack(
		parts.NewPlate(w.kit, theme.ColorSidebar, "", theme.SizeFieldRadius), p.rows, container.NewCenter(p.none))
	rest := parts.Column(theme.SizePad, append(above, p.field, p.wrong)...)
	p.sheet = w.sheet(title, container.New(&pickLayout{w.cfg.Window.Canvas()}, rest, room, p.more))
	w.pick = p
	onClose(p.sheet, func() { w.pick = nil })
	w.focus(p.field)
	return p
}

// choose does what the row with that key stands for.
func (p *pick) choose(key string) {
	i := slices.IndexFunc(p.rows.Keys(), func(k string) bool { return k == key })
	if i < 0 || i >= len(p.all) {
		return
	}
	row := p.all[i]
	if !row.stays {
		p.sheet.Close() // first: what it opens wants the focus
	}
	row.do()
}

// set shows rows, or without any a word on why there are none.
func (p *pick) set(rows []pickRow, none string) {
	views := make([]parts.ConversationView, len(rows))
	for i, row := range rows {
		views[i] = row.view
		views[i].Key = strconv.Itoa(i)
	}
	p.all = rows
	p.rows.Set(views)
	if len(rows) > 0 {
		none = ""
	}
	p.none.Set(none)
}

// say shows what is wrong under the field; "" takes it away.
func (p *pick) say(text string) {
	p.wrong.Set(text)
	if text == "" {
		p.wrong.Hide()
	} else {
		p.wrong.Show()
	}
	p.sheet.Refresh()
}

// pickLayout gives the rows in the middle a height that the window has room for.
type pickLayout struct{ canvas fyne.Canvas }

func (l *pickLayout) heights(o []fyne.CanvasObject) (top, rows, more float32) {
	const most, least = 330, 120
	top = o[0].MinSize().Height + theme.Size(theme.SizePad)
	if o[2].Visible() {
		more = o[2].MinSize().Height
	}
	frame := 8*theme.Size(theme.SizePad) + 4*theme.Size(theme.SizeInset) + theme.Size(theme.SizeTitle) // around the content
	return top, max(min(most, l.canvas.Size().Height-frame-top-more), least), more
}

func (l *pickLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	top, rows, more := l.heights(o)
	return fyne.NewSize(parts.SheetWidth, top+rows+more)
}

func (l *pickLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	top, rows, more := l.heights(o)
	for i, each := range []struct{ y, h float32 }{{0, top - theme.Size(theme.SizePad)}, {top, rows}, {top + rows, more}} {
		o[i].Move(fyne.NewPos(0, each.y))
		o[i].Resize(fyne.NewSize(s.Width, each.h))
	}
}
