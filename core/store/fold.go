// SPDX-License-Identifier: MPL-2.0

package store

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// gramSize is the length in characters of what the index knows of a word.
	// The prefix indexes of table gram serve terms of one and two.
	gramSize = 3
	// maxIndexed is how many bytes of a body can be found: a pasted log does
	// not have to be, and must not cost seconds.
	maxIndexed = 64 << 10
	// convMark begins the gram that names a message's conversation. fold
	// removes it from texts.
	convMark = '\U0010FFFD'
	// punctuation moves ASCII punctuation to where FTS5's tokenizer takes it
	// for part of a token, and where no query syntax is.
	punctuation = 0xE000
)

// fold brings a text to the form in which it is compared: lower case,
// compatibility forms and accents of Latin and Greek letters removed, white
// space and control characters as spaces, invisible characters gone.
func fold(s string) string {
	if len(s) > maxIndexed {
		s = s[:maxIndexed]
	}
	s = strings.ToValidUTF8(s, " ")
	if isASCII(s) {
		return strings.Map(foldASCII, s)
	}
	var b strings.Builder
	b.Grow(len(s))
	accents := false // the last letter is one that loses its accents
	for _, r := range norm.NFKC.String(s) {
		switch {
		case r < utf8.RuneSelf:
			accents = true
			b.WriteRune(foldASCII(r))
		case unicode.Is(unicode.Mn, r):
			if !accents && !isVariation(r) {
				b.WriteRune(r) // a vowel sign, a voicing mark: another word without it
			}
		case unicode.IsSpace(r), unicode.IsControl(r):
			b.WriteByte(' ')
		case unicode.Is(unicode.Cf, r), r >= 0x100000: // invisible; private use
		default:
			r, accents = foldLetter(r)
			b.WriteRune(r)
		}
	}
	return b.String()
}

func foldASCII(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + ('a' - 'A')
	case r < ' ', r == 0x7F:
		return ' '
	}
	return r
}

// foldLetter returns a letter in lower case, and whether marks after it are
// accents to leave out.
func foldLetter(r rune) (rune, bool) {
	latin := unicode.In(r, unicode.Latin, unicode.Greek)
	if latin {
		var buf [utf8.UTFMax]byte
		r, _ = utf8.DecodeRune(norm.NFD.Bytes(buf[:utf8.EncodeRune(buf[:], r)]))
	}
	switch r = unicode.ToLower(r); r {
	case 'ς':
		r = 'σ'
	case 'ё':
		r = 'е'
	case 'ø':
		r = 'o'
	case 'ł':
		r = 'l'
	case 'đ':
		r = 'd'
	case 'ı':
		r = 'i'
	}
	return r, latin
}

func isVariation(r rune) bool { return r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// grams returns what table gram stores of a body: for each place in each word
// the next three characters, fewer at the word's end, and the conversation.
// It is called again to take the body out of the index: a change in it needs a
// migration that builds the index anew.
func grams(conv int64, body string) string {
	folded := fold(body)
	var b strings.Builder
	b.Grow(4*len(folded) + 16)
	b.WriteString(convGram(conv))
	for _, word := range strings.Fields(folded) {
		rest := word
		for rest != "" {
			b.WriteByte(' ')
			writeGram(&b, rest)
			_, n := utf8.DecodeRuneInString(rest)
			rest = rest[n:]
		}
	}
	return b.String()
}

// writeGram writes the first characters of s as one token.
func writeGram(b *strings.Builder, s string) {
	n := 0
	for _, r := range s {
		if n == gramSize {
			return
		}
		n++
		if r < utf8.RuneSelf && !(r >= 'a' && r <= 'z') && !(r >= '0' && r <= '9') {
			r += punctuation
		}
		b.WriteRune(r)
	}
}

func convGram(conv int64) string { return string(convMark) + strconv.FormatInt(conv, 10) }

// maxGrams bounds the grams of a query that are looked up.
const maxGrams = 24

// queryGrams returns, as FTS5 expressions of one quoted token each, what the
// index has of every message in which all terms occur, and that is in
// conversation conv unless it is 0. Whether the terms do occur in a message
// that has all of these is for containsAll to say.
func queryGrams(terms []string, conv int64) []string {
	var all []string
	if conv != 0 {
		all = append(all, `"`+convGram(conv)+`"`)
	}
	for _, term := range terms {
		rest, first := term, true
		for rest != "" && len(all) < maxGrams {
			short := utf8.RuneCountInString(rest) < gramSize
			if short && !first {
				break // the grams before it hold these characters
			}
			var b strings.Builder
			b.WriteByte('"')
			writeGram(&b, rest)
			b.WriteByte('"')
			if short {
				b.WriteString(" *")
			}
			if gram := b.String(); !slices.Contains(all, gram) {
				all = append(all, gram)
			}
			first = false
			_, size := utf8.DecodeRuneInString(rest)
			rest = rest[size:]
		}
	}
	return all
}

// containsAll says whether every term occurs in the folded text.
func containsAll(folded string, terms []string) bool {
	for _, t := range terms {
		if !strings.Contains(folded, t) {
			return false
		}
	}
	return true
}
