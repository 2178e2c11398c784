// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

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
	scroll   *container.Scroll // what is on the right
	shown    bool
	accounts *accountList
	choices  []*parts.Choice // of the appearance
	one      *onePane        // nil where the sections stand beside what is chosen
	// What has the focus after a choice of the language, and of a look.
	languageCard *parts.Card
	skinButton   *parts.Button
	closing      func() // what the section that is shown does when it goes; may be nil
	at           int
}

// The sections.
const (
	sectionAccounts = iota
	sectionHabits
	sectionSecurity
	sectionAppearance
	sectionAbout
)

func (w *Window) showSettings() {
	if w.free() {
		w.showSettingsAt(sectionAccounts)
	}
}

func (w *Window) showSettingsAt(section int) *settings {
	s := &settings{w: w, right: container.NewStack()}
	objects := []fyne.CanvasObject{parts.Row(theme.SizePad, nil,
		parts.NewIconButton(w.kit, "back", w.words.Text("action.back"), w.showChats),
		fixed(parts.NewLine(w.kit, w.words.Text("settings.title"), parts.Style{Size: theme.SizeTitle, Bold: true})))}
	scope := w.scope()
	for i, each := range []struct{ icon, id string }{
		{"person", "settings.accounts"}, {"chat", "settings.chat"}, {"shield", "settings.security"}, {"appearance", "settings.appearance"}, {"info", "settings.about"},
	} {
		card := parts.NewCard(w.kit, parts.NewGlyph(w.kit, each.icon, theme.ColorAccent, 0), w.words.Text(each.id), "",
			parts.Gap(""), func() { s.show(i) })
		s.sections = append(s.sections, card)
		if i != sectionSecurity || scope.Technical() {
			objects = append(objects, card)
		}
	}
	left := container.NewStack(parts.NewFill(w.kit, theme.ColorSidebar),
		container.NewVScroll(parts.Inset(theme.SizePad, parts.Column(theme.SizePad, objects...))))
	right := container.NewStack(parts.NewFill(w.kit, theme.ColorBackground), s.right)
	var panes fyne.CanvasObject = container.New(splitLayout{}, left, parts.NewRule(w.kit), right)
	escape := w.showChats
	if scope.OnePane {
		s.one = newOnePane(left)
		panes, escape = s.one.box, s.back
	}
	if !scope.OnePane || section != sectionAccounts {
		s.show(section)
	}
	stop := w.watch(func() {
		if s.at == sectionAccounts && s.accounts != nil {
			s.accounts.refresh()
		}
	})
	s.shown = true
	w.show(screen{
		scroll: s.scroll,
		body:   panes,
		escape: func() bool { escape(); return true },
		leave:  func() { stop(); s.close() },
	})
	return s
}

// close ends what the section that is shown has begun.
func (s *settings) close() {
	if s.closing != nil {
		s.closing()
		s.closing = nil
	}
}

func (s *settings) show(section int) {
	s.close()
	s.at = section
	for i, card := range s.sections {
		card.SetChosen(i == section)
	}
	var body fyne.CanvasObject
	switch section {
	case sectionAccounts:
		if s.w.scope().Simple {
			body = s.simpleYou()
			break
		}
		s.accounts = newAccountList(s.w)
		body = parts.Column(theme.SizeInset, s.head("settings.accounts"), s.accounts.column)
		if s.w.scope().MayAdd(len(s.w.accounts.All())) {
			body.(*fyne.Container).Add(s.addAccount())
		}
	case sectionHabits:
		body = s.habits()
	case sectionSecurity:
		body = s.security()
	case sectionAppearance:
		body = s.appearance()
	default:
		body = s.about()
	}
	s.scroll = container.NewVScroll(container.New(topCenter{settingsWidth}, parts.InsetXY("", theme.SizeHeadline, body)))
	s.right.Objects = []fyne.CanvasObject{s.scroll}
	s.right.Refresh()
	s.open()
	if s.shown {
		s.w.screen.scroll = s.scroll
	}
}

// open shows what was chosen where it does not stand beside the sections.
func (s *settings) open() {
	if s.one == nil {
		return
	}
	button := parts.NewIconButton(s.w.kit, "back", s.w.words.Text("action.back"), s.back)
	s.one.show(container.NewStack(parts.NewFill(s.w.kit, theme.ColorBackground),
		container.NewBorder(container.NewHBox(parts.Inset(theme.SizePad, button)), nil, nil, nil, s.right)))
}

// back goes from a section to the list of them, and from there to the conversations.
func (s *settings) back() {
	if s.one.box.Objects[0] == s.one.list {
		s.w.showChats()
		return
	}
	s.close()
	s.one.show(nil)
	s.w.screen.scroll = nil
	s.w.focus(s.sections[s.at])
}

func (s *settings) head(id string) fyne.CanvasObject {
	return parts.NewLine(s.w.kit, s.w.words.Text(id), parts.Style{Size: theme.SizeHeadline, Bold: true})
}

func (s *settings) name(id string) fyne.CanvasObject {
	return parts.NewLine(s.w.kit, s.w.words.Text(id), parts.Style{Bold: true})
}

func (s *settings) addAccount() fyne.CanvasObject {
	add := parts.NewButton(s.w.kit, s.w.words.Text("accounts.add"), parts.Secondary, s.w.showAddAccount).WithIcon("plus")
	by, full := s.w.locks().Full(len(s.w.accounts.All()))
	if !full {
		return left(add)
	}
	add.Disable()
	return parts.Column(theme.SizePad, left(add), s.w.setBy(by))
}

// showAddAccount offers what the first start offers, with a way back.
func (w *Window) showAddAccount() {
	w.showPage(page{
		title: w.words.Text("accounts.add"), back: func() { w.showSettingsAt(sectionAccounts) },
		body: w.ways(func(next func()) func() { return next }, w.showAddAccount),
	})
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
