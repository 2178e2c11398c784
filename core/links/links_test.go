// SPDX-License-Identifier: MPL-2.0

package links

import (
	"slices"
	"strings"
	"testing"
)

// linked is a text and its links: what is linked, and ">" with what it opens
// where that is something else.
type linked struct {
	text  string
	links []string
}

func check(t *testing.T, cases map[string]linked) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, l := range Find(c.text) {
				s := c.text[l.Start:l.End]
				if l.Target != s {
					s += ">" + l.Target
				}
				got = append(got, s)
			}
			if !slices.Equal(got, c.links) {
				t.Errorf("%+q:\n got %+q\nwant %+q", c.text, got, c.links)
			}
		})
	}
}

func just(s ...string) []string { return s }

func TestFind(t *testing.T) {
	check(t, map[string]linked{
		"none":                  {"no link here: a/b, a@b.example, example.org", nil},
		"https":                 {"see https://example.org/a?b=c#d now", just("https://example.org/a?b=c#d")},
		"http":                  {"http://example.org", just("http://example.org")},
		"case of the scheme":    {"HTTPS://Example.ORG/A", just("HTTPS://Example.ORG/A>https://Example.ORG/A")},
		"www":                   {"www.example.org/x", just("www.example.org/x>https://www.example.org/x")},
		"www in capitals":       {"WWW.example.org", just("WWW.example.org>https://www.example.org")},
		"www of nothing":        {"www.example www. www.. www", nil},
		"port":                  {"https://localhost:8443/x", just("https://localhost:8443/x")},
		"bad ports":             {"https://a.b:/ https://a.b:x https://a.b:123456 https://a.b:80:80", nil},
		"IPv4":                  {"http://127.0.0.1/", just("http://127.0.0.1/")},
		"IPv6":                  {"http://[2001:db8::1]:80/x http://[::1]", just("http://[2001:db8::1]:80/x", "http://[::1]")},
		"bad IPv6":              {"http://[::1 http://[1.2.3.4] http://[fe80::1%25eth0] http://[x::] http://[::1]x", nil},
		"several":               {"https://a.example https://b.example\nwww.c.example", just("https://a.example", "https://b.example", "www.c.example>https://www.c.example")},
		"xmpp":                  {"xmpp:bob@example.org", just("xmpp:bob@example.org")},
		"xmpp with an action":   {"xmpp:room@chat.example.org?join", just("xmpp:room@chat.example.org?join")},
		"xmpp, a server":        {"xmpp:example.org", just("xmpp:example.org")},
		"xmpp, as an account":   {"xmpp://me@example.org/bob@example.net?message", just("xmpp://me@example.org/bob@example.net?message")},
		"xmpp, no address":      {"xmpp:bob xmpp:@b.c xmpp:a@ xmpp:a@b@c xmpp:a:b@c xmpp: xmpp:?join", nil},
		"mailto":                {"mailto:bob@example.org", just("mailto:bob@example.org")},
		"mailto with a subject": {"mailto:bob@example.org?subject=Hi%20there&body=a%0Ab", just("mailto:bob@example.org?subject=Hi%20there&body=a%0Ab")},
		"mailto, no address":    {"mailto:bob mailto:@b.c mailto:a@ mailto:a@b,c@d mailto:?subject=x", nil},
		"mailto that attaches":  {"mailto:a@b.c?attach=/etc/passwd mailto:a@b.c?subject=x&ATTACHMENT=x mailto:a@b.c?bcc=e@f.g mailto:a@b.c?%61ttach=x", nil},
		"mailto with headers":   {"mailto:a%0d%0abcc:e@f.g mailto:a@b.c?subject=x%0abcc:e@f.g", nil},
		"geo":                   {"geo:48.2,-16.37 geo:1,2,3;u=5 geo:1,2?z=3", just("geo:48.2,-16.37", "geo:1,2,3;u=5", "geo:1,2?z=3")},
		"geo, no place":         {"geo: geo:1 geo:1,x geo:1,,5 geo:--1,2 geo:1,2,3,4 geo:.,. geo:1.,2 geology", nil},
		"IDN":                   {"https://bücher.example/ü https://例え.テスト/ http://пример.рф", just("https://bücher.example/ü", "https://例え.テスト/", "http://пример.рф")},
		"IDN with vowel signs":  {"https://उदाहरण.परीक्षा", just("https://उदाहरण.परीक्षा")},
		"underscore in a host":  {"https://a_b.example.org", just("https://a_b.example.org")},
		"no host":               {"https:// https:/// http://? https://. https://-a.b https://a..b", nil},
		"escapes":               {"https://a.example/%C3%BC https://a.example/100%", just("https://a.example/%C3%BC")},
		"letters before":        {"xhttps://a.example 1www.a.example _https://a.example", nil},
		"a path before":         {"/www.a.example x@www.a.example a.www.b.example git+https://a.example -www.a.example", nil},
		"signs before":          {"(https://a.example =https://b.example :https://c.example", just("https://a.example", "https://b.example", "https://c.example")},
	})
}

