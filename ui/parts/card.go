// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// Card is a large thing to choose: an icon, a name and a sentence. Rows of
// settings and lists of things to pick are cards too.
type Card struct {
	widget.BaseWidget
	kit              *Kit
	onTap            func()
	lead             fyne.CanvasObject
	title, text      *Line
	tail             fyne.CanvasObject
	hovered, focused bool
	chosen           bool
	back, over       *canvas.Rectangle
}

var (
	_ fyne.Focusable    = (*Card)(nil)
	_ desktop.Hoverable = (*Card)(nil)
)

// NewCard makes a card. Lead and tail stand before and behind the words; tail
// may be nil, which draws an arrow.
func NewCard(kit *Kit, lead fyne.CanvasObject, title, text string, tail fyne.CanvasObject, onTap func()) *Card {
	if tail == nil {
		tail = NewGlyph(kit, "chevron-right", theme.ColorTextMuted, 0)
	}
	c := &Card{
		kit: kit, onTap: onTap, lead: lead, tail: tail,
		title: NewLine(kit, title, Style{Bold: true}),
		text:  NewLine(kit, text, Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}),
		back:  canvas.NewRectangle(nil), over: canvas.NewRectangle(nil),
	}
	show(text != "", c.text)
	c.ExtendBaseWidget(c)
	return c
}

// SetText changes the sentence and its colour.
func (c *Card) SetText(text string, token theme.Token) {
	c.text.Set(text)
	c.text.SetStyle(Style{Size: theme.SizeSmall, Color: token})
	show(text != "", c.text)
}

// SetChosen marks the card as the one that has been picked.
func (c *Card) SetChosen(yes bool) { c.chosen = yes; c.Refresh() }

// CreateRenderer implements fyne.Widget.
func (c *Card) CreateRenderer() fyne.WidgetRenderer {
	c.draw()
	words := Column(theme.SizeGap, c.title, c.text)
	objects := []fyne.CanvasObject{words, c.tail}
	if c.lead != nil {
		objects = append([]fyne.CanvasObject{c.lead}, objects...)
	}
	inside := Inset(theme.SizeInset, Row(theme.SizeInset, words, objects...))
	return &drawn{
		objects: []fyne.CanvasObject{c.back, c.over, inside},
		min:     func() fyne.Size { return fyne.NewSize(200, inside.MinSize().Height) },
		layout: func(s fyne.Size) {
			c.back.Resize(s)
			c.over.Resize(s)
			inside.Resize(s)
		},
		refresh: func() { c.draw(); inside.Refresh(); c.back.Refresh(); c.over.Refresh() },
	}
}

func (c *Card) draw() {
	c.back.FillColor = theme.Color(theme.ColorSurface)
	c.back.StrokeColor, c.back.StrokeWidth = theme.Color(theme.ColorDivider), 1
	if c.chosen {
		c.back.FillColor = theme.Color(theme.ColorSelected)
		c.back.StrokeColor, c.back.StrokeWidth = theme.Color(theme.ColorAccent), 2
	}
	if c.focused {
		c.back.StrokeColor, c.back.StrokeWidth = theme.Color(theme.ColorLink), 2
	}
	c.over.FillColor = theme.Color(theme.ColorHover)
	show(c.hovered && c.onTap != nil, c.over)
	radius := theme.Size(theme.SizeFieldRadius) + 3
	c.back.CornerRadius, c.over.CornerRadius = radius, radius
}

// Tapped implements fyne.Tappable.
func (c *Card) Tapped(*fyne.PointEvent) {
	c.kit.touched()
	if c.onTap != nil {
		c.onTap()
	}
}

// FocusGained implements fyne.Focusable.
func (c *Card) FocusGained() { c.focused = true; c.Refresh() }

// FocusLost implements fyne.Focusable.
func (c *Card) FocusLost() { c.focused = false; c.Refresh() }

// TypedRune implements fyne.Focusable.
func (c *Card) TypedRune(r rune) {
	if r == ' ' {
		c.Tapped(nil)
	}
}

// TypedKey implements fyne.Focusable.
func (c *Card) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		c.Tapped(nil)
	} else if c.kit.Key != nil {
		c.kit.Key(e)
	}
}

// TypedShortcut gives shortcuts back to the window.
func (c *Card) TypedShortcut(s fyne.Shortcut) {
	if c.kit.Shortcut != nil {
		c.kit.Shortcut(s)
	}
}

// MouseIn implements desktop.Hoverable.
func (c *Card) MouseIn(*desktop.MouseEvent) { c.hovered = true; c.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (c *Card) MouseMoved(*desktop.MouseEvent) { c.kit.touched() }

// MouseOut implements desktop.Hoverable.
func (c *Card) MouseOut() { c.hovered = false; c.Refresh() }
