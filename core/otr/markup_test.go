// SPDX-License-Identifier: MPL-2.0

package otr

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestUnmark(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		"plain":                          "plain",
		"a < b > c":                      "a < b > c",
		"tom & jerry":                    "tom & jerry",
		"&unknown; &; &#; &#0; &#xD800;": "&unknown; &; &#; &#0; &#xD800;",
		"a &lt; b &amp;&amp; c &gt; d":   "a < b && c > d",
		"don&apos;t &quot;panic&quot; &#39;&#x20AC;":     "don't \"panic\" '€",
		"<b>bold</b> and <I>slanted</I>":                 "bold and slanted",
		"&lt;b&gt;":                                      "<b>",
		"&amp;lt;":                                       "&lt;",
		"one<br>two<br/>three<BR />four":                 "one\ntwo\nthree\nfour",
		"<p>one</p><p>two</p>":                           "one\ntwo",
		"<FONT COLOR=\"#ff0000\" face='Sans'>red</FONT>": "red",
		"<span style='font-weight: bold;'>x</span>":      "x",
		"<html><body>ünï 漢字</body></html>":               "ünï 漢字",
		"<script>alert(1)</script> <b>x</b> <seven>":     "<script>alert(1)</script> x <seven>",
		"x <- y":        "x <- y",
		"<b":            "<b",
		"<>":            "<>",
		"<b></b>":       "<b></b>",
		"a <b <i>c</i>": "a <b c",
		"see <a href=\"https://example.org/?a=1&amp;b=2\">the page</a>!": "see the page (https://example.org/?a=1&b=2)!",
		"<A HREF='https://example.org/'>https://example.org/</A>":        "https://example.org/",
		"<a href=\"mailto:bob@example.org\">bob@example.org</a>":         "bob@example.org",
		"<a href=\"https://evil.example/\">https://good.example/</a>":    "https://good.example/ (https://evil.example/)",
		"<a>x</a> </a><a href=\"y\">":                                    "x ",
		"<b>" + strings.Repeat("x", 5000):                                strings.Repeat("x", 5000),
		"<font " + strings.Repeat("x", 5000) + ">y":                      "<font " + strings.Repeat("x", 5000) + ">y",
	} {
		if got := Unmark(in); got != want {
			t.Errorf("%.80q: %.80q, want %.80q", in, got, want)
		}
	}
}

// What is sent to them is read there as it was written.
func TestMark(t *testing.T) {
	for _, text := range []string{"", "plain", "if a < b && b > c {\n\treturn <nil>\n}", "&lt;b&gt;", "<b>not bold</b>", "ünï 漢字 'x' \"y\""} {
		if got := Unmark(Mark(text)); got != text {
			t.Errorf("%q is read as %q", text, got)
		}
	}
	if got := Mark("1 < 2 & 3\n4"); got != "1 &lt; 2 &amp; 3<br>4" {
		t.Error(got)
	}
}

// Any text: no panic, and nothing that XML could not carry comes of it.
func FuzzUnmark(f *testing.F) {
	for _, s := range []string{"<b>x</b>", "&lt;&#x41;", "<a href=\"x\">y</a>", "<a href='", "a & b < c", "<br/>", "&#1;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = clean([]byte(text))
		got := Unmark(text)
		if !utf8.ValidString(got) || got != clean([]byte(got)) {
			t.Errorf("%q: %q", text, got)
		}
		if !strings.ContainsAny(text, "<&") && got != text {
			t.Errorf("%q becomes %q", text, got)
		}
		if len(got) > 4*len(text) {
			t.Errorf("%d bytes become %d", len(text), len(got))
		}
	})
}