// What could run a program or read a file is never linked, whatever is around.
func TestFindNeverLinks(t *testing.T) {
	for _, s := range []string{
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "javascript://a.example/%0aalert(1)",
		"data:text/html,<script>x</script>", "data:text/html;base64,PHNjcmlwdD4=", "file:///etc/passwd", "file://host/share",
		"vbscript:x", "smb://a.example/x", "ftp://a.example/x", "ssh://a.example", "tel:+123", "sms:+123", "about:blank",
		"steam://run/1", "ms-msdt:/id", "magnet:?xt=1", "blob:x", "intent://a.example", "mailto:", "xmpp:", "geo:", "view-source:x",
		"https:a.example", "https:/a.example", "https:\\\\a.example", "http//a.example", "https://", "//a.example", "httpſ://a.example",
		"jar:file:///x", "filesystem:x", "chrome://settings", "\x00javascript:x", "javascript&colon;alert(1)", "xmpp\u200b:a@b.c",
	} {
		if got := Find(s); got != nil {
			t.Errorf("%q: %+v", s, got)
		}
	}
	for _, s := range []string{"javascript:https://a.example", "data:,https://a.example", "view-source:https://a.example"} {
		if got := Find(s); len(got) != 1 || got[0].Target != "https://a.example" {
			t.Errorf("%q: %+v", s, got)
		}
	}
}

// The name before an @ looks like where a link leads and is not.
func TestFindNoUser(t *testing.T) {
	for _, s := range []string{
		"https://bank.example@evil.example", "https://bank.example:443@evil.example/", "https://user:pass@evil.example",
		"https://bank.example%2f@evil.example", "https://@evil.example", "https://bank.example⁄login@evil.example",
		"www.bank.example@evil.example", "https://bank.example,x@evil.example", "https://bank.example;@evil.example",
		"https://[::1]@evil.example", "https://bank.example—x@evil.example", "https://bank.example谢@evil.example",
	} {
		if got := Find(s); got != nil {
			t.Errorf("%q: %+v", s, got)
		}
	}
	check(t, map[string]linked{
		"in a path":        {"https://social.example/@bob", just("https://social.example/@bob")},
		"behind a bracket": {"https://bank.example<@evil.example", just("https://bank.example")},
		"behind backslash": {`https://bank.example\@evil.example`, just("https://bank.example")},
	})
}

