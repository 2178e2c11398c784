// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"chatsecure.org/desktop/core/links"
)

type pieceKind uint8

const (
	pieceText pieceKind = iota
	pieceSpace
	pieceTab
	pieceEmoji
	pieceHidden // a sign in whose place a bar stands: no room
)

// piece is the smallest thing that is measured and moved: a word, the spaces
// after it, an emoji. Offsets are bytes of the shown text.
type piece struct {
	start, end int
	width      float32
	link       int16 // index of the link that it is part of; -1
	level      uint8 // odd: from right to left
	kind       pieceKind
	breaks     bool // a line may end after it
	turned     bool // a neutral in a run from right to left: drawn mirrored
	style      textStyle
}

// cutter makes the pieces of one paragraph.
type cutter struct {
	text   string // the whole shown text
	links  []links.Link
	styles []styled
	face   face
	levels []uint8 // of the paragraph; nil: all from left to right
	from   int     // where the paragraph begins
	next   int     // the first link that ends after the place we are at
	nextS  int     // the same of styles
	out    []piece
}

// paragraph adds the pieces of text[from:to].
func (c *cutter) paragraph(from, to int, base uint8, rtl bool) {
	c.from, c.levels = from, nil
	if rtl {
		c.levels = bidiLevels(c.text[from:to], base)
	}
	state := -1
	for at := from; at < to; {
		if !rtl {
			if n, ends := plainWord(c.text[at:to]); n > 0 {
				c.plain(at, at+n, ends)
				at, state = at+n, -1
				continue
			}
		}
		at, state = c.segment(at, to, state)
	}
}

// maxPlain bounds how far plainWord looks, so that the whole stays linear.
const maxPlain = 256

