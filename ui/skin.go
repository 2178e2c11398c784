// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// bundleEnding is how files of bundles end.
const bundleEnding = ".csres"

// skin is the part of the appearance in which a bundle of one's own is chosen, and given
// up again.
func (s *settings) skin() fyne.CanvasObject {
	w := s.w
	muted := parts.Style{Color: theme.ColorTextMuted}
	column := parts.Column(theme.SizePad, parts.Gap(theme.SizeGap), s.name("appearance.look"))
	own, ok := ownLayer(w.words)
	switch {
	case w.cfg.Fixed != "":
		column.Add(parts.NewParagraph(w.kit, w.words.Text("look.fixed", "path", w.cfg.Fixed), settingsWidth, muted))
		return column
	case ok:
		column.Add(parts.NewParagraph(w.kit, w.words.Text("look.own", "name", own.Name, "version", own.Version), settingsWidth, parts.Style{}))
	default:
		column.Add(parts.NewParagraph(w.kit, w.words.Text("look.text"), settingsWidth, muted))
	}
	file := parts.NewButton(w.kit, w.words.Text("look.file"), parts.Secondary, func() {
		w.pickPath("look.choose", []string{bundleEnding}, s.setLook)
	})
	folder := parts.NewButton(w.kit, w.words.Text("look.folder"), parts.Secondary, func() {
		w.pickFolder("look.choose", s.setLook)
	})
	buttons := []fyne.CanvasObject{file, folder}
	if w.dress.Look != "" {
		buttons = append(buttons, parts.NewButton(w.kit, w.words.Text("look.usual"), parts.Quiet, func() { s.setLook("") }))
	}
	s.skinButton = file
	column.Add(parts.Flow(theme.SizePad, settingsWidth, buttons...))
	return column
}

// ownLayer is the bundle that the person chose.
func ownLayer(words *resources.Bundle) (own resources.LayerInfo, ok bool) {
	for _, l := range words.Layers() {
		if l.Layer == resources.LayerPerson && l.Refused == nil {
			return l, true
		}
	}
	return own, false
}

// setLook shows everything in the look of a bundle, and keeps that; "" is the usual one.
func (s *settings) setLook(path string) {
	w := s.w
	d := w.dress
	d.Look, d.Broken = path, nil
	w.setDress(d, func() {
		shown := w.showSettingsAt(sectionAppearance)
		w.focus(shown.skinButton)
	})
}
