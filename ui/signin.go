// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"

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
	direct            *check
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
	s.model.OnDone = func(chat.Address) { s.done(w.showChats) }
	s.build(w.words.Text("signin.title"), w.words.Text("signin.text"), w.words.Text("signin.enter"))
	w.focus(s.address.Entry)
}

// showEditAccount changes how an account is reached, with the same password or
// another one.
func (w *Window) showEditAccount(a chat.Account, back func()) {
	s := newSignIn(w, updater{w.core}, back)
	s.model.OnDone = func(chat.Address) { s.done(back) }
	s.fill(a.Login)
	s.build(w.words.Text("signin.edit"), "", w.words.Text("action.save"))
	w.focus(s.password.Entry)
}

func newSignIn(w *Window, source model.SignInSource, back func()) *signIn {
	words, width := w.words, pageWidth()
	s := &signIn{back: back, model: model.NewSignIn(w.env, source)}
	s.model.Connection.Tor = w.locks().Tor()
	s.address = parts.NewField(w.kit, words.Text("signin.address"), width)
	s.address.Entry.SetPlaceHolder(words.Text("signin.address.example"))
	s.password = parts.NewPasswordField(w.kit, words.Text("signin.password"), width)
	s.host = parts.NewField(w.kit, words.Text("signin.host"), width)
	s.host.SetHint(words.Text("signin.host.hint"))
	s.port = parts.NewField(w.kit, words.Text("signin.port"), width)
	s.direct = w.newCheck(words.Text("signin.direct-tls"), false, func(on bool) { s.model.Connection.DirectTLS = on })
	s.extra = parts.Column(theme.SizeInset, s.host.Box, s.port.Box, s.direct)
	s.extra.Hide()
	s.more = parts.NewButton(w.kit, words.Text("signin.more"), parts.Quiet, func() { s.reveal(!s.extra.Visible()) })
	s.form = newForm(w, "signin", map[model.Field]*parts.Field{
		model.FieldAddress: s.address, model.FieldPassword: s.password, model.FieldHost: s.host, model.FieldPort: s.port,
	})
	s.consent = s.model.AllowPlain
	s.domain = func() string { return domainOf(s.model.Address) }
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
	s.enter = newWaiting(w.kit, action, s.submit, s.model.Cancel)
	s.address.Entry.OnSubmitted = func(string) { w.focus(s.password.Entry) }
	for _, f := range []*parts.Field{s.password, s.host, s.port} {
		f.Entry.OnSubmitted = func(string) { s.submit() }
	}
	w.showPage(page{
		title: title, text: text, back: s.back, leave: s.model.Cancel,
		body: s.parts(),
	})
}

// parts are what stands on the page: how to reach a server is for those who know what
// one is.
func (s *signIn) parts() []fyne.CanvasObject {
	all := []fyne.CanvasObject{s.address.Box, s.password.Box, s.extra, s.wrong, s.enter.box}
	if s.w.scope().Technical() {
		all = append(all, s.more)
	}
	return all
}

// known fills in how the bundle's own server is reached, where nobody has said.
func (s *signIn) known() {
	scope := s.w.scope()
	if scope.Home == "" || domainOf(s.model.Address) != scope.Home || s.host.Text() != "" {
		return
	}
	if home := s.w.serverOf(scope.Home); home.Host != "" {
		s.host.Entry.SetText(home.Host)
		if home.Port != 0 {
			s.port.Entry.SetText(strconv.Itoa(home.Port))
		}
	}
}

// fill shows the login of an account that is there.
func (s *signIn) fill(l chat.Login) {
	s.model.Connection = model.Connection{Proxy: l.Proxy, Tor: l.Tor || s.w.locks().Tor()}
	s.model.KeepPassword = true
	s.password.SetHint(s.w.words.Text("signin.keep"))
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
	if m.Busy() {
		return
	}
	wipe(m.Password)
	m.Address, m.Password = s.w.scope().Person(s.address.Text()), []byte(s.password.Text())
	s.known()
	m.Connection.Host, m.Connection.Port = s.host.Text(), s.port.Text()
	m.Submit()
}

func (s *signIn) refresh() {
	s.enter.set(s.model.Busy())
	if s.model.Busy() {
		s.wrong.Hide()
		s.w.root.Refresh()
		return
	}
	t := s.model.Trouble()
	if mendable(t) && !s.extra.Visible() && s.w.scope().Technical() {
		s.reveal(true) // first: what is not seen can not have the focus
	}
	s.show(t)
}

// mendable says whether another server or port could help.
func mendable(t model.Trouble) bool {
	return t.Err != nil && (t.Err.Kind == chat.Offline || t.Err.Kind == chat.Timeout || t.Field == model.FieldHost || t.Field == model.FieldPort)
}

// done forgets the password and goes on.
func (s *signIn) done(next func()) {
	s.password.Entry.SetText("")
	s.w.loadAccounts(next)
}
