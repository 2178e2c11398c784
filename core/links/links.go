// SPDX-License-Identifier: MPL-2.0

// Package links reads what other people wrote the way that a front end shows
// it: it finds the links in a text and takes out what can not be seen.
//
// Everything here is pure, linear in the length of the text and safe for use
// from any goroutine.
package links

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Link is a part of a text that can be opened. Start and End are byte offsets.
// Target is what to open: always of a scheme that this package knows, and read
// by net/url without an error.
type Link struct {
	Start, End int
	Target     string
}

// schemes are all that is ever linked. What could run a program or read a file
// (javascript:, data:, file:) is not here.
var schemes = []struct {
	prefix string
	target string // what replaces the prefix
	// size is how many bytes of what follows belong to the link; 0 for no link.
	size func(rest string) int
}{
	{"https://", "https://", sizeWeb},
	{"http://", "http://", sizeWeb},
	{"www.", "https://www.", sizeWWW},
	{"xmpp:", "xmpp:", sizeXMPP},
	{"mailto:", "mailto:", sizeMail},
	{"geo:", "geo:", sizeGeo},
}

// Find returns the links in text in order; they never overlap. The text of a
// link holds no invisible character, and none ends it, so what a person sees is
// what is opened. It is for texts that came from Shown.
func Find(text string) []Link {
	var found []Link
	for i := 0; i < len(text); {
		if !strings.ContainsRune("hHwWxXmMgG", rune(text[i])) || !startsWord(text, i) {
			i++
			continue
		}
		link, next := at(text, i)
		if link.End > 0 {
			found = append(found, link)
		}
		i = next
	}
	return found
}

// at reads a link that begins at i; a zero link when there is none. It returns
// where to go on: behind all that it has read, which keeps the whole linear.
func at(text string, i int) (Link, int) {
	for _, s := range schemes {
		if len(text)-i <= len(s.prefix) || !strings.EqualFold(text[i:i+len(s.prefix)], s.prefix) {
			continue
		}
		from := i + len(s.prefix)
		to := from + span(text[from:])
		next := max(to, i+1)
		rest := trimEnd(text[from:to])
		if from+len(rest) == to && endsUnseen(text[to:]) {
			return Link{}, next // it would seem to go on
		}
		n := s.size(rest)
		target := s.target + rest[:n]
		if n == 0 || !canBeRead(target) {
			return Link{}, next
		}
		return Link{Start: i, End: from + n, Target: target}, next
	}
	return Link{}, i + 1
}

func canBeRead(target string) bool {
	_, err := url.Parse(target)
	return err == nil
}

// startsWord says whether a scheme may begin at i: "xhttp://" and "a.www.b" are
// something else, while text of a script without spaces may stand before it.
func startsWord(text string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return i == 0 || r >= utf8.RuneSelf || !isWord(byte(r)) && !strings.ContainsRune("+-.@/", r)
}

func isWord(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_'
}

// span is the length of what could be part of a link.
func span(text string) int {
	for i, r := range text {
		if !inLink(r) || r == utf8.RuneError {
			return i
		}
	}
	return len(text)
}

// endsUnseen says whether a link that ends here ends without the eye noticing.
func endsUnseen(after string) bool {
	r, _ := utf8.DecodeRuneInString(after)
	return isJoiner(r) || isVariation(r) || invisible(r) && !isLineEnd(r)
}

func inLink(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r > ' ' && r != 0x7f && !strings.ContainsRune("<>\"`{}|\\^", r)
	case r == 0x2026 || r >= 0x2018 && r <= 0x201F || r == 0xAB || r == 0xBB || r == 0x2039 || r == 0x203A:
		return false // quotation marks and the ellipsis end a link in any language
	case r >= 0x3000 && r <= 0x3004 || r >= 0x3008 && r <= 0x3020 || fullWidth(r):
		return false // so does ideographic punctuation, which needs no space after it
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !invisible(r) && !isJoiner(r) && !isVariation(r)
}

// fullWidth finds the full-width forms of ASCII punctuation and the half-width
// forms of ideographic punctuation.
func fullWidth(r rune) bool {
	return r >= 0xFF01 && r <= 0xFF0F || r >= 0xFF1A && r <= 0xFF20 || r >= 0xFF3B && r <= 0xFF40 || r >= 0xFF5B && r <= 0xFF65
}

// trimEnd takes away what belongs to the sentence around a link: punctuation
// and symbols of any script, and brackets that were opened before it.
func trimEnd(rest string) string {
	open := map[byte]int{}
	for i := range len(rest) {
		switch c := rest[i]; c {
		case '(', '[':
			open[closing(c)]++
		case ')', ']':
			open[c]--
		}
	}
	for rest != "" {
		r, n := utf8.DecodeLastRuneInString(rest)
		switch c := byte(r); {
		case r >= utf8.RuneSelf && (unicode.IsPunct(r) || unicode.IsSymbol(r)):
		case r >= utf8.RuneSelf:
			return rest
		case strings.IndexByte(".,:;!?'*_~", c) >= 0:
		case (c == ')' || c == ']') && open[c] < 0:
			open[c]++
		case c == '(' || c == '[':
			open[closing(c)]--
		default:
			return rest
		}
		rest = rest[:len(rest)-n]
	}
	return rest
}

func closing(c byte) byte {
	if c == '(' {
		return ')'
	}
	return ']'
}
