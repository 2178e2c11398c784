// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"encoding/xml"
	"strings"
	"testing"
)

func TestVCardKeepsOtherFields(t *testing.T) {
	const in = `<vCard xmlns='vcard-temp' version='2.0'><FN>Al &lt;ice&gt;</FN>
		<ADR><HOME/><CTRY>Italy</CTRY></ADR><PHOTO><EXTVAL>http://x/</EXTVAL></PHOTO><X-OWN xmlns='urn:own' xml:lang='en'>é 😀</X-OWN></vCard>`
	const rest = `<vCard xmlns='vcard-temp' version='2.0'><FN xmlns='vcard-temp'>Al &lt;ice&gt;</FN>` +
		`<ADR xmlns='vcard-temp'><HOME xmlns='vcard-temp'></HOME><CTRY xmlns='vcard-temp'>Italy</CTRY></ADR><X-OWN xmlns='urn:own' xml:lang='en'>é 😀</X-OWN>`
	card := &node{}
	if err := xml.Unmarshal([]byte(in), card); err != nil {
		t.Fatal(err)
	}
	if card.picture() != "" {
		t.Error("a picture on the web counts as one")
	}
	for _, test := range []struct {
		png  []byte
		want string
	}{
		{[]byte("abc"), rest + `<PHOTO xmlns='vcard-temp'><TYPE xmlns='vcard-temp'>image/png</TYPE><BINVAL xmlns='vcard-temp'>YWJj</BINVAL></PHOTO></vCard>`},
		{nil, rest + `</vCard>`},
	} {
		card.setPicture(test.png)
		var b builder
		b.node(card)
		if b.String() != test.want {
			t.Errorf("got  %s\nwant %s", b.String(), test.want)
		}
		again := &node{}
		if err := xml.Unmarshal(b.Bytes(), again); err != nil {
			t.Fatal(err)
		}
		if data, err := decodePicture(again.picture(), ""); err == nil && string(data) != string(test.png) {
			t.Errorf("picture %q", data)
		}
	}
}

func TestVCardLimits(t *testing.T) {
	for name, in := range map[string]string{
		"deep": strings.Repeat("<a>", 60) + strings.Repeat("</a>", 60),
		"wide": "<a>" + strings.Repeat("<b/>", 20_000) + "</a>",
		"cut":  "<a><b>",
	} {
		if err := xml.Unmarshal([]byte(in), &node{}); err == nil {
			t.Errorf("%s accepted", name)
		}
	}
}

func TestDecodePicture(t *testing.T) {
	hash := pictureHash([]byte("abc"))
	for name, test := range map[string]struct {
		in, hash string
		ok       bool
	}{
		"right":       {"YWJj", hash, true},
		"white space": {" YW\r\n Jj\t", hash, true},
		"another":     {"YWJk", hash, false},
		"no base64":   {"%%%%", "", false},
		"nothing":     {"", "", false},
		"too large":   {strings.Repeat("A", MaxPicture*4/3+8), "", false},
	} {
		if data, err := decodePicture(test.in, test.hash); (err == nil) != test.ok || test.ok && string(data) != "abc" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
}
