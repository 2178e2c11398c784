// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"

	"chatsecure.org/desktop/theme"
)

func TestVisualOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, want string }{
		{"plain", "plain"},
		{"שלום", "|שלום|"},
		{"שלום עולם", "|עולם| |שלום|"},
		{"(שלום) עולם!", "!|עולם| (|שלום|)"},
		{"abc שלום עולם def", "abc |עולם| |שלום| def"},
		{"שלום abc def 12", "abc def 12 |שלום|"},
		{"مرحبا، world", "world ،|مرحبا|"},
	} {
		if got := strings.ReplaceAll(visualOrder(c.line), usualFont, "|"); got != c.want {
			t.Errorf("%s: %s, want %s", c.line, got, c.want)
		}
	}
}

// TestVisualOrderLosesNothing: every character is there once, or its mirror.
func TestVisualOrderLosesNothing(t *testing.T) {
	t.Parallel()
	sorted := func(s string) map[rune]int {
		n := map[rune]int{}
		for _, r := range strings.ReplaceAll(s, usualFont, "") {
			if m, ok := mirrored[r]; ok {
				r = min(r, m)
			}
			n[r]++
		}
		return n
	}
	rapid.Check(t, func(t *rapid.T) {
		line := bidiText().Draw(t, "line")
		got, want := sorted(visualOrder(line)), sorted(line)
		for r, n := range want {
			if got[r] != n {
				t.Fatalf("%q: %d of %q, want %d", line, got[r], r, n)
			}
		}
	})
}

// TestVisualOrderIsWhatALineDraws compares the ink of the two ways to draw a
// text: the toolkit's, of a text in visual order, and our own, part by part.
func TestVisualOrderIsWhatALineDraws(t *testing.T) {
	kit := newKit(t, theme.Options{})
	useHebrew(t)
	for _, text := range []string{"שלום עולם", "(שלום) עולם!", "שלום, עולם", "abc שלום עולם def", "הספר abc ב-12,50 (חדש)"} {
		label := canvas.NewText(visualOrder(text), theme.Color(theme.ColorText))
		line := NewLine(kit, text, Style{})
		line.Fit = true
		if a, b := inkIn(label), inkIn(line); !alike(a, b) {
			t.Errorf("%s: ink in columns\n%v\nwant\n%v", text, a, b)
		}
	}
}

// inkIn counts the dark pixels of each column.
func inkIn(o fyne.CanvasObject) []int {
	w := test.NewWindow(o)
	defer w.Close()
	w.SetPadded(false)
	w.Resize(o.MinSize())
	picture := w.Canvas().Capture()
	columns := make([]int, picture.Bounds().Dx())
	for x := range columns {
		for y := range picture.Bounds().Dy() {
			if r, g, b, _ := picture.At(x, y).RGBA(); r+g+b < 3*0x8000 {
				columns[x]++
			}
		}
	}
	return columns
}

// alike allows for parts that are a pixel farther left or right.
func alike(a, b []int) bool {
	differ, all := 0, 0
	for x := range min(len(a), len(b)) {
		best := 100
		for k := max(x-2, 0); k <= min(x+2, len(b)-1); k++ {
			best = min(best, max(a[x]-b[k], b[k]-a[x]))
		}
		differ += best
		all += a[x]
	}
	return all > 100 && differ*8 < all
}
