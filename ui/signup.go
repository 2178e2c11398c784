// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// signUp is the screen on which somebody says what they are called, and is in.
type signUp struct {
	form
	model *model.SignUp
	name  *parts.Field
	enter *waiting
}

// create goes on to a new account, as the bundle wants it made; token is that of an
// invitation to server, or "".
func (w *Window) create(back func()) {
	switch scope := w.scope(); scope.Create() {
	case model.WayNickname:
		w.showSignUp(w.serverOf(scope.Home), "", back)
	case model.WayHome:
		w.showRegister(w.serverOf(scope.Home), back)
	default:
		w.showServers(back)
	}
}

func (w *Window) showSignUp(server resources.Server, token string, back func()) {
	words := w.words
	at := chat.Login{Address: chat.Address{Domain: server.Domain}, Host: server.Host, Port: server.Port, Tor: w.locks().Tor()}
	s := &signUp{model: model.NewSignUp(w.env, w.core, at, token)}
	s.name = parts.NewField(w.kit, words.Text("signup.name"), pageWidth())
	s.name.SetHint(words.Text("signup.name.hint"))
	s.form = newForm(w, "signup", map[model.Field]*parts.Field{model.FieldName: s.name})
	s.domain = func() string { return server.Domain }
	submit := func() {
		s.model.Nick = s.name.Text()
		s.model.Submit()
	}
	s.enter = newWaiting(w.kit, words.Text("signup.enter"), submit, s.model.Cancel)
	s.name.Entry.OnSubmitted = func(string) { submit() }
	s.model.OnChange = func() {
		s.enter.set(s.model.Busy())
		if !s.model.Busy() {
			s.show(s.model.Trouble())
			return
		}
		s.wrong.Hide()
		w.root.Refresh()
	}
	s.model.OnDone = func(chat.Address) { w.loadAccounts(w.showChats) }
	w.showPage(page{
		title: words.Text("signup.title"), text: words.Text("signup.text", "app", words.Branding().Name),
		back: back, leave: s.model.Cancel, body: []fyne.CanvasObject{s.name.Box, s.wrong, s.enter.box},
	})
	w.focus(s.name.Entry)
}
