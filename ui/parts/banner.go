// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
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
	row := Row(theme.SizePad, b.text, b.glyph, b.text, b.first, b.second)
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
