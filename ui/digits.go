// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"math"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// digits are lines in which every character is equally wide, to be compared by
// eye. Nothing of them may be cut off: large text is made to fit.
type digits struct {
	widget.BaseWidget
	width float32
	lines []*canvas.Text
}

func newDigits(text string, width float32) *digits {
	d := &digits{width: width}
	for _, line := range strings.Split(text, "\n") {
		t := canvas.NewText(line, nil)
		t.TextStyle.Monospace = true
		t.FontSource = theme.KeyFont()
		d.lines = append(d.lines, t)
	}
	d.ExtendBaseWidget(d)
	return d
}

// CreateRenderer implements fyne.Widget.
func (d *digits) CreateRenderer() fyne.WidgetRenderer {
	r := &digitsRenderer{d}
	r.Refresh()
	return r
}

type digitsRenderer struct{ d *digits }

func (r *digitsRenderer) Objects() []fyne.CanvasObject {
	objects := make([]fyne.CanvasObject, len(r.d.lines))
	for i, l := range r.d.lines {
		objects[i] = l
	}
	return objects
}

func (r *digitsRenderer) MinSize() fyne.Size {
	var s fyne.Size
	for _, l := range r.d.lines {
		min := l.MinSize()
		s = fyne.NewSize(max(s.Width, min.Width), s.Height+min.Height)
	}
	return s
}

func (r *digitsRenderer) Layout(fyne.Size) {
	y := float32(0)
	for _, l := range r.d.lines {
		l.Move(fyne.NewPos(0, y))
		l.Resize(l.MinSize())
		y += l.MinSize().Height
	}
}

func (r *digitsRenderer) Refresh() {
	size := theme.Size(theme.SizeText)
	for _, l := range r.d.lines {
		l.TextSize = size
		if w := l.MinSize().Width; w > r.d.width {
			size = float32(math.Floor(float64(size * r.d.width / w))) // the toolkit has whole sizes
		}
	}
	for _, l := range r.d.lines {
		l.Color, l.TextSize = theme.Color(theme.ColorText), size
	}
	r.Layout(fyne.Size{})
	canvas.Refresh(r.d)
}

func (r *digitsRenderer) Destroy() {}
