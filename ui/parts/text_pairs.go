// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"math"

	"chatsecure.org/desktop/theme"
)

// maxFaces bounds how many tables are kept: a handful of sizes are in
// use at a time, and others come only when the person changes the text size.
const maxFaces = 16

// letterPairs is what is known of the letters of a face. Where letters keep their
// shape, the width of a word is that of each letter plus what each pair of
// neighbours moves together (kerning): the toolkit is asked once for each pair
// instead of once for each word, which is what makes a long text of words never
// seen before quick.
type letterPairs struct {
	line  float32
	base  float32
	one   [128]float32      // of an ASCII character; 0: not known
	pair  [128][128]float32 // of two together; 0: not known
	ones  map[rune]float32
	kerns map[[2]rune]float32 // what a pair is wider than its two alone
}

// pairsOf holds the tables of the faces in use; latest is the one asked for last.
var (
	pairsOf    = map[face]*letterPairs{}
	latest     *letterPairs
	latestFace face
)

func (f face) pairs() *letterPairs {
	if f == latestFace && latest != nil {
		return latest
	}
	t, ok := pairsOf[f]
	if !ok {
		if len(pairsOf) >= maxFaces {
			clear(pairsOf)
		}
		t = &letterPairs{ones: map[rune]float32{}, kerns: map[[2]rune]float32{}}
		pairsOf[f] = t
	}
	latest, latestFace = t, f
	return t
}

// simple is the width of a text whose letters all keep their shape; false for
// any other.
func (f face) simple(text string) (width float32, ok bool) {
	t := f.pairs()
	var before rune
	for _, r := range text {
		if !keepsShape(r) {
			return 0, false
		}
		if before < 128 && r < 128 {
			width += f.ascii(t, byte(before), byte(r))
		} else {
			width += f.other(t, before, r)
		}
		before = r
	}
	return width, true
}

// ascii is how far b reaches behind a; a is 0 at the beginning of a word.
func (f face) ascii(t *letterPairs, a, b byte) float32 {
	if a == 0 {
		return f.letter(t, b)
	}
	if t.pair[a][b] == 0 {
		t.pair[a][b] = f.measure(string([]byte{a, b}))
	}
	return t.pair[a][b] - f.letter(t, a)
}

func (f face) letter(t *letterPairs, b byte) float32 {
	if t.one[b] == 0 {
		t.one[b] = f.measure(string(rune(b)))
	}
	return t.one[b]
}

func (f face) other(t *letterPairs, a, b rune) float32 {
	w := f.glyph(t, b)
	if a == 0 || isWide(a) || isWide(b) {
		return w
	}
	key := [2]rune{a, b}
	k, ok := t.kerns[key]
	if !ok {
		if len(t.kerns) >= maxWidths {
			clear(t.kerns)
		}
		k = f.measure(string(key[:])) - f.glyph(t, a) - w
		t.kerns[key] = k
	}
	return w + k
}

func (f face) glyph(t *letterPairs, r rune) float32 {
	if isWide(r) {
		theme.NeedEastAsian()
		return f.square(r)
	}
	w, ok := t.ones[r]
	if !ok {
		w = f.measure(string(r))
		t.ones[r] = w
	}
	return w
}

// square is the width of what isWide finds in the font that we bring, which is read only
// when it is needed. The toolkit sets letters in whole sizes, and measures in
// sixty-fourths.
func (f face) square(r rune) float32 {
	em := 1.0
	if r >= 0xAC00 && r <= 0xD7A3 {
		em = 0.92
	}
	size := math.Ceil(math.Floor(float64(f.size)*64) / 64)
	return float32(math.Round(em*size*64) / 64)
}

// isWide finds the scripts that are set in squares and do not kern.
func isWide(r rune) bool {
	return r >= 0x3000 && r <= 0x303F || r >= 0x3041 && r <= 0x30FF || r >= 0x3400 && r <= 0x4DBF ||
		r >= 0x4E00 && r <= 0x9FFF || r >= 0xAC00 && r <= 0xD7A3 || r >= 0xFF01 && r <= 0xFF60
}

// keepsShape finds characters that look the same whatever stands beside them:
// no marks, no scripts that join their letters or change their order.
func keepsShape(r rune) bool {
	switch {
	case r < 0x80:
		return r >= ' ' && r < 0x7f
	case r < 0x300:
		return r >= 0xA0
	case r < 0x530:
		return r >= 0x370 && (r < 0x483 || r > 0x489)
	}
	return r >= 0x1E00 && r < 0x2000 || r >= 0x2010 && r <= 0x2027 || r >= 0x2030 && r <= 0x203B ||
		r >= 0x20A0 && r <= 0x20C0 || isWide(r) && (r < 0x302A || r > 0x302F)
}
