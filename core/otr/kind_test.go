// SPDX-License-Identifier: MPL-2.0

package otr

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestCarries(t *testing.T) {
	encoded := func(head ...byte) string {
		return "?OTR:" + base64.StdEncoding.EncodeToString(append(head, make([]byte, 30)...)) + "."
	}
	tags := []byte{0, 0, 1, 2, 0, 0, 1, 3}
	three := func(kind, flags byte) string { return encoded(append(append([]byte{0, 3, kind}, tags...), flags)...) }
	for name, test := range map[string]struct {
		text string
		want bool
	}{
		"plain":               {"hello", false},
		"tagged":              {"hello" + tagMark + tagV3, false},
		"query":               {"?OTRv3?", false},
		"error":               {"?OTR Error: what", false},
		"data":                {three(3, 0), true},
		"data of version two": {encoded(0, 2, 3, 0), true},
		"heartbeat":           {three(3, 1), false},
		"heartbeat, two":      {encoded(0, 2, 3, 1), false},
		"commit":              {three(2, 0), false},
		"reveal":              {three(0x11, 0), false},
		"another version":     {encoded(0, 4, 3, 0), false},
		"too short":           {"?OTR:AAMD.", false},
		"no base64":           {"?OTR:AAMD????????????????.", false},
		"first part":          {"?OTR|00000102|00000103,1,3," + three(3, 0)[:40] + ",", true},
		"first part, padded":  {"?OTR|102|103,00001,00003," + three(3, 0)[:40] + ",", true},
		"first part of two":   {"?OTR,1,3," + encoded(0, 2, 3, 0)[:40] + ",", true},
		"second part":         {"?OTR|102|103,2,3," + three(3, 0)[:40] + ",", false},
		"first of a commit":   {"?OTR|102|103,1,3," + three(2, 0)[:40] + ",", false},
		"part without a text": {"?OTR|102|103,1", false},
	} {
		if got := Untagged(test.text); got != strings.Contains(name, "two") {
			t.Errorf("Untagged(%q) = %v", test.text, got)
		}
		t.Run(name, func(t *testing.T) {
			if got := Carries(test.text); got != test.want {
				t.Errorf("Carries(%q) = %v", test.text, got)
			}
		})
	}
}

// Nothing carries a message that is none of OTR.
func FuzzCarries(f *testing.F) {
	for _, s := range []string{"?OTR:AAMDAAABAgAAAQMAAAAA.", "?OTR|102|103,1,3,?OTR:AAMD,", "?OTR,1,3,?OTR:AAID,", "?OTRv3?"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if Carries(text) && !Looks(text) {
			t.Errorf("%q is nothing of OTR's and carries a message", text)
		}
	})
}
