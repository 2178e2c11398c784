// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// Fill is a plane of one token's colour that follows the theme.
type Fill struct {
	widget.BaseWidget
	token, border theme.Token
	radius        theme.SizeToken
	min           fyne.Size
	rect          *canvas.Rectangle
}

// NewFill makes a plane without corners or border.
func NewFill(_ *Kit, token theme.Token) *Fill {
	f := &Fill{token: token, rect: canvas.NewRectangle(nil)}
	f.ExtendBaseWidget(f)
	return f
}

// NewPlate makes a plane with round corners; border "" is none.
func NewPlate(kit *Kit, token, border theme.Token, radius theme.SizeToken) *Fill {
	f := NewFill(kit, token)
	f.border, f.radius = border, radius
	return f
}

// NewRule is a hairline, to stand between things above and below each other.
func NewRule(kit *Kit) *Fill {
	f := NewFill(kit, theme.ColorDivider)
	f.min = fyne.NewSize(1, 1)
	return f
}

// SetToken changes the colour.
func (f *Fill) SetToken(token theme.Token) {
	if token != f.token {
		f.token = token
		f.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (f *Fill) CreateRenderer() fyne.WidgetRenderer {
	f.draw()
	return &drawn{
		objects: []fyne.CanvasObject{f.rect},
		min:     func() fyne.Size { return f.min },
		layout:  f.rect.Resize,
		refresh: func() { f.draw(); f.rect.Refresh() },
	}
}

func (f *Fill) draw() {
	f.rect.FillColor = theme.Color(f.token)
	f.rect.StrokeWidth = 0
	if f.border != "" {
		f.rect.StrokeColor, f.rect.StrokeWidth = theme.Color(f.border), 1
	}
	if f.radius != "" {
		f.rect.CornerRadius = theme.Size(f.radius)
	}
}

// Glyph is an icon of the bundle in a token's colour, that follows the theme.
type Glyph struct {
	widget.BaseWidget
	kit   *Kit
	id    string
	token theme.Token
	size  float32
	image *canvas.Image
}

// NewGlyph shows the icon with that id; size 0 is SizeIcon.
func NewGlyph(kit *Kit, id string, token theme.Token, size float32) *Glyph {
	g := &Glyph{kit: kit, id: id, token: token, size: size, image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	g.ExtendBaseWidget(g)
	return g
}

// Set shows another icon.
func (g *Glyph) Set(id string, token theme.Token) {
	if id != g.id || token != g.token {
		g.id, g.token = id, token
		g.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (g *Glyph) CreateRenderer() fyne.WidgetRenderer {
	g.draw()
	return &drawn{
		objects: []fyne.CanvasObject{g.image},
		min: func() fyne.Size {
			if g.size > 0 {
				return fyne.NewSquareSize(g.size)
			}
			return fyne.NewSquareSize(theme.Size(theme.SizeIcon))
		},
		layout:  g.image.Resize,
		refresh: func() { g.draw(); g.image.Refresh() },
	}
}

func (g *Glyph) draw() { g.image.Resource = g.kit.icon(g.id, g.token) }

// Inset puts air around a thing, in units of the token.
func Inset(token theme.SizeToken, o fyne.CanvasObject) *fyne.Container {
	return container.New(insetLayout{token, token}, o)
}

// InsetXY puts different air beside and above.
func InsetXY(x, y theme.SizeToken, o fyne.CanvasObject) *fyne.Container {
	return container.New(insetLayout{x, y}, o)
}

type insetLayout struct{ x, y theme.SizeToken }

func (i insetLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		s = s.Max(o.MinSize())
	}
	return s.AddWidthHeight(2*theme.Size(i.x), 2*theme.Size(i.y))
}

func (i insetLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	x, y := theme.Size(i.x), theme.Size(i.y)
	for _, o := range objects {
		place(o, x, y, s.Width-2*x, s.Height-2*y)
	}
}

// Gap is empty room of one token.
func Gap(token theme.SizeToken) fyne.CanvasObject {
	return container.New(insetLayout{token, token})
}
