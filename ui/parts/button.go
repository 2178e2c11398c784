// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// ButtonKind is how much a button asks for attention.
type ButtonKind int8

// The kinds. A screen has at most one Primary.
const (
	Secondary ButtonKind = iota
	Primary
	Quiet  // words only
	Danger // takes something away
)

// Button is words, an icon, or both, to be pressed. It can be reached by Tab and
// pressed by Space or Enter.
type Button struct {
	widget.BaseWidget
	kit                        *Kit
	text, icon                 string
	kind                       ButtonKind
	onTap                      func()
	disabled, hovered, focused bool
	back, over                 *canvas.Rectangle
	label                      *canvas.Text
	image                      *canvas.Image
	round, chosen, small       bool
	iconToken                  theme.Token
	untip                      func() // takes the tip away; nil: there is none
}

var (
	_ fyne.Focusable    = (*Button)(nil)
	_ fyne.Tappable     = (*Button)(nil)
	_ desktop.Hoverable = (*Button)(nil)
)

// NewButton makes a button with words, already in the person's language.
func NewButton(kit *Kit, text string, kind ButtonKind, onTap func()) *Button {
	b := &Button{
		kit: kit, text: text, kind: kind, onTap: onTap,
		back: canvas.NewRectangle(nil), over: canvas.NewRectangle(nil),
		label: canvas.NewText(text, nil), image: &canvas.Image{FillMode: canvas.ImageFillContain},
	}
	b.ExtendBaseWidget(b)
	return b
}

// NewIconButton makes a round button with an icon. Text says what it does, where
// the pointer rests on it.
func NewIconButton(kit *Kit, icon, text string, onTap func()) *Button {
	b := NewButton(kit, text, Quiet, onTap)
	b.icon, b.round, b.iconToken = icon, true, theme.ColorTextMuted
	return b
}

// WithIcon puts an icon before the words.
func (b *Button) WithIcon(icon string) *Button {
	b.icon = icon
	return b
}

// Small makes the button one that stands in a line of small text.
func (b *Button) Small() *Button {
	b.small = true
	return b
}

// SetIcon changes the icon and its colour.
func (b *Button) SetIcon(icon string, token theme.Token) {
	if icon != b.icon || token != b.iconToken {
		b.icon, b.iconToken = icon, token
		b.Refresh()
		b.image.Refresh() // drawn anew from its lines
	}
}

// SetKind changes how much the button asks for attention.
func (b *Button) SetKind(kind ButtonKind) { b.kind = kind; b.Refresh() }

// SetChosen marks the button as the one of several that is chosen.
func (b *Button) SetChosen(yes bool) { b.chosen = yes; b.Refresh() }

// SetText changes the words.
func (b *Button) SetText(text string) {
	if text != b.text {
		b.text = text
		b.Refresh()
	}
}

// Text is what the button says or, of an icon, what it does.
func (b *Button) Text() string { return b.text }

// SetIconToken changes the colour of an icon button.
func (b *Button) SetIconToken(t theme.Token) { b.iconToken = t; b.Refresh() }

// Enable and Disable say whether it can be pressed.
func (b *Button) Enable() { b.setDisabled(false) }

// Disable makes the button deaf and pale.
func (b *Button) Disable() { b.setDisabled(true) }

// Disabled says whether it is deaf.
func (b *Button) Disabled() bool { return b.disabled }

func (b *Button) setDisabled(to bool) {
	if to != b.disabled {
		b.disabled = to
		b.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (b *Button) Tapped(*fyne.PointEvent) {
	b.kit.touched()
	b.tip(false)
	if !b.disabled && b.onTap != nil {
		b.onTap()
	}
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() {
	b.focused = true
	b.Refresh()
	if !b.hovered && !b.round && b.kit.Reveal != nil { // what the pointer is about to press stays where it is
		b.kit.Reveal(b)
	}
}

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune implements fyne.Focusable.
func (b *Button) TypedRune(r rune) {
	if r == ' ' {
		b.Tapped(nil)
	}
}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		if b.kit.Key != nil {
			b.kit.Key(e)
		}
	}
}

// TypedShortcut gives shortcuts back to the window.
func (b *Button) TypedShortcut(s fyne.Shortcut) {
	if b.kit.Shortcut != nil {
		b.kit.Shortcut(s)
	}
}

// MouseIn implements desktop.Hoverable.
func (b *Button) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.tip(true); b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *Button) MouseMoved(*desktop.MouseEvent) { b.kit.touched() }

// MouseOut implements desktop.Hoverable.
func (b *Button) MouseOut() { b.hovered = false; b.tip(false); b.Refresh() }

// tip explains an icon, which has no words of its own.
func (b *Button) tip(show bool) {
	if b.untip != nil {
		b.untip()
		b.untip = nil
	}
	if show && b.round && b.kit.Tip != nil {
		b.untip = b.kit.Tip(b, b.text)
	}
}
