// SPDX-License-Identifier: MPL-2.0

package otr

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestLooks(t *testing.T) {
	for text, want := range map[string]form{
		"":                                  formPlain,
		"hello":                             formPlain,
		"?OTR":                              formPlain,
		"?OTRly, you say?":                  formPlain,
		"what is ?OTRv3? about":             formPlain,
		"?OTRv":                             formPlain,
		"?OTR?":                             formQuery,
		"?OTR?v23?":                         formQuery,
		"?OTRv3?\nBob has asked <b>…</b>":   formQuery,
		"?OTR Error: it broke":              formError,
		"?OTR Errors are common":            formPlain,
		"?OTR:AAMD.":                        formEncoded,
		"?OTR,1,3,?OTR:AA,":                 formFragment,
		"?OTR|12345678|0,1,3,?OTR:AA,":      formFragment,
		"hi" + tagMark + tagV3:              formTagged,
		"h" + tagMark + tagV1 + tagV2 + "i": formTagged,
		"hi " + tagMark[:15]:                formPlain,
	} {
		if got := formOf(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
		if Looks(text) != (want != formPlain) {
			t.Errorf("%q: Looks is %v", text, Looks(text))
		}
	}
}

func TestStrip(t *testing.T) {
	for _, c := range []struct {
		text, plain string
		version     uint16
		tagged      bool
	}{
		{"hello", "hello", 0, false},
		{"hello" + tagMark + tagV3, "hello", 3, true},
		{"hello" + tagMark + tagV1 + tagV2 + tagV3 + " you", "hello you", 3, true},
		{"hello" + tagMark + tagV3 + tagV2, "hello", 3, true},
		{"hello" + tagMark + tagV2, "hello", 2, true},
		{"hello" + tagMark + tagV1, "hello", 0, true},
		{tagMark, "", 0, true},
	} {
		plain, version, tagged := stripTag(c.text)
		if plain != c.plain || version != c.version || tagged != c.tagged {
			t.Errorf("%q: %q, %v, %v", c.text, plain, version, tagged)
		}
	}
	for text, want := range map[string]uint16{
		"?OTRv3?": 3, "?OTR?v23?": 3, "?OTRv32?": 3, "?OTRv2?": 2, "?OTR?v2? v3?": 2, "?OTR?": 0, "?OTRv2? 3": 2, "?OTRv24x3?": 3, "?OTRv4?": 0, "?OTRv3": 0,
	} {
		if got := queryOffers(text); got != want {
			t.Errorf("%q offers version %d, want %d", text, got, want)
		}
	}
	for in, want := range map[string]string{"a\x00b\x1b[1m\r\n\t": "ab[1m\r\n\t", "\xff\xfe": "\uFFFD", "ü\uFFFE": "ü"} {
		if got := clean([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if chat.Cut("äöü", 3) != "ä" || chat.Cut("abc", 3) != "abc" {
		t.Error("cut in the middle of a letter")
	}
}
