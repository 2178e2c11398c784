// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// language is the row of the appearance in which the language is chosen.
func (s *settings) language() fyne.CanvasObject {
	w := s.w
	title, text := nameOfLanguage(w.words), ""
	if w.dress.Language == "" {
		text = w.words.Text("language.as-system")
	}
	if n := w.words.Missing(); n > 0 {
		text = w.words.Text("language.missing", "count", n)
	}
	card := parts.NewCard(w.kit, nil, title, text, nil, w.showLanguages)
	s.languageCard = card
	return parts.Column(theme.SizePad, parts.Gap(theme.SizeGap), s.name("appearance.language"), card)
}

// nameOfLanguage is what the language of a bundle is called by who speaks it.
func nameOfLanguage(words *resources.Bundle) string { return words.NameOf(words.Language()) }

// showLanguages is the dialog of all languages, each by its own name.
func (w *Window) showLanguages() {
	words := w.words
	w.env.Tasks.Run(func(context.Context) func() {
		all := words.Languages()
		return func() { w.chooseLanguage(all) }
	})
}

func (w *Window) chooseLanguage(all []resources.Language) {
	if !w.free() {
		return
	}
	var sheet *parts.Sheet
	list := parts.Column(theme.SizeGap)
	add := func(title, text, tag string) fyne.Focusable {
		theme.Cover(title)
		card := parts.NewCard(w.kit, nil, title, text, parts.Gap(""), func() {
			sheet.Close()
			w.setLanguage(tag)
		})
		card.SetChosen(tag == w.dress.Language)
		list.Add(card)
		return card
	}
	focus := add(w.words.Text("language.system"), w.words.Text("language.system.text"), "")
	for _, l := range all {
		text := ""
		if l.Translated < l.Total {
			text = w.words.Text("language.part", "percent", 100*l.Translated/max(l.Total, 1))
		}
		if card := add(l.Name, text, l.Tag.String()); l.Tag.String() == w.dress.Language {
			focus = card
		}
	}
	sheet = w.sheet(w.words.Text("appearance.language"), list)
	w.focus(focus)
}

// setLanguage shows everything in another language, and keeps that; "" is the system's.
func (w *Window) setLanguage(tag string) {
	d := w.dress
	d.Language, d.Broken = tag, nil
	w.setDress(d, func() {
		s := w.showSettingsAt(sectionAppearance)
		w.focus(s.languageCard)
	})
}