// plainWord is the length of an ASCII word with its spaces at the beginning of
// text, or of the first part of one that is very long; 0 where the rules of
// Unicode are needed. Most text is made of these. Ends says whether a line may
// end after it.
func plainWord(text string) (n int, ends bool) {
	i, most := 0, min(len(text), maxPlain)
	for i < most && text[i] > ' ' && text[i] < utf8.RuneSelf {
		if i++; text[i-1] == '-' && i > 1 && i < most && isASCIILetter(text[i]) && isASCIILetter(text[i-2]) {
			return i, true
		}
	}
	if i == maxPlain && i < len(text) && text[i] > ' ' && text[i] < utf8.RuneSelf {
		return i, false
	}
	for i < most && text[i] == ' ' {
		i++
	}
	if i < len(text) && (text[i] >= utf8.RuneSelf || text[i] < ' ') {
		return 0, false
	}
	return i, true
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// plain adds a plain word and its spaces.
func (c *cutter) plain(from, to int, ends bool) {
	word := from + len(strings.TrimRight(c.text[from:to], " "))
	for from < to {
		p := piece{start: from, end: word, link: c.linkAt(from), style: c.styleAt(from)}
		if from >= word {
			p.end, p.kind = to, pieceSpace
		}
		p.end = min(p.end, from+maxPiece, c.linkEnds(from), c.styleEnds(from))
		c.add(p)
		from = p.end
	}
	c.out[len(c.out)-1].breaks = ends
}

// linkEnds is where the next link begins or ends.
func (c *cutter) linkEnds(i int) int {
	switch {
	case c.next == len(c.links):
		return len(c.text)
	case c.links[c.next].Start <= i:
		return c.links[c.next].End
	}
	return c.links[c.next].Start
}

// linkAt is the link that the byte at i is part of; -1. It moves c.next, so i
// must not go back.
func (c *cutter) linkAt(i int) int16 {
	for c.next < len(c.links) && c.links[c.next].End <= i {
		c.next++
	}
	if c.next < len(c.links) && c.links[c.next].Start <= i {
		return int16(c.next)
	}
	return -1
}

// styleAt is how the byte at i is set. It moves c.nextS, so i must not go back.
func (c *cutter) styleAt(i int) textStyle {
	for c.nextS < len(c.styles) && c.styles[c.nextS].end <= i {
		c.nextS++
	}
	if c.nextS < len(c.styles) && c.styles[c.nextS].start <= i {
		return c.styles[c.nextS].style
	}
	return 0
}

// styleEnds is where the next part with a style of its own begins or ends.
func (c *cutter) styleEnds(i int) int {
	switch {
	case c.nextS == len(c.styles):
		return len(c.text)
	case c.styles[c.nextS].start <= i:
		return c.styles[c.nextS].end
	}
	return c.styles[c.nextS].start
}

// segment adds the pieces from a place up to the next one where a line may end
// (UAX #14), and returns that one. A line never ends inside a grapheme cluster,
// and inside a link only if it must.
func (c *cutter) segment(at, to, state int) (next, nextState int) {
	first, end := len(c.out), at
	for {
		part, _, _, after := uniseg.FirstLineSegmentInString(c.text[end:to], state)
		end, state = end+len(part), after
		for at < end {
			at = c.cluster(at, to, first)
		}
		if at == end {
			break
		}
	}
	c.measure(&c.out[len(c.out)-1])
	c.out[len(c.out)-1].breaks = at == to || c.linkAt(at) < 0 || c.links[c.next].Start == at
	return at, state
}

// cluster adds the cluster at a place and returns where the next one begins.
// First is where the pieces of this segment begin.
func (c *cutter) cluster(at, to, first int) int {
	end := at + firstCluster(c.text[at:to])
	for at < end { // once, but for a chain of joiners that never ends
		next := at + cutRune(c.text[at:end], maxPiece)
		p := c.classify(c.text[at:next], at)
		switch n := len(c.out) - 1; {
		case n >= first && joins(c.out[n], p):
			c.out[n].end = p.end
		case n >= first:
			c.measure(&c.out[n])
			c.out = append(c.out, p)
		default:
			c.out = append(c.out, p)
		}
		at = next
	}
	return end
}

// cutRune is the length of text, at most a number of bytes, in whole runes.
func cutRune(text string, most int) int {
	if len(text) <= most {
		return len(text)
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return most
}

func (c *cutter) classify(cluster string, at int) piece {
	p := piece{start: at, end: at + len(cluster), link: c.linkAt(at), style: c.styleAt(at)}
	if c.levels != nil {
		p.level = c.levels[at-c.from]
	}
	r, n := utf8.DecodeRuneInString(cluster)
	switch {
	case r == '\t':
		p.kind = pieceTab
	case unicode.IsSpace(r) && n == len(cluster): // without a mark on it
		p.kind = pieceSpace
	case p.level%2 == 1 && !unicode.IsLetter(r) && !unicode.IsMark(r):
		p.turned = true
	}
	if (mayBeEmoji(r) || len(cluster) > 3) && isEmoji(cluster) && emojiGlyphs(cluster) != nil {
		p.kind, p.turned = pieceEmoji, false
	}
	if p.style&styleHidden != 0 {
		p.kind, p.turned = pieceHidden, false
	}
	return p
}

// joins says whether b continues a. Runs from right to left stay in words,
// which the toolkit shapes as one; what stands between them it would misplace.
func joins(a, b piece) bool {
	return a.kind == b.kind && a.link == b.link && a.style == b.style && a.level == b.level && b.end-a.start <= maxPiece &&
		(a.kind == pieceText || a.kind == pieceSpace) && !a.turned && !b.turned
}

func (c *cutter) add(p piece) {
	if p.style&styleHidden != 0 {
		p.kind = pieceHidden
	}
	c.measure(&p)
	c.out = append(c.out, p)
}

func (c *cutter) measure(p *piece) {
	text := c.text[p.start:p.end]
	switch p.kind {
	case pieceText, pieceSpace:
		p.width = c.face.in(p.style).word(text)
	case pieceTab:
		p.width = c.face.word(" ") * 4
	case pieceEmoji:
		p.width = emojiSide(c.face.size) * float32(len(emojiGlyphs(text)))
	}
}
