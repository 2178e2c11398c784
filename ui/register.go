// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"net/url"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

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
	answers               map[string]*parts.Field
	step                  model.CreateStep
	enter                 *waiting
}

func (w *Window) showRegister(server resources.Server, back func()) {
	r := newRegister(w, server, back)
	r.build()
	w.focus(r.name.Entry)
}

func newRegister(w *Window, server resources.Server, back func()) *register {
	words := w.words
	r := &register{server: server, model: model.NewCreateAccount(w.env, w.core)}
	r.back = func() { r.model.Back(); back() }
	r.name = parts.NewField(w.kit, words.Text("register.name"), pageWidth)
	r.password = parts.NewPasswordField(w.kit, words.Text("register.password"), pageWidth)
	r.password.SetHint(words.Text("register.password.hint"))
	r.again = parts.NewPasswordField(w.kit, words.Text("register.again"), pageWidth)
	r.asked = parts.Column(theme.SizeInset)
	r.asked.Hide()
	r.form = form{
		w: w, scope: "register", wrong: parts.NewParagraph(w.kit, "", pageWidth, parts.Style{Color: theme.ColorDanger}),
		fields: map[model.Field]*parts.Field{
			model.FieldAddress: r.name, model.FieldPassword: r.password, model.FieldRepeat: r.again,
		},
		consent: func() {}, domain: func() string { return server.Domain },
	}
	r.wrong.Hide()
	r.name.Entry.OnChanged = r.hint
	r.hint("")
	r.model.Server, r.model.Connection.Host = server.Domain, server.Host
	if server.Port != 0 {
		r.model.Connection.Port = strconv.Itoa(server.Port)
	}
	r.model.OnChange = r.refresh
	r.model.OnDone = func(chat.Address) { w.loadAccounts(w.showChats) }
	return r
}

func (r *register) hint(name string) {
	words := r.w.words
	if name = strings.TrimSpace(name); name == "" {
		r.name.SetHint(words.Text("register.name.hint", "domain", r.server.Domain))
		return
	}
	r.name.SetHint(words.Text("register.name.address", "address", strings.ToLower(name)+"@"+r.server.Domain))
}

func (r *register) build() {
	w, words := r.w, r.w.words
	r.enter = newWaiting(w.kit, words.Text("register.enter"), r.submit)
	r.name.Entry.OnSubmitted = func(string) { w.focus(r.password.Entry) }
	r.password.Entry.OnSubmitted = func(string) { w.focus(r.again.Entry) }
	r.again.Entry.OnSubmitted = func(string) { r.submit() }
	w.show(page{
		kit: w.kit, title: words.Text("register.title"), text: words.Text("register.text", "server", r.server.Name), back: r.back,
		body: []fyne.CanvasObject{r.name.Box, r.password.Box, r.again.Box, r.asked, r.wrong, r.enter.box},
	}.build(), func() bool { r.back(); return true })
}

func (r *register) submit() {
	m := r.model
	if m.Step() == model.StepQuestions {
		for name, field := range r.answers {
			m.Answers[name] = strings.TrimSpace(field.Text())
		}
	} else {
		m.Name, m.Password, m.Repeat = r.name.Text(), []byte(r.password.Text()), []byte(r.again.Text())
	}
	m.Submit()
}

func (r *register) refresh() {
	m := r.model
	r.enter.set(m.Busy())
	if m.Busy() {
		return
	}
	if m.Step() != r.step {
		r.step = m.Step()
		r.showStep()
	}
	for name, field := range r.answers {
		field.SetError("")
		if name == m.Missing() {
			field.SetError(r.w.words.Text("register.required"))
		}
	}
	t := m.Trouble()
	if m.Missing() != "" {
		t = model.Trouble{} // said under its question
	}
	r.show(t)
}

// showStep shows what the step asks for: after the name, the server's questions.
func (r *register) showStep() {
	first := r.step == model.StepName
	for _, f := range []*parts.Field{r.name, r.password, r.again} {
		f.SetEnabled(first)
	}
	r.answers, r.asked.Objects = map[string]*parts.Field{}, nil
	switch r.step {
	case model.StepQuestions:
		f := r.model.Form()
		if f.Instructions != "" {
			r.asked.Add(parts.NewParagraph(r.w.kit, f.Instructions, pageWidth, parts.Style{Color: theme.ColorTextMuted}))
		}
		for _, field := range f.Fields {
			r.addQuestion(field)
		}
	case model.StepWebsite:
		r.elsewhere(r.model.Form().URL)
	}
	if first {
		r.asked.Hide()
	} else {
		r.asked.Show()
	}
}

func (r *register) addQuestion(f chat.Field) {
	kit, label := r.w.kit, f.Label
	if label == "" {
		label = f.Name
	}
	if picture, err := parts.DecodePicture(f.Picture, 2*pageWidth); err == nil {
		image := canvas.NewImageFromImage(picture)
		image.FillMode = canvas.ImageFillContain
		image.SetMinSize(fyne.NewSize(pageWidth, min(float32(picture.Bounds().Dy()), 160)))
		r.asked.Add(image)
	}
	if len(f.Options) > 0 {
		pick := widget.NewSelect(f.Options, func(chosen string) { r.model.Answers[f.Name] = chosen })
		pick.SetSelected(f.Value)
		r.asked.Add(parts.NewLine(kit, label, parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted, Bold: true}))
		r.asked.Add(pick)
		return
	}
	field := parts.NewField(kit, label, pageWidth)
	if f.Secret {
		field = parts.NewPasswordField(kit, label, pageWidth)
	}
	field.Entry.SetText(f.Value)
	field.Entry.OnSubmitted = func(string) { r.submit() }
	r.asked.Add(field.Box)
	r.answers[f.Name] = field
}

// elsewhere sends the person to the page on which this server makes accounts.
func (r *register) elsewhere(address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		r.asked.Add(parts.NewParagraph(r.w.kit, r.w.words.Text("error.registration-closed"), pageWidth, parts.Style{Color: theme.ColorDanger}))
		return
	}
	r.asked.Add(parts.NewParagraph(r.w.kit, r.w.words.Text("register.elsewhere"), pageWidth, parts.Style{}))
	r.asked.Add(widget.NewHyperlink(u.String(), u))
}
