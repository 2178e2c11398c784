// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// window is what is loaded of a conversation.
type window struct {
	all      []said
	from, to int
}

func (w *window) rows() []model.Row { return rowsOf(w.from, w.all[w.from:w.to]) }

func (w *window) show(r *rig) { r.SetRows(w.rows(), w.from > 0, w.to < len(w.all)) }

// TestPlaceHolds does at random what happens to a timeline, and looks at the
// screen before and after: what is in view and has not changed itself is where
// it was, to the pixel.
func TestPlaceHolds(t *testing.T) {
	for _, scale := range []float32{1, 1.25} {
		t.Run(fmt.Sprint("scale ", scale), func(t *testing.T) { placeHolds(t, scale) })
	}
}

func placeHolds(t *testing.T, scale float32) {
	r := newRig(t, 500, 400)
	r.window.Canvas().(interface{ SetScale(float32) }).SetScale(scale)
	r.window.Resize(fyne.NewSize(600, 400))
	few(t, 400)
	rapid.Check(t, func(t *rapid.T) {
		r.window.Resize(fyne.NewSize(500, 400))
		if r.page.scale != scale {
			t.Fatalf("scale %g", r.page.scale)
		}
		w := &window{all: talk(120, rapid.Uint64().Draw(t, "seed"))}
		w.from, w.to = 50, 90
		r.SetRows(nil, false, false)
		w.show(r)
		for i := range rapid.IntRange(1, 12).Draw(t, "steps") {
			r.step(t, w, i)
			if what := r.geometry.check(r.measured()); what != "" {
				t.Fatalf("step %d: %s", i, what)
			}
		}
	})
}

func (r *rig) measured() []float64 {
	heights := make([]float64, len(r.entries))
	for i := range heights {
		heights[i] = r.measure(i)
	}
	return heights
}

func (r *rig) step(t *rapid.T, w *window, i int) {
	n := rapid.IntRange(1, 30).Draw(t, "n")
	before := r.look()
	what := rapid.SampledFrom([]string{
		"scroll", "scroll", "scroll", "older", "newer", "drop older", "drop newer", "new message", "status", "height", "width", "same",
	}).Draw(t, "what")
	switch what {
	case "scroll":
		r.scrollBy(rapid.Float64Range(-900, 900).Draw(t, "by"))
		return
	case "older":
		w.from = max(w.from-n, 0)
	case "newer":
		w.to = min(w.to+n, len(w.all))
	case "drop older":
		w.from = min(w.from+n, w.to-1)
	case "drop newer":
		w.to = max(w.to-n, w.from+1)
	case "new message":
		w.to = len(w.all)
		w.all = append(w.all, said{text: "new", minute: w.all[w.to-1].minute + 1})
		w.to++
	case "status":
		k := rapid.IntRange(w.from, w.to-1).Draw(t, "message")
		w.all[k].status = rapid.SampledFrom([]chat.Status{chat.Sent, chat.Read, chat.Failed}).Draw(t, "status")
	case "height":
		r.window.Resize(fyne.NewSize(r.page.width, rapid.Float32Range(80, 900).Draw(t, "height")))
		before.holds(t, r, what)
		return
	case "width":
		r.window.Resize(fyne.NewSize(rapid.Float32Range(200, 1400).Draw(t, "width"), float32(r.geometry.view)))
		before.topHolds(t, r)
		return
	}
	w.show(r)
	before.holds(t, r, fmt.Sprint(i, " ", what))
}

// TestGapClosesWhileReading: messages come into a gap that is in view, or is not.
// Whoever reads below it goes on reading there, and whoever reads above it, there.
func TestGapClosesWhileReading(t *testing.T) {
	all := lines(60)
	before := rowsOf(0, all)
	var missing, closing []model.Row // rows 20 to 39 are not here; or only their older half
	for i, r := range before {
		switch {
		case i == 20:
			missing = append(missing, model.Row{Key: "gap", Kind: model.RowGap})
			closing = append(closing, model.Row{Key: "gap", Kind: model.RowGap})
		case i > 20 && i < 30:
		case i >= 30 && i < 40:
			closing = append(closing, r)
		default:
			missing, closing = append(missing, r), append(closing, r)
		}
	}
	for _, c := range []struct {
		name  string
		gapAt float64
		reads int // the row that holds its place
	}{
		{"below it", 100, 42},
		{"below it, out of view", -50, 42},
		{"above it", 350, 18},
	} {
		r := newRig(t, 400, 400)
		r.SetRows(missing, true, true)
		r.geometry.show(r.index["gap"], c.gapAt)
		r.draw()
		key := before[c.reads].Key
		at, ok := r.places()[key]
		if !ok {
			t.Fatalf("%s: %s is not in view: %v", c.name, key, r.shown())
		}
		for _, rows := range [][]model.Row{closing, before} {
			r.SetRows(rows, true, true)
			if got, ok := r.places()[key]; !ok || got != at {
				t.Errorf("%s: %s moved from %v to %v, in view %v", c.name, key, at, got, ok)
			}
		}
	}
}

