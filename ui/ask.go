// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

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
	s := parts.ShowSheet(w.kit, w.cfg.Window.Canvas(), title, content, buttons...)
	w.sheets = append(w.sheets, s)
	s.OnClose = func() { w.forget(s) }
	return s
}

func (w *Window) forget(s *parts.Sheet) {
	for i := range w.sheets {
		if w.sheets[i] == s {
			w.sheets = append(w.sheets[:i], w.sheets[i+1:]...)
			return
		}
	}
}

// closeSheet closes the topmost dialog, if there is one.
func (w *Window) closeSheet() bool {
	if len(w.sheets) == 0 {
		return false
	}
	w.sheets[len(w.sheets)-1].Close()
	return true
}

// showCertificate says why a server was not trusted, with what is needed to ask
// its keeper about it. There is no way around it here: the address would no
// longer say who answers.
func (w *Window) showCertificate(domain string, err error) {
	var e *chat.Error
	errors.As(err, &e)
	why := parts.NewParagraph(w.kit, errorWords(w.words, err), parts.SheetWidth, parts.Style{})
	body := parts.Column(theme.SizeInset,
		parts.NewParagraph(w.kit, w.words.Text("certificate.text", "domain", domain), parts.SheetWidth, parts.Style{}), why)
	if e != nil && e.Detail != "" {
		body.Add(parts.NewLine(w.kit, w.words.Text("certificate.fingerprint"),
			parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted, Bold: true}))
		print := widget.NewLabelWithStyle(fingerprintGroups(e.Detail), fyne.TextAlignLeading, fyne.TextStyle{Monospace: true})
		print.Selectable = true
		body.Add(print)
	}
	body.Add(parts.NewParagraph(w.kit, w.words.Text("certificate.advice"), parts.SheetWidth,
		parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}))
	var sheet *parts.Sheet
	ok := parts.NewButton(w.kit, w.words.Text("action.ok"), parts.Primary, func() { sheet.Close() })
	sheet = w.sheet(w.words.Text("certificate.title"), body, ok)
	w.focus(ok)
}
