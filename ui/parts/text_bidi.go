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
			strong = strong || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0xC0 && r != 0xD7 && r != 0xF7 && classOf(text[i:]) == bidi.L
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
	base    uint8
	runes   []rune
	classes []bidi.Class
	embed   bidi.Class // L or R, the direction of the base
}

// bidiLevels gives each byte of text its level.
func bidiLevels(text string, base uint8) []uint8 {
	r := bidiRun{base: base, embed: bidi.L}
	if base == 1 {
		r.embed = bidi.R
	}
	for i, c := range text {
		r.runes = append(r.runes, c)
		r.classes = append(r.classes, classOf(text[i:]))
	}
	r.weak()
	r.brackets()
	r.neutral()
	levels := make([]uint8, 0, len(text))
	for i, c := range r.classes {
		level := base
		switch {
		case base == 0 && c == bidi.R, base == 1 && c != bidi.R:
			level = base + 1
		case base == 0 && c != bidi.L:
			level = 2
		}
		for range utf8.RuneLen(r.runes[i]) {
			levels = append(levels, level)
		}
	}
	return levels
}

// weak applies W1 to W7.
func (r *bidiRun) weak() {
	c := r.classes
	prev, strong := r.embed, r.embed
	for i := range c { // W1 to W3, and what is left of controls
		switch c[i] {
		case bidi.NSM, bidi.BN:
			c[i] = prev
		case bidi.EN:
			if strong == bidi.AL {
				c[i] = bidi.AN
			}
		case bidi.L, bidi.R, bidi.AL:
			strong = c[i]
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

// brackets applies N0: a pair takes the direction of what is inside it.
func (r *bidiRun) brackets() {
	type pair struct{ open, close int }
	var stack []int
	var pairs []pair
	for i, c := range r.runes {
		if r.classes[i] != bidi.ON {
			continue
		}
		if _, ok := closers[c]; ok {
			if len(stack) == 63 {
				break
			}
			stack = append(stack, i)
		} else if open, ok := openers[c]; ok {
			for k := len(stack) - 1; k >= 0; k-- {
				if r.runes[stack[k]] == open {
					pairs = append(pairs, pair{stack[k], i})
					stack = stack[:k]
					break
				}
			}
		}
	}
	for i := 1; i < len(pairs); i++ { // by their openings
		for k := i; k > 0 && pairs[k].open < pairs[k-1].open; k-- {
			pairs[k], pairs[k-1] = pairs[k-1], pairs[k]
		}
	}
	for _, p := range pairs {
		if to := r.insideOf(p.open, p.close); to != bidi.ON {
			r.classes[p.open], r.classes[p.close] = to, to
		}
	}
}

func (r *bidiRun) insideOf(from, to int) bidi.Class {
	other := false
	for _, c := range r.classes[from+1 : to] {
		switch strongOf(c) {
		case r.embed:
			return r.embed
		case bidi.L, bidi.R:
			other = true
		}
	}
	if !other {
		return bidi.ON
	}
	for i := from - 1; i >= 0; i-- {
		if s := strongOf(r.classes[i]); s != bidi.ON {
			return s
		}
	}
	return r.embed
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
