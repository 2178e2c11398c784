// SPDX-License-Identifier: MPL-2.0

package chat

import "unicode/utf8"

// Cut shortens s to at most n bytes, between two characters.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
