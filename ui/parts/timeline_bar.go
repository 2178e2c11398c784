// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

const (
	barWidth    = 14 // to be hit
	barThin     = 4
	barThick    = 8 // under the pointer
	barAir      = 3
	thumbLength = 32 // at least
)

// scrollBar shows where in what is loaded the view is. Its thumb can be dragged;
// a click beside it goes there.
type scrollBar struct {
	widget.BaseWidget
	timeline            *Timeline
	thumb               *canvas.Rectangle
	offset, whole, view float64
	hovered             bool
	held                bool
	grip                float32 // where in the thumb it is held
	at                  float32 // the top of the thumb while it is held
}

var (
	_ fyne.Draggable    = (*scrollBar)(nil)
	_ desktop.Hoverable = (*scrollBar)(nil)
	_ desktop.Mouseable = (*scrollBar)(nil)
)

func newScrollBar(t *Timeline) *scrollBar {
	b := &scrollBar{timeline: t, thumb: canvas.NewRectangle(nil)}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *scrollBar) CreateRenderer() fyne.WidgetRenderer {
	b.draw()
	return &drawn{
		objects: []fyne.CanvasObject{b.thumb},
		min:     func() fyne.Size { return fyne.NewSize(barWidth, 0) },
		layout:  func(fyne.Size) { b.draw() },
		refresh: func() { b.draw(); b.thumb.Refresh() },
	}
}

// update says whether there is anything to scroll.
func (b *scrollBar) update(offset, whole, view float64) bool {
	if offset != b.offset || whole != b.whole || view != b.view {
		b.offset, b.whole, b.view = offset, whole, view
		b.draw()
	}
	return whole > view+1
}

// track is how far the thumb can go, and how long it is.
func (b *scrollBar) track() (way, length float32) {
	height := b.Size().Height - 2*barAir
	length = min(max(height*float32(b.view/max(b.whole, 1)), thumbLength), height)
	return max(height-length, 0), length
}

// top is where the thumb begins.
func (b *scrollBar) top() float32 {
	if b.held {
		return b.at
	}
	way, _ := b.track()
	return barAir + way*float32(min(max(b.offset/max(b.whole-b.view, 1), 0), 1))
}

func (b *scrollBar) draw() {
	width, strong := float32(barThin), float32(0.4)
	if b.hovered || b.held {
		width, strong = barThick, 0.7
	}
	_, length := b.track()
	setRect(b.thumb, strength(theme.Color(theme.ColorTextMuted), strong), corners{width / 2, width / 2, width / 2, width / 2})
	place(b.thumb, b.Size().Width-width-barAir+1, b.top(), width, length)
}

// MouseDown implements desktop.Mouseable.
func (b *scrollBar) MouseDown(e *desktop.MouseEvent) {
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	b.timeline.takeFocus()
	top := b.top()
	_, length := b.track()
	b.held, b.at, b.grip = true, top, e.Position.Y-top
	if b.grip < 0 || b.grip > length {
		b.grip = length / 2
		b.goTo(e.Position.Y)
	}
	b.draw()
}

// MouseUp implements desktop.Mouseable.
func (b *scrollBar) MouseUp(*desktop.MouseEvent) { b.release() }

// Dragged implements fyne.Draggable.
func (b *scrollBar) Dragged(e *fyne.DragEvent) {
	if b.held {
		b.goTo(e.Position.Y)
	}
}

// DragEnd implements fyne.Draggable.
func (b *scrollBar) DragEnd() { b.release() }

func (b *scrollBar) release() {
	b.held = false
	b.draw()
}

// goTo brings the place that is held to y.
func (b *scrollBar) goTo(y float32) {
	way, _ := b.track()
	b.at = min(max(y-b.grip, barAir), barAir+way)
	if way > 0 {
		b.timeline.scrollTo(float64((b.at-barAir)/way) * (b.whole - b.view))
	}
	b.draw()
}

// MouseIn implements desktop.Hoverable.
func (b *scrollBar) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.draw() }

// MouseMoved implements desktop.Hoverable.
func (b *scrollBar) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *scrollBar) MouseOut() { b.hovered = false; b.draw() }

// Cursor implements desktop.Cursorable.
func (b *scrollBar) Cursor() desktop.Cursor { return desktop.DefaultCursor }