// fatal is a test, or a check of a property.
type fatal interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// TestTextSizeKeepsTheTop shows the same line at the top in any size.
func TestTextSizeKeepsTheTop(t *testing.T) {
	r := newRig(t, 500, 400)
	w := &window{all: talk(60, 5), to: 60}
	w.show(r)
	for i, scale := range []float32{1.4, 1, 2, 1.4, 0.8} {
		r.scrollBy(float64(700 - 90*i))
		before := r.look()
		setTheme(t, theme.Options{Mode: theme.Light, Scale: scale})
		before.topHolds(t, r)
	}
	r.JumpToEnd()
	before := r.look()
	setTheme(t, theme.Options{Mode: theme.Light, Compact: true})
	before.topHolds(t, r)
}

// glance is what was to be seen at a time.
type glance struct {
	rows  []seen
	top   stand
	end   bool
	newer bool
}

type seen struct {
	key       string
	y, height float32 // of what is drawn, and with what stands below it
}

func (r *rig) look() glance {
	g := glance{end: r.geometry.below() <= 0, newer: r.hasNewer}
	at := r.places()
	stands := r.stands()
	for k, s := range stands {
		e := r.entries[r.geometry.first+k]
		g.rows = append(g.rows, seen{s.key, at[s.key], e.height - e.gap})
	}
	g.top = topOf(stands)
	return g
}

// holds compares the screen with what it was.
func (g glance) holds(t *rapid.T, r *rig, what string) {
	at := r.places()
	if g.end && !g.newer { // whoever is at the end stays there
		if r.geometry.below() > 0 && !r.hasNewer {
			t.Fatalf("%s: the end was left", what)
		}
		return
	}
	if !slices.ContainsFunc(g.rows, func(s seen) bool { _, ok := r.index[s.key]; return ok }) {
		return // everything that was in view has gone
	}
	for _, s := range g.rows {
		i, ok := r.index[s.key]
		if !ok || s.y < 0 {
			continue
		}
		y, ok := at[s.key]
		if !ok {
			continue
		}
		if math.Abs(float64(y-s.y)) > 0.01 && !r.pulled() {
			t.Fatalf("%s: %s moved from %g to %g", what, s.key, s.y, y)
		}
		if e := r.entries[i]; e.height-e.gap != s.height {
			return // what stands below has to move
		}
	}
}

// pulled says whether the rows had to move because there is nothing else to fill
// the view.
func (r *rig) pulled() bool {
	g := &r.geometry
	return g.last == g.rows() && g.bottom <= g.floor()+0.01 || g.first == 0 && g.top >= g.air-0.01
}

// topHolds compares the line at the top with what it was.
func (g glance) topHolds(t fatal, r *rig) {
	if g.end {
		if r.geometry.below() > 0 {
			t.Fatalf("the end was left")
		}
		return
	}
	s := g.top
	e := r.entries[r.index[s.key]]
	v, ok := r.scene.views[e]
	if !ok {
		if r.pulled() {
			return
		}
		t.Fatalf("%+v, which stood at the top, is out of view", s)
	}
	y := float64(v.box.Position().Y + e.gap)
	if s.line >= 0 {
		y = float64(v.box.Position().Y) + lineTop(e, e.text.lineOf(s.line))
	}
	if s.step > 0 {
		s.y *= float64(e.text.step) / s.step
	}
	if math.Abs(y-s.y) > 0.51 && !r.pulled() {
		t.Fatalf("%+v moved to %g", s, y)
	}
}
