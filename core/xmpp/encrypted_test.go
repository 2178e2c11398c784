// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

// anyData is what a key, a payload or a signature may be.
func anyData(max int) *rapid.Generator[[]byte] { return rapid.SliceOfN(rapid.Byte(), 1, max) }

func anyEncrypted(v OMEMOVersion) *rapid.Generator[Encrypted] {
	return rapid.Custom(func(t *rapid.T) Encrypted {
		e := Encrypted{Version: v, Sender: rapid.Uint32Range(1, MaxDevice).Draw(t, "sender")}
		owners := []chat.Address{{}}
		if v == OMEMO2 { // keys of one owner stand together
			owners = rapid.SliceOfNDistinct(rapid.SampledFrom([]chat.Address{alice.Bare(), bob.Bare(), room}), 0, 3, rapid.ID).Draw(t, "owners")
		} else {
			e.IV = anyData(16).Draw(t, "iv")
		}
		for _, owner := range owners {
			for range rapid.IntRange(1, 3).Draw(t, "keys") {
				e.Keys = append(e.Keys, EncryptedKey{
					Owner: owner, Device: rapid.Uint32Range(1, MaxDevice).Draw(t, "device"),
					Kex: rapid.Bool().Draw(t, "kex"), Data: anyData(200).Draw(t, "key"),
				})
			}
		}
		if rapid.Bool().Draw(t, "with payload") {
			e.Payload = anyData(500).Draw(t, "payload")
		}
		return e
	})
}

func TestEncryptedRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		out := OutMessage{To: bob, Type: "chat", ID: "i", OriginID: "i", Body: "for who can not read it", Private: rapid.Bool().Draw(t, "private")}
		var hints []EMEHint
		for _, v := range rapid.SampledFrom([][]OMEMOVersion{{OMEMO03}, {OMEMO2}, {OMEMO03, OMEMO2}}).Draw(t, "formats") {
			out.Encrypted = append(out.Encrypted, anyEncrypted(v).Draw(t, "encrypted"))
			hints = append(hints, EMEHint{Namespace: v.Namespace()})
		}
		raw := EncodeMessage(out)
		m, err := DecodeMessage(raw, alice, now, "")
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(m.Encrypted, out.Encrypted) || !reflect.DeepEqual(m.EME, hints) || m.Private != out.Private || !m.Hints.Store || m.Hints.NoCopy {
			t.Errorf("%s\ngot  %+v\nwant %+v", raw, m, out)
		}
	})
}

