// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// visualOrder is a line for the toolkit, which draws every text from left to
// right: its parts in the order in which they stand on the screen (UAX #9). A
// word from right to left keeps its letters in logical order, because the
// toolkit turns the letters of one word by itself; marks around it keep it from
// taking the words beside it along.
func visualOrder(line string) string {
	base, rtl := paragraphBase(line)
	if !rtl {
		return line
	}
	parts := directedParts(line, base)
	visual(parts, func(p directed) uint8 { return p.level })
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.level%2 == 0:
			b.WriteString(p.text)
		case p.word:
			b.WriteString(usualFont + p.text + usualFont)
		default:
			b.WriteString(mirror(p.text))
		}
	}
	return b.String()
}

// directed is a part of a line that is drawn as one.
type directed struct {
	text  string
	level uint8
	word  bool // of letters from right to left
}

// directedParts cuts a line where the direction changes, and what reads from
// right to left between its words.
func directedParts(line string, base uint8) (parts []directed) {
	levels := bidiLevels(line, base)
	for at := 0; at < len(line); {
		end := at + firstCluster(line[at:])
		r, _ := utf8.DecodeRuneInString(line[at:end])
		p := directed{text: line[at:end], level: levels[at]}
		p.word = p.level%2 == 1 && (unicode.IsLetter(r) || unicode.IsMark(r))
		if n := len(parts) - 1; n >= 0 && parts[n].level == p.level && (p.level%2 == 0 || p.word && parts[n].word) {
			parts[n].text += p.text
		} else {
			parts = append(parts, p)
		}
		at = end
	}
	return parts
}
