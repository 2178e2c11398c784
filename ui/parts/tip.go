// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// tipGap is the distance between a tip and what it explains.
const tipGap = 6

// Tips is the layer above a screen on which words explain what the pointer rests
// on. It takes no part in what the pointer does.
type Tips struct {
	widget.BaseWidget
	plate *canvas.Rectangle
	line  *Line
}

// NewTips makes a layer that shows nothing.
func NewTips(kit *Kit) *Tips {
	t := &Tips{plate: canvas.NewRectangle(nil), line: NewLine(kit, "", Style{Size: theme.SizeSmall})}
	t.line.Fit = true
	t.ExtendBaseWidget(t)
	t.Hide()
	return t
}

// Text is what is being said; "" for nothing.
func (t *Tips) Text() string {
	if !t.Visible() {
		return ""
	}
	return t.line.Text()
}

// Say shows text beside something that stands on the same canvas.
func (t *Tips) Say(of fyne.CanvasObject, text string) {
	driver := fyne.CurrentApp().Driver()
	at := driver.AbsolutePositionForObject(of).Subtract(driver.AbsolutePositionForObject(t))
	t.line.Set(text)
	t.Show()
	inner := t.line.MinSize()
	padX, padY := theme.Size(theme.SizePad), theme.Size(theme.SizeGap)
	w, h := inner.Width+2*padX, inner.Height+2*padY
	x := min(max(at.X+middle(of.Size().Width, w), tipGap), max(t.Size().Width-w-tipGap, 0))
	y := at.Y + of.Size().Height + tipGap
	if y+h > t.Size().Height-tipGap {
		y = at.Y - h - tipGap
	}
	place(t.plate, x, y, w, h)
	place(t.line, x+padX, y+padY, inner.Width, inner.Height)
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *Tips) CreateRenderer() fyne.WidgetRenderer {
	draw := func() {
		t.plate.FillColor, t.plate.CornerRadius = theme.Color(theme.ColorMenu), theme.Size(theme.SizeGap)+2
		t.plate.StrokeColor, t.plate.StrokeWidth = theme.Color(theme.ColorDivider), 1
	}
	draw()
	return &drawn{
		objects: []fyne.CanvasObject{t.plate, t.line},
		min:     func() fyne.Size { return fyne.Size{} },
		layout:  func(fyne.Size) {},
		refresh: func() { draw(); t.plate.Refresh(); t.line.Refresh(); canvas.Refresh(t) },
	}
}
