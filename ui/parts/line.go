// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
	"github.com/rivo/uniseg"

	"chatsecure.org/desktop/theme"
)

// Style is how a text looks, in tokens.
type Style struct {
	Size  theme.SizeToken // "" is SizeText
	Color theme.Token     // "" is ColorText
	Bold  bool
	Align fyne.TextAlign
}

func (s Style) size() float32 {
	if s.Size == "" {
		s.Size = theme.SizeText
	}
	return theme.Size(s.Size)
}

func (s Style) color() theme.Token {
	if s.Color == "" {
		return theme.ColorText
	}
	return s.Color
}

func (s Style) text() fyne.TextStyle { return fyne.TextStyle{Bold: s.Bold} }

// Line is one line of text. What does not fit ends in an ellipsis. Its minimum
// width is zero unless Fit is set.
type Line struct {
	widget.BaseWidget
	Fit   bool
	text  string
	style Style
	out   *canvas.Text
}

// NewLine makes a line. Line breaks and invisible controls in text are shown
// as spaces: it may come from a stranger.
func NewLine(_ *Kit, text string, style Style) *Line {
	l := &Line{text: oneLine(text), style: style, out: canvas.NewText("", nil)}
	l.ExtendBaseWidget(l)
	return l
}

// Set shows another text.
func (l *Line) Set(text string) {
	if text = oneLine(text); text != l.text {
		l.text = text
		l.Refresh()
	}
}

// SetStyle shows the text in another style.
func (l *Line) SetStyle(style Style) {
	if style != l.style {
		l.style = style
		l.Refresh()
	}
}

// Text is the whole text, as set.
func (l *Line) Text() string { return l.text }

// CreateRenderer implements fyne.Widget.
func (l *Line) CreateRenderer() fyne.WidgetRenderer {
	l.draw()
	return &drawn{
		objects: []fyne.CanvasObject{l.out},
		min: func() fyne.Size {
			full := fyne.MeasureText(l.text, l.style.size(), l.style.text())
			if !l.Fit {
				full.Width = 0
			}
			if full.Height == 0 {
				full.Height = fyne.MeasureText("M", l.style.size(), l.style.text()).Height
			}
			return full
		},
		layout: func(s fyne.Size) {
			l.out.Resize(s)
			l.draw()
		},
		refresh: func() { l.draw(); l.out.Refresh() },
	}
}

func (l *Line) draw() {
	l.out.Text = visualOrder(elide(l.text, l.Size().Width, l.style))
	l.out.TextSize = l.style.size()
	l.out.TextStyle = l.style.text()
	l.out.Alignment = l.style.Align
	l.out.Color = theme.Color(l.style.color())
}

// elide cuts text between grapheme clusters so that it fits into width.
func elide(text string, width float32, style Style) string {
	measure := func(s string) float32 { return fyne.MeasureText(s, style.size(), style.text()).Width }
	if text == "" || width <= 0 || measure(text) <= width+0.5 {
		return text
	}
	var ends []int
	for g := uniseg.NewGraphemes(text); g.Next(); {
		_, end := g.Positions()
		ends = append(ends, end)
	}
	low, high := 0, len(ends) // the number of clusters that fit is in [low, high)
	for low+1 < high {
		if mid := (low + high) / 2; measure(text[:ends[mid-1]]+"…") <= width {
			low = mid
		} else {
			high = mid
		}
	}
	if low == 0 {
		return "…"
	}
	return strings.TrimRightFunc(text[:ends[low-1]], unicode.IsSpace) + "…"
}

// oneLine makes one line of any text and bounds it: nobody reads more than that
// in a line, and measuring is not free.
func oneLine(text string) string {
	const most = 400
	var b strings.Builder
	space := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.IsControl(r) || isBidiControl(r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
		if b.Len() >= most {
			b.WriteString("…")
			break
		}
	}
	return b.String()
}

// isBidiControl finds the characters with which a name can turn around the text
// beside it.
func isBidiControl(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F || r == 0x061C
}
