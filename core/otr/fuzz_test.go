// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// checkResult holds for any text.
func checkResult(t *testing.T, c *Conversation, text string, r Result) {
	t.Helper()
	if r.Encrypted && (r.Plain || r.By == "" || !strings.HasPrefix(text, "?OTR")) || r.Plain && r.By != "" || r.Text != "" && !r.HasText {
		t.Fatalf("%q: %+v", text, r)
	}
	if r.HasText && !r.Encrypted && !r.Plain && c.Secure() {
		t.Fatalf("%q passes for ordinary inside a session", text)
	}
	if !r.Encrypted && utf8.ValidString(text) && len(r.Text) > len(text) {
		t.Fatalf("%q grows to %q", text, r.Text)
	}
	for _, e := range r.Events {
		if !utf8.ValidString(e.Text) || strings.ContainsRune(e.Text, 0) || e.Kind <= 0 || e.Kind > Heartbeat {
			t.Fatalf("%q: %+v", text, e)
		}
	}
	if n := c.parts.text.Len(); n > maxAssembled {
		t.Fatalf("%d bytes of parts are kept", n)
	}
}

// Any text, without a session, in the middle of an exchange and inside a session:
// no panic, and plain text never passes for encrypted.
func FuzzReceive(f *testing.F) {
	a, b := open(f, nil)
	c, d := openOld(f, nil)
	for _, text := range append(c.conv.Begin(), a.conv.Begin()...) {
		f.Add(text)
	}
	a.conv.shake = nil
	c.conv.shake = nil
	message, err := a.conv.Send("hello")
	old, err2 := c.conv.Send("hello")
	if err != nil || err2 != nil {
		f.Fatal(err, err2)
	}
	for _, text := range append(append(old, message...), "hello", "?OTRv2?", "?OTR,1,2,?OTR:AAID,", "?OTR,2,2,A.,", "?OTR:AAIDAAAAAAEAAAAB.", "?OTR:AAIKAAAAAQI=.", "x"+tagMark+tagV2,
		"?OTRv3?", "?OTR?v2?", "?OTR Error: x", "?OTR|1234|0,1,2,?OTR:AAMD,", "?OTR|1234|0,2,2,A.,",
		"x"+tagMark+tagV3+"y", "?OTR:AAMDAAAEAAAABAA.", "?OTR:AAMKAAABAAAAAQAAAAAA.", "\xff\x00?OTR") {
		f.Add(text)
	}
	at := noon
	f.Fuzz(func(t *testing.T, text string) {
		at = at.Add(time.Second)
		fresh := New(Config{Key: testKeys()[1], Policy: Automatic})
		busy := New(Config{Key: testKeys()[1], Error: "x"})
		busy.Begin()
		for _, c := range []*Conversation{b.conv, d.conv, fresh, busy} {
			r, err := c.Receive(text, at)
			if err != nil && len(text) <= maxMessage {
				t.Fatal(err)
			}
			checkResult(t, c, text, r)
			if len(r.Reply) > 0 && r.Encrypted {
				t.Fatalf("%+v", r)
			}
		}
		for _, s := range []*side{b, d} {
			if !s.conv.Secure() || s.conv.Their() != testKeys()[0].Fingerprint() {
				t.Fatalf("%q has ended or changed the session", text)
			}
		}
	})
}

// Any inside of an authentic message: TLVs of every kind.
func FuzzInside(f *testing.F) {
	f.Add([]byte("text"))
	f.Add(append([]byte("text"), tlv(2, []byte{0, 0, 0, 6, 0, 0, 0, 1, 2})...))
	f.Add(append([]byte("text"), tlv(7, []byte("question\x00\x00\x00\x00\x06"))...))
	f.Add(append(tlv(6, nil), tlv(8, []byte{1, 2, 3, 4})...))
	f.Add(tlv(1, nil))
	pairs := make(map[bool][2]*side)
	pairs[false], pairs[true] = pair(open(f, nil)), pair(openOld(f, nil))
	f.Fuzz(func(t *testing.T, inside []byte) {
		a, b := pairs[len(inside)%2 == 0][0], pairs[len(inside)%2 == 0][1]
		a.t, b.t = t, t
		if !a.conv.Ready() || !b.conv.Ready() {
			a.send(a.conv.Begin()...)
			talk(a, b)
		}
		a.forget()
		b.forget()
		a.raw(inside)
		talk(a, b)
		want, _, _ := strings.Cut(string(inside), "\x00")
		if want = clean([]byte(want)); want != "" {
			b.wantTexts(want)
		}
		a.out, b.out = nil, nil
	})
}

