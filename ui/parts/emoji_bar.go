// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// emojiButton is one emoji to be pressed.
type emojiButton struct {
	widget.BaseWidget
	kit                      *Kit
	emoji                    string
	chosen, hovered, focused bool
	onTap                    func()
	plate                    *canvas.Rectangle
	view                     textView
	drawn                    *drawn
	bar                      *EmojiBar
}

var (
	_ fyne.Focusable    = (*emojiButton)(nil)
	_ fyne.Tappable     = (*emojiButton)(nil)
	_ desktop.Hoverable = (*emojiButton)(nil)
)

const emojiButtonSide = 36

func newEmojiButton(bar *EmojiBar, emoji string, chosen bool) *emojiButton {
	b := &emojiButton{kit: bar.kit, emoji: emoji, chosen: chosen, plate: canvas.NewRectangle(nil), bar: bar}
	b.onTap = func() { bar.pick(emoji) }
	b.ExtendBaseWidget(b)
	return b
}

func (b *emojiButton) side() float32 { return emojiButtonSide * max(theme.Scale(), 1) }

// CreateRenderer implements fyne.Widget.
func (b *emojiButton) CreateRenderer() fyne.WidgetRenderer {
	b.drawn = &drawn{
		min:     func() fyne.Size { return fyne.NewSquareSize(b.side()) },
		layout:  func(fyne.Size) { b.draw() },
		refresh: func() { b.draw(); canvas.Refresh(b) },
	}
	b.draw()
	return b.drawn
}

func (b *emojiButton) draw() {
	fill := theme.ColorMenu
	b.plate.StrokeWidth = 0
	if b.chosen {
		fill = theme.ColorSelected
		b.plate.StrokeColor, b.plate.StrokeWidth = theme.Color(theme.ColorAccent), 1.5
	}
	if b.focused {
		b.plate.StrokeColor, b.plate.StrokeWidth = theme.Color(theme.ColorLink), 2
	}
	b.plate.FillColor, b.plate.CornerRadius = theme.Color(fill), theme.Size(theme.SizeFieldRadius)
	if b.hovered {
		b.plate.FillColor = theme.Color(theme.ColorPressed)
	}
	place(b.plate, 1, 1, b.side()-2, b.side()-2)
	l := newLine(b.emoji, faceOf(theme.Size(theme.SizeTitle)*1.1, false))
	with := inkOf(theme.ColorText)
	if c := fyne.CurrentApp().Driver().CanvasForObject(b); c != nil {
		with.scale = c.Scale()
	}
	at := fyne.NewPos(middle(b.side(), l.width), middle(b.side(), l.step))
	b.drawn.objects = b.view.draw(l, at, l.width, 0, 1, 0, 0, with, append(b.drawn.objects[:0], b.plate))
}

// Tapped implements fyne.Tappable.
func (b *emojiButton) Tapped(*fyne.PointEvent) { b.onTap() }

// FocusGained implements fyne.Focusable.
func (b *emojiButton) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost implements fyne.Focusable.
func (b *emojiButton) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune implements fyne.Focusable.
func (b *emojiButton) TypedRune(r rune) {
	if r == ' ' {
		b.onTap()
	}
}

// TypedKey implements fyne.Focusable: arrows go to the neighbours.
func (b *emojiButton) TypedKey(e *fyne.KeyEvent) { b.bar.key(b, e.Name) }

// MouseIn implements desktop.Hoverable.
func (b *emojiButton) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved implements desktop.Hoverable.
func (b *emojiButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *emojiButton) MouseOut() { b.hovered = false; b.Refresh() }

// EmojiBar is a small plate of emoji to choose one from, over everything else. A
// click beside it, or Escape, closes it.
type EmojiBar struct {
	widget.BaseWidget
	kit     *Kit
	over    fyne.Canvas
	onPick  func(emoji string)
	buttons []*emojiButton
	columns int
	plate   *Fill
	inside  *fyne.Container
	at      fyne.Position
}

