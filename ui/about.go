// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// about is the page that says what the program is.
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
	links := container.New(layout.NewFormLayout())
	for _, id := range []string{"home", "source"} {
		if u, err := url.Parse(brand.Links[id]); err == nil && u.Scheme == "https" {
			links.Add(fixed(parts.NewLine(w.kit, w.words.Text("about."+id), parts.Style{Color: theme.ColorTextMuted})))
			links.Add(left(w.link(u.String())))
		}
	}
	column.Add(links)
	return column
}
