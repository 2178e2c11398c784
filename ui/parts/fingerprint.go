// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
)

// Fingerprint shows the digits of a key in groups of eight, each in the colour that
// XEP-0392 gives to it, so that two that differ look different at once (XEP-0384 §8).
// The digits are drawn here and nowhere else: no bundle has a say in them. They have
// one width, and are made smaller where there is no room: nothing of them is cut off.
type Fingerprint struct {
	widget.BaseWidget
	of     chat.Fingerprint
	width  float32
	groups []*canvas.Text
	drawn  *drawn
}

// columns are the groups in a line: eight of OMEMO stand in two lines, five of OTR in one.
func columns(groups int) int {
	if groups == 5 {
		return 5
	}
	return min(max(groups, 1), 4)
}

// NewFingerprint shows a key's digits in that width.
func NewFingerprint(of chat.Fingerprint, width float32) *Fingerprint {
	f := &Fingerprint{of: of, width: width}
	for _, g := range of.Groups() {
		t := canvas.NewText(g, nil)
		t.TextStyle.Monospace = true
		t.FontSource = theme.KeyFont()
		f.groups = append(f.groups, t)
	}
	f.ExtendBaseWidget(f)
	return f
}

// Text are the digits as they are shown, in lines: what is copied.
func (f *Fingerprint) Text() string {
	var b strings.Builder
	for i, g := range f.of.Groups() {
		switch {
		case i > 0 && i%columns(len(f.groups)) == 0:
			b.WriteByte('\n')
		case i > 0:
			b.WriteByte(' ')
		}
		b.WriteString(g)
	}
	return b.String()
}

// CreateRenderer implements fyne.Widget.
func (f *Fingerprint) CreateRenderer() fyne.WidgetRenderer {
	f.drawn = &drawn{layout: func(fyne.Size) { f.arrange() }, min: f.minSize}
	f.drawn.refresh = func() { f.draw(); f.arrange(); canvas.Refresh(f) }
	for _, g := range f.groups {
		f.drawn.objects = append(f.drawn.objects, g)
	}
	f.draw()
	return f.drawn
}

// cell is the room of a group, with what lies between it and the next.
func (f *Fingerprint) cell(size float32) fyne.Size {
	s, _ := fyne.CurrentApp().Driver().RenderedTextSize("00000000", size, fyne.TextStyle{Monospace: true}, theme.KeyFont())
	return fyne.NewSize(s.Width+size*0.75, s.Height*1.1)
}

func (f *Fingerprint) columns() int { return columns(len(f.groups)) }

func (f *Fingerprint) size() float32 {
	size := theme.Size(theme.SizeText)
	if w := f.cell(size).Width * float32(f.columns()); w > f.width && f.width > 0 {
		size *= f.width / w
	}
	return size
}

func (f *Fingerprint) minSize() fyne.Size {
	cell, columns := f.cell(f.size()), f.columns()
	lines := (len(f.groups) + columns - 1) / columns
	return fyne.NewSize(min(cell.Width*float32(columns), max(f.width, 1)), cell.Height*float32(lines))
}

func (f *Fingerprint) draw() {
	size, dark := f.size(), theme.IsDark()
	for _, g := range f.groups {
		g.TextSize, g.Color = size, InkOf(g.Text, dark)
		g.Refresh()
	}
}

func (f *Fingerprint) arrange() {
	cell := f.cell(f.size())
	for i, g := range f.groups {
		place(g, float32(i%f.columns())*cell.Width, float32(i/f.columns())*cell.Height, cell.Width, cell.Height)
	}
}
