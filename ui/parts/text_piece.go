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
}

// cutter makes the pieces of one paragraph.
type cutter struct {
	text   string // the whole shown text
	links  []links.Link
	face   face
	levels []uint8 // of the paragraph; nil: all from left to right
	from   int     // where the paragraph begins
	next   int     // the first link that ends after the place we are at
	out    []piece
}

// paragraph adds the pieces of text[from:to].
func (c *cutter) paragraph(from, to int, base uint8, rtl bool) {
	c.from, c.levels = from, nil
	if rtl {
		c.levels = bidiLevels(c.text[from:to], base)
	}
	rest, state := c.text[from:to], -1
	at := from
	for rest != "" {
		if !rtl {
			if n := plainWord(rest); n > 0 {
				c.plain(at, at+n)
				at, rest, state = at+n, rest[n:], -1
				continue
			}
		}
		var segment string
		segment, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		c.segment(at, at+len(segment))
		at += len(segment)
	}
}

// plainWord is the length of an ASCII word with its spaces at the beginning of
// text; 0 where the rules of Unicode are needed. Most text is made of these.
func plainWord(text string) int {
	i := 0
	for i < len(text) && text[i] > ' ' && text[i] < utf8.RuneSelf {
		if i++; text[i-1] == '-' && i > 1 && i < len(text) && isASCIILetter(text[i]) && isASCIILetter(text[i-2]) {
			return i
		}
	}
	for i < len(text) && text[i] == ' ' {
		i++
	}
	if i == 0 || i < len(text) && (text[i] >= utf8.RuneSelf || text[i] < ' ') {
		return 0
	}
	return i
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// plain adds a plain word and its spaces.
func (c *cutter) plain(from, to int) {
	link := c.linkAt(from)
	if link >= 0 && c.links[link].End < to || link < 0 && c.next < len(c.links) && c.links[c.next].Start < to {
		c.segment(from, to)
		return
	}
	word := from + len(strings.TrimRight(c.text[from:to], " "))
	if word > from {
		c.add(piece{start: from, end: word, link: link})
	}
	if word < to {
		c.add(piece{start: word, end: to, link: link, kind: pieceSpace})
	}
	c.out[len(c.out)-1].breaks = true
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

// segment adds the pieces between two places where a line may end.
func (c *cutter) segment(from, to int) {
	first := len(c.out)
	rest, state, at := c.text[from:to], -1, from
	for rest != "" {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		p := c.classify(cluster, at)
		at = p.end
		if n := len(c.out) - 1; n >= first && joins(c.out[n], p) {
			c.out[n].end = p.end
			continue
		}
		if n := len(c.out) - 1; n >= first {
			c.measure(&c.out[n])
		}
		c.out = append(c.out, p)
	}
	if n := len(c.out) - 1; n >= first {
		c.measure(&c.out[n])
		c.out[n].breaks = true
	}
}

func (c *cutter) classify(cluster string, at int) piece {
	p := piece{start: at, end: at + len(cluster), link: c.linkAt(at)}
	if c.levels != nil {
		p.level = c.levels[at-c.from]
	}
	r, _ := utf8.DecodeRuneInString(cluster)
	switch {
	case r == '\t':
		p.kind = pieceTab
	case unicode.IsSpace(r):
		p.kind = pieceSpace
	case p.level%2 == 1 && !unicode.IsLetter(r) && !unicode.IsMark(r):
		p.turned = true
	}
	if (mayBeEmoji(r) || len(cluster) > 3) && isEmoji(cluster) && emojiGlyphs(cluster) != nil {
		p.kind, p.turned = pieceEmoji, false
	}
	return p
}

// joins says whether b continues a. Runs from right to left stay in words,
// which the toolkit shapes as one; what stands between them it would misplace.
func joins(a, b piece) bool {
	return a.kind == b.kind && a.link == b.link && a.level == b.level &&
		(a.kind == pieceText || a.kind == pieceSpace) && !a.turned && !b.turned
}

func (c *cutter) add(p piece) {
	c.measure(&p)
	c.out = append(c.out, p)
}

func (c *cutter) measure(p *piece) {
	text := c.text[p.start:p.end]
	switch p.kind {
	case pieceText:
		p.width = c.face.word(text)
	case pieceSpace:
		p.width = c.face.word(" ") * float32(utf8.RuneCountInString(text))
	case pieceTab:
		p.width = c.face.word(" ") * 4
	case pieceEmoji:
		p.width = emojiSide(c.face.size) * float32(len(emojiGlyphs(text)))
	}
}
