// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/theme"
)

// Column stacks things with the same gap between them; hidden ones take no room.
func Column(gap theme.SizeToken, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(columnLayout{gap}, objects...)
}

type columnLayout struct{ gap theme.SizeToken }

func (c columnLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		min := o.MinSize()
		if s.Height > 0 {
			s.Height += theme.Size(c.gap)
		}
		s.Width, s.Height = max(s.Width, min.Width), s.Height+min.Height
	}
	return s
}

func (c columnLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		if y > 0 {
			y += theme.Size(c.gap)
		}
		h := o.MinSize().Height
		place(o, 0, y, s.Width, h)
		y += h
	}
}

// Row puts things beside each other, each as wide as it must be and centred in
// height; the one given as wide, if any, takes the room that is left.
func Row(gap theme.SizeToken, wide fyne.CanvasObject, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(rowLayout{gap, wide}, objects...)
}

type rowLayout struct {
	gap  theme.SizeToken
	wide fyne.CanvasObject
}

func (r rowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	n := 0
	for _, o := range objects {
		if o.Visible() {
			min := o.MinSize()
			s.Width, s.Height = s.Width+min.Width, max(s.Height, min.Height)
			n++
		}
	}
	s.Width += theme.Size(r.gap) * float32(max(n-1, 0))
	return s
}

func (r rowLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	spare := max(s.Width-r.MinSize(objects).Width, 0)
	x := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		min := o.MinSize()
		w := min.Width
		if o == r.wide {
			w += spare
		}
		place(o, x, middle(s.Height, min.Height), w, min.Height)
		x += w + theme.Size(r.gap)
	}
}

// Flow puts things beside each other in a width that is known beforehand, and below
// each other where there is no room.
func Flow(gap theme.SizeToken, width float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(flowLayout{gap, width}, objects...)
}

type flowLayout struct {
	gap   theme.SizeToken
	width float32
}

func (f flowLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, f.each(objects, func(fyne.CanvasObject, float32, float32, fyne.Size) {}))
}

func (f flowLayout) Layout(objects []fyne.CanvasObject, _ fyne.Size) {
	f.each(objects, func(o fyne.CanvasObject, x, y float32, s fyne.Size) { place(o, x, y, min(s.Width, f.width), s.Height) })
}

// each finds the place of everything that is visible, and returns the height of all.
func (f flowLayout) each(objects []fyne.CanvasObject, at func(o fyne.CanvasObject, x, y float32, s fyne.Size)) float32 {
	gap := theme.Size(f.gap)
	x, y, line := float32(0), float32(0), float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		s := o.MinSize()
		if x > 0 && x+s.Width > f.width+0.5 {
			x, y, line = 0, y+line+gap, 0
		}
		at(o, x, y, s)
		x, line = x+s.Width+gap, max(line, s.Height)
	}
	return y + line
}

// Centered puts a thing of a given width in the middle of the room, or at the
// top when it is higher than the room. When it grows it does so downwards, as far
// as there is room: what the pointer is about to press stays where it is.
func Centered(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&centeredLayout{width: width}, o)
}

type centeredLayout struct {
	width float32
	room  float32 // the height in which it was centred
	least float32 // its own height then, or less if it has been lower since
}

func (c *centeredLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(c.width, objects[0].MinSize().Height)
}

func (c *centeredLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	h := objects[0].MinSize().Height
	if s.Height != c.room || h < c.least {
		c.room, c.least = s.Height, h
	}
	top := max(min(middle(s.Height, c.least)*0.9, s.Height-h), 0)
	place(objects[0], middle(s.Width, c.width), top, c.width, h)
}
