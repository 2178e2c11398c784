// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

// onWire is what a text looks like after a journey: what XML can not hold
// (XML 1.0 §2.2) is U+FFFD.
func onWire(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r', r >= 0x20 && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000 && r <= 0x10FFFF:
			return r
		}
		return utf8.RuneError
	}, s)
}

// anyText is text of every kind, and now and then bytes that are no text.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringOf(rapid.RuneFrom([]rune("<>&'\"]]>\r\n\t \x00\x0b\uFFFE\uFFFF\u202E😀"))),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	)
}

func TestMessageRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		out := OutMessage{
			To:             rapid.SampledFrom([]chat.Address{alice, bob, bob.Bare(), {Domain: "example.org"}}).Draw(t, "to"),
			Type:           rapid.SampledFrom([]string{"", "chat", "normal", "headline"}).Draw(t, "type"),
			ID:             anyText().Draw(t, "id"),
			OriginID:       anyText().Draw(t, "origin"),
			Body:           anyText().Draw(t, "body"),
			RequestReceipt: rapid.Bool().Draw(t, "request"),
			ReceiptFor:     anyText().Draw(t, "receipt"),
			ChatState:      rapid.SampledFrom([]*chat.Typing{nil, ptr(chat.Idle), ptr(chat.Composing), ptr(chat.Paused)}).Draw(t, "typing"),
		}
		raw := EncodeMessage(out)
		got, err := DecodeMessage(raw, alice, now, "")
		if err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		want := &Message{
			From: alice.Bare(), To: out.To, Type: out.Type, ID: id(onWire(out.ID)), OriginID: id(onWire(out.OriginID)),
			Body: onWire(out.Body), HasBody: out.Body != "", ReceiptRequest: out.RequestReceipt && out.ID != "",
			ReceiptFor: id(onWire(out.ReceiptFor)), ChatState: out.ChatState,
			Hints: Hints{NoStore: out.ChatState != nil && out.Body == "" && out.ReceiptFor == ""},
		}
		if want.Type == "" {
			want.Type = "normal"
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestPresenceRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		out := OutPresence{
			To:       rapid.SampledFrom([]chat.Address{{}, bob, bob.Bare()}).Draw(t, "to"),
			Show:     rapid.SampledFrom([]chat.Presence{chat.Available, chat.Away, chat.ExtendedAway, chat.DoNotDisturb, chat.FreeForChat}).Draw(t, "show"),
			Status:   rapid.StringN(0, 200, maxLine).Draw(t, "status"),
			Priority: rapid.Int8().Draw(t, "priority"),
			Photo:    rapid.SampledFrom([]*string{nil, ptr(""), ptr(strings.Repeat("0a", 20))}).Draw(t, "photo"),
			Caps:     rapid.SampledFrom([]Caps{{}, ownCaps("Chat", "https://chat.example")}).Draw(t, "caps"),
		}
		got, err := DecodePresence(EncodePresence(out), alice, now)
		if err != nil {
			t.Fatal(err)
		}
		want := &Presence{
			From: alice.Bare(), To: out.To, Show: out.Show, Status: plain(onWire(out.Status)), Priority: out.Priority,
			VCardPhoto: out.Photo, Caps: out.Caps,
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestEncode(t *testing.T) {
	for name, test := range map[string]struct{ got, want string }{
		"typing is not stored":        {string(EncodeMessage(OutMessage{To: bob, Type: "chat", ChatState: ptr(chat.Composing)})), `<message to='bob@example.net/phone' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/><no-store xmlns='urn:xmpp:hints'/></message>`},
		"no receipt without an id":    {string(EncodeMessage(OutMessage{To: bob, RequestReceipt: true})), `<message to='bob@example.net/phone'></message>`},
		"leaving says no more":        {string(EncodePresence(OutPresence{Type: "unavailable", Show: chat.Away, Priority: 3, Status: "a<b"})), `<presence type='unavailable'><status>a&lt;b</status></presence>`},
		"asking with a name":          {string(EncodePresence(OutPresence{To: bob.Bare(), Type: "subscribe", Nick: "Al'ice"})), `<presence to='bob@example.net' type='subscribe'><nick xmlns='http://jabber.org/protocol/nick'>Al&#39;ice</nick></presence>`},
		"asking with an invitation":   {string(EncodePresence(OutPresence{To: bob.Bare(), Type: "subscribe", Preauth: "t'k"})), `<presence to='bob@example.net' type='subscribe'><preauth xmlns='urn:xmpp:pars:0' token='t&#39;k'/></presence>`},
		"picture not known, and none": {string(EncodePresence(OutPresence{Show: chat.Available})) + string(EncodePresence(OutPresence{Show: chat.Available, Photo: ptr("")})), `<presence><x xmlns='vcard-temp:x:update'/></presence><presence><x xmlns='vcard-temp:x:update'><photo/></x></presence>`},
	} {
		t.Run(name, func(t *testing.T) {
			if test.got != test.want {
				t.Errorf("got  %s\nwant %s", test.got, test.want)
			}
		})
	}
}
