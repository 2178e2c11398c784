// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"slices"
	"testing"
)

// TestParagraphWraps has a measure of its own: every character is as wide as the others.
func TestParagraphWraps(t *testing.T) {
	t.Parallel()
	count := func(s string) float32 { return float32(len([]rune(s))) }
	for _, c := range []struct {
		name, text string
		width      float32
		want       []string
	}{
		{"nothing", "", 10, nil},
		{"between words", "one two three", 7, []string{"one two", "three"}},
		{"many spaces", "one   two", 7, []string{"one two"}},
		{"paragraphs", "one\n\ntwo", 7, []string{"one", "", "two"}},
		{"a long word", "abcdefgh ij", 3, []string{"abc", "def", "gh", "ij"}},
		{"no-break space", "Serveur\u00a0: non", 9, []string{"Serveur\u00a0:", "non"}},
		{"narrow no-break space", "de quoi\u202f?", 8, []string{"de", "quoi\u202f?"}},
		{"after a hyphen", "end-to-end", 7, []string{"end-to-", "end"}},
		{"Japanese", "鍵を確認します。", 7, []string{"鍵を確認しま", "す。"}},
		{"Chinese", "密钥，已更改。", 4, []string{"密钥，已", "更改。"}},
		{"opening bracket", "設定「鍵」", 3, []string{"設定", "「鍵」"}},
		{"Korean", "열쇠를 확인하세요", 6, []string{"열쇠를", "확인하세요"}},
		{"never inside a cluster", "e\u0301e\u0301", 1, []string{"e\u0301", "e\u0301"}},
	} {
		if got := wrap(c.text, c.width, count); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
