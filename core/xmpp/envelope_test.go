// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

// anyContent is a message that says everything that can be said.
func anyContent() *rapid.Generator[OutMessage] {
	return rapid.Custom(func(t *rapid.T) OutMessage {
		word := rapid.StringMatching(`[a-z<&' ]{1,20}\z`)
		m := OutMessage{
			To: bob.Bare(), Type: "chat", ID: "id of it", OriginID: "id of it", Body: anyText().Draw(t, "body"), RequestReceipt: rapid.Bool().Draw(t, "request"),
			ChatState: rapid.SampledFrom([]*chat.Typing{nil, ptr(chat.Idle), ptr(chat.Composing)}).Draw(t, "typing"),
			Markable:  rapid.Bool().Draw(t, "markable"), Unstyled: rapid.Bool().Draw(t, "unstyled"), Private: rapid.Bool().Draw(t, "private"),
			Hints: Hints{NoCopy: rapid.Bool().Draw(t, "no-copy"), NoStore: rapid.Bool().Draw(t, "no-store")},
		}
		for what, to := range map[string]*string{"replaces": &m.Replaces, "retracts": &m.Retracts, "displayed": &m.DisplayedFor, "receipt": &m.ReceiptFor, "nick": &m.Nick} {
			if rapid.Bool().Draw(t, "with "+what) {
				*to = what + word.Draw(t, what)
			}
		}
		if rapid.Bool().Draw(t, "with reactions") {
			m.Reactions = &Reactions{For: "reacted", Emoji: []string{"👋"}}
		}
		if rapid.Bool().Draw(t, "with reply") {
			m.Reply, m.Fallbacks = &Reply{ID: "replied", To: bob}, []Fallback{ReplyFallback(rapid.IntRange(1, 10).Draw(t, "quoted")), {For: "whole", Whole: true}}
		}
		return m
	})
}

// What goes through an envelope is what would have come without one.
func TestEnvelopeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyContent().Draw(t, "message")
		out := OutEnvelope{From: alice, To: bob, Time: now, Message: m}
		raw := EncodeEnvelope(out)
		if len(raw) < minEnvelope {
			t.Errorf("%d bytes", len(raw))
		}
		shell := m.Outside()
		shell.Encrypted = []Encrypted{{Version: OMEMO2, Sender: 1, Payload: []byte("x")}}
		outside := EncodeMessage(shell)
		outer, err := DecodeMessage(outside, alice, now, "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeEnvelope(raw, outer, "")
		if err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		plain, err := DecodeMessage(EncodeMessage(m), alice, now, "")
		if err != nil {
			t.Fatal(err)
		}
		plain.Hints = outer.Hints
		if !reflect.DeepEqual(got.Message, plain) {
			t.Errorf("got  %+v\nwant %+v", got.Message, plain)
		}
		if got.From != alice.Bare() || got.To != bob.Bare() || !got.Time.Equal(now) || got.Trust != nil || got.OptOut != nil {
			t.Errorf("%+v", got)
		}
		if want := (OutMessage{To: m.To, Type: m.Type, ID: m.ID, OriginID: m.OriginID, Hints: m.hints(), Private: m.Private}); !reflect.DeepEqual(m.Outside(), want) {
			t.Errorf("outside stands %+v", m.Outside())
		}
		for _, said := range []string{"<body", nsChatStates, nsReceipts, nsMarkers, nsCorrect, nsRetract, nsReactions, nsReply, nsFallback, nsStyling, nsNick} {
			if bytes.Contains(outside, []byte(said)) {
				t.Errorf("%s stands outside: %s", said, outside)
			}
		}
	})
}

