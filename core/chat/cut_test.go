// SPDX-License-Identifier: MPL-2.0

package chat

import (
	"testing"
	"unicode/utf8"
)

func TestCut(t *testing.T) {
	for _, tc := range []struct {
		in   string
		n    int
		want string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"aäb", 2, "a"}, {"a😀", 4, "a"}, {"ä", 0, ""}, {"äöü", 3, "ä"},
	} {
		if got := Cut(tc.in, tc.n); got != tc.want || !utf8.ValidString(got) {
			t.Errorf("Cut(%q, %d) = %q, want %q", tc.in, tc.n, got, tc.want)
		}
	}
}
