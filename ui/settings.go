// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// settingsWidth is the width of what stands on a page of the settings.
const settingsWidth = 440

// settings is the screen of all choices: sections on the left, one of them on
// the right.
type settings struct {
	w        *Window
	sections []*parts.Card
	right    *fyne.Container
	at       int
}

// The sections.
const (
	sectionAccounts = iota
	sectionAppearance
	sectionAbout
)

func (w *Window) showSettings() {
	if w.chats == nil || w.closeSheet() {
		return
	}
	w.showSettingsAt(sectionAccounts)
}

func (w *Window) showSettingsAt(section int) {
	s := &settings{w: w, right: container.NewStack()}
	objects := []fyne.CanvasObject{parts.Row(theme.SizePad, nil,
		parts.NewIconButton(w.kit, "back", w.words.Text("action.back"), w.closeSettings),
		fixed(parts.NewLine(w.kit, w.words.Text("settings.title"), parts.Style{Size: theme.SizeTitle, Bold: true})))}
	for i, each := range []struct{ icon, id string }{
		{"person", "settings.accounts"}, {"appearance", "settings.appearance"}, {"info", "settings.about"},
	} {
		card := parts.NewCard(w.kit, parts.NewGlyph(w.kit, each.icon, theme.ColorAccent, 0), w.words.Text(each.id), "",
			parts.Gap(""), func() { s.show(i) })
		s.sections = append(s.sections, card)
		objects = append(objects, card)
	}
	left := container.NewStack(parts.NewFill(w.kit, theme.ColorSidebar),
		container.NewBorder(parts.Inset(theme.SizePad, parts.Column(theme.SizePad, objects...)), nil, nil, nil))
	right := container.NewStack(parts.NewFill(w.kit, theme.ColorBackground), s.right)
	s.show(section)
	w.onAccounts = func() {
		if s.at == sectionAccounts {
			s.show(s.at)
		}
	}
	w.show(container.New(splitLayout{}, left, parts.NewRule(w.kit), right), func() bool { w.closeSettings(); return true })
}

func (w *Window) closeSettings() {
	w.onAccounts = nil
	if len(w.accounts.All()) == 0 {
		w.chats = nil
		w.ShowWelcome()
		return
	}
	w.showChats()
}

func (s *settings) show(section int) {
	s.at = section
	for i, card := range s.sections {
		card.SetChosen(i == section)
	}
	var body fyne.CanvasObject
	switch section {
	case sectionAccounts:
		body = s.accounts()
	case sectionAppearance:
		body = s.appearance()
	default:
		body = s.about()
	}
	s.right.Objects = []fyne.CanvasObject{
		container.NewVScroll(container.New(topCenter{settingsWidth}, parts.InsetXY("", theme.SizeHeadline, body))),
	}
	s.right.Refresh()
}

func (s *settings) head(id string) fyne.CanvasObject {
	return parts.NewLine(s.w.kit, s.w.words.Text(id), parts.Style{Size: theme.SizeHeadline, Bold: true})
}

func (s *settings) name(id string) fyne.CanvasObject {
	return parts.NewLine(s.w.kit, s.w.words.Text(id), parts.Style{Bold: true})
}

func (s *settings) accounts() fyne.CanvasObject {
	w := s.w
	column := parts.Column(theme.SizeInset, s.head("settings.accounts"))
	for _, a := range w.accounts.All() {
		addr := a.Login.Address
		face := w.faces.of(addr, nameOf(a), a.Avatar, chat.Unavailable)
		text, token := w.accountState(a)
		card := parts.NewCard(w.kit, parts.NewAvatar(w.kit, face, 0, theme.ColorSurface), addr.String(), "", nil, func() { w.showAccount(addr) })
		card.SetText(text, token)
		column.Add(card)
	}
	add := parts.NewButton(w.kit, w.words.Text("accounts.add"), parts.Secondary, func() { w.showAddAccount() }).WithIcon("plus")
	column.Add(container.NewHBox(add))
	return column
}

func nameOf(a chat.Account) string {
	if a.Nick != "" {
		return a.Nick
	}
	return a.Login.Address.Local
}