// Whether a field stands inside or outside has to be decided for each.
func TestOutsideIsComplete(t *testing.T) {
	inside := strings.Fields("Body RequestReceipt ReceiptFor ChatState Nick Markable DisplayedFor Replaces Retracts Reactions Reply Fallbacks Unstyled")
	outside := strings.Fields("To Type ID OriginID Hints Encrypted EME Private")
	var fields []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[OutMessage]()) {
		fields = append(fields, f.Name)
	}
	all := slices.Concat(inside, outside)
	slices.Sort(fields)
	slices.Sort(all)
	if !slices.Equal(fields, all) {
		t.Errorf("fields %v, known are %v", fields, all)
	}
}

func TestPadding(t *testing.T) {
	lengths := map[int]bool{}
	for range 200 {
		yes, no := EncodeEnvelope(OutEnvelope{Message: OutMessage{Body: "yes"}}), EncodeEnvelope(OutEnvelope{Message: OutMessage{Body: "no"}})
		for _, e := range [][]byte{yes, no} {
			if len(e) < minEnvelope || len(e) > minEnvelope+maxPadding {
				t.Fatalf("%d bytes", len(e))
			}
			lengths[len(e)] = true
		}
		if bytes.Equal(yes[len(yes)-100:], no[len(no)-100:]) {
			t.Fatal("the same padding")
		}
	}
	if len(lengths) < 50 {
		t.Errorf("%d lengths", len(lengths))
	}
	if long := EncodeEnvelope(OutEnvelope{Message: OutMessage{Body: strings.Repeat("x", 1000)}}); len(long) < 1000 || len(long) > 1000+200+maxPadding {
		t.Errorf("%d bytes", len(long))
	}
}

var around = &Message{From: bob, To: alice.Bare(), Type: "chat", ID: "i", OriginID: "o", StanzaIDs: []StanzaID{{"s", alice.Bare()}}, Hints: Hints{Store: true}}

func envelopeOf(content, beside string) []byte {
	return []byte("<envelope xmlns='" + nsSCE + "'><content>" + content + "</content>" + beside + "<rpad>x</rpad></envelope>")
}

