// SPDX-License-Identifier: MPL-2.0

package styling

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// check holds for any text.
func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string, spans []Span,
) {
	t.Helper()
	runes := []rune(text)
	if len(runes) != utf8.RuneCountInString(text) || len(spans) > MaxSpans {
		t.Fatalf("%d code points, %d parts", len(runes), len(spans))
	}
	var around []Span
	for i, s := range spans {
		if s.Start < 0 || s.Start >= s.End || s.End > len(runes) || (s.Depth > 0) != (s.Kind == Quote) || s.Depth > MaxDepth {
			t.Fatalf("%+q: %+v", text, s)
		}
		if i > 0 && (s.Start < spans[i-1].Start || s.Start == spans[i-1].Start && s.End > spans[i-1].End) {
			t.Fatalf("%+q: %+v behind %+v", text, s, spans[i-1])
		}
		for len(around) > 0 && around[len(around)-1].End <= s.Start {
			around = around[:len(around)-1]
		}
		if len(around) > 0 && s.End > around[len(around)-1].End {
			t.Fatalf("%+q: %+v leaves %+v", text, s, around[len(around)-1])
		}
		around = append(around, s)
		checkKind(t, text, runes[s.Start:s.End], s)
	}
}

// checkKind checks a part by itself, without knowing how it was found.
func checkKind(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string, part []rune, s Span,
) {
	t.Helper()
	signs := map[Kind]rune{Strong: '*', Emphasis: '_', Strike: '~', Code: '`', Quote: '>', Block: '`'}
	if sign, ok := signs[s.Kind]; ok && part[0] != sign {
		t.Fatalf("%+q: %+v begins with %q", text, s, part[0])
	}
	switch s.Kind {
	case Strong, Emphasis, Strike, Code:
		n := len(part)
		if n < 3 || part[n-1] != part[0] || space(part[1]) || space(part[n-2]) {
			t.Fatalf("%+q: %+v is %+q", text, s, string(part))
		}
		for _, r := range part {
			if r == '\n' {
				t.Fatalf("%+q: %+v leaves its line", text, s)
			}
		}
	case Directive:
		if _, ok := kindOf(part[0]); !ok && part[0] != '>' {
			t.Fatalf("%+q: %+v is %+q", text, s, string(part))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range hostile(200) {
		f.Add(s)
	}
	for _, s := range []string{"*a _b* c_", "> ```\n> x\n```\n", ">>> a\n>> b\n> c", "```x", "*\u00a0*", "\xff*a*\xfe", "*a\u200b*", "/me *x*", "> \n>\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { check(t, text, Parse(text)) })
}

func TestAnyText(t *testing.T) {
	signs := rapid.StringOf(rapid.RuneFrom([]rune("*_~`> \nab\u3000😀")))
	rapid.Check(t, func(t *rapid.T) {
		text := signs.Draw(t, "text")
		check(t, text, Parse(text))
	})
}
