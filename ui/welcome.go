// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// ShowWelcome is the first thing that a person sees: what they have come to do.
// Without a database, where its key shall live is asked before going on. Who has
// an account has been welcomed: they go to their conversations.
func (w *Window) ShowWelcome() {
	if w.accounts != nil && len(w.accounts.All()) > 0 {
		w.showChats()
		return
	}
	first := func(next func()) func() {
		return func() {
			if w.core == nil {
				w.showKeyChoice(next)
			} else {
				next()
			}
		}
	}
	w.showPage(page{
		title: w.words.Text("welcome.title", "app", w.words.Branding().Name), text: w.words.Text("welcome.text"),
		body: w.ways(first, w.ShowWelcome),
	})
}

// ways are the cards of the ways to an account. first is what has to come before any of
// them; back is where they go back to.
func (w *Window) ways(first func(next func()) func(), back func()) []fyne.CanvasObject {
	card := func(icon, id string, do func()) fyne.CanvasObject {
		return parts.NewCard(w.kit, parts.NewGlyph(w.kit, icon, theme.ColorAccent, 26),
			w.words.Text("welcome."+id), w.words.Text("welcome."+id+".text"), nil, do).Wraps(pageWidth())
	}
	var cards []fyne.CanvasObject
	for _, each := range w.scope().Welcome() {
		switch each {
		case model.CardInvite:
			cards = append(cards, card("invite", "invite", first(func() { w.showInvite(back) })))
		case model.CardSignIn:
			cards = append(cards, card("key", "sign-in", first(func() { w.showSignIn(back) })))
		case model.CardCreate:
			if by, held := w.locks().NoRegistration(); held {
				cards = append(cards, parts.NewCard(w.kit, parts.NewGlyph(w.kit, "person-add", theme.ColorTextMuted, 26), w.words.Text("welcome.create"),
					w.words.Text("locked.registration", "name", by), parts.NewGlyph(w.kit, "lock", theme.ColorTextMuted, 0), nil).Wraps(pageWidth()))
				continue
			}
			cards = append(cards, card("person-add", "create", first(func() { w.create(back) })))
		}
	}
	return cards
}

// ShowFailure says why the program can not go on. Nothing has been changed.
func (w *Window) ShowFailure(err error, retry func()) {
	w.failure(errorWords(w.words, err), retry)
}

// ShowBarred says that the program does not run without what the computer's administrator
// has set up for it, and why that can not be used.
func (w *Window) ShowBarred(reason error) {
	w.failure(w.words.Text("failure.admin", "app", w.words.Branding().Name, "reason", reason), nil)
}

// failure is a page that leads nowhere but out or, unless it is nil, to retry.
func (w *Window) failure(text string, retry func()) {
	quit := parts.NewButton(w.kit, w.words.Text("action.quit"), parts.Secondary, w.cfg.Window.Close)
	body, focus := []fyne.CanvasObject{quit}, quit
	if retry != nil {
		focus = parts.NewButton(w.kit, w.words.Text("action.retry"), parts.Primary, retry)
		body = []fyne.CanvasObject{focus, quit}
	}
	w.showPage(page{
		title: w.words.Text("failure.title", "app", w.words.Branding().Name), text: text, body: body,
	})
	w.focus(focus)
}
