// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// showServers lets a person choose where the new account shall live.
func (w *Window) showServers(back func()) {
	again := func() { w.showServers(back) }
	var body []fyne.CanvasObject
	for _, server := range w.words.Servers() {
		text := w.words.Text(server.Description)
		body = append(body, parts.NewCard(w.kit, parts.NewGlyph(w.kit, "server", theme.ColorAccent, 22),
			server.Name, text, nil, func() { w.showRegister(server, again) }))
	}
	own := parts.NewField(w.kit, w.words.Text("servers.own"), pageWidth)
	own.Entry.SetPlaceHolder(w.words.Text("servers.own.example"))
	next := func() {
		own.SetError("")
		domain, host, port := splitServer(own.Text())
		if a, err := chat.ParseAddress(domain); err != nil || a.Local != "" || !a.IsBare() {
			own.SetError(w.words.Text("servers.own.wrong"))
			w.root.Refresh()
			return
		}
		w.showRegister(resources.Server{Domain: domain, Host: host, Port: port, Name: domain}, again)
	}
	own.Entry.OnSubmitted = func(string) { next() }
	body = append(body, parts.Gap(theme.SizeGap), own.Box, parts.NewButton(w.kit, w.words.Text("action.continue"), parts.Secondary, next))
	w.show(page{
		kit: w.kit, title: w.words.Text("servers.title"), text: w.words.Text("servers.text"), back: back, body: body,
	}.build(), func() bool { back(); return true })
}

// register is the screen on which a new account is made.
type register struct {
	w                     *Window
	back                  func()
	server                resources.Server
	name, password, again *parts.Field
	asked                 *fyne.Container // what the server wants to know besides
	fields                []askedField
	form                  *chat.Form // nil: not yet asked for
	login                 chat.Login
	wrong                 *parts.Paragraph
	enter                 *waiting
}

// askedField reads the answer to one question of a server's form.
type askedField struct {
	field chat.Field
	value func() string
	wrong func(string)
}

func (w *Window) showRegister(server resources.Server, back func()) {
	r := &register{w: w, server: server}
	r.back = func() { r.cancel(); back() }
	r.build()
}

func (r *register) build() {
	w, words := r.w, r.w.words
	r.name = parts.NewField(w.kit, words.Text("register.name"), pageWidth)
	r.name.SetHint(words.Text("register.name.hint", "domain", r.server.Domain))
	r.name.Entry.OnChanged = func(name string) {
		name = strings.TrimSpace(name)
		if name == "" {
			r.name.SetHint(words.Text("register.name.hint", "domain", r.server.Domain))
		} else {
			r.name.SetHint(words.Text("register.name.address", "address", strings.ToLower(name)+"@"+r.server.Domain))
		}
	}
	r.password = parts.NewPasswordField(w.kit, words.Text("register.password"), pageWidth)
	r.password.SetHint(words.Text("register.password.hint"))
	r.again = parts.NewPasswordField(w.kit, words.Text("register.again"), pageWidth)
	r.asked = parts.Column(theme.SizeInset)
	r.asked.Hide()
	r.wrong = parts.NewParagraph(w.kit, "", pageWidth, parts.Style{Color: theme.ColorDanger})
	r.wrong.Hide()
	r.enter = newWaiting(w.kit, words.Text("register.enter"), r.submit)
	r.name.Entry.OnSubmitted = func(string) { w.focus(r.password.Entry) }
	r.password.Entry.OnSubmitted = func(string) { w.focus(r.again.Entry) }
	r.again.Entry.OnSubmitted = func(string) { r.submit() }
	w.show(page{
		kit: w.kit, title: words.Text("register.title"), text: words.Text("register.text", "server", r.server.Name), back: r.back,
		body: []fyne.CanvasObject{r.name.Box, r.password.Box, r.again.Box, r.asked, r.wrong, r.enter.box},
	}.build(), func() bool { r.back(); return true })
	w.focus(r.name.Entry)
}

func (r *register) cancel() {
	if r.form != nil {
		r.w.core.CancelRegistration(r.login.Address)
		r.form = nil
	}
}

// minPassword is the shortest password for a new account, in characters.
const minPassword = 8

func (r *register) check() bool {
	words, ok := r.w.words, true
	for _, f := range []*parts.Field{r.name, r.password, r.again} {
		f.SetError("")
	}
	r.wrong.Hide()
	address, err := chat.ParseAddress(strings.TrimSpace(r.name.Text()) + "@" + r.server.Domain)
	if err != nil || !address.IsBare() {
		r.name.SetError(words.Text("register.name.wrong"))
		ok = false
	}
	if len([]rune(r.password.Text())) < minPassword {
		r.password.SetError(words.Text("register.password.short", "count", minPassword))
		ok = false
	} else if r.password.Text() != r.again.Text() {
		r.again.SetError(words.Text("register.again.differs"))
		ok = false
	}
	login := chat.Login{Address: address, Host: r.server.Host, Port: r.server.Port}
	if login.Address != r.login.Address {
		r.cancel() // the form was for another name
	}
	r.login = login
	return ok
}

