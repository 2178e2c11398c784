// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"image"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
	"github.com/rivo/uniseg"

	"chatsecure.org/desktop/theme"
)

// Face is who an Avatar shows.
type Face struct {
	Key     string // what the colour is made of: the bare address (XEP-0392)
	Name    string // what the initials are made of
	Picture image.Image
	// Presence is drawn as a dot with its own shape, never by colour alone; ""
	// draws none.
	Presence PresenceMark
}

// PresenceMark is how reachable somebody is, as far as the dot tells.
type PresenceMark string

// The marks: a full dot, a ring, a dot with a bar, and nothing.
const (
	MarkNone PresenceMark = ""
	MarkHere PresenceMark = "here"
	MarkAway PresenceMark = "away"
	MarkBusy PresenceMark = "busy"
)

// Avatar is a round picture, or initials on the colour of the address.
type Avatar struct {
	widget.BaseWidget
	face   Face
	size   float32
	under  theme.Token // the colour behind, for the rim of the dot
	disc   *canvas.Circle
	text   *canvas.Text
	image  *canvas.Image
	rim    *canvas.Circle
	dot    *canvas.Circle
	inside *canvas.Rectangle
}

// NewAvatar makes an avatar; size 0 is SizeAvatar. Under is the colour that it
// stands on.
func NewAvatar(_ *Kit, face Face, size float32, under theme.Token) *Avatar {
	a := &Avatar{
		face: face, size: size, under: under,
		disc: canvas.NewCircle(nil), text: canvas.NewText("", nil), image: &canvas.Image{FillMode: canvas.ImageFillStretch},
		rim: canvas.NewCircle(nil), dot: canvas.NewCircle(nil), inside: canvas.NewRectangle(nil),
	}
	a.text.Alignment = fyne.TextAlignCenter
	a.ExtendBaseWidget(a)
	return a
}

// Set shows somebody else, or the same one as it is now.
func (a *Avatar) Set(face Face, under theme.Token) {
	if face != a.face || under != a.under {
		a.face, a.under = face, under
		a.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (a *Avatar) CreateRenderer() fyne.WidgetRenderer {
	a.draw()
	return &drawn{
		objects: []fyne.CanvasObject{a.disc, a.text, a.image, a.rim, a.dot, a.inside},
		min:     func() fyne.Size { return fyne.NewSquareSize(a.side()) },
		layout:  func(fyne.Size) { a.arrange() },
		refresh: func() { a.draw(); a.arrange(); canvas.Refresh(a) },
	}
}

func (a *Avatar) side() float32 {
	if a.size > 0 {
		return a.size
	}
	return theme.Size(theme.SizeAvatar)
}

func (a *Avatar) arrange() {
	side := a.side()
	place(a.disc, 0, 0, side, side)
	place(a.text, 0, 0, side, side)
	place(a.image, 0, 0, side, side)
	d := max(side*0.26, 9)
	place(a.rim, side-d-1, side-d-1, d+3, d+3)
	place(a.dot, side-d+0.5, side-d+0.5, d, d)
	place(a.inside, side-d*0.78+0.5, side-d*0.62+0.5, d*0.56, d*0.24)
}

func (a *Avatar) draw() {
	a.disc.FillColor = ColorOf(a.face.Key)
	a.text.Text = initials(a.face.Name)
	a.text.Color = onHue
	a.text.TextSize = a.side() * 0.38
	a.text.TextStyle.Bold = true
	a.image.CornerRadius = a.side() / 2
	if a.face.Picture != nil {
		a.image.Image = a.face.Picture
	}
	show(a.face.Picture != nil, a.image)
	show(a.face.Picture == nil, a.text, a.disc)
	mark := a.face.Presence
	show(mark != MarkNone, a.rim, a.dot)
	show(mark == MarkBusy, a.inside)
	a.rim.FillColor = theme.Color(a.under)
	a.inside.FillColor = theme.Color(a.under)
	a.dot.StrokeWidth = 0
	switch mark {
	case MarkAway:
		a.dot.FillColor, a.dot.StrokeColor, a.dot.StrokeWidth = theme.Color(a.under), theme.Color(theme.ColorWarning), 2.5
	case MarkBusy:
		a.dot.FillColor = theme.Color(theme.ColorDanger)
	default:
		a.dot.FillColor = theme.Color(theme.ColorSuccess)
	}
}

func show(yes bool, objects ...fyne.CanvasObject) {
	for _, o := range objects {
		if yes {
			o.Show()
		} else {
			o.Hide()
		}
	}
}

// initials are the first characters of the first and the last word.
func initials(name string) string {
	words := strings.FieldsFunc(oneLine(name), func(r rune) bool { return r == ' ' || r == '.' || r == '_' || r == '-' })
	first := func(s string) string {
		cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(s, -1)
		return strings.ToUpper(cluster)
	}
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return first(words[0])
	}
	return first(words[0]) + first(words[len(words)-1])
}
