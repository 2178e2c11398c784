// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
)

const (
	fpA   = chat.Fingerprint("623548d3835c6d33ef5cb680f7944ef381cf712bf23a0119dabe5c4f252cd02f")
	fpB   = chat.Fingerprint("b423f5088de9a924d51b31581723d850c7cc67d0a4fe6b267c3d301ff56d2413")
	fpC   = chat.Fingerprint("d9f849b6b828309c5f2c8df4f38fd891887da5aaa24a22c50d52f69b4a80817e")
	fpOTR = chat.Fingerprint("0123456789abcdef0123456789abcdef01234567")
)

func TestParseKeyLink(t *testing.T) {
	a, b := string(fpA), string(fpB)
	one, two := LinkedKey{Device: 123456, Fingerprint: fpA}, LinkedKey{Device: 789, Fingerprint: fpB}
	of := func(keys ...LinkedKey) KeyLink { return KeyLink{Owner: bob.Bare(), Keys: keys} }
	for text, want := range map[string]KeyLink{
		"xmpp:bob@example.net":                                                                     of(),
		"xmpp:bob@example.net?message;body=x":                                                      of(),
		"xmpp:bob@example.net?omemo-sid-123456=" + a + ";omemo-sid-789=" + b:                       of(one, two),
		" \nxmpp:bob@example.net?omemo-sid-123456=" + a + "&omemo-sid-789=" + b + "\n":             of(one, two),
		"XMPP:BOB@EXAMPLE.NET?OMEMO-SID-123456=" + strings.ToUpper(a):                              of(one),
		"xmpp:bob@example.net/phone?message;omemo-sid-123456=" + a + ";":                           of(one),
		"xmpp:bob%40example.net?omemo-sid-123456=" + a + "#x?omemo-sid-1=x":                        of(one),
		"xmpp:bob@example.net?omemo-sid-123456=" + strings.Join(fpA.Groups(), "%20"):               of(one),
		"xmpp:bob@example.net?omemo-sid-123456=" + a + ";omemo-sid-123456=" + a:                    of(one),
		"xmpp://alice@example.org/bob@example.net?omemo-sid-789=" + b:                              of(two),
		"xmpp://bob@example.net?omemo-sid-789=" + b:                                                of(two),
		"https://conversations.im/i/bob@example.net?omemo-sid-123456=" + a + "&omemo-sid-789=" + b: of(one, two),
		"https://conversations.im/i/bob%40example.net?omemo-sid-789=" + b:                          of(two),
		"https://conversations.im/i/bob/example.net?omemo-sid-789=" + b:                            of(two),
		"xmpp:bob@example.net?omemo-sid-789=" + b + ";otr-fingerprint=" + string(fpOTR):            of(two, LinkedKey{Fingerprint: fpOTR}),
		// XEP-0434 §9.1
		"xmpp:bob@example.net?trust-message;encryption=urn:xmpp:omemo:2;trust=" + a + ";distrust=" + b + ";distrust=" + string(fpC): of(LinkedKey{Fingerprint: fpA}, LinkedKey{Fingerprint: fpB, Distrust: true}, LinkedKey{Fingerprint: fpC, Distrust: true}),
		"xmpp:bob@example.net?trust-message;encryption=eu.siacs.conversations.axolotl&trust=" + a + ";omemo-sid-789=" + b:           of(LinkedKey{Fingerprint: fpA}),
		"xmpp:bob@example.net?trust-message;encryption=urn%3Axmpp%3Aomemo%3A2;trust=" + a:                                           of(LinkedKey{Fingerprint: fpA}),
		"xmpp:bob@example.net?trust-message;encryption=urn:xmpp:openpgp:0;trust=" + a:                                               of(),
		"xmpp:bob@example.net?trust-message;trust=" + a:                                                                             of(),
		"xmpp:bob@example.net?message;trust=" + a:                                                                                   of(),
	} {
		got, err := ParseKeyLink(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\ngot  %+v, %v\nwant %+v", text, got, err, want)
		}
	}
}