// showAddAccount offers what the first start offers, with a way back.
func (w *Window) showAddAccount() {
	w.onAccounts = nil
	back := func() { w.showSettingsAt(sectionAccounts) }
	w.show(page{
		kit: w.kit, title: w.words.Text("accounts.add"), back: back,
		body: []fyne.CanvasObject{
			parts.NewCard(w.kit, parts.NewGlyph(w.kit, "key", theme.ColorAccent, 26), w.words.Text("welcome.sign-in"),
				w.words.Text("welcome.sign-in.text"), nil, func() { w.showSignIn(w.showAddAccount) }),
			parts.NewCard(w.kit, parts.NewGlyph(w.kit, "person-add", theme.ColorAccent, 26), w.words.Text("welcome.create"),
				w.words.Text("welcome.create.text"), nil, func() { w.showServers(w.showAddAccount) }),
		},
	}.build(), func() bool { back(); return true })
}

// textSizes are the sizes of text to choose from.
var textSizes = []struct {
	id    string
	scale float32
}{{"size.small", 0.88}, {"size.normal", 1}, {"size.large", 1.2}, {"size.largest", 1.5}}

func (s *settings) appearance() fyne.CanvasObject {
	w := s.w
	modes := []theme.Mode{theme.System, theme.Light, theme.Dark}
	mode := 0
	var modeWords []string
	for i, m := range modes {
		modeWords = append(modeWords, w.words.Text("mode."+string(m)))
		if m == w.look.Mode {
			mode = i
		}
	}
	size := 1
	var sizeWords []string
	for i, each := range textSizes {
		sizeWords = append(sizeWords, w.words.Text(each.id))
		if d := each.scale - w.look.Scale; d > -0.01 && d < 0.01 {
			size = i
		}
	}
	change := func(f func(*theme.Options)) {
		o := w.look
		f(&o)
		w.setLook(o)
		w.showSettingsAt(sectionAppearance)
	}
	density := 0
	if w.look.Compact {
		density = 1
	}
	return parts.Column(theme.SizeInset,
		s.head("settings.appearance"), parts.Gap(""),
		s.name("appearance.mode"),
		parts.NewChoice(w.kit, modeWords, mode, func(i int) { change(func(o *theme.Options) { o.Mode = modes[i] }) }).Box,
		parts.Gap(theme.SizeGap), s.name("appearance.size"),
		parts.NewChoice(w.kit, sizeWords, size, func(i int) { change(func(o *theme.Options) { o.Scale = textSizes[i].scale }) }).Box,
		parts.Gap(theme.SizeGap), s.name("appearance.density"),
		parts.NewChoice(w.kit, []string{w.words.Text("density.normal"), w.words.Text("density.compact")}, density,
			func(i int) { change(func(o *theme.Options) { o.Compact = i == 1 }) }).Box,
	)
}

func (s *settings) about() fyne.CanvasObject {
	w := s.w
	brand := w.words.Branding()
	column := parts.Column(theme.SizeInset,
		container.NewCenter(parts.NewPicture(w.kit, "app", 96)),
		parts.NewLine(w.kit, brand.Name, parts.Style{Size: theme.SizeHeadline, Bold: true, Align: fyne.TextAlignCenter}),
		parts.NewLine(w.kit, w.words.Text("about.version", "version", w.cfg.Version), parts.Style{Color: theme.ColorTextMuted, Align: fyne.TextAlignCenter}),
		parts.Gap(theme.SizeGap),
		parts.NewParagraph(w.kit, w.words.Text("about.text", "app", brand.Name), settingsWidth, parts.Style{}),
		parts.NewParagraph(w.kit, w.words.Text("about.licence"), settingsWidth, parts.Style{Color: theme.ColorTextMuted}),
	)
	for _, id := range []string{"home", "source"} {
		if u, err := url.Parse(brand.Links[id]); err == nil && u.Scheme == "https" {
			column.Add(parts.Row(theme.SizePad, nil,
				fixed(parts.NewLine(w.kit, w.words.Text("about."+id), parts.Style{Color: theme.ColorTextMuted})), widget.NewHyperlink(u.String(), u)))
		}
	}
	return column
}

// topCenter puts its only thing at the top, in the middle, with a given width.
type topCenter struct{ width float32 }

func (t topCenter) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(t.width+2*theme.Size(theme.SizeInset), o[0].MinSize().Height)
}

func (t topCenter) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Move(fyne.NewPos((s.Width-t.width)/2, 0))
	o[0].Resize(fyne.NewSize(t.width, o[0].MinSize().Height))
}
