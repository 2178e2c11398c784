// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"errors"
	"strings"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
)

// errorWords says in the person's words what went wrong.
func errorWords(words *resources.Bundle, err error) string {
	var e *chat.Error
	if !errors.As(err, &e) {
		return words.Text("error.unknown")
	}
	return codeWords(words, e.Code, e.Detail)
}

func codeWords(words *resources.Bundle, code chat.Code, detail string) string {
	id := "error." + string(code)
	if !words.Has(id) {
		id = "error.unknown"
	}
	return words.Text(id, "detail", detail)
}

// isCertificate says whether a server's certificate was refused.
func isCertificate(err error) bool { return chat.KindOf(err) == chat.Certificate }

// fingerprintGroups writes the hex of a SHA-256 as groups of eight, four in a line, to
// be compared by eye.
func fingerprintGroups(hex string) string {
	var b strings.Builder
	for i, r := range strings.ToUpper(strings.ReplaceAll(hex, ":", "")) {
		switch {
		case i > 0 && i%32 == 0:
			b.WriteByte('\n')
		case i > 0 && i%8 == 0:
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// wipe overwrites a secret that is not needed any more.
func wipe(secret []byte) { clear(secret) }
