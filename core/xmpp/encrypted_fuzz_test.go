// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"encoding/xml"
	"reflect"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// checkEncrypted holds for any message.
func checkEncrypted(t failer, m *Message) {
	t.Helper()
	if m.Type == "error" && (len(m.Encrypted) > 0 || len(m.EME) > 0 || m.Private) || len(m.Encrypted) > 2 || len(m.EME) > maxHints {
		t.Errorf("%+v", m)
	}
	for i, e := range m.Encrypted {
		if e.Version.Namespace() == "" || i > 0 && e.Version == m.Encrypted[0].Version || e.Sender > MaxDevice || len(e.Keys) > maxKeys || len(e.IV) > maxIV || e.Version == OMEMO2 && e.IV != nil {
			t.Errorf("%+v", e)
		}
		for _, k := range e.Keys {
			if k.Device == 0 || k.Device > MaxDevice || len(k.Data) > maxKeyData || k.Owner.IsZero() != (e.Version == OMEMO03) || !k.Owner.IsBare() {
				t.Errorf("%+v", k)
			}
		}
	}
	if d := m.Devices; d != nil {
		checkDevices(t, d.Version, d.Devices)
		if d.Owner != m.From || !d.Owner.IsBare() || d.Version.Namespace() == "" {
			t.Errorf("%+v", d)
		}
	}
	opened := m.Opened("a text")
	if opened.Body != "a text" || len(opened.Encrypted) > 0 || len(opened.Text()) > len(opened.Body) {
		t.Errorf("%+v", opened)
	}
	for _, f := range opened.Fallbacks {
		if !f.Whole && (f.Start < 0 || f.Start >= f.End || f.End > len("a text")) {
			t.Errorf("part %+v", f)
		}
	}
}

func checkDevices(t failer, v OMEMOVersion, list []Device) {
	t.Helper()
	seen := map[uint32]bool{}
	for _, d := range list {
		if d.ID == 0 || d.ID > MaxDevice || seen[d.ID] || len(d.Label) > maxLabel || len(d.LabelSig) > maxSig || d.Label != "" && d.LabelSig == nil || v == OMEMO03 && d.LabelSig != nil {
			t.Errorf("%+v", d)
		}
		seen[d.ID] = true
	}
	if len(list) > maxDevices {
		t.Errorf("%d devices", len(list))
	}
}

// Whatever was encrypted, reading it does not panic; what comes out is whose the stanza
// around it was, carries nothing and is no event, and was said by a child of the
// content.
func FuzzEnvelope(f *testing.F) {
	for _, s := range []string{
		"", "<body xmlns='jabber:client'>hello</body>", "<body>hello</body>", "<replace xmlns='" + nsCorrect + "' id='x'/><body xmlns='jabber:client'>b</body>", "<retracted xmlns='" + nsRetract + "'/>",
		"<reply xmlns='" + nsReply + "' id='x'/><fallback xmlns='" + nsFallback + "' for='" + nsReply + "'><body start='0' end='2'/></fallback><body xmlns='jabber:client'>a\nb</body>",
		"<stanza-id xmlns='" + nsStanzaID + "' id='forged' by='alice@example.org'/>", "<opt-out xmlns='" + nsOMEMO + "'><reason>r</reason></opt-out>", "<active xmlns='" + nsChatStates + "'/>",
		"<sent xmlns='" + nsCarbons + "'><forwarded xmlns='" + nsForward + "'><message xmlns='jabber:client'><body>x</body></message></forwarded></sent>",
	} {
		f.Add(envelopeOf(s, "<from jid='bob@example.net'/><time stamp='2020-01-01T00:00:00'/>"))
	}
	f.Add(EncodeEnvelope(OutEnvelope{From: alice, To: bob, Time: now, Trust: &trusts, Message: OutMessage{Body: "b", Reactions: &Reactions{For: "x"}}}))
	outside := &Message{From: alice.Bare(), To: alice, Type: "chat", ID: "i"} // who could forward
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := DecodeEnvelope(raw, outside, "de")
		if err != nil {
			if !reflect.DeepEqual(e, Envelope{}) || chat.CodeOf(err) != chat.CodeForged {
				t.Errorf("%+v with %v", e, err)
			}
			return
		}
		checkAddress(t, e.From)
		checkAddress(t, e.To)
		m := e.Message
		if m.From != outside.From || m.To != outside.To || m.Type != outside.Type || m.ID != outside.ID || m.OriginID != "" || m.StanzaIDs != nil || !m.Delay.IsZero() || m.Error != nil ||
			m.Hints != (Hints{}) || m.Private || m.EME != nil || m.Encrypted != nil || m.Tombstone || m.Carbon != nil || m.Archived != nil ||
			m.AvatarEvent != nil || m.NickEvent != nil || m.Devices != nil || m.Displayed != nil || m.Bookmarks != nil {
			t.Errorf("%+v", m)
		}
		checkText(t, "id", maxID, m.Thread, m.ReceiptFor, m.DisplayedFor, m.Replaces, m.Retracts)
		checkText(t, "line", maxLine, m.Subject, m.Nick)
		checkText(t, "body", len(raw), m.Body, m.Text())
		if e.Trust != nil {
			if len(e.Trust.Owners) == 0 || len(e.Trust.Owners) > maxOwners {
				t.Errorf("%+v", e.Trust)
			}
			again, err := DecodeEnvelope(EncodeEnvelope(OutEnvelope{Trust: e.Trust}), outside, "")
			if err != nil || !reflect.DeepEqual(again.Trust, e.Trust) {
				t.Errorf("%+v, but %+v again, %v", e.Trust, again.Trust, err)
			}
		}
	})
}

