// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

// FuzzLayout lays out what strangers write, hits it and marks it. Layouts of
// any text hold together and never panic.
func FuzzLayout(f *testing.F) {
	for _, text := range []string{
		"", "hello world", "a\n\nb", "שלום (abc) 12,5%\t!", "مرحبا ١٢", "👨‍👩‍👧‍👦🏳️‍🌈1️⃣🇺🇦❤︎", "e\u0301\u0301\u0301",
		"https://example.org/a(b)_c?d=%20 www.a.b mailto:a@b.c", strings.Repeat("👨\u200d", 60), strings.Repeat("(א[", 40),
		"日本語、テキスト。", "\u3000\u0301", "\xff\xfe\u202e\u2066", strings.Repeat("x", 200), strings.Repeat(" ", 200) + "y",
	} {
		f.Add(text, uint16(200), true)
		f.Add(text, uint16(1), false)
	}
	f.Fuzz(func(t *testing.T, text string, width uint16, grow bool) {
		l := newLayout(text, plainFace, float32(width), grow)
		if what := checkLayout(l, float32(width)); what != "" {
			t.Fatal(what)
		}
		for i := range l.lines {
			y := (float32(i) + 0.5) * l.step
			for _, x := range []float32{-1, 0, l.width / 3, l.width + 1} {
				s := l.hit(x, y, l.width)
				if s.offset < l.lines[i].start || s.offset > l.lines[i].end || int(s.link) >= len(l.links) {
					t.Fatalf("hit %+v on line %d", s, i)
				}
				if from, to := l.wordAt(s.offset); from > to || to > len(l.shown) {
					t.Fatalf("word %d to %d", from, to)
				}
				if at := l.sourceAt(s.offset); at < 0 || at > len(text) {
					t.Fatalf("source %d of %d", at, len(text))
				}
			}
		}
		l.marks(1, len(l.shown), l.width, 0, len(l.lines), func(p fyne.Position, s fyne.Size) {
			if s.Width <= 0 || p.X < -0.5 {
				t.Fatalf("mark at %v of %v", p, s)
			}
		})
	})
}
