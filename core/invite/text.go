// SPDX-License-Identifier: MPL-2.0

package invite

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"chatsecure.org/desktop/core/links"
)

// The ways in which a page's address carries a link. Each says whether it fits.

func literally(s string) (string, bool) {
	return s, strings.Contains(s, "@") || strings.Contains(s, ";")
}

func unescaped(s string) (string, bool) {
	s, err := url.PathUnescape(s)
	return s, err == nil
}

// base64url reads both alphabets, with padding or without, as the writers differ.
func base64url(s string) (string, bool) {
	s = strings.TrimRight(strings.NewReplacer("+", "-", "/", "_", "%3D", "=", "%3d", "=").Replace(s), "=")
	b, err := base64.RawURLEncoding.DecodeString(s)
	return string(b), err == nil && utf8.Valid(b)
}

// plain is a name that can stand in a sentence: on one line, nothing in it that can not
// be seen, not endless.
func plain(name string) string {
	if !utf8.ValidString(name) {
		return ""
	}
	name, _ = links.Shown(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, name))
	name = strings.Join(strings.Fields(name), " ")
	if letters := []rune(name); len(letters) > maxName {
		name = strings.TrimSpace(string(letters[:maxName-1])) + "…"
	}
	if !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSymbol(r) }) {
		return ""
	}
	return name
}
