// SPDX-License-Identifier: MPL-2.0

package parts

import "golang.org/x/text/unicode/bidi"

// maxBrackets is how deep brackets nest (UAX #9 BD16).
const maxBrackets = 63

type bracketPair struct{ open, close int }

// brackets applies N0: a pair takes the direction of what is inside it.
func (r *bidiRun) brackets() {
	for _, p := range r.bracketPairs() {
		if to := r.insideOf(p.open, p.close); to != bidi.ON {
			r.setBracket(p.open, to)
			r.setBracket(p.close, to)
		}
	}
}

// bracketPairs finds the pairs (BD16), in the order of their openings.
func (r *bidiRun) bracketPairs() (pairs []bracketPair) {
	var stack []int
	for i, c := range r.runes {
		if r.classes[i] != bidi.ON {
			continue
		}
		if _, ok := closers[c]; ok {
			if len(stack) == maxBrackets {
				break
			}
			stack = append(stack, i)
		} else if open, ok := openers[c]; ok {
			for k := len(stack) - 1; k >= 0; k-- {
				if same(r.runes[stack[k]]) == same(open) {
					pairs = append(pairs, bracketPair{stack[k], i})
					stack = stack[:k]
					break
				}
			}
		}
	}
	for i := 1; i < len(pairs); i++ { // each moves by its depth at most
		for k := i; k > 0 && pairs[k].open < pairs[k-1].open; k-- {
			pairs[k], pairs[k-1] = pairs[k-1], pairs[k]
		}
	}
	return pairs
}

// same makes one of the two angle brackets that are canonically equivalent.
func same(r rune) rune {
	if r == 0x2329 {
		return 0x3008
	}
	return r
}

// setBracket changes a bracket and the marks on it.
func (r *bidiRun) setBracket(i int, to bidi.Class) {
	r.classes[i] = to
	for i++; i < len(r.was) && r.was[i] == bidi.NSM; i++ {
		r.classes[i] = to
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