// Only what people say is read out of an envelope.
func TestEnvelopeContent(t *testing.T) {
	const forged = "<stanza-id xmlns='" + nsStanzaID + "' id='forged' by='alice@example.org'/><origin-id xmlns='" + nsStanzaID + "' id='forged'/><no-store xmlns='" + nsHints + "'/>" +
		"<delay xmlns='" + nsDelay + "' stamp='2001-01-01T00:00:00Z'/><error type='auth' xmlns='jabber:client'><text xmlns='" + nsStanzas + "'>x</text></error>" +
		"<encryption xmlns='" + nsEME + "' namespace='x'/><private xmlns='" + nsCarbons + "'/><encrypted xmlns='" + nsOMEMO + "'/><retracted xmlns='" + nsRetract + "'/>" +
		"<event xmlns='" + nsEvent + "'><items node='" + nsNick + "'><item><nick xmlns='" + nsNick + "'>x</nick></item></items></event>" +
		"<result xmlns='" + nsArchive + "' id='x'><forwarded xmlns='" + nsForward + "'><message xmlns='jabber:client' from='alice@example.org'><body>x</body></message></forwarded></result>" +
		"<received xmlns='" + nsCarbons + "'><forwarded xmlns='" + nsForward + "'><message xmlns='jabber:client' to='alice@example.org'><body>x</body></message></forwarded></received>" +
		"<body>without a namespace</body><addresses xmlns='http://jabber.org/protocol/address'/>"
	from := *around
	from.From = alice.Bare() // who could forward
	for _, o := range []*Message{around, &from} {
		got, err := DecodeEnvelope(envelopeOf(forged+"<body xmlns='jabber:client'>hello</body><request xmlns='"+nsReceipts+"'/>", ""), o, "")
		if err != nil {
			t.Fatal(err)
		}
		want := *o
		want.Body, want.HasBody, want.ReceiptRequest = "hello", true, true
		if !reflect.DeepEqual(got, Envelope{Message: &want}) {
			t.Errorf("%+v", got.Message)
		}
	}
	// and nothing that anybody has written beside it
	m, err := DecodeMessage([]byte("<message from='bob@example.net/x' id='i'><body>forged</body><replace xmlns='"+nsCorrect+"' id='x'/><nick xmlns='"+nsNick+"'>x</nick><active xmlns='"+nsChatStates+"'/><subject>x</subject></message>"), alice, now, "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeEnvelope(envelopeOf("", ""), m, "")
	if want := (&Message{From: m.From, To: m.To, Type: m.Type, ID: "i"}); err != nil || !reflect.DeepEqual(got.Message, want) {
		t.Errorf("%+v, %v", got.Message, err)
	}
	late := *around
	late.Delay = now
	if got, err = DecodeEnvelope(envelopeOf("<composing xmlns='"+nsChatStates+"'/>", ""), &late, ""); err != nil || got.Message.ChatState != nil {
		t.Errorf("typing of another time: %+v, %v", got.Message, err)
	}
	got, err = DecodeEnvelope(envelopeOf("<body xmlns='jabber:client'>en</body><body xmlns='jabber:client' xml:lang='de'>de</body><opt-out xmlns='"+nsOMEMO+"'><reason>\n a \u202e reason\n</reason></opt-out>", ""), around, "de")
	if err != nil || got.Message.Body != "en" || got.OptOut == nil || got.OptOut.Reason != "a  reason" {
		t.Errorf("%+v, %+v, %v", got.Message, got.OptOut, err)
	}
}

func TestEnvelopeAffixes(t *testing.T) {
	at := time.Date(2004, 1, 25, 5, 5, 0, 0, time.UTC)
	for beside, want := range map[string]*Envelope{
		"":                                    {},
		"<from jid='bob@example.net/phone'/>": {From: bob},
		"<to jid='alice@example.org'/>":       {To: alice.Bare()},
		"<time stamp='2004-01-25T06:05:00+01:00'/>": {Time: at},
		"<time stamp='2004-01-25T05:05:00'/>":       {Time: at},
		"<time stamp='2090-01-25T05:05:00Z'/>":      {Time: at.AddDate(86, 0, 0)},
		"<from xmlns='evil' jid='@'/><other/>":      {},
		"<from jid='@'/>":                           nil,
		"<from/>":                                   nil,
		"<to jid='a b@c'/>":                         nil,
		"<time stamp='yesterday'/>":                 nil,
		"<time stamp='0001-01-01T00:00:00Z'/>":      nil,
		"<time/>":                                   nil,
		"<content/>":                                nil,
		"<from jid='a@b'/><from jid='a@b'/>":        nil,
		"<to jid='a@b'/><to jid='c@d'/>":            nil,
	} {
		got, err := DecodeEnvelope(envelopeOf("", beside), around, "")
		if want == nil {
			wantCode(t, err, chat.EncryptionFailed, chat.CodeForged)
			continue
		}
		got.Message = nil
		if err != nil || !reflect.DeepEqual(got, *want) {
			t.Errorf("%s: %+v, %v", beside, got, err)
		}
	}
}

func TestNoEnvelope(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	attributes := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, " a%d='x'", i)
		}
		return "<a" + b.String() + "/>"
	}
	for name, raw := range map[string]string{
		"nothing": "", "text": "hello", "another element": "<message xmlns='" + nsSCE + "'/>", "another namespace": strings.ReplaceAll(string(envelopeOf("", "")), "sce:1", "sce:0"),
		"no content": "<envelope xmlns='" + nsSCE + "'><rpad/></envelope>", "not whole": string(envelopeOf("", ""))[:50], "two": strings.Repeat(string(envelopeOf("", "")), 2),
		"text behind it": string(envelopeOf("", "")) + "x", "not closed": string(envelopeOf("<a>", "")), "an entity": string(envelopeOf("&a;", "")),
		"a document type": "<!DOCTYPE x [<!ENTITY a 'b'>]>" + string(envelopeOf("", "")), "one inside": string(envelopeOf("<!DOCTYPE x>", "")),
		"too deep": string(envelopeOf(deep(maxNesting), "")), "too many attributes": string(envelopeOf(attributes(maxAttributes+1), "")), "no text": string(envelopeOf("\xff", "")),
		"nothing after an instruction": "<?xml version='1.0'?>",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeEnvelope([]byte(raw), around, "")
			wantCode(t, err, chat.EncryptionFailed, chat.CodeForged)
			if got.Message != nil {
				t.Errorf("%+v", got)
			}
		})
	}
	for name, raw := range map[string]string{
		"declaration and comments": "<?xml version='1.0' encoding='UTF-8'?> <!-- --> " + string(envelopeOf("", "")) + "\n<!-- -->",
		"deep":                     string(envelopeOf(deep(maxNesting-2), "")), "attributes": string(envelopeOf(attributes(maxAttributes), "")),
		"prefixes": "<s:envelope xmlns:s='" + nsSCE + "' xmlns='jabber:client'><s:content><body>x</body></s:content></s:envelope>",
	} {
		if _, err := DecodeEnvelope([]byte(raw), around, ""); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var trusts = TrustMessage{Usage: "urn:xmpp:atm:1", Encryption: nsOMEMO, Owners: []TrustOwner{
	{Owner: alice.Bare(), Trust: [][]byte{[]byte("one"), []byte("two")}},
	{Owner: bob.Bare(), Trust: [][]byte{[]byte("three")}, Distrust: [][]byte{[]byte("four"), []byte("five")}},
}}

func TestTrustMessage(t *testing.T) {
	raw := EncodeEnvelope(OutEnvelope{From: alice, Time: now, Trust: &trusts})
	got, err := DecodeEnvelope(raw, around, "")
	if err != nil || !reflect.DeepEqual(got.Trust, &trusts) || got.Message.HasBody {
		t.Errorf("%+v, %v: %s", got.Trust, err, raw)
	}
	const owner, key = "<key-owner jid='a@b'>", "<trust>AAAA</trust>"
	in := func(s string) string {
		return "<trust-message xmlns='" + nsTrust + "' usage='u' encryption='e'>" + s + "</trust-message>"
	}
	for s, want := range map[string]*TrustMessage{
		in(""): nil, in(owner + "</key-owner>"): nil, in(owner + "<trust>?</trust></key-owner>"): nil, in("<key-owner jid='@'>" + key + "</key-owner>"): nil, in(key): nil,
		strings.ReplaceAll(in(owner+key+"</key-owner>"), "tm:1", "tm:0"):                                                                                nil,
		in(owner+"<trust>"+strings.Repeat("AAAA", 22)+"</trust>"+key+"<trust xmlns='evil'>AAAA</trust></key-owner>") + in(owner+key+key+"</key-owner>"): {"u", "e", []TrustOwner{{Owner: chat.MustAddress("a@b"), Trust: [][]byte{{0, 0, 0}}}}},
	} {
		if got, err := DecodeEnvelope(envelopeOf(s, ""), around, ""); err != nil || !reflect.DeepEqual(got.Trust, want) {
			t.Errorf("%s: %+v, %v", s, got.Trust, err)
		}
	}
	flood := in(strings.Repeat(owner+strings.Repeat(key, 10)+"</key-owner>", 1000))
	got, err = DecodeEnvelope(envelopeOf(flood, ""), around, "")
	if err != nil || len(got.Trust.Owners) > maxOwners {
		t.Fatal(err)
	}
	keys := 0
	for _, o := range got.Trust.Owners {
		keys += len(o.Trust)
	}
	if keys != maxTrustKeys {
		t.Errorf("%d keys", keys)
	}
	// outside of an envelope anybody could have written it
	m, err := DecodeMessage([]byte("<message from='bob@example.net'>"+in(owner+key+"</key-owner>")+"</message>"), alice, now, "")
	if want := (&Message{From: bob.Bare(), Type: "normal"}); err != nil || !reflect.DeepEqual(m, want) {
		t.Errorf("%+v, %v", m, err)
	}
}
