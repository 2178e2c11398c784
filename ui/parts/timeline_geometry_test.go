// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// rowsOfHeights is a geometry over rows of these heights, which are guessed to be
// otherwise until they are measured.
func rowsOfHeights(heights []float64, view float64) (g *geometry, measured *int) {
	measured = new(int)
	g = &geometry{view: view, air: 8, scale: 1, end: true}
	g.measure = func(i int) float64 { *measured++; return heights[i] }
	g.reset(len(heights), func(i int) float64 { return 30 + float64(i%7) })
	g.settle()
	return g, measured
}

// check says what is wrong with what is in view; "" for nothing.
func (g *geometry) check(heights []float64) string {
	n := len(heights)
	if n == 0 || g.view <= 0 {
		if g.first != g.last {
			return "something is in view"
		}
		return ""
	}
	sum, all := 0.0, 0.0
	for i, h := range heights {
		if all += h; i >= g.first && i < g.last {
			sum += h
		}
	}
	const slip = 1e-3
	switch {
	case g.first < 0 || g.first >= g.last || g.last > n:
		return "no rows are in view"
	case math.Abs(g.bottom-g.top-sum) > slip:
		return "the rows do not stand below each other"
	case g.first > 0 && g.top > 0 || g.top+heights[g.first] <= -slip:
		return "the first is not the first in view"
	case g.last < n && g.bottom < g.view-slip, g.bottom-heights[g.last-1] > g.view+slip:
		return "the last is not the last in view"
	case all+2*g.air <= g.view && math.Abs(g.bottom-(g.view-g.air)) > 1:
		return "few rows do not stand at the bottom"
	case all+2*g.air > g.view+1 && g.first == 0 && g.top > g.air+slip:
		return "a gap above"
	case g.last == n && g.bottom < g.view-g.air-1:
		return "a gap below"
	case math.Abs(g.top-g.snap(g.top)) > 1e-3:
		return "not on a pixel"
	}
	return ""
}

// viewHeight is that of a window: nothing before there is one, or some lines.
var viewHeight = rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(20, 900))

func TestGeometry(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		heights := rapid.SliceOfN(rapid.Float64Range(1, 2000), 0, 60).Draw(t, "heights")
		for i := range heights {
			heights[i] = math.Ceil(heights[i])
		}
		g, _ := rowsOfHeights(heights, viewHeight.Draw(t, "view"))
		ops := rapid.SliceOfN(rapid.IntRange(0, 5), 1, 20).Draw(t, "ops")
		for _, op := range ops {
			amount := rapid.Float64Range(-3000, 3000).Draw(t, "amount")
			row := rapid.IntRange(0, 59).Draw(t, "row")
			switch op {
			case 0, 1:
				scrolls(t, g, heights, amount/10)
			case 2:
				g.scrollTo(amount * 10)
			case 3:
				g.show(row, amount/10)
			case 4:
				g.showEnd()
				if len(heights) > 0 && g.view > 0 && (!g.lastSeen() || g.below() > 0) {
					t.Fatal("the end is not shown")
				}
			case 5:
				end := g.end
				g.view = viewHeight.Draw(t, "view")
				g.settle()
				if end && len(heights) > 0 && g.view > 0 && g.below() > 0 {
					t.Fatal("the end was left")
				}
			}
			if what := g.check(heights); what != "" {
				t.Fatalf("op %d: %s: rows %d to %d from %g to %g", op, what, g.first, g.last, g.top, g.bottom)
			}
			if n := len(heights); n > 0 && g.view > 0 {
				y := rapid.Float64Range(0, g.view).Draw(t, "y")
				if i, top := g.at(y); y >= g.top && y < g.bottom && (y < top || y >= top+heights[i]) {
					t.Fatalf("row %d from %g is not at %g", i, top, y)
				}
			}
		}
	})
}

