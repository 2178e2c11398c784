// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// question is something that a person has to answer with yes or no.
type question struct {
	title, text, yes string
	danger           bool
	do               func()
}

func (w *Window) ask(q question) {
	kind := parts.Primary
	if q.danger {
		kind = parts.Danger
	}
	var sheet *parts.Sheet
	no := parts.NewButton(w.kit, w.words.Text("action.cancel"), parts.Secondary, func() { sheet.Close() })
	yes := parts.NewButton(w.kit, q.yes, kind, func() { sheet.Close(); q.do() })
	sheet = w.sheet(q.title, parts.NewParagraph(w.kit, q.text, parts.SheetWidth, parts.Style{}), no, yes)
	w.focus(no)
}

// say tells something that only has to be read.
func (w *Window) say(title, text string) {
	var sheet *parts.Sheet
	ok := parts.NewButton(w.kit, w.words.Text("action.ok"), parts.Primary, func() { sheet.Close() })
	sheet = w.sheet(title, parts.NewParagraph(w.kit, text, parts.SheetWidth, parts.Style{}), ok)
	w.focus(ok)
}

// sayOnce tells of an error that a model keeps, however often the model changes
// afterwards. Nil is no error.
func (w *Window) sayOnce(err *chat.Error) {
	if err == nil || w.said[err] {
		return
	}
	w.said[err] = true
	w.say(w.words.Text("failed.title"), errorWords(w.words, err))
}

// sheet opens a dialog; Escape closes it.
func (w *Window) sheet(title string, content fyne.CanvasObject, buttons ...fyne.CanvasObject) *parts.Sheet {
	if len(buttons) > 0 {
		content = parts.Column("", content, parts.Gap(theme.SizeGap))
	}
	s := parts.ShowSheet(w.kit, w.cfg.Window.Canvas(), title, content, buttons...)
	w.sheets = append(w.sheets, s)
	s.OnClose = func() {
		w.sheets = slices.DeleteFunc(w.sheets, func(each *parts.Sheet) bool { return each == s })
	}
	if w.left {
		s.Close()
	}
	return s
}

// onClose adds something to do when a dialog closes.
func onClose(s *parts.Sheet, f func()) {
	before := s.OnClose
	s.OnClose = func() { before(); f() }
}

// closeSheet closes the topmost dialog, if there is one.
func (w *Window) closeSheet() bool {
	if len(w.sheets) == 0 {
		return false
	}
	w.sheets[len(w.sheets)-1].Close()
	return true
}
