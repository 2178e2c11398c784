// SPDX-License-Identifier: MPL-2.0

package links

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks one letter keeps: more than any script
// needs, and fewer than it takes to paint over the lines around.
const maxMarks = 8

// Shown is a text as a window draws it: line ends are \n, and what can not be
// seen but changes how the rest reads is taken out (bidirectional controls,
// fillers, control characters). Joiners stay where they shape letters or emoji.
//
// At maps byte offsets of the result to those of text; it has one entry more
// than the result has bytes. It is nil where nothing was changed.
func Shown(text string) (shown string, at []int) {
	var b []byte
	f := filter{}
	for i := 0; i < len(text); {
		n, s := f.next(text[i:])
		same := s == text[i:i+n]
		if !same && at == nil {
			b = append(make([]byte, 0, len(text)), text[:i]...)
			at = make([]int, 0, len(text)+1)
			for k := range i {
				at = append(at, k)
			}
		}
		if at != nil {
			b = append(b, s...)
			for k := range len(s) {
				if !same {
					k = 0 // what stands for something else is all from its start
				}
				at = append(at, i+k)
			}
		}
		i += n
	}
	if at == nil {
		return text, nil
	}
	return string(b), append(at, len(text))
}

// filter decides what is shown. It remembers what it has let pass, and nothing
// else: a second run over its own output changes nothing.
type filter struct {
	base  rune // the letter or sign that marks and joiners belong to; 0 for none
	last  rune
	marks int
}

// next returns how long the first sign of text is, in bytes, and what is shown
// of it.
func (f *filter) next(text string) (n int, shown string) {
	if c := text[0]; c >= ' ' && c < 0x7f {
		*f = filter{base: rune(c), last: rune(c)}
		return 1, text[:1]
	}
	r, n := utf8.DecodeRuneInString(text)
	switch {
	case r == '\r' && strings.HasPrefix(text[1:], "\n"):
		return n, "" // the \n that follows is the line's end
	case r == '\n', r == '\t':
		*f = filter{}
	case isLineEnd(r):
		*f = filter{}
		return n, "\n"
	case r == utf8.RuneError && n == 1:
		*f = filter{base: r, last: r}
		return n, "\uFFFD"
	case r == flag && flagLen(text) > 0:
		*f = filter{base: r, last: r}
		n = flagLen(text)
	case isJoiner(r):
		if !joins(f.base) || isJoiner(f.last) {
			return n, ""
		}
		f.last = r
	case isVariation(r): // one changes how a sign looks; more hide data
		if f.base == 0 || isVariation(f.last) {
			return n, ""
		}
		f.last = r
	case invisible(r):
		return n, ""
	case unicode.IsMark(r):
		if f.marks == maxMarks {
			return n, ""
		}
		f.marks++
		f.last = r
	default:
		*f = filter{base: r, last: r}
	}
	return n, text[:n]
}

// joins says whether a joiner after a sign shapes something: in cursive and
// Indic scripts and between emoji. Elsewhere it only deceives.
func joins(base rune) bool {
	return base >= utf8.RuneSelf && !unicode.In(base, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han,
		unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.P, unicode.Z)
}

func isJoiner(r rune) bool { return r == 0x200C || r == 0x200D }

func isVariation(r rune) bool { return r < 0xE0000 && unicode.Is(unicode.Variation_Selector, r) }

// flag is the black flag that, with tags after it, is that of a region.
const flag = 0x1F3F4

// flagLen is the length of a flag of a region at the start of text (UTS 51
// §C.1): the black flag, three to six letters or digits as tags, the tag that
// ends it. 0: the tags are no flag, and hide something.
func flagLen(text string) int {
	i, tags := utf8.RuneLen(flag), 0
	for {
		r, n := utf8.DecodeRuneInString(text[i:])
		i += n
		switch {
		case r == 0xE007F && tags >= 3:
			return i
		case tags < 6 && (r >= 0xE0030 && r <= 0xE0039 || r >= 0xE0061 && r <= 0xE007A):
			tags++
		default:
			return 0
		}
	}
}

// invisible finds what takes no room, or shows as nothing, and has no part in
// shaping letters.
func invisible(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r < ' ' && r != '\n' && r != '\t' || r == 0x7f
	case isJoiner(r), isVariation(r):
		return false
	case r == 0x2800, r == 0x1D159:
		return true // a Braille cell without dots, a note without a head
	case r >= 0x600 && r <= 0x605 || r == 0x6DD || r == 0x70F || r == 0x8E2 || r == 0x890 || r == 0x891 || r == 0x110BD || r == 0x110CD:
		return false // format by their class, but drawn
	case r >= 0xE0000 && r <= 0xE0FFF:
		return true // tags, and variations of ideographs
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
}

func isLineEnd(r rune) bool {
	return r == '\r' || r == 0x0B || r == 0x0C || r == 0x85 || r == 0x2028 || r == 0x2029
}
