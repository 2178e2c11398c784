// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// BannerKind is how serious a banner is. Each has its own icon, so that the
// difference is not one of colour alone.
type BannerKind int8

// The kinds.
const (
	BannerNote     BannerKind = iota // will pass by itself
	BannerWarn                       // better look
	BannerError                      // the person has to do something
	BannerAsk                        // somebody waits for an answer
	BannerBusy                       // something is going on
	BannerBlocked                    // somebody is blocked
	BannerQuestion                   // somebody wants to know something
)

var bannerLooks = [...]struct {
	icon  string
	token theme.Token
}{{"offline", theme.ColorTextMuted}, {"alert", theme.ColorWarning}, {"alert", theme.ColorDanger}, {"person-add", theme.ColorAccent}, {"sync", theme.ColorTextMuted}, {"block", theme.ColorTextMuted}, {"question", theme.ColorAccent}}

// Banner is a line across a pane, or two where there is no room, that says what is the
// matter, with up to two things to do about it. It is hidden until Set.
type Banner struct {
	widget.BaseWidget
	OnHeight func() // it wants another height: lay out again
	kit      *Kit
	plate    *Fill
	rule     *Fill
	glyph    *Glyph
	text     *WrapLine
	first    *Button
	second   *Button
	do       [2]func()
}

// bannerLines are the lines that a banner has at most.
const bannerLines = 3

// NewBanner makes a hidden banner.
func NewBanner(kit *Kit) *Banner {
	b := &Banner{
		kit: kit, plate: NewFill(kit, theme.ColorSurface), rule: NewRule(kit),
		glyph: NewGlyph(kit, "offline", theme.ColorTextMuted, 0), text: NewWrapLine(kit, "", bannerLines, Style{}),
	}
	b.text.OnHeight = func() {
		if b.OnHeight != nil {
			b.OnHeight()
		}
	}
	b.first = NewButton(kit, "", Secondary, func() { b.tap(0) })
	b.second = NewButton(kit, "", Quiet, func() { b.tap(1) })
	b.ExtendBaseWidget(b)
	b.Hide()
	return b
}

// Action is something to do about what a banner says.
type Action struct {
	Text string
	Do   func()
}

// Set shows a text with up to two actions.
func (b *Banner) Set(kind BannerKind, text string, actions ...Action) {
	look := bannerLooks[kind]
	b.glyph.Set(look.icon, look.token)
	b.text.Set(text)
	for i, button := range []*Button{b.first, b.second} {
		show(i < len(actions), button)
		if i < len(actions) {
			button.SetText(actions[i].Text)
			b.do[i] = actions[i].Do
		}
	}
	b.Show()
	b.Refresh()
}

// Text is what the banner says; "" while it is hidden.
func (b *Banner) Text() string {
	if !b.Visible() {
		return ""
	}
	return b.text.Text()
}

func (b *Banner) tap(i int) {
	if b.do[i] != nil {
		b.do[i]()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer {
	row := container.New(&bannerLayout{banner: b}, b.glyph, b.text, b.first, b.second)
	inside := InsetXY(theme.SizeInset, theme.SizeGap, row)
	return &drawn{
		objects: []fyne.CanvasObject{b.plate, inside, b.rule},
		min:     func() fyne.Size { return fyne.NewSize(0, inside.MinSize().Height+1) },
		layout: func(s fyne.Size) {
			b.plate.Resize(s)
			inside.Resize(fyne.NewSize(s.Width, s.Height-1))
			place(b.rule, 0, s.Height-1, s.Width, 1)
		},
		refresh: func() { inside.Refresh(); b.plate.Refresh(); b.rule.Refresh() },
	}
}

// bannerTextLeast is the room that the words need beside the buttons, at the usual size
// of text: with less, the buttons stand below.
const bannerTextLeast = 160

// bannerLayout puts icon, words and buttons in a row, or the buttons below.
type bannerLayout struct {
	banner *Banner
	below  bool
}

// buttons is the room that the visible buttons take beside the words.
func (bannerLayout) buttons(o []fyne.CanvasObject) (s fyne.Size) {
	for _, b := range o[2:] {
		if b.Visible() {
			min := b.MinSize()
			s = fyne.NewSize(s.Width+min.Width+theme.Size(theme.SizePad), max(s.Height, min.Height))
		}
	}
	return s
}

func (l *bannerLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	line, buttons := max(o[0].MinSize().Height, o[1].MinSize().Height), l.buttons(o).Height
	if l.below && buttons > 0 {
		return fyne.NewSize(0, line+buttons)
	}
	return fyne.NewSize(0, max(line, buttons))
}

func (l *bannerLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	icon, buttons, gap := o[0].MinSize(), l.buttons(o), theme.Size(theme.SizePad)
	room, before := s.Width-icon.Width-gap, l.below
	l.below = buttons.Width > 0 && room-buttons.Width < bannerTextLeast*max(theme.Scale(), 1)
	line, x, y := s.Height, s.Width-buttons.Width+gap, float32(0)
	if l.below {
		line = s.Height - buttons.Height
		x, y = max(s.Width-buttons.Width+gap, 0), line
	} else {
		room -= buttons.Width
	}
	place(o[0], 0, middle(line, icon.Height), icon.Width, icon.Height)
	height := line
	if !l.below {
		height = o[1].MinSize().Height
	}
	place(o[1], icon.Width+gap, middle(line, height), room, height)
	for _, b := range o[2:] {
		if b.Visible() {
			min := b.MinSize()
			place(b, x, y+middle(s.Height-y, min.Height), min.Width, min.Height)
			x += min.Width + gap
		}
	}
	if l.below != before && l.banner.OnHeight != nil {
		l.banner.OnHeight()
	}
}
