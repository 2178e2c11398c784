// SPDX-License-Identifier: MPL-2.0

package otr

import "testing"

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
		v3, tagged  bool
	}{
		{"hello", "hello", false, false},
		{"hello" + tagMark + tagV3, "hello", true, true},
		{"hello" + tagMark + tagV1 + tagV2 + tagV3 + " you", "hello you", true, true},
		{"hello" + tagMark + tagV2, "hello", false, true},
		{tagMark, "", false, true},
	} {
		plain, v3, tagged := stripTag(c.text)
		if plain != c.plain || v3 != c.v3 || tagged != c.tagged {
			t.Errorf("%q: %q, %v, %v", c.text, plain, v3, tagged)
		}
	}
	for text, want := range map[string]bool{"?OTRv3?": true, "?OTR?v23?": true, "?OTRv2?": false, "?OTR?": false, "?OTRv2? 3": false, "?OTRv24x3?": true} {
		if queryOffersV3(text) != want {
			t.Errorf("%q offers version 3: %v", text, !want)
		}
	}
	for in, want := range map[string]string{"a\x00b\x1b[1m\r\n\t": "ab[1m\r\n\t", "\xff\xfe": "\uFFFD", "ü\uFFFE": "ü"} {
		if got := clean([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if cut("äöü", 3) != "ä" || cut("abc", 3) != "abc" {
		t.Error("cut in the middle of a letter")
	}
}
