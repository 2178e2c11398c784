// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// signIn is the screen on which a person enters an account that exists, or
// changes how one is reached. It asks for an address and a password; the rest
// shows when it is wanted or when something failed that it could mend.
type signIn struct {
	w                 *Window
	back              func()
	edit              *chat.Account // nil: a new one
	address, password *parts.Field
	more              *parts.Button
	extra             *fyne.Container
	host, port        *parts.Field
	direct            *widget.Check
	wrong             *parts.Paragraph
	enter             *waiting
	plain             bool // the person agreed to send the password itself
}

func (w *Window) showSignIn(back func()) { (&signIn{w: w, back: back}).build() }

func (w *Window) showEditAccount(a chat.Account, back func()) {
	(&signIn{w: w, back: back, edit: &a, plain: a.Login.AllowPlain}).build()
}

func (s *signIn) build() {
	w, words := s.w, s.w.words
	s.address = parts.NewField(w.kit, words.Text("signin.address"), pageWidth)
	s.address.Entry.SetPlaceHolder(words.Text("signin.address.example"))
	s.password = parts.NewPasswordField(w.kit, words.Text("signin.password"), pageWidth)
	s.host = parts.NewField(w.kit, words.Text("signin.host"), pageWidth)
	s.host.SetHint(words.Text("signin.host.hint"))
	s.port = parts.NewField(w.kit, words.Text("signin.port"), pageWidth)
	s.direct = widget.NewCheck(words.Text("signin.direct-tls"), nil)
	s.extra = parts.Column(theme.SizeInset, s.host.Box, s.port.Box, s.direct)
	s.extra.Hide()
	s.more = parts.NewButton(w.kit, words.Text("signin.more"), parts.Quiet, func() { s.reveal(!s.extra.Visible()) })
	s.wrong = parts.NewParagraph(w.kit, "", pageWidth, parts.Style{Color: theme.ColorDanger})
	s.wrong.Hide()
	title, text, action := words.Text("signin.title"), words.Text("signin.text"), words.Text("signin.enter")
	if s.edit != nil {
		title, text, action = words.Text("signin.edit"), "", words.Text("action.save")
		s.fill(s.edit.Login)
	}
	s.enter = newWaiting(w.kit, action, s.submit)
	s.address.Entry.OnSubmitted = func(string) { w.focus(s.password.Entry) }
	s.password.Entry.OnSubmitted = func(string) { s.submit() }
	s.host.Entry.OnSubmitted = func(string) { s.submit() }
	s.port.Entry.OnSubmitted = func(string) { s.submit() }
	w.show(page{
		kit: w.kit, title: title, text: text, back: s.back,
		body: []fyne.CanvasObject{s.address.Box, s.password.Box, s.extra, s.wrong, s.enter.box, s.more},
	}.build(), func() bool { s.back(); return true })
	if s.edit == nil {
		w.focus(s.address.Entry)
	} else {
		w.focus(s.password.Entry)
	}
}

func (s *signIn) fill(l chat.Login) {
	s.address.Entry.SetText(l.Address.String())
	s.address.SetEnabled(false)
	s.password.SetHint(s.w.words.Text("signin.password.keep"))
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

// login reads the fields. It marks what is wrong and says whether all is right.
func (s *signIn) login() (chat.Login, bool) {
	for _, f := range []*parts.Field{s.address, s.password, s.host, s.port} {
		f.SetError("")
	}
	s.wrong.Hide()
	words, ok := s.w.words, true
	address, err := chat.ParseAddress(strings.TrimSpace(s.address.Text()))
	if err != nil || address.Local == "" || !address.IsBare() {
		s.address.SetError(words.Text("error.malformed-address"))
		ok = false
	}
	if s.password.Text() == "" && s.edit == nil {
		s.password.SetError(words.Text("signin.password.missing"))
		ok = false
	}
	login := chat.Login{
		Address: address, Host: strings.TrimSpace(s.host.Text()), DirectTLS: s.direct.Checked, AllowPlain: s.plain,
	}
	if s.edit != nil {
		login.Proxy, login.Tor = s.edit.Login.Proxy, s.edit.Login.Tor
	}
	if port := strings.TrimSpace(s.port.Text()); port != "" {
		if login.Port, err = strconv.Atoi(port); err != nil || login.Port < 1 || login.Port > 65535 {
			s.port.SetError(words.Text("signin.port.wrong"))
			ok = false
		} else if login.Host == "" {
			s.host.SetError(words.Text("signin.host.needed"))
			ok = false
		}
	}
	return login, ok
}

func (s *signIn) submit() {
	if s.enter.button.Disabled() {
		return
	}
	login, ok := s.login()
	if !ok {
		s.w.root.Refresh()
		return
	}
	s.enter.set(true)
	var secret []byte
	if s.password.Text() != "" {
		secret = []byte(s.password.Text())
	}
	core, edit := s.w.core, s.edit != nil
	s.w.env.Tasks.Run(func(ctx context.Context) func() {
		var err error
		if edit {
			err = core.UpdateAccount(ctx, login, secret)
		} else {
			err = core.AddAccount(ctx, login, secret)
		}
		wipe(secret)
		return func() {
			s.enter.set(false)
			if err != nil {
				s.failed(login, err)
				return
			}
			s.w.loadAccounts(func() {
				if edit {
					s.back()
				} else {
					s.w.showChats()
				}
			})
		}
	})
}

// failed says what went wrong where it can be mended.
func (s *signIn) failed(login chat.Login, err error) {
	text := errorWords(s.w.words, err)
	switch code := chat.CodeOf(err); {
	case code == chat.CodePlainOnly:
		s.askPlain(login)
	case isCertificate(err):
		s.w.showCertificate(login.Address.Domain, err)
	case code == chat.CodeNotAuthorized:
		s.password.SetError(text)
		s.w.focus(s.password.Entry)
	case code == chat.CodeAddress, code == chat.CodeExists, code == chat.CodeAccountDisabled:
		s.address.SetError(text)
	case code == chat.CodeHostNotFound && login.Host == "":
		s.address.SetError(text)
		s.reveal(true)
	case code == chat.CodeHostNotFound:
		s.host.SetError(text)
	default:
		s.wrong.Set(text)
		s.wrong.Show()
		if k := chat.KindOf(err); k == chat.Offline || k == chat.Timeout {
			s.reveal(true)
		}
	}
	s.w.root.Refresh()
}

// askPlain lets the person decide to give the server the password itself.
func (s *signIn) askPlain(login chat.Login) {
	s.w.ask(question{
		title: s.w.words.Text("plain.title"),
		text:  s.w.words.Text("plain.text", "domain", login.Address.Domain),
		yes:   s.w.words.Text("plain.yes"), danger: true,
		do: func() {
			s.plain = true
			s.submit()
		},
	})
}
