// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/theme"
)

// The room of a quote in a bubble.
const (
	quoteLines = 2 // of the answered message, at most
	quotePadX  = 10
	quotePadY  = 4
	quoteGap   = 5 // to the text below
)

func smallFace() face { return faceOf(theme.Size(theme.SizeSmall), false) }

// quote is the answered message above an answer, as it was measured.
type quote struct {
	name, text *layout
	box        frame // in the row; no height: there is none
}

// measureQuote makes room for the answered message. Inside is how wide it may be.
func (e *entry) measureQuote(inside float32) (width, height float32) {
	q := &e.row.Quote
	if !q.Shown {
		e.quote = quote{}
		return 0, 0
	}
	kit, room := e.on.kit, inside-2*quotePadX
	bold := smallFace()
	bold.bold = true
	name, text := oneLine(e.on.title), kit.Plainly(q.Text)
	if q.Own {
		name = kit.Words.Text("message.quote-you")
	}
	if !visible(text) {
		text = kit.Words.Text("message.quote-gone")
		if q.ID == 0 {
			name = ""
		}
	}
	height = 2 * quotePadY
	e.quote.name = nil
	if name != "" {
		if e.quote.name = newLine(name, bold); e.quote.name.width > room {
			e.quote.name = newLine(elide(e.quote.name, room), bold)
		}
		width, height = e.quote.name.width, height+e.quote.name.step
	}
	e.quote.text = newLines(text, smallFace(), room, quoteLines)
	width = max(width, e.quote.text.width) + 2*quotePadX
	height = e.on.up(height + e.quote.text.height)
	e.quote.box = frame{h: height}
	return width, height + quoteGap
}

// newLines lays out the beginning of a text in a number of lines at most. What does
// not fit ends in an ellipsis.
func newLines(text string, f face, width float32, most int) *layout {
	as := request{face: f, width: width, plain: true}
	l := layOut(text, as)
	if len(l.lines) <= most {
		return l
	}
	short := l.shown[:l.lines[most-1].end]
	for {
		short = strings.TrimRightFunc(short, unicode.IsSpace)
		if l = layOut(short+"…", as); len(l.lines) <= most || short == "" {
			return l
		}
		_, n := utf8.DecodeLastRuneInString(short)
		short = short[:len(short)-n]
	}
}

// placeQuote puts it above the text, as wide as the bubble.
func (e *entry) placeQuote() {
	if q := &e.quote; q.box.h > 0 {
		q.box = frame{e.textAt.X, e.textAt.Y - quoteGap - q.box.h + 1, e.textWidth, q.box.h}
	}
}

// drawQuote draws a plate with a bar at its left, and the words.
func (v *bubbleView) drawQuote(s sign, with ink, out []fyne.CanvasObject) []fyne.CanvasObject {
	q := &s.entry.quote
	if q.box.h == 0 {
		return out
	}
	strong := float32(0.07)
	if s.hot == hotQuote {
		strong = 0.14
	}
	bar := with.link
	setRect(v.quotePlate, strength(with.text, strong), corners{quoteBar, quoteBar, quoteBar, quoteBar})
	place(v.quotePlate, q.box.x, q.box.y, q.box.w, q.box.h)
	setRect(v.quoteBar, bar, corners{1.5, 1.5, 1.5, 1.5})
	place(v.quoteBar, q.box.x, q.box.y, quoteBar, q.box.h)
	out = append(out, v.quotePlate, v.quoteBar)
	at, width := fyne.NewPos(q.box.x+quotePadX, q.box.y+quotePadY), q.box.w-2*quotePadX
	if q.name != nil {
		name := ink{text: bar, link: bar, hovered: -1, scale: s.scale}
		out = v.quoteName.draw(q.name, at, width, 0, 1, 0, 0, name, out)
		at.Y += q.name.step
	}
	words := ink{text: strength(with.text, 0.8), link: with.text, hovered: -1, scale: s.scale}
	return v.quoteText.draw(q.text, at, width, 0, len(q.text.lines), 0, 0, words, out)
}