func TestNoKeyLink(t *testing.T) {
	a, b := string(fpA), string(fpB)
	for text, code := range map[string]chat.Code{
		"": chat.CodeAddress, "bob@example.net": chat.CodeAddress, "xmpp:": chat.CodeAddress, "xmpp:@": chat.CodeAddress, "xmpp:bob%zz@example.net": chat.CodeAddress, "xmpp://": chat.CodeAddress,
		"mailto:bob@example.net": chat.CodeAddress, "https://example.net/i/bob@example.net": chat.CodeAddress, "https://conversations.im/j/room@example.net": chat.CodeAddress,
		"https:conversations.im/i/bob@example.net": chat.CodeAddress, "http://conversations.im/i/bob@example.net": chat.CodeAddress, "https://conversations.im.evil.net/i/bob@example.net": chat.CodeAddress,
		a:                                      chat.CodeAddress,
		"xmpp:" + strings.Repeat("a", maxLink): chat.CodeTooLarge,
		"xmpp:bob@example.net?omemo-sid-1=" + a[:63]:                                        chat.CodeFingerprint,
		"xmpp:bob@example.net?omemo-sid-1=" + string(fpOTR):                                 chat.CodeFingerprint,
		"xmpp:bob@example.net?omemo-sid-0=" + a:                                             chat.CodeFingerprint,
		"xmpp:bob@example.net?omemo-sid-=" + a:                                              chat.CodeFingerprint,
		"xmpp:bob@example.net?omemo-sid-2147483648=" + a:                                    chat.CodeFingerprint,
		"xmpp:bob@example.net?omemo-sid-1=" + a + ";omemo-sid-1=" + b:                       chat.CodeFingerprint,
		"xmpp:bob@example.net?omemo-sid-1=" + a + ";omemo-sid-2=" + a:                       chat.CodeFingerprint,
		"xmpp:bob@example.net?omemo-sid-1=" + a + ";omemo-sid-2=":                           chat.CodeFingerprint,
		"xmpp:bob@example.net?otr-fingerprint=" + a:                                         chat.CodeFingerprint,
		"xmpp:b@c.d?trust-message;encryption=" + nsOMEMO + ";trust=" + a + ";distrust=" + a: chat.CodeFingerprint,
		"xmpp:b@c.d?trust-message;encryption=" + nsOMEMO + ";trust=x":                       chat.CodeFingerprint,
	} {
		got, err := ParseKeyLink(text)
		wantCode(t, err, chat.Input, code)
		if !reflect.DeepEqual(got, KeyLink{}) {
			t.Errorf("%.100s: %+v", text, got)
		}
	}
	var many strings.Builder
	many.WriteString("xmpp:b@c.d?")
	for i := range maxLinkedKeys + 1 {
		many.WriteString("omemo-sid-" + number(uint32(i+1)) + "=" + a[:56] + number(uint32(10000000+i)) + ";")
	}
	_, err := ParseKeyLink(many.String())
	wantCode(t, err, chat.Input, chat.CodeFingerprint)
}

func TestKeyLinkRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := KeyLink{Owner: rapid.SampledFrom([]chat.Address{
			alice.Bare(), bob.Bare(), {Domain: "example.org"}, {Domain: "[::1]"}, {Local: "ü;%#?=", Domain: "exämple.org"}, {Local: "a+b", Domain: "c.d"},
		}).Draw(t, "owner")}
		ids := rapid.SliceOfNDistinct(rapid.Uint32Range(1, MaxDevice), 0, 5, rapid.ID).Draw(t, "devices")
		prints := rapid.SliceOfNDistinct(rapid.StringMatching(`[0-9a-f]{64}`), len(ids), len(ids), rapid.ID).Draw(t, "fingerprints")
		trust := KeyLink{Owner: l.Owner}
		for i, d := range ids {
			l.Keys = append(l.Keys, LinkedKey{Device: d, Fingerprint: chat.Fingerprint(prints[i])})
			trust.Keys = append(trust.Keys, LinkedKey{Fingerprint: chat.Fingerprint(prints[i]), Distrust: rapid.Bool().Draw(t, "distrust")})
		}
		if got, err := ParseKeyLink(l.URI()); err != nil || !reflect.DeepEqual(got, l) {
			t.Errorf("%s: %+v, %v", l.URI(), got, err)
		}
		v := rapid.SampledFrom([]OMEMOVersion{OMEMO03, OMEMO2}).Draw(t, "format")
		if got, err := ParseKeyLink(trust.trustURI(v)); err != nil || !reflect.DeepEqual(got, trust) {
			t.Errorf("%s: %+v, %v", trust.trustURI(v), got, err)
		}
	})
	l := KeyLink{Owner: bob, Keys: []LinkedKey{{1, fpA, false}, {2, fpB, true}, {0, fpC, false}, {0, fpOTR, false}}}
	if got, want := l.URI(), "xmpp:bob@example.net?omemo-sid-1="+string(fpA)+";otr-fingerprint="+string(fpOTR); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := l.trustURI(OMEMO2), "xmpp:bob@example.net?trust-message;encryption=urn:xmpp:omemo:2;trust="+string(fpA)+";distrust="+string(fpB)+";trust="+string(fpC); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Whatever a link is, reading it does not panic, and what it says of keys can be
