// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// WrapLine is a text in one line or, where there is no room, in as many as it is
// allowed. What does not fit into those ends in an ellipsis. How high it is depends on
// how wide it was made: OnHeight tells that it wants another height.
type WrapLine struct {
	widget.BaseWidget
	OnHeight func()
	text     string
	style    Style
	most     int
	shown    *layout
	width    float32 // that it was laid out for
	view     textView
	drawn    *drawn
}

// NewWrapLine makes a text of so many lines at most.
func NewWrapLine(_ *Kit, text string, most int, style Style) *WrapLine {
	l := &WrapLine{text: oneLine(text), most: most, style: style}
	l.ExtendBaseWidget(l)
	return l
}

// Set shows another text.
func (l *WrapLine) Set(text string) {
	if text = oneLine(text); text != l.text {
		l.text, l.shown = text, nil
		l.Refresh()
	}
}

// Text is the whole text, as set.
func (l *WrapLine) Text() string { return l.text }

func (l *WrapLine) lines() int {
	if l.shown == nil {
		return 1
	}
	return len(l.shown.lines)
}

// CreateRenderer implements fyne.Widget.
func (l *WrapLine) CreateRenderer() fyne.WidgetRenderer {
	l.drawn = &drawn{
		min:     func() fyne.Size { return fyne.NewSize(0, l.style.face().line()*float32(l.lines())) },
		layout:  l.lay,
		refresh: func() { l.lay(l.Size()); canvas.Refresh(l) },
	}
	return l.drawn
}

func (l *WrapLine) lay(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	before, f := l.lines(), l.style.face()
	if l.shown == nil || l.width != s.Width || l.shown.face != f {
		l.shown, l.width = newLines(l.text, f, s.Width, l.most), s.Width
	}
	with := inkOf(l.style.color())
	if c := fyne.CurrentApp().Driver().CanvasForObject(l); c != nil {
		with.scale = c.Scale()
	}
	y := max(middle(s.Height, l.shown.height), 0)
	l.drawn.objects = l.view.draw(l.shown, fyne.NewPos(0, y), l.shown.width, 0, len(l.shown.lines), 0, 0, with, l.drawn.objects[:0])
	if l.lines() != before && l.OnHeight != nil {
		l.OnHeight()
	}
}
