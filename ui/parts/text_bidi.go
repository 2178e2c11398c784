// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// mayBeRTL is a quick no for the scripts that are written from left to right.
func mayBeRTL(r rune) bool {
	return r >= 0x590 && r <= 0x8FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFF ||
		r >= 0x10800 && r <= 0x10FFF || r >= 0x1E800 && r <= 0x1EFFF
}

// paragraphBase is the level of a paragraph by its first strong character
// (UAX #9 P2, P3), and whether there is anything from right to left in it.
func paragraphBase(text string) (base uint8, rtl bool) {
	strong := false
	for i, r := range text {
		if r < 0x590 {
			strong = strong || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0xAA && r != 0xD7 && r != 0xF7 && classOf(text[i:]) == bidi.L
			continue
		}
		if mayBeRTL(r) || !strong {
			switch classOf(text[i:]) {
			case bidi.R, bidi.AL:
				if !strong {
					return 1, true
				}
				return 0, true
			case bidi.AN:
				rtl = true
			case bidi.L:
				strong = true
			}
		}
	}
	return 0, rtl
}

func classOf(text string) bidi.Class {
	p, _ := bidi.LookupString(text)
	return p.Class()
}

// bidiRun resolves the levels of one paragraph (UAX #9). Explicit controls were
// taken out before, so that the paragraph is one isolating run sequence.
type bidiRun struct {
	runes   []rune
	was     []bidi.Class // as the characters are
	classes []bidi.Class // as the rules turn them
	embed   bidi.Class   // L or R, the direction of the base
}

// bidiLevels gives each byte of text, which has no line end in it, its level.
func bidiLevels(text string, base uint8) []uint8 {
	r := bidiRun{embed: bidi.L}
	if base == 1 {
		r.embed = bidi.R
	}
	for i, c := range text {
		class := classOf(text[i:])
		if class != bidi.BN { // X9: as if they were not there
			r.runes, r.was = append(r.runes, c), append(r.was, class)
		}
	}
	r.classes = append(r.classes, r.was...)
	r.weak()
	r.brackets()
	r.neutral()
	r.separators()
	levels := make([]uint8, 0, len(text))
	level, k := base, 0
	for i, c := range text {
		if classOf(text[i:]) != bidi.BN {
			level = levelOf(r.classes[k], base)
			k++
		}
		for range utf8.RuneLen(c) {
			levels = append(levels, level)
		}
	}
	return levels
}

// levelOf applies I1 and I2. ON stands for the base.
func levelOf(c bidi.Class, base uint8) uint8 {
	switch {
	case c == bidi.ON:
		return base
	case base == 0 && c == bidi.R, base == 1 && c != bidi.R:
		return base + 1
	case base == 0 && c != bidi.L:
		return 2
	}
	return base
}

// weak applies W1 to W7.
func (r *bidiRun) weak() {
	c := r.classes
	prev, strong := r.embed, r.embed
	for i := range c { // W1 to W3
		switch c[i] {
		case bidi.NSM:
			c[i] = prev
		case bidi.L, bidi.R, bidi.AL:
			strong = c[i]
		}
		if c[i] == bidi.EN && strong == bidi.AL {
			c[i] = bidi.AN
		}
		prev = c[i]
	}
	for i := range c {
		if c[i] == bidi.AL {
			c[i] = bidi.R
		}
	}
	for i := 1; i+1 < len(c); i++ { // W4
		if c[i-1] == c[i+1] && (c[i-1] == bidi.EN && (c[i] == bidi.ES || c[i] == bidi.CS) || c[i-1] == bidi.AN && c[i] == bidi.CS) {
			c[i] = c[i-1]
		}
	}
	for i := 0; i < len(c); i++ { // W5, W6
		if c[i] == bidi.ET {
			to := i
			for to < len(c) && c[to] == bidi.ET {
				to++
			}
			into := bidi.Class(bidi.ON)
			if i > 0 && c[i-1] == bidi.EN || to < len(c) && c[to] == bidi.EN {
				into = bidi.EN
			}
			for ; i < to; i++ {
				c[i] = into
			}
			i--
		} else if c[i] == bidi.ES || c[i] == bidi.CS {
			c[i] = bidi.ON
		}
	}
	strong = r.embed
	for i := range c { // W7
		switch c[i] {
		case bidi.L, bidi.R:
			strong = c[i]
		case bidi.EN:
			if strong == bidi.L {
				c[i] = bidi.L
			}
		}
	}
}

// strongOf is a class as the rules for neutrals see it.
func strongOf(c bidi.Class) bidi.Class {
	switch c {
	case bidi.EN, bidi.AN, bidi.R:
		return bidi.R
	case bidi.L:
		return bidi.L
	}
	return bidi.ON
}

// neutral applies N1 and N2.
func (r *bidiRun) neutral() {
	c := r.classes
	before := r.embed
	for i := 0; i < len(c); i++ {
		if s := strongOf(c[i]); s != bidi.ON {
			before = s
			continue
		}
		to := i
		for to < len(c) && strongOf(c[to]) == bidi.ON {
			to++
		}
		after := r.embed
		if to < len(c) {
			after = strongOf(c[to])
		}
		into := r.embed
		if before == after {
			into = before
		}
		for ; i < to; i++ {
			c[i] = into
		}
		i--
	}
}

// separators applies L1 to tabs and the spaces before them, and to the spaces at
// the end. Those at the ends of lines take no room.
func (r *bidiRun) separators() {
	back := true
	for i := len(r.was) - 1; i >= 0; i-- {
		switch r.was[i] {
		case bidi.S, bidi.B:
			back = true
			r.classes[i] = bidi.ON
		case bidi.WS:
			if back {
				r.classes[i] = bidi.ON
			}
		default:
			back = false
		}
	}
}
