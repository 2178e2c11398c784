// SPDX-License-Identifier: MPL-2.0

package chat

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseAddress(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     Address
	}{
		{"bare", "alice@wonder.example", Address{Local: "alice", Domain: "wonder.example"}},
		{"full", "alice@wonder.example/phone", Address{"alice", "wonder.example", "phone"}},
		{"a server", "wonder.example", Address{Domain: "wonder.example"}},
		{"a part of a server", "wonder.example/echo", Address{Domain: "wonder.example", Resource: "echo"}},
		{"one label", "alice@localhost", Address{Local: "alice", Domain: "localhost"}},
		{"case", "Alice@Wonder.EXAMPLE/Phone", Address{"alice", "wonder.example", "Phone"}},
		{"case of other scripts", "ÄΛИ@BÜCHER.example", Address{Local: "äλи", Domain: "bücher.example"}},
		{"the resource is free text", "a@b/x/y@z \"&'<>:", Address{"a", "b", "x/y@z \"&'<>:"}},
		{"resource of spaces", "a@b/ ", Address{"a", "b", " "}},
		{"final dot", "a@b.example.", Address{Local: "a", Domain: "b.example"}},
		{"full-width dots", "李@例子。公司．example｡", Address{Local: "李", Domain: "例子.公司.example"}},
		{"IPv4", "a@127.0.0.1", Address{Local: "a", Domain: "127.0.0.1"}},
		{"IPv6", "a@[2001:DB8::1]/r", Address{"a", "[2001:db8::1]", "r"}},
		{"escaped (XEP-0106)", `space\20cadet@b`, Address{Local: `space\20cadet`, Domain: "b"}},
		{"signs of Latin", "a.b-c_d+e=f!#$%*?^`{|}~@b", Address{Local: "a.b-c_d+e=f!#$%*?^`{|}~", Domain: "b"}},
		{"combining marks", "हिन्दी@b", Address{Local: "हिन्दी", Domain: "b"}},
		{"longest", strings.Repeat("a", 1023) + "@" + strings.Repeat("b", 1023) + "/" + strings.Repeat("c", 1023), Address{
			strings.Repeat("a", 1023), strings.Repeat("b", 1023), strings.Repeat("c", 1023),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseAddress(c.in)
			if err != nil || got != c.want {
				t.Fatalf("got %+v, %v", got, err)
			}
			again, err := ParseAddress(got.String())
			if err != nil || again != got {
				t.Errorf("from %q: %+v, %v", got.String(), again, err)
			}
		})
	}
}

func TestParseAddressRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":                 "",
		"no domain":               "alice@",
		"no local part":           "@wonder.example",
		"no resource":             "alice@wonder.example/",
		"only a resource":         "/phone",
		"only a dot":              "a@.",
		"two final dots":          "a@b..",
		"leading dot":             "a@.b",
		"empty label":             "a@b..c",
		"two at signs":            "a@b@c",
		"space before":            " a@b",
		"space after":             "a@b ",
		"space inside":            "a b@c",
		"no-break space":          "a\u00a0b@c",
		"line end":                "a@b\n",
		"NUL":                     "a\x00@b",
		"quotation mark":          `a"@b`,
		"ampersand":               "a&b@c",
		"apostrophe":              "a'b@c",
		"colon":                   "xmpp:a@b",
		"less":                    "a<b@c",
		"port":                    "a@b:5222",
		"scheme":                  "https://b",
		"backslash in the domain": "a@b\\c",
		"sign in the domain":      "a@b!c",
		"open bracket":            "a@[::1",
		"closed bracket":          "a@::1]",
		"IPv4 in brackets":        "a@[127.0.0.1]",
		"zone":                    "a@[fe80::1%eth0]",
		"bare IPv6":               "a@::1",
		"text after brackets":     "a@[::1]:5222",
		"not UTF-8, local":        "a\xff@b",
		"not UTF-8, domain":       "a@b\xc3",
		"not UTF-8, resource":     "a@b/\xed\xa0\x80",
		"right-to-left override":  "a\u202eb@c",
		"zero width space":        "a\u200bb@c",
		"soft hyphen":             "a@b\u00adc",
		"variation selector":      "a\ufe0fb@c",
		"Hangul filler":           "\u3164@c",
		"blank Braille":           "\u2800@c",
		"grapheme joiner":         "a\u034f@c",
		"tag":                     "a\U000E0061@c",
		"noncharacter":            "a\uffff@c",
		"unassigned":              "a\U000E0FFF@c",
		"private use":             "a@b\ue000",
		"control in the resource": "a@b/c\x1b[2J",
		"long local part":         strings.Repeat("a", 1024) + "@b",
		"long domain":             "a@" + strings.Repeat("b", 1024),
		"long resource":           "a@b/" + strings.Repeat("c", 1024),
		"too long in lower case":  strings.Repeat("Ⱥ", 400) + "@b", // 800 bytes, 1200 in lower case
	} {
		t.Run(name, func(t *testing.T) {
			a, err := ParseAddress(in)
			if !errors.Is(err, ErrAddress) {
				t.Fatalf("got %+v, %v", a, err)
			}
			if a != (Address{}) {
				t.Errorf("with an error comes %+v", a)
			}
			if len(in) > 4 && strings.Contains(err.Error(), in) {
				t.Errorf("the error quotes the address: %v", err)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	full := MustAddress("alice@wonder.example/phone")
	bare := MustAddress("Alice@wonder.example")
	if full.Bare() != bare || bare.WithResource("phone") != full || !bare.IsBare() || full.IsBare() {
		t.Error("bare and full do not fit", full, bare)
	}
	if (map[Address]int{bare: 1})[full.Bare()] != 1 {
		t.Error("not found as the key of a map")
	}
	if a := (Address{}); !a.IsZero() || a.String() != "" || !a.Bare().IsZero() || full.IsZero() {
		t.Error("the zero value is an address")
	}
	defer func() {
		if recover() == nil {
			t.Error("MustAddress took what is no address")
		}
	}()
	MustAddress("@")
}

// What is parsed is written and read back the same, is what the rules allow,
// and two spellings of it that differ in case alone are equal.
func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		"alice@wonder.example/phone", "wonder.example", "a@b.", "a@b..", "a@[::1]/x", "a@b/@/", "İ@ſ", "Ⱥ@K",
		"李@例子。公司", "a\u202e@b", "a\xff@b", "@", "/", "a@b/\u2028", "ǅ@ß.ẞ", "a@[::ffff:1.2.3.4]",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			if !errors.Is(err, ErrAddress) || !a.IsZero() {
				t.Fatalf("%q: %+v, %v", s, a, err)
			}
			return
		}
		again, err := ParseAddress(a.String())
		if err != nil || again != a {
			t.Fatalf("%q is %+v; read back %+v, %v", s, a, again, err)
		}
		for _, part := range []string{a.Local, a.Domain, a.Resource} {
			if len(part) > MaxAddressPart || !utf8.ValidString(part) {
				t.Fatalf("%q: bad part %q", s, part)
			}
		}
		if a.Domain == "" || strings.ContainsAny(a.Local, "\"&'/:<>@ \n") || strings.ContainsAny(a.Domain, "@/ \n") {
			t.Fatalf("%q: %+v", s, a)
		}
		if bare, err := ParseAddress(a.Bare().String()); err != nil || bare != a.Bare() {
			t.Fatalf("%q without its resource: %+v, %v", s, bare, err)
		}
		upper := a
		upper.Local, upper.Domain = asciiUpper(a.Local), asciiUpper(a.Domain)
		if same, err := ParseAddress(upper.String()); err != nil || same != a {
			t.Fatalf("%q in capitals: %+v, %v", s, same, err)
		}
		if v := a.LogValue().String(); v != "redacted" {
			t.Fatalf("logged as %q", v)
		}
	})
}

func asciiUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - ('a' - 'A')
		}
		return r
	}, s)
}
