// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"math"
	"strings"

	"github.com/rivo/uniseg"

	"chatsecure.org/desktop/core/links"
)

// maxShown bounds what is laid out of one text, in bytes: some twenty screens.
// Copying still gives all of it.
const maxShown = 64 << 10

// maxPiece bounds a piece, in bytes, so that no step takes longer than a piece.
const maxPiece = 64

// layout is a text in lines for a width. It is made once and not changed;
// offsets are bytes of shown.
type layout struct {
	asked  request
	source string
	shown  string
	at     []int // offsets in shown to those in source; nil: the same
	links  []links.Link
	quotes []quoted
	face   face
	lines  []line
	pieces []piece
	width  float32 // of the widest line
	height float32
	step   float32 // from one line to the next
}

// request is what a text was laid out for.
type request struct {
	face  face
	width float32
	grow  bool // a message: signs style it, and nothing but one to three emoji is shown larger
	plain bool // links are not told apart
	typed bool // signs style nothing
}

// line is one line: pieces in logical order, without the spaces at its end.
type line struct {
	start, end  int // with the spaces, without the line break
	first, last int // pieces
	width       float32
	base        uint8
	depth       uint8 // in quotations
	runs        []run // in visual order; made when first needed
}

// indent is the room that a line leaves for the bars of quotations.
func (n *line) indent() float32 { return float32(n.depth) * quoteStep }

// run is a part of a line that is drawn at once.
type run struct {
	start, end int
	x, width   float32
	link       int16
	kind       pieceKind
	level      uint8
	turned     bool
	style      textStyle
}

// lineFactor gives lines more air than the font asks for.
const lineFactor = 1.06

// newLayout lays a message out.
func newLayout(text string, f face, width float32, grow bool) *layout {
	return layOut(text, request{face: f, width: width, grow: grow})
}

// newLine lays out what stands in one line, however wide.
func newLine(text string, f face) *layout {
	return layOut(text, request{face: f, width: math.MaxFloat32, plain: true})
}

func layOut(text string, as request) *layout {
	l := &layout{source: text, face: as.face, asked: as}
	l.shown, l.at = links.Shown(text)
	if len(l.shown) > maxShown {
		l.cut()
	}
	if as.grow && onlyEmoji(l.shown) {
		l.face.size *= 2.4
	}
	if !as.plain {
		l.links = links.Find(l.shown)
	}
	l.step = float32(int(l.face.line()*lineFactor + 0.5))
	c := cutter{text: l.shown, links: l.links, face: l.face}
	if as.grow && !as.typed {
		c.styles, l.quotes = readStyles(l.shown)
	}
	l.pieces = make([]piece, 0, len(l.shown)/4+2)
	quotes := l.quotes
	w := wrapper{l: l, width: max(as.width, l.face.size)}
	for from := 0; ; {
		to := len(l.shown)
		if i := strings.IndexByte(l.shown[from:], '\n'); i >= 0 {
			to = from + i
		}
		base, rtl := paragraphBase(l.shown[from:to])
		c.out = c.out[:0]
		c.paragraph(from, to, base, rtl)
		w.paragraph(c.out, from, to, base, depthOf(&quotes, from, to))
		if to == len(l.shown) {
			break
		}
		from = to + 1
	}
	l.height = l.step * float32(len(l.lines))
	return l
}

// again is the layout of a text, the same one if nothing has changed.
func (l *layout) again(text string, f face, width float32, grow bool) *layout {
	return l.againAs(text, request{face: f, width: width, grow: grow})
}

func (l *layout) againAs(text string, as request) *layout {
	if l != nil && l.source == text && l.asked == as {
		return l
	}
	return layOut(text, as)
}

// cut shortens what is shown of a very long text.
func (l *layout) cut() {
	n := cutRune(l.shown, maxShown)
	if l.at == nil {
		l.at = make([]int, len(l.shown)+1)
		for i := range l.at {
			l.at[i] = i
		}
	}
	end := l.at[len(l.at)-1]
	l.shown = l.shown[:n] + "…"
	l.at = append(l.at[:n:n], l.at[n], l.at[n], l.at[n], end)
}

// onlyEmoji says whether text is one to three emoji and nothing else.
func onlyEmoji(text string) bool {
	n, state := 0, -1
	if len(text) > 200 {
		return false
	}
	for rest := strings.TrimSpace(text); rest != ""; n++ {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if cluster == " " {
			n--
		} else if n == 3 || !isEmoji(cluster) || emojiGlyphs(cluster) == nil {
			return false
		}
	}
	return n > 0
}

