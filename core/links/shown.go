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
	i := firstHidden(text)
	if i < 0 {
		return text, nil
	}
	var b strings.Builder
	b.Grow(len(text))
	at = make([]int, 0, len(text)+1)
	put := func(from int, s string) {
		b.WriteString(s)
		for k := range len(s) {
			at = append(at, from+k)
		}
	}
	put(0, text[:i])
	f := filter{}
	for i < len(text) {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\r' && strings.HasPrefix(text[i+1:], "\n"):
			// the \n that follows is the line's end
		case isLineEnd(r):
			at = append(at, i)
			b.WriteByte('\n')
			f = filter{}
		case r == utf8.RuneError && n == 1:
			b.WriteString("\uFFFD")
			at = append(at, i, i, i)
		case f.keep(r):
			put(i, text[i:i+n])
		}
		i += n
	}
	return b.String(), append(at, len(text))
}

// firstHidden is where a text begins to differ from what is shown; -1 if it
// does not.
func firstHidden(text string) int {
	f := filter{}
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				return i
			}
			f = filter{last: rune(c)}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 || isLineEnd(r) || !f.keep(r) {
			// The filter starts afresh here, so go back to the letter that the
			// marks stand on.
			for i > 0 && f.marks > 0 {
				r, n := utf8.DecodeLastRuneInString(text[:i])
				i -= n
				if !unicode.IsMark(r) {
					break
				}
			}
			return i
		}
		i += n
	}
	return -1
}

// filter decides rune by rune; it remembers what stood before.
type filter struct {
	last  rune
	marks int
	flag  bool // inside 🏴 with its tags, a flag of a region
}

func (f *filter) keep(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		*f = filter{}
		return true
	case r >= 0xE0020 && r <= 0xE007F:
		keep := f.flag
		f.flag = f.flag && r != 0xE007F
		return keep
	case r == 0x1F3F4:
		*f = filter{last: r, flag: true}
		return true
	case isJoiner(r):
		// It shapes the letter before it; alone it only deceives.
		keep := f.last != 0 && f.last >= utf8.RuneSelf && !isJoiner(f.last)
		f.last = r
		return keep
	case invisible(r):
		return false
	case unicode.IsMark(r):
		f.marks++
		if f.marks > maxMarks {
			return false
		}
		f.last = r
		return true
	}
	*f = filter{last: r}
	return true
}

func isJoiner(r rune) bool { return r == 0x200C || r == 0x200D }

// invisible finds what takes no room, or shows as nothing, and has no part in
// shaping letters.
func invisible(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return r != '\n' && r != '\t'
	case isJoiner(r):
		return false
	case r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x2800, r == 0x17B4, r == 0x17B5:
		return true // fillers: letters by their class, nothing to the eye
	case r >= 0x600 && r <= 0x605 || r == 0x6DD || r == 0x70F || r == 0x8E2 || r == 0x890 || r == 0x891 || r == 0x110BD || r == 0x110CD:
		return false // format by their class, but drawn
	case r >= 0xE0000 && r <= 0xE01EF:
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

func isLineEnd(r rune) bool {
	return r == '\r' || r == 0x0B || r == 0x0C || r == 0x85 || r == 0x2028 || r == 0x2029
}
