// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// signIn is the screen on which a person enters an account that exists, or
// changes how one is reached. It asks for an address and a password; the rest
// shows when it is wanted or when something failed that it could mend.
type signIn struct {
	form
	back              func()
	model             *model.SignIn
	address, password *parts.Field
	host, port        *parts.Field
	direct            *widget.Check
	more              *parts.Button
	extra             *fyne.Container
	enter             *waiting
}

// updater makes the form for a new account change one that is there.
type updater struct{ AccountCore }

func (u updater) AddAccount(ctx context.Context, login chat.Login, password []byte) error {
	return u.UpdateAccount(ctx, login, password)
}

func (w *Window) showSignIn(back func()) {
	s := newSignIn(w, w.core, back)
	s.model.OnDone = func(chat.Address) { w.loadAccounts(w.showChats) }
	s.build(w.words.Text("signin.title"), w.words.Text("signin.text"), w.words.Text("signin.enter"))
	w.focus(s.address.Entry)
}

func (w *Window) showEditAccount(a chat.Account, back func()) {
	s := newSignIn(w, updater{w.core}, back)
	s.model.OnDone = func(chat.Address) { w.loadAccounts(back) }
	s.fill(a.Login)
	s.build(w.words.Text("signin.edit"), "", w.words.Text("action.save"))
	w.focus(s.password.Entry)
}

func newSignIn(w *Window, source model.SignInSource, back func()) *signIn {
	words := w.words
	s := &signIn{model: model.NewSignIn(w.env, source)}
	s.back = func() { s.model.Cancel(); back() }
	s.address = parts.NewField(w.kit, words.Text("signin.address"), pageWidth)
	s.address.Entry.SetPlaceHolder(words.Text("signin.address.example"))
	s.password = parts.NewPasswordField(w.kit, words.Text("signin.password"), pageWidth)
	s.host = parts.NewField(w.kit, words.Text("signin.host"), pageWidth)
	s.host.SetHint(words.Text("signin.host.hint"))
	s.port = parts.NewField(w.kit, words.Text("signin.port"), pageWidth)
	s.direct = widget.NewCheck(words.Text("signin.direct-tls"), func(on bool) { s.model.Connection.DirectTLS = on })
	s.extra = parts.Column(theme.SizeInset, s.host.Box, s.port.Box, s.direct)
	s.extra.Hide()
	s.more = parts.NewButton(w.kit, words.Text("signin.more"), parts.Quiet, func() { s.reveal(!s.extra.Visible()) })
	s.form = form{
		w: w, scope: "signin", wrong: parts.NewParagraph(w.kit, "", pageWidth, parts.Style{Color: theme.ColorDanger}),
		fields: map[model.Field]*parts.Field{
			model.FieldAddress: s.address, model.FieldPassword: s.password, model.FieldHost: s.host, model.FieldPort: s.port,
		},
		consent: s.model.AllowPlain, domain: func() string { return domainOf(s.model.Address) },
	}
	s.wrong.Hide()
	s.model.OnChange = s.refresh
	return s
}

func domainOf(address string) string {
	a, err := chat.ParseAddress(address)
	if err != nil {
		return address
	}
	return a.Domain
}

func (s *signIn) build(title, text, action string) {
	w := s.w
	s.enter = newWaiting(w.kit, action, s.submit)
	s.address.Entry.OnSubmitted = func(string) { w.focus(s.password.Entry) }
	for _, f := range []*parts.Field{s.password, s.host, s.port} {
		f.Entry.OnSubmitted = func(string) { s.submit() }
	}
	w.show(page{
		kit: w.kit, title: title, text: text, back: s.back,
		body: []fyne.CanvasObject{s.address.Box, s.password.Box, s.extra, s.wrong, s.enter.box, s.more},
	}.build(), func() bool { s.back(); return true })
}

func (s *signIn) fill(l chat.Login) {
	s.model.Connection = model.Connection{Proxy: l.Proxy, Tor: l.Tor}
	s.address.Entry.SetText(l.Address.String())
	s.address.SetEnabled(false)
	s.host.Entry.SetText(l.Host)
	if l.Port != 0 {
		s.port.Entry.SetText(strconv.Itoa(l.Port))
	}
	s.direct.SetChecked(l.DirectTLS)
	s.reveal(l.Host != "" || l.DirectTLS)
}

func (s *signIn) reveal(yes bool) {
	if yes {
		s.extra.Show()
		s.more.SetText(s.w.words.Text("signin.less"))
	} else {
		s.extra.Hide()
		s.more.SetText(s.w.words.Text("signin.more"))
	}
	s.w.root.Refresh()
}

func (s *signIn) submit() {
	m := s.model
	m.Address, m.Password = s.address.Text(), []byte(s.password.Text())
	m.Connection.Host, m.Connection.Port = s.host.Text(), s.port.Text()
	m.Submit()
}

func (s *signIn) refresh() {
	s.enter.set(s.model.Busy())
	if s.model.Busy() {
		return
	}
	t := s.model.Trouble()
	s.show(t)
	if t.Err != nil && (t.Err.Kind == chat.Offline || t.Err.Kind == chat.Timeout) && !s.extra.Visible() {
		s.reveal(true)
	}
}
