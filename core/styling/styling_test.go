// SPDX-License-Identifier: MPL-2.0

package styling

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// shown writes what Parse says of a text: each part as kind and text, directives
// left out.
func shown(text string) string {
	runes := []rune(text)
	var parts []string
	for _, s := range Parse(text) {
		kind := s.Kind.String()
		if s.Depth > 0 {
			kind += fmt.Sprint(s.Depth)
		}
		if s.Kind != Directive {
			parts = append(parts, kind+":"+string(runes[s.Start:s.End]))
		}
	}
	return strings.Join(parts, " | ")
}

// The texts of XEP-0393 §5 are among these.
func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"":                                   "",
		"plain span":                         "",
		"*strong span*":                      "strong:*strong span*",
		"plain _emphasis_ plain":             "emphasis:_emphasis_",
		"`pre` plain *strong*":               "code:`pre` | strong:*strong*",
		"*strong*plain*":                     "strong:*strong*",
		"* plain *strong*":                   "strong:*strong*",
		"not strong*":                        "",
		"*not strong":                        "",
		"*not \n strong*":                    "",
		"*not *strong":                       "",
		"**":                                 "",
		"***":                                "",
		"****":                               "",
		"Two spans, both *alike in dignity*": "strong:*alike in dignity*",
		"Everyone ~dis~likes cake.":          "strike:~dis~",
		"This is `*monospace*`":              "code:`*monospace*`",
		"This is *`monospace and bold`*":     "strong:*`monospace and bold`* | code:`monospace and bold`",
		"*_~`all`~_*":                        "strong:*_~`all`~_* | emphasis:_~`all`~_ | strike:~`all`~ | code:`all`",
		"*a _b* c_":                          "strong:*a _b*",
		"*a _b *c* d_ e*":                    "strong:*a _b *c*",
		"snake_case_name and 2*3*4":          "",
		"(*x*)":                              "",
		"*x *y*":                             "strong:*x *y*",
		"* x*":                               "",
		"*x *":                               "",
		"*x\u00a0*":                          "",
		"\u3000*x*":                          "strong:*x*",
		"**x**":                              "",
		"*ä😀*":                               "strong:*ä😀*",
		"`a` `b`":                            "code:`a` | code:`b`",
		"``x`":                               "",
		"There are three blocks in this body, one per line,\nbut there is no *formatting\nas spans* may not escape blocks.": "",

		"```ignored\n(println \"Hello, *world*!\")\n```\n\n*This*": "block:```ignored\n(println \"Hello, *world*!\")\n``` | strong:*This*",
		"> ```\n> (println)\n\n*plain*":                            "quote1:> ```\n> (println) | block:```\n> (println) | strong:*plain*",
		"```\n``` \n````\nend":                                     "block:```\n``` \n````\nend",
		"```":                                                      "block:```",
		"```\n```":                                                 "block:```\n```",
		"a ```b```":                                                "",

		"> That that is, is.\n\nSaid the old hermit of Prague.":          "quote1:> That that is, is.",
		">> That that is, is.\n> Said the old hermit of Prague.\n\nWho?": "quote1:>> That that is, is.\n> Said the old hermit of Prague. | quote2:> That that is, is.",
		">a\nb\n>c":          "quote1:>a | quote1:>c",
		">  *a*\n> b *c*":    "quote1:>  *a*\n> b *c* | strong:*a* | strong:*c*",
		"> *a\n> b*":         "quote1:> *a\n> b*",
		"> _ <":              "quote1:> _ <",
		">":                  "quote1:>",
		" > no":              "",
		"> > deep\n>\n> > b": "quote1:> > deep\n>\n> > b | quote2:> deep | quote2:> b",
	} {
		if got := shown(in); got != want {
			t.Errorf("%q:\ngot  %q\nwant %q", in, got, want)
		}
	}
}

func TestDirectives(t *testing.T) {
	for in, want := range map[string]string{
		"a *b* `c`":                      "2-3 4-5 6-7 8-9",
		"> *a*\n>> b":                    "0-2 2-3 4-5 6-7 7-9",
		"```go\nx\n```":                  "0-5 8-11",
		"> ```\n> x\n> ```\n> y\n```\nz": "0-2 2-5 6-8 10-12 12-15 16-18 20-23",
	} {
		var parts []string
		for _, s := range Parse(in) {
			if s.Kind == Directive {
				parts = append(parts, fmt.Sprintf("%d-%d", s.Start, s.End))
			}
		}
		if got := strings.Join(parts, " "); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestIsAction(t *testing.T) {
	for in, want := range map[string]bool{
		"/me shrugs in disgust": true, "/me ": true, "/meshrugs in disgust": false, "/me's disgusted": false, " /me shrugs": false,
		"\"/me shrugs\"": false, "* Atlas shrugs": false, "/Me shrugs": false, "/me": false, "": false,
	} {
		if got := IsAction(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

// hostile are texts of about n bytes that are hard to read, and what is left of
// them when they are.
func hostile(n int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, n/len(s)) }
	return map[string]string{
		"signs that begin":     fill("*a _a ~a `a "),
		"signs":                fill("*_~`"),
		"one sign":             fill("*"),
		"signs and spaces":     fill("* "),
		"signs on lines":       fill("*\n"),
		"spans":                fill("*a* "),
		"spans in spans":       fill("*_~`a`~_* "),
		"begun in each other":  fill("*_~a "),
		"one span":             "*" + fill("a") + "*",
		"no span":              "*" + fill(" *"),
		"quotations":           fill(">"),
		"quotations on lines":  fill(strings.Repeat(">", 500) + "\n"),
		"quotations, stairs":   stairs(n),
		"quotations by turns":  fill(">a\nb\n"),
		"fences":               fill("```\n"),
		"fences that are none": fill("````\n"),
		"fences in quotations": fill("> ```\n"),
		"empty lines":          "*" + fill("\n"),
		"what is no text":      fill("*\xff* "),
	}
}

func stairs(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(strings.Repeat(">", i%1000) + "a\n")
	}
	return b.String()
}

// The time grows with the text and not faster, and so does what comes out.
func TestHostile(t *testing.T) {
	const n = 1 << 20 // more than a message can have
	for name, text := range hostile(n) {
		start := time.Now()
		spans := Parse(text)
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("%s: %v", name, d)
		}
		if len(spans) > MaxSpans {
			t.Errorf("%s: %d parts", name, len(spans))
		}
		check(t, text, spans)
	}
}

func BenchmarkParse(b *testing.B) {
	for _, test := range []struct{ name, text string }{
		{"plain", strings.Repeat("nothing to see here, ", 10)},
		{"styled", "> quoted *words*\nand _some_ of `mine` with ~a few~ more"},
	} {
		b.Run(test.name, func(b *testing.B) {
			b.SetBytes(int64(len(test.text)))
			b.ReportAllocs()
			for b.Loop() {
				Parse(test.text)
			}
		})
	}
}
