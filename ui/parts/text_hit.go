// SPDX-License-Identifier: MPL-2.0

package parts

import (
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

// hit finds what is at a position in a box of a width.
func (l *layout) hit(x, y, width float32) spot {
	i := l.lineAt(y)
	n := l.lines[i]
	x -= l.left(i, width)
	runs := l.runsOf(i)
	if len(runs) == 0 {
		return spot{offset: n.start, link: -1}
	}
	inside := y >= 0 && y < l.height
	switch {
	case x < 0:
		return spot{offset: n.edge(true), link: -1}
	case x >= n.width:
		return spot{offset: n.edge(false), link: -1}
	}
	k := 0
	for k+1 < len(runs) && runs[k+1].x <= x {
		k++
	}
	s := spot{offset: l.offsetIn(runs[k], x-runs[k].x), link: -1, over: inside}
	if inside {
		s.link = runs[k].link
	}
	return s
}

// edge is the offset at the left or the right end of a line.
func (n line) edge(left bool) int {
	if left == (n.base == 1) {
		return n.end
	}
	return n.start
}

// offsetIn is the border of clusters nearest to x in a run.
func (l *layout) offsetIn(r run, x float32) int {
	if r.level%2 == 1 {
		x = r.width - x
	}
	if r.kind != pieceText && r.kind != pieceSpace {
		if x > r.width/2 {
			return r.end
		}
		return r.start
	}
	ends := clusterEnds(l.shown[r.start:r.end])
	low, high := 0, len(ends) // the first cluster that ends beyond x
	for low < high {
		if mid := (low + high) / 2; l.advance(r, r.start+ends[mid]) > x {
			high = mid
		} else {
			low = mid + 1
		}
	}
	if low == len(ends) {
		return r.end
	}
	before := r.start
	if low > 0 {
		before += ends[low-1]
	}
	after := r.start + ends[low]
	if x-l.advance(r, before) > l.advance(r, after)-x {
		return after
	}
	return before
}

// advance is how far a run reaches up to an offset in it, in its direction.
func (l *layout) advance(r run, to int) float32 {
	switch {
	case to <= r.start:
		return 0
	case to >= r.end:
		return r.width
	case r.kind == pieceEmoji || r.kind == pieceTab:
		return 0
	}
	return min(l.face.measure(l.shown[r.start:to]), r.width)
}

// marks are the rectangles behind what is selected from an offset to another.
func (l *layout) marks(from, to int, width float32, each func(pos fyne.Position, size fyne.Size)) {
	if from >= to {
		return
	}
	for i := range l.lines {
		n := &l.lines[i]
		y := float32(i) * l.step
		if n.start >= to || n.end < from {
			continue
		}
		left := l.left(i, width)
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
			x1, x2 := r.x+l.advance(r, a), r.x+l.advance(r, b)
			if r.level%2 == 1 {
				x1, x2 = r.x+r.width-l.advance(r, b), r.x+r.width-l.advance(r, a)
			}
			if x1 > end+0.5 || begin < 0 {
				flush()
				begin = x1
			}
			end = max(end, x2)
		}
		flush()
		if to > n.end && n.end >= from && n.end < len(l.shown) && len(l.runsOf(i)) == 0 {
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
