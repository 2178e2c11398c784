// SPDX-License-Identifier: MPL-2.0

package parts

import "math"

// geometry says which rows stand where in a view. It holds on to one row, the
// anchor, and works outwards from it: no step costs more than the rows that it
// passes, and a change above or below moves nothing in view. All lengths are in
// the toolkit's units, counted from the top of the view.
type geometry struct {
	measure func(i int) float64 // the height of a row; asked for what comes into view
	heights heights             // measured and guessed
	view    float64             // height of the view; 0 until it is known
	air     float64             // above the first row and below the last
	scale   float64             // pixels a unit: rows stand on whole pixels

	anchor int
	y      float64 // where the anchor begins
	rest   float64 // what scrolling owes, less than a pixel
	end    bool    // the last row is at the bottom, and kept there

	// What settle finds:
	first, last int     // the rows in view, last not included
	top, bottom float64 // where first begins and where last-1 ends
}

// sumSlip is more than sums of heights are inexact by, and less than anybody sees.
const sumSlip = 0.01

func (g *geometry) rows() int { return len(g.heights.each) }

// reset takes other rows. The anchor has to be set afterwards.
func (g *geometry) reset(n int, guess func(i int) float64) {
	g.heights.reset(n, guess)
	g.anchor = min(g.anchor, max(n-1, 0))
}

func (g *geometry) height(i int) float64 {
	h := g.measure(i)
	g.heights.set(i, h)
	return h
}

// show puts the top of a row at y, as far as the rows reach.
func (g *geometry) show(i int, y float64) {
	g.anchor, g.y, g.rest, g.end = min(max(i, 0), max(g.rows()-1, 0)), g.snap(y), 0, false
	g.settle()
}

// showEnd puts the last row at the bottom and keeps it there.
func (g *geometry) showEnd() {
	g.end = true
	g.settle()
}

// snap is the nearest place that is a whole pixel.
func (g *geometry) snap(y float64) float64 {
	if g.scale <= 0 {
		return math.Round(y)
	}
	return math.Round(y*g.scale) / g.scale
}

// floor is where the last row ends when the end is shown.
func (g *geometry) floor() float64 {
	if g.scale <= 0 {
		return math.Floor(g.view - g.air)
	}
	return math.Floor((g.view-g.air)*g.scale) / g.scale
}

// settle finds the rows in view, and pulls them back where they went too far:
// there is no gap below the last row, nor above the first unless all of them
// fit into the view.
func (g *geometry) settle() {
	n := g.rows()
	if n == 0 || g.view <= 0 {
		g.first, g.last, g.top, g.bottom = 0, 0, 0, 0
		return
	}
	if g.end {
		g.anchor = n - 1
		g.y = g.floor() - g.height(n-1)
	}
	i, y := g.firstInView(g.anchor, g.y)
	if i == 0 && y > g.air {
		y = g.air
	}
	last, bottom := g.lastInView(i, y)
	if floor := g.floor(); last == n && bottom < floor {
		i, y = g.firstInView(i, y+floor-bottom)
		last, bottom = n, floor
	}
	g.first, g.top, g.last, g.bottom = i, y, last, bottom
	g.anchor, g.y = i, y
	g.end = g.below() <= 0
}

// firstInView walks from a row to the first one that can be seen.
func (g *geometry) firstInView(i int, y float64) (int, float64) {
	for y > 0 && i > 0 {
		i--
		y -= g.height(i)
	}
	for i < g.rows()-1 {
		h := g.height(i)
		if y+h > 0 {
			break
		}
		i, y = i+1, y+h
	}
	return i, y
}

// lastInView walks to the row after the last one that can be seen, and to where
// that begins.
func (g *geometry) lastInView(i int, y float64) (int, float64) {
	for i < g.rows() && y < g.view {
		y += g.height(i)
		i++
	}
	return i, y
}

// scroll moves the rows down by dy, up for less than 0, and says whether they
// are at the end of that way. Far away it goes by the heights as guessed.
func (g *geometry) scroll(dy float64) (stuck bool) {
	if math.Abs(dy) > 4*g.view {
		g.scrollTo(g.offset() - dy)
	} else {
		want := g.y + dy + g.rest
		g.show(g.anchor, want)
		g.rest = want - g.snap(want)
	}
	if dy > 0 {
		return g.first == 0 && g.top >= g.air
	}
	return g.below() <= 0
}

// scrollTo goes to an offset from the top of all rows, as bar counts it.
func (g *geometry) scrollTo(offset float64) {
	i, inside := g.heights.find(offset - g.air)
	g.show(i, -inside)
}

// offset is how far the view stands below the top of all rows, by what is
// guessed of those that were never seen.
func (g *geometry) offset() float64 { return g.heights.above(g.first) - g.top + g.air }

// whole is the height of all rows with the air around them.
func (g *geometry) whole() float64 { return g.heights.total() + 2*g.air }

// below is how much stands below the view; 0 or less at the end.
func (g *geometry) below() float64 {
	return g.bottom + g.heights.total() - g.heights.above(g.last) + g.air - g.view - sumSlip
}

// lastSeen says whether the end of the last row is in view.
func (g *geometry) lastSeen() bool {
	return g.rows() > 0 && g.last == g.rows() && g.bottom <= g.view+1
}

// at is the row at y, the nearest one in view; -1 if there is none.
func (g *geometry) at(y float64) (i int, top float64) {
	if g.first == g.last {
		return -1, 0
	}
	i, top = g.first, g.top
	for i < g.last-1 && top+g.heights.each[i] <= y {
		top += g.heights.each[i]
		i++
	}
	return i, top
}
