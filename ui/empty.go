// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// emptyPage stands where no conversation is open and says what to do next.
type emptyPage struct {
	w     *Window
	body  fyne.CanvasObject
	title *parts.Line
	text  *parts.Paragraph

	single bool // it stands over the list, where there is nothing to choose
}

const emptyWidth = 320

func newEmptyPage(w *Window) *emptyPage {
	style := parts.Style{Align: fyne.TextAlignCenter}
	muted, bold := style, style
	muted.Color, bold.Size, bold.Bold = theme.ColorTextMuted, theme.SizeTitle, true
	e := &emptyPage{w: w, title: parts.NewLine(w.kit, "", bold), text: parts.NewParagraph(w.kit, "", emptyWidth, muted)}
	button := parts.NewButton(w.kit, w.words.Text("empty.new"), parts.Primary, w.showNewChat).WithIcon("plus")
	column := parts.Column(theme.SizeInset,
		container.NewCenter(parts.NewGlyph(w.kit, "chat", theme.ColorDivider, 72)), e.title, e.text, container.NewCenter(button))
	e.body = container.NewStack(parts.NewFill(w.kit, theme.ColorBackground), parts.Centered(emptyWidth, column))
	e.set(false)
	return e
}

// set says whether there is no conversation at all to choose.
func (e *emptyPage) set(none bool) {
	title, text := e.w.words.Text("empty.title"), e.w.words.Text("empty.text")
	if e.single {
		setVisible(e.body, none)
	}
	if none {
		title, text = e.w.words.Text("empty-first.title"), e.w.words.Text("empty-first.text")
	}
	if text == e.text.Text() {
		return
	}
	e.title.Set(title)
	e.text.Set(text)
	e.body.Refresh()
}