// Whatever an account has published as its devices or as a bundle, reading it does not
// panic, and what comes out can be published and read again.
func FuzzPublishedKeys(f *testing.F) {
	f.Add(encodeBundle(bundle03))
	f.Add(encodeBundle(bundle2))
	for _, v := range []OMEMOVersion{OMEMO03, OMEMO2} {
		f.Add(encodeDevices(v, []Device{{ID: 1}, {2, "A & B", []byte("sig")}}))
	}
	f.Add([]byte("<bundle xmlns='" + nsOMEMO + "'><prekeys><pk id='1'>AA==</pk></prekeys><prekeys><pk id='1'>AA==</pk></prekeys><spk id='x'>AA==</spk><spks>AA==</spks><ik>AA==</ik></bundle>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, v := range []OMEMOVersion{OMEMO03, OMEMO2} {
			if list, ok := readElement(raw, func(d *decoder, s xml.StartElement) ([]Device, bool, error) { return d.devices(v, s) }); ok {
				checkDevices(t, v, list)
				again, ok := readElement(encodeDevices(v, list), func(d *decoder, s xml.StartElement) ([]Device, bool, error) { return d.devices(v, s) })
				for i, d := range list { // a signature of nothing is not published
					if d.Label == "" {
						list[i].LabelSig = nil
					}
				}
				if !ok || !reflect.DeepEqual(again, list) {
					t.Errorf("%+v, but %+v again", list, again)
				}
			}
			b, ok := readElement(raw, func(d *decoder, s xml.StartElement) (Bundle, bool, error) { return d.bundle(v, s) })
			if !ok {
				continue
			}
			again, ok := readElement(encodeBundle(b), func(d *decoder, s xml.StartElement) (Bundle, bool, error) { return d.bundle(v, s) })
			if !ok || !reflect.DeepEqual(again, b) || b.Version != v || len(b.Prekeys) > maxPrekeys || len(b.Identity) > maxKeySize || len(b.SignedKey) > maxKeySize || len(b.Signature) > maxSig {
				t.Errorf("%+v, but %+v again", b, again)
			}
		}
	})
}

// readElement reads an element that may be anything.
func readElement[T any](raw []byte, f func(*decoder, xml.StartElement) (T, bool, error)) (v T, ok bool) {
	d := &decoder{x: xml.NewDecoder(bytes.NewReader(raw))}
	token, err := d.token()
	if err != nil {
		return v, false
	}
	s, is := token.(xml.StartElement)
	if !is {
		return v, false
	}
	v, ok, err = f(d, s)
	return v, ok && err == nil
}
