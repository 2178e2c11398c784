// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// SheetWidth is the room for the content of a sheet.
const SheetWidth = 420

// Sheet is a dialog: a plate in the middle of the window that has to be answered
// or closed before the rest can be used.
type Sheet struct {
	widget.BaseWidget
	OnClose func() // after it was closed, however that came
	over    fyne.Canvas
	inside  fyne.CanvasObject
	closed  bool
}

// ShowSheet opens a sheet with a title, a content that is SheetWidth wide, and
// its buttons, the most wanted one last. Content higher than the window scrolls.
func ShowSheet(kit *Kit, over fyne.Canvas, title string, content fyne.CanvasObject, buttons ...fyne.CanvasObject) *Sheet {
	s := &Sheet{over: over}
	s.ExtendBaseWidget(s)
	head := NewLine(kit, title, Style{Size: theme.SizeTitle, Bold: true})
	closer := NewIconButton(kit, "close", kit.Words.Text("action.close"), s.Close)
	end := container.New(endLayout{}, buttons...)
	var bottom fyne.CanvasObject = container.NewWithoutLayout()
	if len(buttons) > 0 {
		bottom = Column(theme.SizePad, Gap(theme.SizeGap), end)
	}
	inside := container.New(&sheetLayout{canvas: over, content: content},
		Row(theme.SizePad, head, head, closer), container.NewVScroll(content), bottom)
	plate := NewPlate(kit, theme.ColorSurface, theme.ColorDivider, theme.SizeRadius)
	s.inside = container.NewStack(plate, Inset(theme.SizeInset, Inset(theme.SizeGap, inside)))
	over.Overlays().Add(s)
	return s
}

// Close takes the sheet away.
func (s *Sheet) Close() {
	if s.closed {
		return
	}
	s.closed = true
	s.over.Overlays().Remove(s)
	if s.OnClose != nil {
		s.OnClose()
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Sheet) CreateRenderer() fyne.WidgetRenderer {
	scrim := canvas.NewRectangle(theme.Color(theme.ColorShadow))
	layout := func(size fyne.Size) {
		scrim.Resize(size)
		min := s.inside.MinSize()
		place(s.inside, middle(size.Width, min.Width), middle(size.Height, min.Height), min.Width, min.Height)
	}
	return &drawn{
		objects: []fyne.CanvasObject{scrim, s.inside},
		min:     func() fyne.Size { return s.inside.MinSize() },
		layout:  layout,
		refresh: func() {
			scrim.FillColor = theme.Color(theme.ColorShadow)
			layout(s.Size())
			canvas.Refresh(s)
		},
	}
}

// Tapped keeps clicks beside the plate from what is under it.
func (s *Sheet) Tapped(*fyne.PointEvent) {}

// endLayout puts the buttons of a sheet at its end: beside each other, and where they do
// not fit, below each other, the most wanted one last.
type endLayout struct{}

func (endLayout) width(objects []fyne.CanvasObject) (all float32) {
	for _, o := range objects {
		all += o.MinSize().Width + theme.Size(theme.SizePad)
	}
	return all - theme.Size(theme.SizePad)
}

func (e endLayout) MinSize(objects []fyne.CanvasObject) (s fyne.Size) {
	if e.width(objects) <= SheetWidth {
		return Row(theme.SizePad, nil, objects...).MinSize()
	}
	for _, o := range objects {
		s = fyne.NewSize(max(s.Width, o.MinSize().Width), s.Height+o.MinSize().Height+theme.Size(theme.SizePad))
	}
	return s.SubtractWidthHeight(0, theme.Size(theme.SizePad))
}

func (e endLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	x, y, beside := s.Width-e.width(objects), float32(0), e.width(objects) <= SheetWidth
	for _, o := range objects {
		min := o.MinSize()
		if beside {
			place(o, x, middle(s.Height, min.Height), min.Width, min.Height)
			x += min.Width + theme.Size(theme.SizePad)
		} else {
			place(o, s.Width-min.Width, y, min.Width, min.Height)
			y += min.Height + theme.Size(theme.SizePad)
		}
	}
}

// sheetLayout stacks head, scrolling content and buttons, no higher than the
// window.
type sheetLayout struct {
	canvas  fyne.Canvas
	content fyne.CanvasObject
}

func (l *sheetLayout) heights(o []fyne.CanvasObject) (head, content, foot float32) {
	gap := theme.Size(theme.SizePad)
	head, foot = o[0].MinSize().Height+gap, o[2].MinSize().Height
	content = l.content.MinSize().Height
	room := l.canvas.Size().Height - 2*theme.Size(theme.SizeInset) - 6*gap - head - foot
	return head, max(min(content, room), 60), foot
}

func (l *sheetLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	head, content, foot := l.heights(o)
	return fyne.NewSize(SheetWidth, head+content+foot)
}

func (l *sheetLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	head, content, foot := l.heights(o)
	place(o[0], 0, 0, s.Width, head-theme.Size(theme.SizePad))
	place(o[1], 0, head, s.Width, content)
	place(o[2], 0, head+content, s.Width, foot)
}
