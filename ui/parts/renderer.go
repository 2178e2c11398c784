// SPDX-License-Identifier: MPL-2.0

package parts

import "fyne.io/fyne/v2"

// drawn is the renderer of our widgets: the widget says what it is made of and
// how that is laid out, and keeps the rest to itself.
type drawn struct {
	objects []fyne.CanvasObject
	min     func() fyne.Size
	layout  func(fyne.Size)
	refresh func()
}

func (d *drawn) Objects() []fyne.CanvasObject { return d.objects }
func (d *drawn) MinSize() fyne.Size           { return d.min() }
func (d *drawn) Layout(s fyne.Size)           { d.layout(s) }
func (d *drawn) Destroy()                     {}

func (d *drawn) Refresh() {
	if d.refresh != nil {
		d.refresh()
	}
}

// place moves and resizes in one go.
func place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}

// middle is the offset that centres a thing of size inner in outer.
func middle(outer, inner float32) float32 { return (outer - inner) / 2 }
