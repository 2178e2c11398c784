// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// The grid of stickers to choose one from.
const (
	stickerColumns = 4
	stickerCell    = 96
)

// StickerGrid is all stickers of the bundle, pack by pack. The arrows go from one to
// the next, Enter takes one.
type StickerGrid struct {
	Box    *fyne.Container // what to put on a screen
	OnPick func(s model.Sticker)
	cells  []*stickerCellView
}

// NewStickerGrid makes the grid.
func NewStickerGrid(kit *Kit) *StickerGrid {
	g := &StickerGrid{Box: Column(theme.SizePad)}
	packs := kit.Words.Stickers()
	for _, pack := range packs {
		grid := container.NewGridWithColumns(stickerColumns)
		for _, s := range pack.Stickers {
			if one := (model.Sticker{Pack: pack.ID, Name: s.ID}); one.Valid() {
				cell := newStickerCell(kit, g, one)
				g.cells = append(g.cells, cell)
				grid.Add(cell)
			}
		}
		if len(packs) > 1 {
			g.Box.Add(NewLine(kit, kit.Words.Text(pack.Name), Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted, Bold: true}))
		}
		g.Box.Add(grid)
	}
	return g
}

// First is the one that has the focus at the beginning; nil in an empty grid.
func (g *StickerGrid) First() fyne.Focusable {
	if len(g.cells) == 0 {
		return nil
	}
	return g.cells[0]
}

// step moves the focus.
func (g *StickerGrid) step(from *stickerCellView, by int) {
	for i, c := range g.cells {
		if to := i + by; c == from && to >= 0 && to < len(g.cells) {
			if over := fyne.CurrentApp().Driver().CanvasForObject(c); over != nil {
				over.Focus(g.cells[to])
			}
			return
		}
	}
}

// stickerCellView is one of them.
type stickerCellView struct {
	widget.BaseWidget
	kit              *Kit
	grid             *StickerGrid
	sticker          model.Sticker
	plate            *canvas.Rectangle
	image            *canvas.Image
	hovered, focused bool
	leave            func()
}

func newStickerCell(kit *Kit, g *StickerGrid, s model.Sticker) *stickerCellView {
	c := &stickerCellView{
		kit: kit, grid: g, sticker: s, plate: canvas.NewRectangle(nil), image: &canvas.Image{FillMode: canvas.ImageFillContain},
	}
	c.ExtendBaseWidget(c)
	c.image.Image = kit.book().picture(s, 2*stickerCell)
	return c
}

// Words say what the sticker shows.
func (c *stickerCellView) Words() string { return c.kit.StickerWords(c.sticker) }

// CreateRenderer implements fyne.Widget.
func (c *stickerCellView) CreateRenderer() fyne.WidgetRenderer {
	draw := func() {
		c.plate.FillColor, c.plate.StrokeWidth = theme.Color(theme.ColorSurface), 0
		if c.hovered {
			c.plate.FillColor = theme.Color(theme.ColorHover)
		}
		if c.focused {
			c.plate.StrokeColor, c.plate.StrokeWidth = theme.Color(theme.ColorLink), 2
		}
		c.plate.CornerRadius = theme.Size(theme.SizeFieldRadius)
		c.plate.Refresh()
	}
	draw()
	return &drawn{
		objects: []fyne.CanvasObject{c.plate, c.image},
		min:     func() fyne.Size { return fyne.NewSize(stickerCell, stickerCell) },
		layout: func(s fyne.Size) {
			pad := theme.Size(theme.SizePad)
			place(c.plate, 1, 1, s.Width-2, s.Height-2)
			place(c.image, pad, pad, s.Width-2*pad, s.Height-2*pad)
		},
		refresh: draw,
	}
}

// Tapped implements fyne.Tappable.
func (c *stickerCellView) Tapped(*fyne.PointEvent) {
	if c.grid.OnPick != nil {
		c.grid.OnPick(c.sticker)
	}
}

// FocusGained implements fyne.Focusable.
func (c *stickerCellView) FocusGained() { c.focused = true; c.Refresh() }

// FocusLost implements fyne.Focusable.
func (c *stickerCellView) FocusLost() { c.focused = false; c.Refresh() }

// TypedRune implements fyne.Focusable.
func (c *stickerCellView) TypedRune(r rune) {
	if r == ' ' {
		c.Tapped(nil)
	}
}

// TypedKey implements fyne.Focusable.
func (c *stickerCellView) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		c.Tapped(nil)
	case fyne.KeyLeft:
		c.grid.step(c, -1)
	case fyne.KeyRight:
		c.grid.step(c, 1)
	case fyne.KeyUp:
		c.grid.step(c, -stickerColumns)
	case fyne.KeyDown:
		c.grid.step(c, stickerColumns)
	default:
		if c.kit.Key != nil {
			c.kit.Key(e)
		}
	}
}

// MouseIn implements desktop.Hoverable.
func (c *stickerCellView) MouseIn(*desktop.MouseEvent) {
	c.hovered = true
	if c.kit.Tip != nil {
		c.leave = c.kit.Tip(c, c.Words())
	}
	c.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (c *stickerCellView) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *stickerCellView) MouseOut() {
	c.hovered = false
	if c.leave != nil {
		c.leave()
		c.leave = nil
	}
	c.Refresh()
}

// Cursor implements desktop.Cursorable.
func (c *stickerCellView) Cursor() desktop.Cursor { return desktop.PointerCursor }
