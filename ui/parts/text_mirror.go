// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"unicode/utf8"
)

// bracketPairs are those of UAX #9 BD16 (BidiBrackets.txt), each opening before
// its closing.
const bracketPairs = "()[]{}\u0F3A\u0F3B\u0F3C\u0F3D\u169B\u169C\u2045\u2046\u207D\u207E\u208D\u208E\u2308\u2309" +
	"\u230A\u230B\u2329\u232A\u2768\u2769\u276A\u276B\u276C\u276D\u276E\u276F\u2770\u2771\u2772\u2773" +
	"\u2774\u2775\u27C5\u27C6\u27E6\u27E7\u27E8\u27E9\u27EA\u27EB\u27EC\u27ED\u27EE\u27EF\u2983\u2984" +
	"\u2985\u2986\u2987\u2988\u2989\u298A\u298B\u298C\u298D\u2990\u298F\u298E\u2991\u2992\u2993\u2994" +
	"\u2995\u2996\u2997\u2998\u29D8\u29D9\u29DA\u29DB\u29FC\u29FD\u2E22\u2E23\u2E24\u2E25\u2E26\u2E27" +
	"\u2E28\u2E29\u2E55\u2E56\u2E57\u2E58\u2E59\u2E5A\u2E5B\u2E5C\u3008\u3009\u300A\u300B\u300C\u300D" +
	"\u300E\u300F\u3010\u3011\u3014\u3015\u3016\u3017\u3018\u3019\u301A\u301B\uFE59\uFE5A\uFE5B\uFE5C" +
	"\uFE5D\uFE5E\uFF08\uFF09\uFF3B\uFF3D\uFF5B\uFF5D\uFF5F\uFF60\uFF62\uFF63"

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