// emojiColumns is how many stand beside each other.
const emojiColumns = 8

// ShowEmojiBar opens a bar near a place of a canvas. Mine are the emoji that are
// chosen already: picking one of them takes it away.
func ShowEmojiBar(kit *Kit, over fyne.Canvas, at fyne.Position, mine []string, onPick func(emoji string)) *EmojiBar {
	b := &EmojiBar{kit: kit, over: over, onPick: onPick, at: at, columns: emojiColumns}
	all := strings.Fields(kit.Words.Text("reaction.common"))
	for _, m := range mine {
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	for _, more := range strings.Fields(kit.Words.Text("reaction.more")) {
		if !slices.Contains(all, more) {
			all = append(all, more)
		}
	}
	grid := make([]fyne.CanvasObject, len(all))
	for i, emoji := range all {
		b.buttons = append(b.buttons, newEmojiButton(b, emoji, slices.Contains(mine, emoji)))
		grid[i] = b.buttons[i]
	}
	b.plate = NewPlate(kit, theme.ColorMenu, theme.ColorDivider, theme.SizeRadius)
	b.inside = container.NewStack(b.plate, Inset(theme.SizeGap, container.New(gridLayout{emojiColumns}, grid...)))
	b.ExtendBaseWidget(b)
	over.Overlays().Add(b)
	b.Resize(over.Size())
	over.Focus(b.buttons[0])
	return b
}

func (b *EmojiBar) pick(emoji string) {
	b.Close()
	b.onPick(emoji)
}

// Close takes the bar away.
func (b *EmojiBar) Close() { b.over.Overlays().Remove(b) }

func (b *EmojiBar) key(from *emojiButton, name fyne.KeyName) {
	step := 0
	switch name {
	case fyne.KeyReturn, fyne.KeyEnter:
		from.onTap()
		return
	case fyne.KeyEscape:
		b.Close()
		return
	case fyne.KeyLeft:
		step = -1
	case fyne.KeyRight:
		step = 1
	case fyne.KeyUp:
		step = -b.columns
	case fyne.KeyDown:
		step = b.columns
	}
	if i := slices.Index(b.buttons, from) + step; step != 0 && i >= 0 && i < len(b.buttons) {
		b.over.Focus(b.buttons[i])
	}
}

// CreateRenderer implements fyne.Widget.
func (b *EmojiBar) CreateRenderer() fyne.WidgetRenderer {
	layout := func(size fyne.Size) {
		own := b.inside.MinSize()
		x := max(min(b.at.X, size.Width-own.Width-tipGap), tipGap)
		y := b.at.Y
		if y+own.Height > size.Height-tipGap {
			y = max(b.at.Y-own.Height, tipGap)
		}
		place(b.inside, x, y, own.Width, own.Height)
	}
	return &drawn{
		objects: []fyne.CanvasObject{b.inside},
		min:     func() fyne.Size { return b.inside.MinSize() },
		layout:  layout,
		refresh: func() { layout(b.Size()); b.inside.Refresh() },
	}
}

// Tapped implements fyne.Tappable: a click beside the plate.
func (b *EmojiBar) Tapped(*fyne.PointEvent) { b.Close() }

// TappedSecondary implements fyne.SecondaryTappable.
func (b *EmojiBar) TappedSecondary(*fyne.PointEvent) { b.Close() }

// gridLayout puts equal things in rows of so many.
type gridLayout struct{ columns int }

func (g gridLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	side := objects[0].MinSize()
	rows := (len(objects) + g.columns - 1) / g.columns
	return fyne.NewSize(side.Width*float32(min(g.columns, len(objects))), side.Height*float32(rows))
}

func (g gridLayout) Layout(objects []fyne.CanvasObject, _ fyne.Size) {
	side := objects[0].MinSize()
	for i, o := range objects {
		place(o, side.Width*float32(i%g.columns), side.Height*float32(i/g.columns), side.Width, side.Height)
	}
}
