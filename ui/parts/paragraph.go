// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
	"github.com/rivo/uniseg"

	"chatsecure.org/desktop/theme"
)

// Paragraph is text that wraps at a width fixed by its maker. Knowing the width
// beforehand makes its height right in the first layout.
type Paragraph struct {
	widget.BaseWidget
	text  string
	style Style
	width float32
	lines []*canvas.Text
	drawn *drawn
}

// NewParagraph makes a paragraph that is width wide. Line breaks in text are kept.
func NewParagraph(_ *Kit, text string, width float32, style Style) *Paragraph {
	p := &Paragraph{text: text, style: style, width: width}
	p.ExtendBaseWidget(p)
	return p
}

// Set shows another text.
func (p *Paragraph) Set(text string) {
	if text != p.text {
		p.text = text
		p.Refresh()
	}
}

// Text is the text, as set.
func (p *Paragraph) Text() string { return p.text }

// CreateRenderer implements fyne.Widget.
func (p *Paragraph) CreateRenderer() fyne.WidgetRenderer {
	p.drawn = &drawn{
		min: func() fyne.Size { return fyne.NewSize(p.width, p.lineHeight()*float32(len(p.lines))) },
		layout: func(s fyne.Size) {
			h := p.lineHeight()
			for i, l := range p.lines {
				place(l, 0, float32(i)*h, s.Width, h)
			}
		},
	}
	p.drawn.refresh = func() {
		p.draw()
		p.drawn.layout(fyne.NewSize(max(p.width, p.Size().Width), 0))
		canvas.Refresh(p)
	}
	p.draw()
	return p.drawn
}

func (p *Paragraph) lineHeight() float32 {
	return fyne.MeasureText("Mg", p.style.size(), p.style.text()).Height * 1.06
}

func (p *Paragraph) draw() {
	lines := wrap(p.text, p.width, func(s string) float32 {
		return measure(s, p.style.size(), p.style.text()).Width
	})
	p.lines = p.lines[:0]
	p.drawn.objects = p.drawn.objects[:0]
	for _, line := range lines {
		t := canvas.NewText(visualOrder(line), theme.Color(p.style.color()))
		t.TextSize, t.TextStyle, t.Alignment = p.style.size(), p.style.text(), p.style.Align
		p.lines = append(p.lines, t)
		p.drawn.objects = append(p.drawn.objects, t)
	}
}

// wrap breaks text where a line may end (UAX #14: between words, and in languages without
// spaces nearly everywhere, but never before a full stop), and inside a word that is
// wider than a line.
func wrap(text string, width float32, measure func(string) float32) []string {
	var lines []string
	if text == "" {
		return nil
	}
	for _, hard := range strings.Split(text, "\n") {
		hard = strings.Join(strings.FieldsFunc(hard, breakingSpace), " ")
		line := ""
		for state := -1; hard != ""; {
			var part string
			part, hard, _, state = uniseg.FirstLineSegmentInString(hard, state)
			for hard != "" && insideWord(part, hard) {
				var more string
				more, hard, _, state = uniseg.FirstLineSegmentInString(hard, state)
				part += more
			}
			if measure(strings.TrimRight(line+part, " ")) <= width {
				line += part
				continue
			}
			if line = strings.TrimRight(line, " "); line != "" {
				lines = append(lines, line)
			}
			line = part
			for measure(strings.TrimRight(line, " ")) > width && uniseg.GraphemeClusterCount(line) > 1 {
				head, tail := breakWord(line, width, measure)
				lines, line = append(lines, head), tail
			}
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// insideWord finds what looks like an end between two syllables of Hangul: Korean has
// spaces, and lines end there.
func insideWord(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	return unicode.Is(unicode.Hangul, last) && unicode.Is(unicode.Hangul, next)
}

// breakingSpace finds the spaces at which a line may end.
func breakingSpace(r rune) bool {
	return unicode.IsSpace(r) && r != '\u00a0' && r != '\u2007' && r != '\u202f'
}

// breakWord cuts a word that is wider than a line between two characters.
func breakWord(word string, width float32, measure func(string) float32) (head, tail string) {
	for state, rest := -1, word; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if head != "" && measure(head+cluster) > width {
			break
		}
		head += cluster
	}
	return head, word[len(head):]
}
