// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"unicode/utf8"
)

// brackets are pairs in the sense of UAX #9 BD16.
const bracketPairs = "()[]{}⁅⁆⁽⁾₍₎〈〉❨❩❪❫❬❭❮❯❰❱❲❳❴❵⟦⟧⟨⟩⟪⟫⦃⦄⦅⦆〈〉《》「」『』【】〔〕〖〗〘〙〚〛（）［］｛｝｟｠｢｣"

// mirrorPairs turn around with the direction of the text, but do not pair.
const mirrorPairs = "<>«»‹›≤≥≪≫≺≻⊂⊃⊆⊇∈∋＜＞"

var closers, openers, mirrored = pairTables()

func pairTables() (closers, openers, mirrored map[rune]rune) {
	closers, openers, mirrored = map[rune]rune{}, map[rune]rune{}, map[rune]rune{}
	for _, pairs := range []string{bracketPairs, mirrorPairs} {
		for pairs != "" {
			a, n := utf8.DecodeRuneInString(pairs)
			b, m := utf8.DecodeRuneInString(pairs[n:])
			pairs = pairs[n+m:]
			mirrored[a], mirrored[b] = b, a
		}
	}
	for pairs := bracketPairs; pairs != ""; {
		a, n := utf8.DecodeRuneInString(pairs)
		b, m := utf8.DecodeRuneInString(pairs[n:])
		pairs = pairs[n+m:]
		closers[a], openers[b] = b, a
	}
	return closers, openers, mirrored
}

// mirror is a text as it looks in a run from right to left (UAX #9 L4).
func mirror(text string) string {
	return strings.Map(func(r rune) rune {
		if m, ok := mirrored[r]; ok {
			return m
		}
		return r
	}, text)
}

// visual puts things with levels into the order in which they stand from left
// to right (UAX #9 L2). It works in place.
func visual[T any](things []T, level func(T) uint8) {
	var most uint8
	least := uint8(255)
	for _, t := range things {
		l := level(t)
		most = max(most, l)
		if l%2 == 1 {
			least = min(least, l)
		}
	}
	for l := most; l >= least && l > 0; l-- {
		for i := 0; i < len(things); i++ {
			to := i
			for to < len(things) && level(things[to]) >= l {
				to++
			}
			for a, b := i, to-1; a < b; a, b = a+1, b-1 {
				things[a], things[b] = things[b], things[a]
			}
			i = max(i, to-1)
		}
	}
}