func TestFindEnds(t *testing.T) {
	const u = "https://example.org/a"
	for name, around := range map[string]string{
		"full stop": u + ".", "comma": u + ", b", "question": u + "?", "exclamation": u + "!!", "colon": u + ":", "semicolon": u + ";",
		"ellipsis": u + "…", "three dots": u + "...", "round": "(" + u + ")", "round and stop": "(" + u + ").", "square": "[" + u + "]",
		"angle": "<" + u + ">", "curly": "{" + u + "}", "double": `"` + u + `"`, "single": "'" + u + "'", "bold": "*" + u + "*",
		"markdown": "[a](" + u + ")", "curly quotes": "“" + u + "”", "single quotes": "‘" + u + "’", "German": "„" + u + "“",
		"French": "« " + u + "» ", "French single": "‹" + u + "›", "dash": u + "— yes", "line end": u + "\r\nb", "tab": u + "\tb",
		"ideographic stop": "见" + u + "。好", "ideographic comma": u + "、好", "ideographic brackets": "「" + u + "」", "book": "《" + u + "》",
		"full-width comma": u + "，好", "full-width stop": u + "．", "full-width brackets": "（" + u + "）", "full-width question": u + "？",
		"full-width square": "［" + u + "］", "full-width curly": "｛" + u + "｝", "half-width": "｢" + u + "｣｡", "ideographic space": u + "\u3000b",
		"wave dash": u + "〜", "full-width tilde": u + "～", "Arabic comma": u + "، و", "Arabic question": u + "؟", "Arabic semicolon": u + "؛",
		"Urdu stop": u + "۔", "Hindi": u + "।", "Hindi verse": u + "॥", "Armenian": u + "։", "Ethiopic": u + "።", "Hebrew": u + "״", "Khmer": u + "។",
		"Spanish": "¿" + u + "?", "Greek": u + "·", "bullet": "• " + u + " •", "emoji": u + "😀", "emoji with selector": u + "❤️", "no-break space": u + "\u00a0b",
		"object": u + "\uFFFC", "not UTF-8": u + "\xffb",
	} {
		t.Run(name, func(t *testing.T) {
			got := Find(around)
			if len(got) != 1 || around[got[0].Start:got[0].End] != u || got[0].Target != u {
				t.Errorf("%q: %+v", around, got)
			}
		})
	}
	check(t, map[string]linked{
		"brackets inside":   {"https://example.org/a_(b) (https://example.org/a_(b))", just("https://example.org/a_(b)", "https://example.org/a_(b)")},
		"brackets open":     {"https://example.org/a(", just("https://example.org/a")},
		"square inside":     {"https://example.org/?a[]=1", just("https://example.org/?a[]=1")},
		"slash at the end":  {"https://example.org/.", just("https://example.org/")},
		"dash inside":       {"https://example.org/a–b", just("https://example.org/a–b")},
		"comma inside":      {"https://example.org/a,b;c!d'e*f", just("https://example.org/a,b;c!d'e*f")},
		"root dot":          {"https://example.org./x", just("https://example.org./x")},
		"host and stop":     {"https://example.org. https://example.net, www.example.com!", just("https://example.org", "https://example.net", "www.example.com>https://www.example.com")},
		"host and Arabic":   {"https://example.org،و", just("https://example.org")},
		"host and dash":     {"https://example.org—see", just("https://example.org")},
		"host, dash, more":  {"https://example.org—evil.example", nil},
		"host and emoji":    {"https://example.org😀 https://example.net❤️", just("https://example.org", "https://example.net")},
		"emoji in the host": {"https://i❤.ws https://❤.ws", nil},
	})
}

// Scripts without spaces stand directly beside a link.
func TestFindNeighbours(t *testing.T) {
	check(t, map[string]linked{
		"before":            {"见https://example.org/a", just("https://example.org/a")},
		"before www":        {"見てwww.example.orgを", just("www.example.org>https://www.example.org")},
		"Chinese behind":    {"https://example.org谢谢", just("https://example.org")},
		"Japanese behind":   {"https://example.orgを見て", just("https://example.org")},
		"Korean behind":     {"https://example.org에서", just("https://example.org")},
		"Thai behind":       {"https://example.orgครับ", just("https://example.org")},
		"behind a port":     {"https://example.org:8080谢谢", just("https://example.org:8080")},
		"behind a number":   {"http://127.0.0.1谢谢", just("http://127.0.0.1")},
		"behind xmpp":       {"xmpp:bob@example.org谢谢 xmpp:example.org谢谢", just("xmpp:bob@example.org", "xmpp:example.org")},
		"behind mailto":     {"mailto:bob@example.org谢谢", just("mailto:bob@example.org")},
		"IDN of the script": {"https://例子.公司", just("https://例子.公司")},
		"mixed below":       {"https://例子a.example谢", just("https://例子a.example")},
		"a real mixed name": {"https://example.谢谢/x", just("https://example.谢谢/x")},
		"path of a script":  {"https://example.org/路径", just("https://example.org/路径")},
		"Latin with marks":  {"https://example.münchen", just("https://example.münchen")},
	})
}

