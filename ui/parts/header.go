// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// Header stands above a conversation: who it is with, how reachable they are,
// and the things to do. A click on the name opens the details.
type Header struct {
	widget.BaseWidget
	kit       *Kit
	OnDetails func()
	avatar    *Avatar
	title     *Line
	state     *Line
	buttons   *fyne.Container
	plate     *Fill
	rule      *Fill
	lead      fyne.CanvasObject // before the picture; nil for nothing
}

// NewHeader makes a header with these buttons at its end.
func NewHeader(kit *Kit, buttons ...fyne.CanvasObject) *Header {
	h := &Header{
		kit: kit, avatar: NewAvatar(kit, Face{}, 0, theme.ColorBackground),
		title:   NewLine(kit, "", Style{Size: theme.SizeTitle, Bold: true}),
		state:   NewLine(kit, "", Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}),
		buttons: Row(theme.SizeGap, nil, buttons...),
		plate:   NewFill(kit, theme.ColorBackground), rule: NewRule(kit),
	}
	h.ExtendBaseWidget(h)
	return h
}

// SetLead puts a button before the picture: the way back. Call it before the header is
// shown.
func (h *Header) SetLead(o fyne.CanvasObject) { h.lead = o }

// Set shows who the conversation is with. Strong accents the state: typing.
func (h *Header) Set(face Face, title, state string, strong bool) {
	h.avatar.Set(face, theme.ColorBackground)
	h.title.Set(title)
	h.state.Set(state)
	style := Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}
	if strong {
		style.Color = theme.ColorAccent
	}
	h.state.SetStyle(style)
}

// Title is the name that is shown.
func (h *Header) Title() string { return h.title.Text() }

// State is what is said about the presence.
func (h *Header) State() string { return h.state.Text() }

// CreateRenderer implements fyne.Widget.
func (h *Header) CreateRenderer() fyne.WidgetRenderer {
	names := container.New(columnLayout{theme.SizeGap}, h.title, h.state)
	row := Row(theme.SizeInset, names, h.avatar, names, h.buttons)
	if h.lead != nil {
		row = Row(theme.SizePad, names, h.lead, h.avatar, names, h.buttons)
	}
	inside := InsetXY(theme.SizeInset, theme.SizePad, row)
	return &drawn{
		objects: []fyne.CanvasObject{h.plate, inside, h.rule},
		min:     func() fyne.Size { return fyne.NewSize(240, inside.MinSize().Height+1) },
		layout: func(s fyne.Size) {
			h.plate.Resize(s)
			inside.Resize(fyne.NewSize(s.Width, s.Height-1))
			place(h.rule, 0, s.Height-1, s.Width, 1)
		},
		refresh: func() { inside.Refresh(); h.plate.Refresh(); h.rule.Refresh() },
	}
}

// Tapped implements fyne.Tappable.
func (h *Header) Tapped(*fyne.PointEvent) {
	if h.OnDetails != nil {
		h.OnDetails()
	}
}

// Cursor implements desktop.Cursorable.
func (h *Header) Cursor() desktop.Cursor { return desktop.PointerCursor }
