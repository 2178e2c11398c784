// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

const (
	jumpSide  = 40 // of the round button
	badgeSide = 18
)

// jumpButton goes to the end of a conversation. It is round, with the number of
// what has not been seen on its rim; under the pointer it says what it does.
type jumpButton struct {
	widget.BaseWidget
	kit     *Kit
	do      func()
	count   int
	hovered bool
	before  fyne.Focusable // what had the keyboard when it was pressed
	disc    *canvas.Circle
	icon    *canvas.Image
	badge   *canvas.Rectangle
	number  *canvas.Text
	plate   *canvas.Rectangle
	words   *canvas.Text
	drawn   *drawn
}

var (
	_ fyne.Tappable      = (*jumpButton)(nil)
	_ desktop.Hoverable  = (*jumpButton)(nil)
	_ desktop.Mouseable  = (*jumpButton)(nil)
	_ desktop.Cursorable = (*jumpButton)(nil)
)

func newJumpButton(kit *Kit, do func()) *jumpButton {
	b := &jumpButton{
		kit: kit, do: do, disc: canvas.NewCircle(nil), icon: &canvas.Image{FillMode: canvas.ImageFillContain},
		badge: canvas.NewRectangle(nil), number: canvas.NewText("", nil),
		plate: canvas.NewRectangle(nil), words: canvas.NewText("", nil),
	}
	b.ExtendBaseWidget(b)
	return b
}

func (b *jumpButton) setCount(n int) {
	if n != b.count {
		b.count = n
		b.Refresh()
	}
}

// text is what the button does, in words.
func (b *jumpButton) text() string {
	if b.count > 0 {
		return b.kit.Words.Text("timeline.jump-count", "count", b.count)
	}
	return b.kit.Words.Text("timeline.jump")
}

// CreateRenderer implements fyne.Widget.
func (b *jumpButton) CreateRenderer() fyne.WidgetRenderer {
	b.drawn = &drawn{
		min:     func() fyne.Size { return fyne.NewSquareSize(jumpSide) },
		layout:  func(fyne.Size) { b.draw() },
		refresh: func() { b.draw(); canvas.Refresh(b) },
	}
	b.draw()
	return b.drawn
}

func (b *jumpButton) draw() {
	b.disc.FillColor = theme.Color(theme.ColorSurface)
	b.disc.StrokeColor, b.disc.StrokeWidth = theme.Color(theme.ColorDivider), 1
	b.disc.Shadow = canvas.Shadow{Color: strength(theme.Color(theme.ColorShadow), 0.6), BlurRadius: 8, Offset: fyne.NewPos(0, 2)}
	token := theme.ColorText
	if b.hovered {
		token = theme.ColorAccent
	}
	side := theme.Size(theme.SizeIcon)
	place(b.disc, 0, 0, jumpSide, jumpSide)
	setIcon(b.icon, b.kit.icon("down", token), 0)
	place(b.icon, middle(jumpSide, side), middle(jumpSide, side), side, side)
	out := append(b.drawn.objects[:0], b.disc, b.icon)
	if b.count > 0 {
		out = b.drawBadge(out)
	}
	if b.hovered {
		out = b.drawWords(out)
	}
	b.drawn.objects = out
}

func (b *jumpButton) drawBadge(out []fyne.CanvasObject) []fyne.CanvasObject {
	number := strconv.Itoa(b.count)
	if b.count > 99 {
		number = b.kit.Words.Text("chats.unread-many")
	}
	f := faceOf(theme.Size(theme.SizeSmall)*0.92, true)
	height := max(f.line(), badgeSide)
	width := max(f.word(number)+2*theme.Size(theme.SizeGap)+2, height)
	x, y := middle(jumpSide, width), -height/2
	setRect(b.badge, theme.Color(theme.ColorUnread), corners{height / 2, height / 2, height / 2, height / 2})
	place(b.badge, x, y, width, height)
	setText(b.number, number, f, theme.Color(theme.ColorOnUnread))
	place(b.number, x+middle(width, f.word(number)), y+middle(height, f.line()), f.word(number), f.line())
	return append(out, b.badge, b.number)
}

// drawWords puts the words on a plate at the left.
func (b *jumpButton) drawWords(out []fyne.CanvasObject) []fyne.CanvasObject {
	f := faceOf(theme.Size(theme.SizeSmall), false)
	pad, text := theme.Size(theme.SizePad), b.text()
	width, height := f.word(text)+2*pad, f.line()+pad
	x, y := -width-pad, middle(jumpSide, height)
	radius := theme.Size(theme.SizeFieldRadius)
	setRect(b.plate, theme.Color(theme.ColorText), corners{radius, radius, radius, radius})
	place(b.plate, x, y, width, height)
	setText(b.words, visualOrder(text), f, theme.Color(theme.ColorBackground))
	place(b.words, x+pad, y+middle(height, f.line()), f.word(text), f.line())
	return append(out, b.plate, b.words)
}

// MouseDown implements desktop.Mouseable.
func (b *jumpButton) MouseDown(*desktop.MouseEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(b); c != nil {
		b.before = c.Focused()
	}
}

// MouseUp implements desktop.Mouseable.
func (b *jumpButton) MouseUp(*desktop.MouseEvent) {}

// Tapped implements fyne.Tappable. The toolkit takes the keyboard from whoever
// has it: it goes back there, so that one can write on.
func (b *jumpButton) Tapped(*fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(b); c != nil && b.before != nil {
		c.Focus(b.before)
		b.before = nil
	}
	b.do()
}

// MouseIn implements desktop.Hoverable.
func (b *jumpButton) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *jumpButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *jumpButton) MouseOut() { b.hovered = false; b.Refresh() }

// Cursor implements desktop.Cursorable.
func (b *jumpButton) Cursor() desktop.Cursor { return desktop.PointerCursor }