func (r *register) submit() {
	if r.enter.button.Disabled() {
		return
	}
	if !r.check() {
		r.w.root.Refresh()
		return
	}
	if r.form != nil {
		r.finish()
		return
	}
	r.enter.set(true)
	core, login := r.w.core, r.login
	r.w.env.Tasks.Run(func(ctx context.Context) func() {
		form, err := core.StartRegistration(ctx, login)
		return func() {
			r.enter.set(false)
			if err != nil {
				r.failed(err)
				return
			}
			r.form = &form
			r.ask(form)
		}
	})
}

// ask shows the questions of the server, if it has any.
func (r *register) ask(form chat.Form) {
	r.fields, r.asked.Objects = nil, nil
	if form.URL != "" {
		r.elsewhere(form.URL)
		return
	}
	if len(form.Fields) == 0 {
		r.finish()
		return
	}
	if form.Instructions != "" {
		r.asked.Add(parts.NewParagraph(r.w.kit, form.Instructions, pageWidth, parts.Style{Color: theme.ColorTextMuted}))
	}
	for _, f := range form.Fields {
		r.addField(f)
	}
	r.asked.Show()
	r.w.root.Refresh()
}

func (r *register) addField(f chat.Field) {
	label := f.Label
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
		pick := widget.NewSelect(f.Options, nil)
		pick.SetSelected(f.Value)
		r.asked.Add(parts.NewLine(r.w.kit, label, parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted, Bold: true}))
		r.asked.Add(pick)
		r.fields = append(r.fields, askedField{f, func() string { return pick.Selected }, func(string) {}})
		return
	}
	field := parts.NewField(r.w.kit, label, pageWidth)
	if f.Secret {
		field = parts.NewPasswordField(r.w.kit, label, pageWidth)
	}
	field.Entry.SetText(f.Value)
	field.Entry.OnSubmitted = func(string) { r.submit() }
	r.asked.Add(field.Box)
	r.fields = append(r.fields, askedField{f, field.Text, field.SetError})
}

// elsewhere sends the person to the page on which this server makes accounts.
func (r *register) elsewhere(address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		r.failed(&chat.Error{Kind: chat.Rejected, Code: chat.CodeRegistrationClosed})
		return
	}
	r.asked.Add(parts.NewParagraph(r.w.kit, r.w.words.Text("register.elsewhere"), pageWidth, parts.Style{}))
	r.asked.Add(widget.NewHyperlink(u.String(), u))
	r.asked.Show()
	r.w.root.Refresh()
}

func (r *register) finish() {
	values, ok := map[string]string{}, true
	for _, f := range r.fields {
		f.wrong("")
		value := strings.TrimSpace(f.value())
		if value == "" && f.field.Required {
			f.wrong(r.w.words.Text("register.required"))
			ok = false
		}
		values[f.field.Name] = value
	}
	if !ok {
		r.w.root.Refresh()
		return
	}
	r.enter.set(true)
	core, login, secret := r.w.core, r.login, []byte(r.password.Text())
	r.w.env.Tasks.Run(func(ctx context.Context) func() {
		err := core.FinishRegistration(ctx, login, secret, values)
		wipe(secret)
		return func() {
			r.enter.set(false)
			if err != nil {
				r.failed(err)
				return
			}
			r.form = nil
			r.w.loadAccounts(r.w.showChats)
		}
	})
}

func (r *register) failed(err error) {
	r.cancel()
	r.asked.Hide()
	text := errorWords(r.w.words, err)
	switch code := chat.CodeOf(err); {
	case isCertificate(err):
		r.w.showCertificate(r.server.Domain, err)
	case code == chat.CodeAddressTaken || code == chat.CodeAddress:
		r.name.SetError(text)
		r.w.focus(r.name.Entry)
	default:
		r.wrong.Set(text)
		r.wrong.Show()
	}
	r.w.root.Refresh()
}

// splitServer reads "domain" or "domain host:port", the second for a server that
// can not be looked up.
func splitServer(text string) (domain, host string, port int) {
	fields := strings.Fields(strings.ToLower(text))
	if len(fields) == 0 {
		return "", "", 0
	}
	domain = fields[0]
	if len(fields) > 1 {
		host = fields[1]
		if i := strings.LastIndexByte(host, ':'); i > 0 {
			if n, err := strconv.Atoi(host[i+1:]); err == nil {
				host, port = strings.Trim(host[:i], "[]"), n
			}
		}
	}
	return domain, host, port
}
