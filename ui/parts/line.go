// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

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

func (s Style) face() face { return faceOf(s.size(), s.Bold) }

// Line is one line of text. What does not fit ends in an ellipsis. Its minimum
// width is zero unless Fit is set.
type Line struct {
	widget.BaseWidget
	Fit   bool
	text  string
	style Style
	whole *layout // of all of the text
	shown *layout // of what fits
	view  textView
	drawn *drawn
}

// NewLine makes a line. Line breaks and invisible controls in text are shown
// as spaces: it may come from a stranger.
func NewLine(_ *Kit, text string, style Style) *Line {
	l := &Line{text: oneLine(text), style: style}
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
	l.drawn = &drawn{
		min: func() fyne.Size {
			size := fyne.NewSize(0, l.style.face().line())
			if l.Fit {
				size.Width = l.layout().width
			}
			return size
		},
		layout:  func(fyne.Size) { l.draw() },
		refresh: func() { l.draw(); canvas.Refresh(l) },
	}
	l.draw()
	return l.drawn
}

// layout is that of the whole text.
func (l *Line) layout() *layout {
	if f := l.style.face(); l.whole == nil || l.whole.source != l.text || l.whole.asked.face != f {
		l.whole = newLine(l.text, f)
		l.shown = l.whole
	}
	return l.whole
}

func (l *Line) draw() {
	whole, width := l.layout(), l.Size().Width
	if whole.width <= width+0.5 || width <= 0 {
		l.shown = whole
	} else if text := elide(whole, width); l.shown.source != text {
		l.shown = newLine(text, whole.face)
	}
	x, air := float32(0), max(width-l.shown.width, 0)
	switch l.style.Align {
	case fyne.TextAlignCenter:
		x = air / 2
	case fyne.TextAlignTrailing:
		x = air
	}
	with := inkOf(l.style.color())
	if c := fyne.CurrentApp().Driver().CanvasForObject(l); c != nil {
		with.scale = c.Scale()
	}
	y := middle(max(l.Size().Height, l.shown.face.line()), l.shown.step)
	l.drawn.objects = l.view.draw(l.shown, fyne.NewPos(x, y), l.shown.width, 0, 1, 0, 0, with, l.drawn.objects[:0])
}

// elide cuts a text between grapheme clusters so that it fits into a width.
func elide(l *layout, width float32) string {
	room := width - l.face.word("…")
	at := 0
	for _, p := range l.pieces {
		if p.width > room {
			if p.kind == pieceText {
				at = p.start + fitting(l, p, room)
			}
			break
		}
		room -= p.width
		at = p.end
	}
	return strings.TrimRightFunc(l.shown[:at], unicode.IsSpace) + "…"
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
