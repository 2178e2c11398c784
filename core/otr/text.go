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

// stripTag also says which version is offered, the higher one of two; 0 for none
// that is known here.
func stripTag(text string) (plain string, version uint16, tagged bool) {
	before, rest, tagged := strings.Cut(text, tagMark)
	for tagged && len(rest) >= 8 && strings.Trim(rest[:8], " \t") == "" {
		switch rest[:8] {
		case tagV3:
			version = 3
		case tagV2:
			version = max(version, 2)
		}
		rest = rest[8:]
	}
	return before + rest, version, tagged
}

// queryOffers reads the versions of a query, "?OTR?" (1), "?OTRv23?", "?OTR?v3?", and
// gives the highest one that is known here, 0 for none.
func queryOffers(text string) uint16 {
	rest := strings.TrimPrefix(strings.TrimPrefix(text, "?OTR"), "?")
	rest, is := strings.CutPrefix(rest, "v")
	versions, _, ends := strings.Cut(rest, "?")
	switch {
	case !is || !ends:
		return 0
	case strings.Contains(versions, "3"):
		return 3
	case strings.Contains(versions, "2"):
		return 2
	}
	return 0
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
