// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Emoji by default (Unicode's Emoji_Presentation) below the planes that hold
// little else, and those of the old symbols that people mean as emoji.
var emojiSymbols = &unicode.RangeTable{R16: []unicode.Range16{
	{0x231A, 0x231B, 1},
	{0x23E9, 0x23EC, 1},
	{0x23F0, 0x23F3, 3},
	{0x25FD, 0x25FE, 1},
	{0x2614, 0x2615, 1},
	{0x2639, 0x263A, 1},
	{0x2648, 0x2653, 1},
	{0x2665, 0x2665, 1},
	{0x267F, 0x267F, 1},
	{0x2693, 0x2693, 1},
	{0x26A1, 0x26A1, 1},
	{0x26AA, 0x26AB, 1},
	{0x26BD, 0x26BE, 1},
	{0x26C4, 0x26C5, 1},
	{0x26CE, 0x26CE, 1},
	{0x26D4, 0x26D4, 1},
	{0x26EA, 0x26EA, 1},
	{0x26F2, 0x26F3, 1},
	{0x26F5, 0x26F5, 1},
	{0x26FA, 0x26FD, 3},
	{0x2705, 0x2705, 1},
	{0x270A, 0x270D, 1},
	{0x2728, 0x2728, 1},
	{0x274C, 0x274E, 2},
	{0x2753, 0x2755, 1},
	{0x2757, 0x2757, 1},
	{0x2764, 0x2764, 1},
	{0x2795, 0x2797, 1},
	{0x27B0, 0x27BF, 15},
	{0x2B1B, 0x2B1C, 1},
	{0x2B50, 0x2B55, 5},
}}

const (
	textSelector  = '\uFE0E' // asks for the plain form of what is before it
	emojiSelector = '\uFE0F' // asks for the emoji
	keycap        = '\u20E3'
)

// mayBeEmoji is a quick no for most text.
func mayBeEmoji(r rune) bool {
	return r >= 0x2300 && r <= 0x2BFF || r >= 0x1F000 && r <= 0x1FAFF || r == emojiSelector || r == keycap
}

// isEmoji says whether a grapheme cluster is to be drawn as a picture.
func isEmoji(cluster string) bool {
	first, n := utf8.DecodeRuneInString(cluster)
	rest := cluster[n:]
	switch {
	case strings.ContainsRune(rest, textSelector):
		return false
	case first < utf8.RuneSelf: // 1️⃣ # * with the enclosing key
		return strings.ContainsRune(rest, keycap)
	case strings.ContainsRune(rest, emojiSelector):
		return true
	}
	return first >= 0x1F000 && first <= 0x1FAFF || unicode.Is(emojiSymbols, first)
}

// emojiSide is the width of an emoji in text of a size.
func emojiSide(size float32) float32 { return size * 1.3 }

// emojiDrop is how far below the middle of its line an emoji stands: there is the
// middle of the capitals beside it.
func emojiDrop(size float32) float32 { return size * 0.09 }

// maxSequences bounds the cache of shaped clusters.
const maxSequences = 4096

var sequences = map[string][]int{}

// emojiGlyphs are the pictures of a cluster, mostly one; nil where the font has
// none, which leaves the cluster to the toolkit.
func emojiGlyphs(cluster string) []int {
	if g, ok := sequences[cluster]; ok {
		return g
	}
	var g []int
	if f := theEmojiFont(); f != nil && len(cluster) <= 64 {
		g = f.glyphs(cluster)
	}
	if len(sequences) >= maxSequences {
		clear(sequences)
	}
	sequences[strings.Clone(cluster)] = g
	return g
}
