// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestCanonical(t *testing.T) {
	for typed, want := range map[string]string{
		"bob@example.net": "bob@example.net", "bob@example.net/Phone": "bob@example.net/Phone",
		"ｂｏｂ@example.net": "bob@example.net", "e\u0301lise@example.net": "élise@example.net", "ÉLISE@example.net": "élise@example.net",
		"bob@BÜCHER.example": "bob@bücher.example", "bob@example.net/e\u0301": "bob@example.net/é", "straße@example.net": "straße@example.net",
		"bob@example.net/\u2168": "bob@example.net/\u2168",
		"🦀@example.net":          "🦀@example.net", // no address to a server
	} {
		a, err := chat.ParseAddress(typed)
		if err != nil {
			t.Fatalf("%s: %v", typed, err)
		}
		got := Canonical(a)
		if got.String() != want {
			t.Errorf("%s became %s, want %s", typed, got, want)
		}
		if again := Canonical(got); again != got {
			t.Errorf("%s became %s the second time", got, again)
		}
	}
}