// A link shows all of what it opens: nothing invisible is in it, and it does not
// end where the eye would read on.
func TestFindInvisible(t *testing.T) {
	for name, hidden := range map[string]string{
		"zero width space": "\u200b", "joiner": "\u200d", "non-joiner": "\u200c", "word joiner": "\u2060", "byte order mark": "\ufeff",
		"soft hyphen": "\u00ad", "override": "\u202e", "isolate": "\u2067", "left-to-right mark": "\u200e", "Arabic letter mark": "\u061c",
		"Hangul filler": "\u3164", "half-width filler": "\uffa0", "grapheme joiner": "\u034f", "variation": "\ufe0f", "Mongolian": "\u180e",
		"tag": "\U000E0061", "blank Braille": "\u2800", "invisible times": "\u2062", "unassigned": "\u2065", "null": "\x00", "delete": "\x7f",
		"ideograph variation": "\U000E0100", "null notehead": "\U0001D159", "interlinear": "\ufff9",
	} {
		t.Run(name, func(t *testing.T) {
			for _, text := range []string{
				"https://bank.example" + hidden + ".evil.example", "https://bank" + hidden + ".example", "https://" + hidden + "bank.example",
				"https://bank.example/a" + hidden + "b", "www.bank.example" + hidden, "xmpp:a@b.example" + hidden, "mailto:a@b.example" + hidden + "x",
			} {
				if got := Find(text); got != nil {
					t.Errorf("%+q: %+v", text, got)
				}
				// As it is shown, there is nothing hidden and the whole is the link.
				shown, _ := Shown(text)
				if clean := strings.ReplaceAll(text, hidden, ""); shown == clean {
					if got := Find(shown); len(got) != 1 || got[0].End != len(shown) {
						t.Errorf("%+q shown: %+v", text, got)
					}
				} else if got := Find(shown); got != nil { // a selector stays behind a letter
					t.Errorf("%+q shown: %+v", text, got)
				}
			}
		})
	}
}

// As in Find, whatever at reads lies before the place where it goes on: no byte is read for
// two links, so that the work grows with the length of the text and not faster.
func TestFindReadsOnce(t *testing.T) {
	const size = 100_000
	for name, part := range map[string]string{
		"schemes": "https://", "www": "www.", "xmpp": "xmpp:", "mailto": "mailto:a@", "geo": "geo:1,", "links": "https://a.b/c ",
		"closed": "https://a.b/))", "open": "https://a.b/((", "brackets": "(", "dots": "www.a.b....", "neighbours": "www.a.b谢", "signs": "https://a.b—",
		"quotes": "https://a.b\"", "hidden": "https://a.b\u200b", "percent": "https://a.b/%", "at": "https://a@", "colons": "https://a.b:1", "IPv6": "http://[::",
		"marks": "https://a\u0301", "h": "h", "joined": "https://a.bhttps://a.b", "invalid": "https://\xff", "amp": "mailto:a@b.c?cc=x&",
	} {
		text := strings.Repeat(part, size/len(part))
		for _, text := range []string{text, "https://a.example/" + text, "mailto:" + text, text + "https://a.example"} {
			work := 0
			for i := 0; i < len(text); {
				if !strings.ContainsRune("hHwWxXmMgG", rune(text[i])) {
					i++
					work++
					continue
				}
				_, next := at(text, i)
				read := 1
				for _, s := range schemes {
					if from := i + len(s.prefix); from < len(text) && strings.EqualFold(text[i:from], s.prefix) {
						read = max(read, len(s.prefix)+span(text[from:]))
						break
					}
				}
				if work += read; i+read > next {
					t.Fatalf("%s: at %d it reads %d bytes and goes on at %d", name, i, read, next)
				}
				i = next
			}
			if work > len(text)+len("https://") {
				t.Errorf("%s: %d bytes read of %d", name, work, len(text))
			}
			last := 0
			for _, l := range Find(text) {
				if l.Start < last || l.End <= l.Start || l.End > len(text) {
					t.Fatalf("%s: %+v after %d", name, l, last)
				}
				last = l.End
			}
		}
	}
}
