// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/theme"
)

// maxWidths bounds each cache of widths: a language's everyday words and the
// names of everybody one talks with.
const maxWidths = 16384

// face is what the width of a word depends on.
type face struct {
	size               float32
	bold, italic, mono bool
	fonts              int // theme.FontsID
}

// faceOf is a face in the fonts of now.
func faceOf(size float32, bold bool) face {
	return face{size: size, bold: bold, fonts: theme.FontsID()}
}

func (f face) style() fyne.TextStyle {
	return fyne.TextStyle{Bold: f.bold, Italic: f.italic, Monospace: f.mono}
}

// measure is the toolkit's own answer: tens of microseconds for new text.
func (f face) measure(text string) float32 {
	if text == "" {
		return 0
	}
	return measure(text, f.size, f.style()).Width
}

// measure is how much room the toolkit needs for a text.
func measure(text string, size float32, style fyne.TextStyle) fyne.Size {
	theme.Cover(text)
	return fyne.MeasureText(text, size, style)
}

type widthKey struct {
	face face
	text string
}

// widths remembers words of scripts whose letters change with their neighbours,
// because people use the same ones again and again.
var widths = map[widthKey]float32{}

// word is the width of a word.
func (f face) word(text string) float32 {
	if w, ok := f.simple(text); ok {
		return w
	}
	key := widthKey{f, text}
	if w, ok := widths[key]; ok {
		return w
	}
	w := f.measure(text)
	if len(widths) >= maxWidths {
		clear(widths)
	}
	if len(text) <= maxPiece {
		widths[key] = w
	}
	return w
}

// part is the width of the beginning of a word, which is not worth remembering.
func (f face) part(text string) float32 {
	if w, ok := f.simple(text); ok {
		return w
	}
	return f.measure(text)
}

// line is the height of one line of text, which does not depend on the text.
func (f face) line() float32 {
	p := f.pairs()
	if p.line == 0 {
		p.line = fyne.MeasureText("Mg", f.size, f.style()).Height
	}
	return p.line
}
