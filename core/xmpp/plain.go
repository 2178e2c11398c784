// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"strings"
	"unicode"

	"chatsecure.org/desktop/core/chat"
)

// plain takes out of a text that others show to a person what can not be seen but
// changes how the rest reads: controls, what turns the reading direction, fillers.
// What shapes letters and emoji stays. Line ends stay too.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', shapes(r):
			return r
		case unicode.IsControl(r), r == '\u2800': // a Braille cell without dots
			return -1
		case unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point) &&
			!unicode.Is(unicode.Prepended_Concatenation_Mark, r):
			return -1
		}
		return r
	}, s)
	if !strings.ContainsFunc(s, seen) {
		return "" // nothing but joiners and marks
	}
	return s
}

// shapes are the joiners and variation selectors.
func shapes(r rune) bool {
	return r == '\u200C' || r == '\u200D' || unicode.Is(unicode.Variation_Selector, r)
}

func seen(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }

// name is a name that others give: plain, on one line.
func name(s string) string {
	return chat.Cut(strings.Join(strings.Fields(plain(s)), " "), maxName)
}