func TestDecodeEncrypted(t *testing.T) {
	const header03, header2 = "<header sid='7'><key rid='3' prekey='true'> YW\nJj </key><iv>AAECAw==</iv></header>",
		"<header sid='7'><keys jid='bob@example.net/x'><key rid='3' kex='1'>YWJj</key></keys></header>"
	key := EncryptedKey{Device: 3, Kex: true, Data: []byte("abc")}
	key2 := key
	key2.Owner = bob.Bare()
	iv := []byte{0, 1, 2, 3}
	for name, test := range map[string]struct {
		v    OMEMOVersion
		in   string
		want Encrypted
	}{
		"0.3":                       {OMEMO03, header03 + "<payload>AA==</payload>", Encrypted{Sender: 7, Keys: []EncryptedKey{key}, IV: iv, Payload: []byte{0}}},
		"0.3, only keys":            {OMEMO03, header03, Encrypted{Sender: 7, Keys: []EncryptedKey{key}, IV: iv}},
		"0.3, header last":          {OMEMO03, "<payload>AA==</payload>" + header03, Encrypted{Sender: 7, Keys: []EncryptedKey{key}, IV: iv, Payload: []byte{0}}},
		"2":                         {OMEMO2, header2 + "<payload>AA==</payload>", Encrypted{Sender: 7, Keys: []EncryptedKey{key2}, Payload: []byte{0}}},
		"2, only keys":              {OMEMO2, header2, Encrypted{Sender: 7, Keys: []EncryptedKey{key2}}},
		"2 in the manner of 0.3":    {OMEMO2, header03, Encrypted{Sender: 7}},
		"0.3 in the manner of 2":    {OMEMO03, header2, Encrypted{Sender: 7}},
		"nothing":                   {OMEMO2, "", Encrypted{}},
		"payload that is none":      {OMEMO2, header2 + "<payload>?</payload><payload>AA==</payload>", Encrypted{Sender: 7, Keys: []EncryptedKey{key2}, Payload: []byte{}}},
		"empty payload":             {OMEMO03, header03 + "<payload/>", Encrypted{Sender: 7, Keys: []EncryptedKey{key}, IV: iv, Payload: []byte{}}},
		"a key that is none":        {OMEMO03, "<header sid='7'><key rid='3'>a</key><key rid='4'/></header>", Encrypted{Sender: 7, Keys: []EncryptedKey{{Device: 3}, {Device: 4}}}},
		"a key that is too long":    {OMEMO03, "<header sid='7'><key rid='3'>" + strings.Repeat("AAAA", 400) + "</key></header>", Encrypted{Sender: 7, Keys: []EncryptedKey{{Device: 3}}}},
		"devices that are none":     {OMEMO03, "<header sid='2147483648'><key rid='0'>AAAA</key><key rid='-1'>AAAA</key><key>AAAA</key></header>", Encrypted{}},
		"keys of nobody":            {OMEMO2, "<header sid='7'><keys jid='@'><key rid='3'>AAAA</key></keys><keys><key rid='3'>AAAA</key></keys></header>", Encrypted{Sender: 7}},
		"two headers":               {OMEMO03, header03 + "<header sid='8'><key rid='4'>AAAA</key></header>", Encrypted{Sender: 7, Keys: []EncryptedKey{key}, IV: iv}},
		"parts of another protocol": {OMEMO03, "<header xmlns='evil' sid='8'><key rid='4'>AAAA</key></header><payload xmlns='evil'>AA==</payload>", Encrypted{}},
		"header inside the payload": {OMEMO03, "<payload>AA==" + header03 + "</payload>", Encrypted{Payload: []byte{0}}},
	} {
		t.Run(name, func(t *testing.T) {
			element := "<encrypted xmlns='" + test.v.Namespace() + "'>" + test.in + "</encrypted>"
			m, err := DecodeMessage([]byte("<message from='bob@example.net/x'>"+element+element+"</message>"), alice, now, "")
			if err != nil {
				t.Fatal(err)
			}
			test.want.Version = test.v
			if !reflect.DeepEqual(m.Encrypted, []Encrypted{test.want}) {
				t.Errorf("got  %+v\nwant %+v", m.Encrypted, test.want)
			}
		})
	}
	flood := "<message><encrypted xmlns='" + nsAxolotl + "'><header sid='1'>" + strings.Repeat("<key rid='1'>AAAA</key>", 2*maxKeys) + "</header></encrypted>" +
		strings.Repeat("<encryption xmlns='"+nsEME+"' namespace='x'/>", 100) + "</message>"
	if m, err := DecodeMessage([]byte(flood), alice, now, ""); err != nil || len(m.Encrypted[0].Keys) != maxKeys || len(m.EME) != maxHints {
		t.Errorf("flood: %v", err)
	}
	bounced, err := DecodeMessage([]byte("<message type='error'><encrypted xmlns='"+nsOMEMO+"'>"+header2+"</encrypted><encryption xmlns='"+nsEME+"' namespace='x'/></message>"), alice, now, "")
	if err != nil || bounced.Encrypted != nil || bounced.EME != nil {
		t.Errorf("%+v, %v", bounced, err)
	}
}

