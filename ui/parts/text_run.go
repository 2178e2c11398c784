// SPDX-License-Identifier: MPL-2.0

package parts

// runsOf are the runs of a line from left to right (UAX #9 L1, L2). Their x is
// counted from the left edge of the line.
func (l *layout) runsOf(i int) []run {
	n := &l.lines[i]
	if n.runs != nil || n.first == n.last {
		return n.runs
	}
	pieces := l.pieces[n.first:n.last]
	runs := make([]run, 0, 4)
	rtl := false
	for _, p := range pieces {
		rtl = rtl || p.level > 0
		if k := len(runs) - 1; k >= 0 && merges(runs[k], p) {
			runs[k].end, runs[k].width = p.end, runs[k].width+p.width
			runs[k].kind = pieceText
			continue
		}
		runs = append(runs, run{start: p.start, end: p.end, width: p.width, link: p.link, kind: p.kind, level: p.level, turned: p.turned, style: p.style})
	}
	if rtl {
		visual(runs, func(r run) uint8 { return r.level })
	}
	x := float32(0)
	for k := range runs {
		runs[k].x = x
		x += runs[k].width
	}
	n.runs = runs
	return runs
}

// merges says whether a piece is drawn with what stands before it. Words from
// right to left are not: the toolkit would put them in the wrong order.
func merges(r run, p piece) bool {
	return r.level == p.level && r.level%2 == 0 && r.link == p.link && r.style == p.style &&
		(r.kind == pieceText || r.kind == pieceSpace) && (p.kind == pieceText || p.kind == pieceSpace)
}

// left is where a line begins when the text stands in a box of that width.
func (l *layout) left(i int, width float32) float32 {
	if n := &l.lines[i]; n.base == 1 {
		return width - n.width - n.indent()
	}
	return l.lines[i].indent()
}

// usualFont is a mark that nobody sees. The toolkit stands letters of another
// font on a line of their own, a little higher, unless something of the usual
// font is beside them.
const usualFont = "\u200e"

// textOf is what is handed to the toolkit for a run.
func (l *layout) textOf(r run) string {
	text := l.shown[r.start:r.end]
	switch {
	case r.turned:
		return mirror(text)
	case r.level%2 == 1:
		return usualFont + text
	}
	return text
}
