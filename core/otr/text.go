// SPDX-License-Identifier: MPL-2.0

package otr

import (
	"strings"
	"unicode/utf8"
)

// The white space that says "this program speaks OTR", in no particular place of a
// plain text: a mark and one sign for each version.
const (
	tagMark = " \t  \t\t\t\t \t \t \t  "
	tagV1   = " \t \t  \t "
	tagV2   = "  \t\t  \t "
	tagV3   = "  \t\t  \t\t"
)

// form is what a text is to OTR.
type form int8

const (
	formPlain    form = iota
	formTagged        // plain text with the white space
	formQuery         // "?OTRv3?"
	formError         // "?OTR Error: …"
	formFragment      // a part of an encoded message
	formEncoded       // "?OTR:…."
)

func formOf(text string) form {
	rest, is := strings.CutPrefix(text, "?OTR")
	switch {
	case !is && strings.Contains(text, tagMark):
		return formTagged
	case !is || rest == "":
		return formPlain
	case rest[0] == ':':
		return formEncoded
	case rest[0] == '|' || rest[0] == ',':
		return formFragment
	case strings.HasPrefix(rest, " Error:"):
		return formError
	case rest[0] == '?', rest[0] == 'v' && strings.Contains(rest, "?"):
		return formQuery
	}
	return formPlain
}

// Looks says whether a text is OTR's business: a message, a part of one, a query,
// an error, or plain text with the white space that offers OTR.
func Looks(text string) bool { return formOf(text) != formPlain }

// Strip takes the white space that offers OTR out of a text and says whether it
// stood there.
func Strip(text string) (string, bool) {
	plain, _, tagged := stripTag(text)
	return plain, tagged
}

// stripTag also says whether version 3 was offered.
func stripTag(text string) (plain string, v3, tagged bool) {
	before, rest, tagged := strings.Cut(text, tagMark)
	for tagged && len(rest) >= 8 && strings.Trim(rest[:8], " \t") == "" {
		v3 = v3 || rest[:8] == tagV3
		rest = rest[8:]
	}
	return before + rest, v3, tagged
}

// queryOffersV3 reads the versions of a query: "?OTR?" (1), "?OTRv23?", "?OTR?v3?".
func queryOffersV3(text string) bool {
	rest := strings.TrimPrefix(strings.TrimPrefix(text, "?OTR"), "?")
	versions, is := strings.CutPrefix(rest, "v")
	if !is {
		return false
	}
	versions, _, is = strings.Cut(versions, "?")
	return is && strings.Contains(versions, "3")
}

// clean makes a text of what was decrypted: it did not come through the XML reader,
// and has to be what that would have let through.
func clean(b []byte) string {
	if !utf8.Valid(b) {
		b = []byte(strings.ToValidUTF8(string(b), "\uFFFD"))
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, string(b))
}

// cut shortens a text of the other side's to so many bytes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
