// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// SubjectBar stands above the composer and says what is being answered or changed.
// A click on it goes there. It is hidden until Set.
type SubjectBar struct {
	widget.BaseWidget
	OnShow  func() // a click
	kit     *Kit
	plate   *Fill
	rule    *Fill
	bar     *Fill
	glyph   *Glyph
	title   *Line
	text    *Line
	closing *Button
}

var _ desktop.Cursorable = (*SubjectBar)(nil)

// NewSubjectBar makes a hidden bar; onClose is called by its button.
func NewSubjectBar(kit *Kit, onClose func()) *SubjectBar {
	s := &SubjectBar{
		kit: kit, plate: NewFill(kit, theme.ColorBackground), rule: NewRule(kit), bar: NewFill(kit, theme.ColorAccent),
		glyph: NewGlyph(kit, "reply", theme.ColorAccent, 0),
		title: NewLine(kit, "", Style{Size: theme.SizeSmall, Color: theme.ColorAccent, Bold: true}),
		text:  NewLine(kit, "", Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}),
	}
	s.bar.min = fyne.NewSize(3, 1)
	s.closing = NewIconButton(kit, "close", kit.Words.Text("action.cancel"), onClose)
	s.ExtendBaseWidget(s)
	s.Hide()
	return s
}

// Set shows an icon, what is being done and the message that it is about.
func (s *SubjectBar) Set(icon, title, text string) {
	s.glyph.Set(icon, theme.ColorAccent)
	s.title.Set(title)
	s.text.Set(text)
	s.Show()
	s.Refresh()
}

// Title is what the bar says; "" while it is hidden.
func (s *SubjectBar) Title() string {
	if !s.Visible() {
		return ""
	}
	return s.title.Text()
}

// CreateRenderer implements fyne.Widget.
func (s *SubjectBar) CreateRenderer() fyne.WidgetRenderer {
	words := Column("", s.title, s.text)
	row := Row(theme.SizePad, words, s.glyph, s.bar, words, s.closing)
	inside := InsetXY(theme.SizeInset, "", row)
	stretch := func() { // the row has made it as high as it must be
		at, height := s.bar.Position(), words.MinSize().Height
		place(s.bar, at.X, middle(row.Size().Height, height), 3, height)
	}
	return &drawn{
		objects: []fyne.CanvasObject{s.plate, s.rule, inside},
		min:     func() fyne.Size { return fyne.NewSize(0, inside.MinSize().Height+1) },
		layout: func(size fyne.Size) {
			s.plate.Resize(size)
			place(s.rule, 0, 0, size.Width, 1)
			place(inside, 0, 1, size.Width, size.Height-1)
			stretch()
		},
		refresh: func() { inside.Refresh(); stretch(); s.plate.Refresh(); s.rule.Refresh() },
	}
}

// Tapped implements fyne.Tappable.
func (s *SubjectBar) Tapped(*fyne.PointEvent) {
	if s.OnShow != nil {
		s.OnShow()
	}
}

// Cursor implements desktop.Cursorable.
func (s *SubjectBar) Cursor() desktop.Cursor { return desktop.PointerCursor }
