// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"net/url"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// licence is what the program's own source code is under. It stands here and in no
// bundle, since no bundle can change it.
const licence = "Mozilla Public License 2.0"

// about is the page that says what the program is, what it is put together from, and
// under which licences.
func (s *settings) about() fyne.CanvasObject {
	w := s.w
	brand := w.words.Branding()
	muted := parts.Style{Color: theme.ColorTextMuted}
	column := parts.Column(theme.SizeInset,
		container.NewCenter(parts.NewPicture(w.kit, "app", 96)),
		parts.NewLine(w.kit, brand.Name, parts.Style{Size: theme.SizeHeadline, Bold: true, Align: fyne.TextAlignCenter}),
		parts.NewLine(w.kit, w.words.Text("about.version", "version", w.cfg.Version), parts.Style{Color: theme.ColorTextMuted, Align: fyne.TextAlignCenter}),
		parts.Gap(theme.SizeGap),
		parts.NewParagraph(w.kit, w.words.Text("about.text", "app", brand.Name), settingsWidth, parts.Style{}),
	)
	for _, id := range brand.About {
		column.Add(parts.NewParagraph(w.kit, w.words.Text(id, "app", brand.Name), settingsWidth, parts.Style{}))
	}
	column.Add(parts.NewParagraph(w.kit, licenceWords(w.words), settingsWidth, muted))
	column.Add(s.links(brand.Links))
	column.Add(s.papers())
	column.Add(parts.Gap(theme.SizeGap))
	column.Add(s.layers())
	return column
}

// licenceWords are those of the bundle, and the licence's name where they leave it out.
func licenceWords(words *resources.Bundle) string {
	text := words.Text("about.licence")
	if !strings.Contains(text, licence) {
		text += "\n" + licence
	}
	return text
}

// links are the addresses that belong to the program. Where its source is stands there
// always: whoever has the program may have that.
func (s *settings) links(links map[string]string) fyne.CanvasObject {
	w := s.w
	rows := container.New(layout.NewFormLayout())
	for _, id := range []string{"home", "source", "support", "privacy", "translate"} {
		u, err := url.Parse(links[id])
		web := err == nil && u.Scheme == "https"
		if !web && id != "source" {
			continue
		}
		rows.Add(fixed(parts.NewLine(w.kit, w.words.Text("about."+id), parts.Style{Color: theme.ColorTextMuted})))
		if web {
			rows.Add(left(w.link(u.String())))
		} else {
			rows.Add(parts.NewParagraph(w.kit, w.words.Text("about.source.ask", "app", w.words.Branding().Name), settingsWidth/2, parts.Style{}))
		}
	}
	return rows
}

// papers are the longer texts: licences, and what a brand has to say of itself.
func (s *settings) papers() fyne.CanvasObject {
	w := s.w
	var buttons []fyne.CanvasObject
	add := func(title, text string) {
		if text != "" {
			buttons = append(buttons, parts.NewButton(w.kit, title, parts.Secondary, func() { w.read(title, text) }))
		}
	}
	for _, id := range []string{"about", "privacy", "terms", "attribution"} {
		add(w.words.Text("legal."+id), plainPage(w.words.Legal(id)))
	}
	add(w.words.Text("legal.fonts"), w.words.Text("about.fonts")+"\n\n"+resources.FontLicence())
	return parts.Flow(theme.SizePad, settingsWidth, buttons...)
}

// read shows a longer text.
func (w *Window) read(title, text string) {
	if !w.covered() {
		w.sheet(title, parts.NewParagraph(w.kit, text, parts.SheetWidth, parts.Style{Size: theme.SizeSmall}))
	}
}