// Any message of a key exchange, whatever state ours is in.
func FuzzExchange(f *testing.F) {
	for kind := range byte(4) {
		for state := range byte(8) {
			f.Add(kind, state, []byte{0, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 1, 9, 0, 0, 0, 0})
		}
	}
	kinds := [...]byte{kindCommit, kindDHKey, kindReveal, kindSignature}
	f.Fuzz(func(t *testing.T, kind, state byte, body []byte) {
		a, b := newSide(t, "alice", 0, nil), newSide(t, "bob", 1, nil)
		version := uint16(3 - state/4%2)
		a.send(a.conv.begin(version)...)
		for i := range state % 4 { // so many messages are real
			from, to := a, b
			if i%2 == 1 {
				from, to = b, a
			}
			to.receive(from.out[0])
			from.out = from.out[1:]
		}
		for _, s := range []*side{a, b} {
			other := a
			if s == a {
				other = b
			}
			head := []byte{0, byte(version), kinds[kind%4]}
			if version == 3 {
				head = binary.BigEndian.AppendUint32(head, other.conv.cfg.InstanceTag)
				head = binary.BigEndian.AppendUint32(head, s.conv.cfg.InstanceTag)
			}
			text := encode(append(head, body...))
			checkResult(t, s.conv, text, s.receive(text))
			if s.conv.Secure() && s.conv.Their() != other.conv.cfg.Key.Fingerprint() {
				t.Fatal("a session with nobody")
			}
		}
	})
}

// Parts in any order: memory is bounded, and what was split is joined.
func FuzzParts(f *testing.F) {
	f.Add("?OTR|1234|0,1,2,a,", "?OTR|1234|0,2,2,b,", 40)
	f.Add("?OTR|1234|5678,00001,00001,a,", "?OTR,1,1,a,", 1)
	f.Fuzz(func(t *testing.T, one, two string, size int) {
		var a assembly
		for _, text := range []string{one, two, one, two} {
			if p, ok := parsePart(text); ok {
				if p.k < 1 || p.k > p.n || p.n > maxParts || p.text == "" {
					t.Fatalf("%q: %+v", text, p)
				}
				a.add(p, noon)
			}
			if a.text.Len() > maxAssembled {
				t.Fatalf("%d bytes", a.text.Len())
			}
		}
		message := strings.ReplaceAll(one+two, ",", ".")
		head := headV3(1<<31, 1<<30)
		if size%2 == 0 {
			head = headV2
		}
		parts, err := split(message, size, head)
		if err != nil || len(parts) == 1 || len(message) > maxAssembled {
			return
		}
		var joined assembly
		for i, text := range parts {
			p, ok := parsePart(text)
			if !ok || len(text) > size {
				t.Fatalf("size %d: %q", size, text)
			}
			whole, done, _ := joined.add(p, noon)
			if done != (i == len(parts)-1) || done && whole != message {
				t.Fatalf("%q is joined as %q", message, whole)
			}
		}
	})
}

// Any key file: no panic, and what is read is a key that can be written and read.
func FuzzKeys(f *testing.F) {
	f.Add(testFile(f, "otr.private_key"))
	f.Add(testFile(f, "gajim.key3"))
	f.Add([]byte(`(privkeys (account (name "a\"b") (protocol |cA==|) (private-key (dsa (p #01#)))))`))
	f.Fuzz(func(t *testing.T, file []byte) {
		keys, err := ImportKeys(file)
		if (err == nil) != (len(keys) > 0) {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
		for _, k := range keys {
			b, err := k.Key.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if again, err := ParseKey(b); err != nil || again.Fingerprint() != k.Key.Fingerprint() {
				t.Fatal(err)
			}
		}
	})
}
