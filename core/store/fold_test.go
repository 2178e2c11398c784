// SPDX-License-Identifier: MPL-2.0

package store

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"ASCII", "Hello,\tWorld\x00!\x7f", "hello, world ! "},
		{"German", "ÄÖÜ äöü ẞ ß", "aou aou ß ß"},
		{"composed and not", "Zoë Zoe\u0308", "zoe zoe"},
		{"Polish, Danish, Croatian, Turkish", "Łódź Ærø Đuro Iğdır İstanbul", "lodz ærø đuro igdir istanbul"},
		{"Greek", "ΌΔΟΣ ὁδός ᾳ", "οδοσ οδοσ α"},
		{"Russian", "Ёлка ЕЛКА Й й", "елка елка й й"},
		{"Vietnamese", "Tiếng Việt", "tieng viet"},
		{"full width", "ＡＢＣ１２３！", "abc123!"},
		{"half-width katakana", "ｶﾞｷﾞ", "ガギ"},
		{"ligature", "ﬁn ﬀ", "fin ff"},
		{"kana keep their voice", "かが", "かが"},
		{"Hindi keeps its vowels", "हिन्दी", "हिन्दी"},
		{"Arabic", "مُحَمَّد", "مُحَمَّد"},
		{"hidden characters", "in\u200bvi\u00adsi\u2060ble\ufeff\u202e", "invisible"},
		{"selectors of emoji", "❤\ufe0f❤", "❤❤"},
		{"white space", "a\u00a0b\u3000c\u2028d\u0085e", "a b c d e"},
		{"not UTF-8", "a\xff\xfeb", "a b"},
		{"the mark of conversations", "a\U0010FFFDb\U00100000c", "abc"},
		{"Hangul", "한국어 \u1112\u1161\u11ab", "한국어 한"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// What loses its stroke is a matter of foldLetter's list.
			want := strings.NewReplacer("ø", "o", "đ", "d", "ł", "l").Replace(c.want)
			if got := fold(c.in); got != want {
				t.Errorf("got %+q, want %+q", got, want)
			}
		})
	}
}

// Folding is what the index was written with: a change in it, also by newer
// tables of Unicode, leaves words in the index that can not be taken out of it.
// Where this fails, a migration has to build the index anew.
func TestFoldIsForEver(t *testing.T) {
	h := sha256.New()
	for r := rune(0); r <= 0xE0FFF; r++ {
		if utf8.ValidRune(r) && (r < 0x40000 || r >= 0xE0000) { // the rest has no letters
			h.Write([]byte(grams(1, "x"+string(r)+"\u0301"+string(r)+"y")))
		}
	}
	const want = "a68ddb6e3d8be1b31002afb6600a93d4d98e7dc4d2a2a0c49e9c7d1d6f9e9133"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("fold or grams changed: %s", got)
	}
}

func TestFoldProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyText().Draw(t, "text")
		f := fold(s)
		if !utf8.ValidString(f) {
			t.Fatalf("%+q gives %+q", s, f)
		}
		if strings.ContainsAny(f, "\x00\n\t\"\x7f"[:3]) || strings.ContainsRune(f, convMark) {
			t.Fatalf("%+q gives %+q", s, f)
		}
		if again := fold(f); again != f {
			t.Fatalf("%+q gives %+q, and that %+q", s, f, again)
		}
		for _, g := range strings.Fields(grams(7, s))[1:] {
			if n := utf8.RuneCountInString(g); n < 1 || n > gramSize {
				t.Fatalf("%+q has the gram %+q", s, g)
			}
			for i := range len(g) {
				if c := g[i]; c < utf8.RuneSelf && !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
					t.Fatalf("%+q has the gram %+q, which FTS5 would cut", s, g)
				}
			}
		}
		for _, g := range queryGrams(strings.Fields(f), 0) {
			inside := strings.TrimSuffix(g, " *")
			if len(inside) < 3 || strings.ContainsAny(inside[1:len(inside)-1], "\" *():^+-{}") {
				t.Fatalf("%+q asks for %s", s, g)
			}
		}
	})
}

func anyText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringOf(rapid.SampledFrom([]rune("aAbBcéÉ\u0301ßſKİıσςЁ漢字かガ한\u094dनम\u200b\u00ad\ufe0f \n\t\"'*:^+-(){}%_\\\x00\U0010FFFD\uE022😀ﬁ"))),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	)
}

func TestGrams(t *testing.T) {
	if got, want := grams(12, "Hello, a 漢"), "\U0010FFFD12 hel ell llo lo\ue02c o\ue02c \ue02c a 漢"; got != want {
		t.Errorf("got %+q, want %+q", got, want)
	}
	for _, c := range []struct {
		terms []string
		conv  int64
		want  []string
	}{
		{[]string{"hello"}, 0, []string{`"hel"`, `"ell"`, `"llo"`}},
		{[]string{"a", "ab", "漢"}, 0, []string{`"a" *`, `"ab" *`, `"漢" *`}},
		{[]string{"abc"}, 5, []string{"\"\U0010FFFD5\"", `"abc"`}},
		{[]string{"aaaaaa", "aaa"}, 0, []string{`"aaa"`}},
		{[]string{`"`}, 0, []string{"\"\ue022\" *"}},
	} {
		if got := queryGrams(c.terms, c.conv); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %+q, want %+q", c.terms, got, c.want)
		}
	}
	if n := len(queryGrams([]string{strings.Repeat("abcdefghijklmnopqrstuvwxyz", 10)}, 1)); n != maxGrams {
		t.Errorf("%d grams", n)
	}
}