func TestHowItIsEncrypted(t *testing.T) {
	for namespace, want := range map[string]chat.Encryption{NamespaceOTR: chat.EncryptionOTR, nsAxolotl: chat.EncryptionOMEMO, nsOMEMO: chat.EncryptionOMEMO2, "": 0, "urn:xmpp:openpgp:0": 0} {
		if got, ok := (EMEHint{Namespace: namespace}).Encryption(); got != want || ok != (want != chat.EncryptionNone) {
			t.Errorf("%q: %v, %v", namespace, got, ok)
		}
	}
	for name, test := range map[string]struct {
		out  OutMessage
		want string
	}{
		"OTR": {
			OutMessage{Body: "?OTR:", EME: []EMEHint{{Namespace: NamespaceOTR}}, Private: true, Hints: Hints{NoCopy: true, NoPermanentStore: true}},
			"<body>?OTR:</body><encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:otr:0'/><private xmlns='urn:xmpp:carbons:2'/><no-permanent-store xmlns='urn:xmpp:hints'/><no-copy xmlns='urn:xmpp:hints'/>",
		},
		"keys only, not to be stored": {
			OutMessage{Encrypted: []Encrypted{{Version: OMEMO2, Sender: 1, Keys: []EncryptedKey{{Owner: bob, Device: 2, Data: []byte("abc")}, {Owner: alice, Device: 3}, {Owner: bob, Device: 4, Kex: true}}}}, EME: []EMEHint{}, Hints: Hints{NoStore: true}},
			"<encrypted xmlns='urn:xmpp:omemo:2'><header sid='1'><keys jid='bob@example.net'><key rid='2'>YWJj</key><key rid='4' kex='true'></key></keys><keys jid='alice@example.org'><key rid='3'></key></keys></header></encrypted><no-store xmlns='urn:xmpp:hints'/>",
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.out.To = bob
			if got := string(EncodeMessage(test.out)); got != "<message to='bob@example.net/phone'>"+test.want+"</message>" {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// The parts of a body that an answer is only beside are those of the text that was
// encrypted.
func TestOpened(t *testing.T) {
	in := "<message from='bob@example.net/x' id='i'><body>I sent you something</body><encrypted xmlns='" + nsAxolotl + "'/><reply xmlns='" + nsReply + "' id='r'/>" +
		"<fallback xmlns='" + nsFallback + "' for='" + nsReply + "'><body start='0' end='30'/></fallback><fallback xmlns='" + nsFallback + "' for='x'><body start='31'/></fallback></message>"
	m, err := DecodeMessage([]byte(in), alice, now, "")
	if err != nil || len(m.Fallbacks) != 0 {
		t.Fatalf("%+v, %v", m, err)
	}
	const quote = "> a quotation of 30 characters" // 30
	o := m.Opened(quote + "\nmy answer\x00\xff")
	if o.Text() != "my answer\uFFFD\uFFFD" || !o.HasBody || o.Encrypted != nil || o.ID != "i" || o.Reply == nil {
		t.Errorf("%q, %+v", o.Text(), o)
	}
	if want := []Fallback{{For: nsReply, End: 30}}; !reflect.DeepEqual(o.Fallbacks, want) {
		t.Errorf("%+v", o.Fallbacks)
	}
	if of := o.Opened(quote + "\nagain"); of.Text() != "again" {
		t.Errorf("%q", of.Text())
	}
	if again := m.Opened("short"); len(again.Fallbacks) != 0 || m.Body != "I sent you something" || m.Sealed(OMEMO03) == nil || m.Sealed(OMEMO2) != nil {
		t.Errorf("%+v of %+v", again, m)
	}
}

// Who stands on the way can write what is beside an encrypted text, but with that hide
// nothing of it that is not a quotation.
func TestOpenedHidesNothing(t *testing.T) {
	for _, test := range []struct {
		text string
		part string
		want string
	}{
		{"> a\n> b\nno", "start='0' end='8'", "no"},
		{"> a\n> b\nno", "start='0' end='7'", "no"},
		{"> a\n> b\nno", "start='4' end='8'", "> a\nno"},
		{"> a", "start='0'", "> a"}, // nothing else is there
		{"> a\nI do not agree", "start='0' end='9'", ""},
		{"I do not agree", "start='0' end='9'", ""},
		{"I do not agree", "", ""},
		{"> a\nb", "", ""},
		{"> not so\nb", "start='0' end='6'", ""},
		{"x> a\nb", "start='1' end='5'", ""},
		{"> a\nb\n> c\nd", "start='0' end='10'", ""},
		{"> a\n\n> c\nd", "start='0' end='9'", ""},
	} {
		for _, with := range []string{"<reply xmlns='" + nsReply + "' id='r'/>", "<reactions xmlns='" + nsReactions + "' id='r'/>", "<retract xmlns='" + nsRetract + "' id='r'/>"} {
			namespace := nsReply
			if !strings.Contains(with, nsReply) {
				namespace, test.want = strings.Split(with, "'")[1], ""
			}
			m, err := DecodeMessage([]byte("<message><body>x</body><encrypted xmlns='"+nsAxolotl+"'/>"+with+"<fallback xmlns='"+nsFallback+"' for='"+namespace+"'><body "+test.part+"/></fallback></message>"), alice, now, "")
			if err != nil {
				t.Fatal(err)
			}
			want := test.want
			if want == "" {
				want = test.text
			}
			if got := m.Opened(test.text).Text(); got != want {
				t.Errorf("%q without %s is %q, want %q", test.text, test.part, got, want)
			}
		}
	}
}
