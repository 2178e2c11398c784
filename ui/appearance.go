// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"slices"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// textSizes are the sizes of text to choose from.
var textSizes = []struct {
	id    string
	scale float32
}{{"size.small", 0.88}, {"size.normal", 1}, {"size.large", 1.2}, {"size.largest", 1.5}}

// normalSize is the place of 1 in textSizes.
const normalSize = 1

var modes = []theme.Mode{theme.System, theme.Light, theme.Dark}

// appearance is the page on which the look is chosen. What is chosen is shown at
// once, and kept.
func (s *settings) appearance() fyne.CanvasObject {
	look := s.w.look
	s.choices = nil
	column := parts.Column(theme.SizeInset, s.head("settings.appearance"))
	group := func(id string, texts []string, chosen int, set func(o *theme.Options, i int)) {
		n := len(s.choices)
		choice := parts.NewChoice(s.w.kit, texts, chosen, func(i int) {
			o := s.w.look
			set(&o, i)
			s.w.setLook(o)
			s.w.showSettingsAt(sectionAppearance).focusChoice(n, i)
		})
		s.choices = append(s.choices, choice)
		column.Add(parts.Column(theme.SizePad, parts.Gap(theme.SizeGap), s.name(id), choice.Box))
	}
	group("appearance.mode", s.modeWords(), max(slices.Index(modes, look.Mode), 0), func(o *theme.Options, i int) { o.Mode = modes[i] })
	group("appearance.size", s.sizeWords(), sizeOf(look), func(o *theme.Options, i int) { o.Scale = textSizes[i].scale })
	dense := 0
	if look.Compact {
		dense = 1
	}
	group("appearance.density", []string{s.w.words.Text("density.normal"), s.w.words.Text("density.compact")}, dense,
		func(o *theme.Options, i int) { o.Compact = i == 1 })
	if s.w.cfg.Load != nil {
		column.Add(s.language())
		column.Add(s.skin())
	}
	return column
}

// focusChoice gives the focus to what was chosen: the page is a new one.
func (s *settings) focusChoice(group, i int) {
	if f, ok := s.choices[group].Box.Objects[i].(fyne.Focusable); ok {
		s.w.focus(f)
	}
}

func (s *settings) modeWords() (texts []string) {
	for _, m := range modes {
		texts = append(texts, s.w.words.Text("mode."+string(m)))
	}
	return texts
}

func (s *settings) sizeWords() (texts []string) {
	for _, each := range textSizes {
		texts = append(texts, s.w.words.Text(each.id))
	}
	return texts
}

func sizeOf(l look) int {
	for i, each := range textSizes {
		if d := each.scale - l.Scale; d > -0.01 && d < 0.01 {
			return i
		}
	}
	return normalSize
}
