// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"sort"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// spot is what is found at a position of a text.
type spot struct {
	offset int   // between two clusters of the shown text
	link   int16 // what is under the position; -1
	over   bool  // the position is on letters
}

// lineAt is the line at a height, the nearest one outside the text.
func (l *layout) lineAt(y float32) int {
	return min(max(int(y/l.step), 0), len(l.lines)-1)
}

// lineOf is the line that an offset stands on; between two lines, the second.
func (l *layout) lineOf(offset int) int {
	return max(sort.Search(len(l.lines), func(i int) bool { return l.lines[i].start > offset })-1, 0)
}

// hit finds what is at a position in a box of a width.
func (l *layout) hit(x, y, width float32) spot {
	i := l.lineAt(y)
	n := &l.lines[i]
	x -= l.left(i, width)
	runs := l.runsOf(i)
	switch {
	case len(runs) == 0:
		return spot{offset: n.start, link: -1}
	case x < 0:
		return spot{offset: l.edge(i, true), link: -1}
	case x >= n.width:
		return spot{offset: l.edge(i, false), link: -1}
	}
	k := 0
	for k+1 < len(runs) && runs[k+1].x <= x {
		k++
	}
	s := spot{offset: l.offsetIn(i, runs[k], x-runs[k].x), link: -1, over: y >= 0 && y < l.height}
	if s.over {
		s.link = runs[k].link
	}
	return s
}

// edge is the offset at the left or the right end of a line; it stays before
// the spaces that ended it, so that it does not belong to the next line.
func (l *layout) edge(i int, left bool) int {
	n := &l.lines[i]
	if left == (n.base == 1) && n.last > n.first {
		return l.pieces[n.last-1].end
	}
	return n.start
}

// piecesOf are the pieces of a line that a run is made of.
func (l *layout) piecesOf(i int, r run) []piece {
	all := l.pieces[l.lines[i].first:l.lines[i].last]
	from := sort.Search(len(all), func(k int) bool { return all[k].start >= r.start })
	to := from
	for to < len(all) && all[to].end <= r.end {
		to++
	}
	return all[from:to]
}

// offsetIn is the border of clusters nearest to x in a run.
func (l *layout) offsetIn(i int, r run, x float32) int {
	if r.level%2 == 1 {
		x = r.width - x
	}
	for _, p := range l.piecesOf(i, r) {
		if x >= p.width && p.end < r.end {
			x -= p.width
			continue
		}
		if p.kind == pieceEmoji || p.kind == pieceTab || p.kind == pieceHidden {
			if x > p.width/2 {
				return p.end
			}
			return p.start
		}
		before := float32(0)
		for at := p.start; at < p.end; {
			next := at + firstCluster(l.shown[at:p.end])
			after := l.prefix(p, next)
			if x < (before+after)/2 {
				return at
			}
			at, before = next, after
		}
		return p.end
	}
	return r.end
}

// prefix is how far a piece of letters or spaces reaches up to an offset in it.
func (l *layout) prefix(p piece, to int) float32 {
	switch {
	case to <= p.start:
		return 0
	case to >= p.end:
		return p.width
	}
	return min(l.face.in(p.style).part(l.shown[p.start:to]), p.width)
}

// advance is how far a run reaches up to an offset in it, in its direction.
func (l *layout) advance(i int, r run, to int) (x float32) {
	for _, p := range l.piecesOf(i, r) {
		switch {
		case to >= p.end:
			x += p.width
		case to > p.start && p.kind != pieceEmoji && p.kind != pieceTab && p.kind != pieceHidden:
			return x + l.prefix(p, to)
		default:
			return x
		}
	}
	return x
}

// marks are the rectangles behind what is selected from an offset to another,
// on the lines first to last (not included).
func (l *layout) marks(from, to int, width float32, first, last int, each func(pos fyne.Position, size fyne.Size)) {
	for i := first; i < last && from < to; i++ {
		n := &l.lines[i]
		if n.start >= to || n.end < from {
			continue
		}
		left, y := l.left(i, width), float32(i)*l.step
		begin, end := float32(-1), float32(-1)
		flush := func() {
			if end > begin {
				each(fyne.NewPos(left+begin, y), fyne.NewSize(end-begin, l.step))
			}
		}
		for _, r := range l.runsOf(i) {
			a, b := max(from, r.start), min(to, r.end)
			if a >= b {
				continue
			}
			x1, x2 := r.x+l.advance(i, r, a), r.x+l.advance(i, r, b)
			if r.level%2 == 1 {
				x1, x2 = 2*r.x+r.width-x2, 2*r.x+r.width-x1
			}
			if x1 > end+0.5 || begin < 0 {
				flush()
				begin = x1
			}
			end = max(end, x2)
		}
		flush()
		if n.first == n.last && n.end < len(l.shown) && to > n.end {
			each(fyne.NewPos(left, y), fyne.NewSize(l.face.size/3, l.step)) // an empty line
		}
	}
}

// wordAt is the word at an offset, by its letters and digits; the cluster where
// there is none.
func (l *layout) wordAt(offset int) (from, to int) {
	in := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_' || r == '\'' || r == '’'
	}
	from, to = offset, offset
	for to < len(l.shown) {
		r, n := utf8.DecodeRuneInString(l.shown[to:])
		if !in(r) {
			break
		}
		to += n
	}
	for from > 0 {
		r, n := utf8.DecodeLastRuneInString(l.shown[:from])
		if !in(r) {
			break
		}
		from -= n
	}
	if from == to && to < len(l.shown) {
		to += firstCluster(l.shown[to:])
	}
	return from, to
}