// scrolls moves what is in view by just so much, unless there is no more.
func scrolls(t *rapid.T, g *geometry, heights []float64, dy float64) {
	first, top, rest := g.first, g.top, g.rest
	stuck := g.scroll(dy)
	if len(heights) == 0 || g.view <= 0 || math.Abs(dy) > 4*g.view { // so far it goes by guesses
		return
	}
	at := g.top
	for i := g.first; i < first; i++ {
		at += heights[i]
	}
	for i := first; i < g.first; i++ {
		at -= heights[i]
	}
	want := g.snap(top + dy + rest)
	if moved := at - want; math.Abs(moved) > 1e-6 && !stuck {
		t.Fatalf("scrolling by %g missed by %g", dy, moved)
	}
}

// TestScrollingAddsUp moves by less than a pixel, as touchpads do.
func TestScrollingAddsUp(t *testing.T) {
	t.Parallel()
	g, _ := rowsOfHeights([]float64{400, 400, 400, 400}, 500)
	for range 100 {
		g.scroll(0.3)
	}
	if got := g.below() + sumSlip; math.Abs(got-30) > 1 {
		t.Errorf("100 times 0.3 are %g", got)
	}
}

// TestScrollingMeasuresWhatIsSeen counts how many rows are measured: the number
// of rows has no part in it.
func TestScrollingMeasuresWhatIsSeen(t *testing.T) {
	t.Parallel()
	heights := make([]float64, 100_000)
	for i := range heights {
		heights[i] = float64(20 + i*37%180)
	}
	g, measured := rowsOfHeights(heights, 800)
	for name, step := range map[string]func(){
		"open":     func() { g.showEnd() },
		"wheel up": func() { g.scroll(60) },
		"page up":  func() { g.scroll(750) },
		"far":      func() { g.scroll(-1e6) },
		"jump":     func() { g.show(50_000, 300) },
		"thumb":    func() { g.scrollTo(1_234_567) },
		"top":      func() { g.scrollTo(0) },
	} {
		*measured = 0
		step()
		if *measured > 120 {
			t.Errorf("%s measures %d rows", name, *measured)
		}
		if what := g.check(heights); what != "" {
			t.Errorf("%s: %s", name, what)
		}
	}
}

func TestOffsetFindsItsWay(t *testing.T) {
	t.Parallel()
	heights := []float64{100, 50, 700, 20, 30, 400}
	g, _ := rowsOfHeights(heights, 300)
	for i := range heights {
		g.height(i)
	}
	for offset := 0.0; offset <= g.whole()-g.view; offset += 7 {
		if g.scrollTo(offset); math.Abs(g.offset()-offset) > 1e-6 {
			t.Fatalf("at %g instead of %g", g.offset(), offset)
		}
		if below := g.whole() - g.view - offset; math.Abs(g.below()-below) > 2*sumSlip {
			t.Fatalf("%g are below, want %g", g.below(), below)
		}
	}
}

func TestHeights(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		each := rapid.SliceOfN(rapid.Float64Range(0, 100), 0, 70).Draw(t, "each")
		var h heights
		h.reset(len(each), func(i int) float64 { return each[i] })
		for range rapid.IntRange(0, 10).Draw(t, "changes") {
			if len(each) > 0 {
				i := rapid.IntRange(0, len(each)-1).Draw(t, "i")
				each[i] = rapid.Float64Range(0, 100).Draw(t, "height")
				h.set(i, each[i])
			}
		}
		sum := 0.0
		for i, v := range each {
			if math.Abs(h.above(i)-sum) > 1e-6 {
				t.Fatalf("%g above row %d, want %g", h.above(i), i, sum)
			}
			if v > 1e-3 {
				if k, inside := h.find(sum + v/2); k != i || math.Abs(inside-v/2) > 1e-6 {
					t.Fatalf("row %d and %g at %g, want %d", k, inside, sum+v/2, i)
				}
			}
			sum += v
		}
		if math.Abs(h.total()-sum) > 1e-6 {
			t.Fatalf("%g in all, want %g", h.total(), sum)
		}
		if k, _ := h.find(sum + 10); len(each) > 0 && k != len(each)-1 {
			t.Fatalf("row %d behind the end", k)
		}
	})
}