// written and read again.
func FuzzKeyLink(f *testing.F) {
	for _, s := range []string{
		"xmpp:bob@example.net?omemo-sid-1=" + string(fpA) + ";omemo-sid-2=" + string(fpB), "xmpp:b@c.d?message;omemo-sid-1=" + string(fpA), "xmpp://a@b/c@d?omemo-sid-1=" + string(fpA),
		"https://conversations.im/i/b@c.d?omemo-sid-1=" + string(fpA) + "&omemo-sid-2=" + string(fpB), "https://conversations.im/i/b/c.d", "xmpp:b%2540@c.d/x#?", "xmpp:?", "https://conversations.im/i/",
		"xmpp:b@c.d?trust-message;encryption=urn:xmpp:omemo:2;trust=" + string(fpA) + ";distrust=" + string(fpB), "xmpp:b@c.d?otr-fingerprint=" + string(fpOTR),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseKeyLink(text)
		if err != nil {
			if !reflect.DeepEqual(l, KeyLink{}) {
				t.Errorf("%+v with an error", l)
			}
			return
		}
		if l.Owner.IsZero() || !l.Owner.IsBare() || len(l.Keys) > maxLinkedKeys {
			t.Fatalf("%+v", l)
		}
		sids, trusts := KeyLink{Owner: l.Owner}, KeyLink{Owner: l.Owner}
		for _, k := range l.Keys {
			if fp, err := chat.ParseFingerprint(string(k.Fingerprint)); err != nil || fp != k.Fingerprint {
				t.Errorf("%q is no fingerprint", k.Fingerprint)
			}
			if k.Device != 0 || k.Fingerprint.Kind() == chat.KeyOTR {
				sids.Keys = append(sids.Keys, k)
			}
			if k.Fingerprint.Kind() == chat.KeyOMEMO {
				trusts.Keys = append(trusts.Keys, LinkedKey{Fingerprint: k.Fingerprint, Distrust: k.Distrust})
			}
		}
		if again, err := ParseKeyLink(l.URI()); err != nil || !reflect.DeepEqual(again, sids) {
			t.Errorf("%s: %+v, %v", l.URI(), again, err)
		}
		if again, err := ParseKeyLink(l.trustURI(OMEMO2)); err != nil || !reflect.DeepEqual(again, trusts) {
			t.Errorf("%s: %+v, %v", l.trustURI(OMEMO2), again, err)
		}
	})
}

// trustURI is the link as a trust message (XEP-0434 §9.1) about the keys of OMEMO.
func (l KeyLink) trustURI(v OMEMOVersion) string {
	parts := []string{trustQuery, "encryption=" + v.Namespace()}
	for _, k := range l.Keys {
		switch {
		case k.Fingerprint.Kind() != chat.KeyOMEMO:
		case k.Distrust:
			parts = append(parts, "distrust="+string(k.Fingerprint))
		default:
			parts = append(parts, "trust="+string(k.Fingerprint))
		}
	}
	return "xmpp:" + escapeAddress(l.Owner.Bare()) + "?" + strings.Join(parts, ";")
}
