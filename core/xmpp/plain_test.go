// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"Bob":                     "Bob",
		"Bob\u202ekcart":          "Bobkcart", // turns what follows round
		"\u2066Bob\u2069\u200f":   "Bob",
		"B\u200bo\u2060b\ufeff":   "Bob", // looks like another Bob
		"a\u0007b\u0085c":         "abc",
		"two\nlines":              "two\nlines",
		"👩\u200d👩\u200d👧 ❤\ufe0f": "👩\u200d👩\u200d👧 ❤\ufe0f",
		"\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645": "\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645", // a joiner between Persian letters
		"\u200d\ufe0f ":      "",
		"\u3164\u115f\u2800": "",
		"\u0600\u0661":       "\u0600\u0661", // an Arabic number sign, which is seen
	} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}

// Names and texts for people are plain wherever they come from.
func TestNamesArePlain(t *testing.T) {
	own := chat.MustAddress("alice@example.org/pc")
	const evil = "B\u202eo\u200bb"
	m, err := DecodeMessage([]byte("<message from='bob@example.net' type='error'><nick xmlns='"+nsNick+"'>"+evil+"</nick>"+
		"<error type='cancel'><conflict xmlns='"+nsStanzas+"'/><text xmlns='"+nsStanzas+"'>"+evil+"</text></error></message>"), own, time.Now(), "")
	if err != nil || m.Nick != "Bob" || m.Error.Text != "Bob" {
		t.Errorf("nick %q, error %+v, %v", m.Nick, m.Error, err)
	}
	p, err := DecodePresence([]byte("<presence from='bob@example.net'><nick xmlns='"+nsNick+"'>"+evil+"</nick><status>"+evil+"</status></presence>"), own, time.Now())
	if err != nil || p.Nick != "Bob" || p.Status != "Bob" {
		t.Errorf("nick %q, status %q, %v", p.Nick, p.Status, err)
	}
	i, ok := rosterElement{JID: "bob@example.net", Name: " " + evil + "\n x"}.item()
	if !ok || i.Name != "Bob x" {
		t.Errorf("name in the contact list %q", i.Name)
	}
}