// sourceAt is the offset in the source of one in what is shown.
func (l *layout) sourceAt(i int) int {
	if l.at == nil {
		return min(i, len(l.source))
	}
	return l.at[min(i, len(l.at)-1)]
}

// wrapper breaks paragraphs into lines.
type wrapper struct {
	l     *layout
	width float32
	x     float32 // of the line that is being filled
}

func (w *wrapper) paragraph(pieces []piece, from, to int, base uint8, depth int) {
	l, whole := w.l, w.width
	l.lines = append(l.lines, line{start: from, end: to, first: len(l.pieces), base: base, depth: uint8(depth)})
	w.x, w.width = 0, max(w.width-float32(depth)*quoteStep, l.face.size)
	for i := 0; i < len(pieces); {
		n, width := group(pieces[i:])
		if w.x > 0 && w.x+width > w.width+0.5 {
			w.open(pieces[i].start)
		}
		if width > w.width+0.5 {
			for _, p := range pieces[i : i+n] {
				w.force(p)
			}
		} else {
			for _, p := range pieces[i : i+n] {
				w.x += p.width
				l.pieces = append(l.pieces, p)
			}
		}
		i += n
	}
	w.close(to)
	w.width = whole
}

// group is the number of pieces that stay together at the beginning of pieces,
// and how wide they are without the spaces after them.
func group(pieces []piece) (n int, width float32) {
	all := float32(0)
	for i, p := range pieces {
		all += p.width
		if p.kind != pieceSpace {
			width = all
		}
		if p.breaks {
			return i + 1, width
		}
	}
	return len(pieces), width
}

// open ends the line and begins another one.
func (w *wrapper) open(at int) {
	w.close(at)
	l := w.l
	last := &l.lines[len(l.lines)-1]
	l.lines = append(l.lines, line{start: at, end: at, first: len(l.pieces), base: last.base, depth: last.depth})
	w.x = 0
}

// close ends the line: the spaces at its end take no room.
func (w *wrapper) close(end int) {
	l := w.l
	n := &l.lines[len(l.lines)-1]
	n.end, n.last = end, len(l.pieces)
	for n.last > n.first && l.pieces[n.last-1].kind == pieceSpace {
		n.last--
	}
	n.width = 0
	for _, p := range l.pieces[n.first:n.last] {
		n.width += p.width
	}
	l.width = max(l.width, n.width+n.indent())
}

// force places a piece of a word that is longer than a line, broken between
// grapheme clusters where it must be.
func (w *wrapper) force(p piece) {
	l := w.l
	for p.kind != pieceSpace && w.x+p.width > w.width+0.5 {
		if p.kind != pieceText {
			if w.x > 0 {
				w.open(p.start)
			}
			break
		}
		n := fitting(l, p, w.width-w.x)
		if n == 0 && w.x > 0 {
			w.open(p.start)
			continue
		}
		n = max(n, firstCluster(l.shown[p.start:p.end])) // narrower than one letter
		if p.start+n == p.end {
			break
		}
		head := p
		head.end, head.breaks = p.start+n, true
		head.width = l.face.in(p.style).word(l.shown[head.start:head.end])
		l.pieces = append(l.pieces, head)
		w.x += head.width
		p.start = head.end
		p.width = l.face.in(p.style).word(l.shown[p.start:p.end])
		w.open(p.start)
	}
	w.x += p.width
	l.pieces = append(l.pieces, p)
}

func firstCluster(text string) int {
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(text, -1)
	return len(cluster)
}

// fitting is how many bytes of a piece fit into a width.
func fitting(l *layout, p piece, room float32) int {
	text := l.shown[p.start:p.end]
	ends, f := clusterEnds(text), l.face.in(p.style)
	low, high := 0, len(ends) // ends[:low] fit
	for low < high {
		if mid := (low + high + 1) / 2; f.part(text[:ends[mid-1]]) <= room {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low == 0 {
		return 0
	}
	return ends[low-1]
}

// clusterEnds are the offsets at which the grapheme clusters of text end.
func clusterEnds(text string) []int {
	ends := make([]int, 0, len(text))
	at, state := 0, -1
	for rest := text; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		at += len(cluster)
		ends = append(ends, at)
	}
	return ends
}
