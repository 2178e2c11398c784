// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// ShowWelcome is the first thing that a person sees: what they have come to do.
// Without a database, where its key shall live is asked before going on.
func (w *Window) ShowWelcome() {
	card := func(icon, id string, next func()) fyne.CanvasObject {
		return parts.NewCard(w.kit, parts.NewGlyph(w.kit, icon, theme.ColorAccent, 26),
			w.words.Text("welcome."+id), w.words.Text("welcome."+id+".text"), nil, func() {
				if w.core == nil {
					w.showKeyChoice(next)
				} else {
					next()
				}
			})
	}
	name := w.words.Branding().Name
	w.show(page{
		kit: w.kit, title: w.words.Text("welcome.title", "app", name), text: w.words.Text("welcome.text"),
		body: []fyne.CanvasObject{
			card("key", "sign-in", func() { w.showSignIn(w.ShowWelcome) }),
			card("person-add", "create", func() { w.showServers(w.ShowWelcome) }),
		},
	}.build(), nil)
}

// openFirst takes over a database that was just made and goes on with next.
func (w *Window) openFirst(core Core, next func()) {
	w.take(core)
	next()
}

// ShowFailure says why the program can not go on. Nothing has been changed.
func (w *Window) ShowFailure(err error, retry func()) {
	body := []fyne.CanvasObject{}
	if retry != nil {
		body = append(body, parts.NewButton(w.kit, w.words.Text("action.retry"), parts.Primary, retry))
	}
	body = append(body, parts.NewButton(w.kit, w.words.Text("action.quit"), parts.Secondary, w.cfg.Window.Close))
	w.show(page{
		kit: w.kit, title: w.words.Text("failure.title", "app", w.words.Branding().Name), text: errorWords(w.words, err), body: body,
	}.build(), nil)
}
