// SPDX-License-Identifier: MPL-2.0

package links

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var allowed = []string{"https", "http", "xmpp", "mailto", "geo"}

// checkFind holds for any text.
func checkFind(t *testing.T, text string) {
	t.Helper()
	last := 0
	for _, l := range Find(text) {
		if l.Start < last || l.End <= l.Start || l.End > len(text) {
			t.Fatalf("%+q: %+v after %d", text, l, last)
		}
		last = l.End
		inside := text[l.Start:l.End]
		if !utf8.ValidString(inside) || l.End < len(text) && utf8.ValidString(text) && !utf8.RuneStart(text[l.End]) {
			t.Fatalf("%+q: %+v cuts a letter", text, l)
		}
		for _, r := range inside {
			if invisible(r) || isJoiner(r) || isVariation(r) || r <= ' ' || r == utf8.RuneError {
				t.Fatalf("%+q: %U is in the link %+q", text, r, inside)
			}
		}
		if endsUnseen(text[l.End:]) {
			t.Fatalf("%+q: the link %+q ends before what can not be seen", text, inside)
		}
		u, err := url.Parse(l.Target)
		if err != nil || !slices.Contains(allowed, u.Scheme) || u.User != nil {
			t.Fatalf("%+q: target %+q: %+v, %v", text, l.Target, u, err)
		}
		// What is opened is what is read: the scheme is added or in small letters.
		if !strings.EqualFold(l.Target, inside) && !strings.EqualFold(l.Target, "https://"+inside) {
			t.Fatalf("%+q: %+q opens %+q", text, inside, l.Target)
		}
		if u.Scheme == "https" || u.Scheme == "http" {
			host, _ := cutAny(strings.TrimPrefix(strings.TrimPrefix(l.Target, "https://"), "http://"), "/?#")
			if u.Host != host || u.Hostname() == "" || strings.Contains(host, "@") {
				t.Fatalf("%+q: host %+q is read as %+q", text, host, u.Host)
			}
		} else if u.Host != "" && u.Scheme != "xmpp" {
			t.Fatalf("%+q: target %+q has a host", text, l.Target)
		}
		// The link alone is found again as it is.
		if again := Find(inside); len(again) != 1 || again[0] != (Link{0, len(inside), l.Target}) {
			t.Fatalf("%+q: %+q alone gives %+v", text, inside, again)
		}
	}
}

// Links do not overlap, open what they show and nothing that acts; what is shown
// holds nothing hidden and its offsets lead back.
func FuzzFind(f *testing.F) {
	for _, s := range []string{
		"see https://example.org/a_(b). and www.b.example, xmpp:a@b.c?join", "mailto:a@b.c?subject=x&body=%0A geo:1,-2.5,3;u=1",
		"https://bank.example@evil.example", "https://exa\u200bmple.org\u202e/gpj.exe", "見てhttps://例え.テスト/ü、www.a.b谢谢", "http://[::1]:80/x[y]",
		"javascript:https://a.b data:,x file:///etc", "https://example.org—see 👨‍👩‍👧\r\n🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
		"https://a.b:80谢谢", "a\xff\u0301\u0301\u2028\u200dم\u200c", "https://a.b/%zz https://i❤️.ws/", "WWW.A.B HTTP://a MAILTO:x@y", "https://a.b‘’“”«»…",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkShown(t, text)
		checkFind(t, text)
		shown, _ := Shown(text)
		checkFind(t, shown)
	})
}
