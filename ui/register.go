// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// register is the screen on which a new account is made.
type register struct {
	form
	back                  func()
	server                resources.Server
	model                 *model.CreateAccount
	name, password, again *parts.Field
	asked                 *fyne.Container // what the server wants to know besides
	answers               map[string]*answer
	step                  model.CreateStep
	shown                 int // which of the server's forms
	enter                 *waiting
}

func (w *Window) showRegister(server resources.Server, back func()) {
	r := newRegister(w, server, back)
	r.build()
	w.focus(r.name.Entry)
}

func newRegister(w *Window, server resources.Server, back func()) *register {
	words, width := w.words, pageWidth()
	r := &register{server: server, model: model.NewCreateAccount(w.env, w.core)}
	r.back = func() {
		if r.model.Step() == model.StepName && !r.model.Busy() {
			back()
		} else {
			r.model.Back() // to the name
		}
	}
	r.name = parts.NewField(w.kit, words.Text("register.name"), width)
	r.password = parts.NewPasswordField(w.kit, words.Text("register.password"), width)
	r.password.SetHint(words.Text("register.password.hint"))
	r.again = parts.NewPasswordField(w.kit, words.Text("register.again"), width)
	r.asked = parts.Column(theme.SizeInset)
	r.asked.Hide()
	r.form = newForm(w, "register", map[model.Field]*parts.Field{
		model.FieldAddress: r.name, model.FieldPassword: r.password, model.FieldRepeat: r.again,
	})
	forget := r.name.Entry.OnChanged
	r.name.Entry.OnChanged = func(name string) {
		forget(name)
		r.hint()
	}
	r.consent, r.domain = r.signIn, func() string { return server.Domain }
	r.model.Server, r.model.Connection.Host = server.Domain, server.Host
	r.model.Connection.Tor = w.locks().Tor()
	if server.Port != 0 {
		r.model.Connection.Port = strconv.Itoa(server.Port)
	}
	r.hint()
	r.model.OnChange = r.refresh
	r.model.OnDone = func(chat.Address) {
		r.forget()
		w.loadAccounts(w.showChats)
	}
	return r
}

// hint says which address the name makes.
func (r *register) hint() {
	words := r.w.words
	r.model.Name = r.name.Text()
	if addr, ok := r.model.Wanted(); ok {
		r.name.SetHint(words.Text("register.name.address", "address", addr.String()))
		return
	}
	r.name.SetHint(words.Text("register.name.hint", "domain", r.server.Domain))
}

func (r *register) build() {
	w, words := r.w, r.w.words
	r.enter = newWaiting(w.kit, words.Text("register.enter"), r.submit, r.model.Cancel)
	r.name.Entry.OnSubmitted = func(string) { w.focus(r.password.Entry) }
	r.password.Entry.OnSubmitted = func(string) { w.focus(r.again.Entry) }
	r.again.Entry.OnSubmitted = func(string) { r.submit() }
	w.showPage(page{
		title: words.Text("register.title"), text: words.Text("register.text", "server", r.server.Name),
		back: func() { r.back() }, leave: r.model.Back,
		body: []fyne.CanvasObject{r.name.Box, r.password.Box, r.again.Box, r.asked, r.wrong, r.enter.box},
	})
}

func (r *register) submit() {
	m := r.model
	if m.Busy() {
		return
	}
	if m.Step() == model.StepQuestions {
		for name, a := range r.answers {
			m.Answers[name] = strings.TrimSpace(a.text())
		}
	} else {
		wipe(m.Password)
		wipe(m.Repeat)
		m.Name, m.Password, m.Repeat = r.name.Text(), []byte(r.password.Text()), []byte(r.again.Text())
	}
	m.Submit()
}

func (r *register) refresh() {
	m := r.model
	r.enter.set(m.Busy())
	if m.Busy() {
		r.wrong.Hide()
		r.w.root.Refresh()
		return
	}
	if m.Step() != r.step || m.Asked() != r.shown {
		r.step, r.shown = m.Step(), m.Asked()
		r.showStep()
	}
	for name, a := range r.answers {
		a.wrong("")
		if name == m.Missing() {
			a.wrong(r.w.words.Text("register.required"))
			r.w.focus(a.focus)
		}
	}
	t := m.Trouble()
	if r.answers[m.Missing()] != nil {
		t = model.Trouble{} // said under its question
	}
	r.show(t)
}

// showStep shows what the step asks for: after the name, the server's questions.
func (r *register) showStep() {
	first := r.step == model.StepName
	for _, f := range []*parts.Field{r.name, r.password, r.again} {
		setVisible(f.Box, first)
	}
	r.answers, r.asked.Objects = map[string]*answer{}, nil
	r.enter.box.Show()
	switch r.step {
	case model.StepQuestions:
		r.showQuestions(r.model.Form())
	case model.StepWebsite:
		r.enter.box.Hide()
		r.asked.Objects = r.w.elsewhere(r.model.Form().URL, r.signIn)
	}
	setVisible(r.asked, !first)
	r.w.root.Refresh() // first: the toolkit focuses only what it has drawn
	for _, f := range r.model.Form().Fields {
		if a := r.answers[f.Name]; a != nil {
			r.w.focus(a.focus)
			return
		}
	}
	if first {
		r.w.focus(r.name.Entry)
	}
}

// signIn goes on with an account that has been made already: on the server's
// page, or here on a server that wants the password itself to let one in.
func (r *register) signIn() {
	s, w := newSignIn(r.w, r.w.core, r.w.ShowWelcome), r.w
	s.model.OnDone = func(chat.Address) { s.done(w.showChats) }
	if addr, ok := r.model.Wanted(); ok {
		s.address.Entry.SetText(addr.String())
	}
	s.password.Entry.SetText(r.password.Text())
	s.host.Entry.SetText(r.model.Connection.Host)
	s.port.Entry.SetText(r.model.Connection.Port)
	plain := r.model.Trouble().Consent
	r.forget()
	s.build(w.words.Text("signin.title"), w.words.Text("signin.text"), w.words.Text("signin.enter"))
	w.focus(s.password.Entry)
	if plain { // the person has just agreed to it
		s.model.Address, s.model.Password = s.address.Text(), []byte(s.password.Text())
		s.model.Connection = r.model.Connection
		s.model.AllowPlain()
	}
}

// forget takes the passwords out of the fields.
func (r *register) forget() {
	r.password.Entry.SetText("")
	r.again.Entry.SetText("")
}
