// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"math"
	"strings"
	"testing"

	"golang.org/x/text/language"
)

// TestPairs compares the sum of letters and pairs with what the toolkit says of
// whole words.
func TestPairs(t *testing.T) {
	speak(t, language.Japanese) // whatever fonts the system has
	words := strings.Fields("AVATAR To. Yo, Tê office affluent fjord waffle WAVE Ångström größer «кавычки» Привет γειά σου " +
		"日本語 こんにちは 안녕하세요 naïve “quoted” don’t 1,234.50€ a–b f(x) http://example.org/~a?b=c&d=%20 ŁÓDŹ")
	words = append(words, strings.Fields(prose(4000, 7))...)
	for _, f := range []face{{size: 14}, {size: 12, bold: true}, {size: 19.6}} {
		for _, w := range words {
			got, ok := f.simple(w)
			if want := f.measure(w); !ok || math.Abs(float64(got-want)) > 0.3 {
				t.Errorf("%v %s: %g %v, want %g", f, w, got, ok, want)
			}
		}
	}
	for _, w := range []string{"e\u0301", "عربي", "नमस्ते", "ไทย", "a\u200db"} {
		if _, ok := plainFace.simple(w); ok {
			t.Errorf("%q is taken for letters that keep their shape", w)
		}
		if plainFace.word(w) != plainFace.measure(w) {
			t.Errorf("%q is measured as %g", w, plainFace.word(w))
		}
	}
}

func TestCachesAreBounded(t *testing.T) {
	for i := range 3 * maxFaces {
		face{size: 10 + float32(i)/8}.word("abc")
	}
	if len(pairsOf) > maxFaces {
		t.Errorf("%d tables of pairs", len(pairsOf))
	}
	p := plainFace.pairs()
	for i := range maxWidths + 100 {
		plainFace.other(p, rune(0x400+i%128), rune(0x370+i/128%200))
	}
	if len(p.kerns) > maxWidths {
		t.Errorf("%d pairs", len(p.kerns))
	}
}
