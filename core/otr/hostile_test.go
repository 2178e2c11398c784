// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"bytes"
	//lint:ignore SA1019 OTR has no other keys
	"crypto/dsa"
	"encoding/base64"
	"encoding/binary"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coyim/otr3"

	"chatsecure.org/desktop/core/chat"
)

// raw sends any bytes as the inside of an authentic message: a text, a zero and
// TLVs.
func (s *side) raw(inside []byte) {
	s.t.Helper()
	out, err := s.conv.current.otr.Send(otr3.ValidMessage(inside))
	s.must(texts(out), err)
}

func tlv(kind uint16, value []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0}, kind)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(value))), value...)
}

func decode(t testing.TB, message string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(strings.TrimPrefix(message, "?OTR:"), "."))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func encode(b []byte) string { return "?OTR:" + base64.StdEncoding.EncodeToString(b) + "." }

// A list of 2^32 numbers, and numbers that take minutes to reckon with: neither
// memory nor time is spent on them, and the text beside them is read.
func TestBombs(t *testing.T) {
	a, b := open(t, nil)
	numbers := func(count uint32, sizes ...int) (v []byte) {
		v = binary.BigEndian.AppendUint32(nil, count)
		for _, n := range sizes {
			v = append(binary.BigEndian.AppendUint32(v, uint32(n)), bytes.Repeat([]byte{0x77}, n)...)
		}
		return v
	}
	bombs := [][]byte{numbers(1<<32 - 1), numbers(1 << 31), numbers(1<<30, 1), numbers(6, 1, 10000, 10000, 1, 10000, 10000), nil, {1}}
	for kind := uint16(0); kind <= 9; kind++ {
		for i, bomb := range bombs {
			if kind == 1 {
				continue // ends the session
			}
			if kind == 7 {
				bomb = append([]byte("question\x00"), bomb...)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			a.raw(append([]byte("text"), tlv(kind, bomb)...))
			talk(a, b)
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 || time.Since(start) > 3*time.Second {
				t.Errorf("TLV %d, bomb %d: %d MB, %v", kind, i, n>>20, time.Since(start))
			}
			b.wantTexts("text")
			b.forget()
			a.forget()
		}
	}
	a.must(a.conv.AskSecret("", "x"))
	talk(a, b)
	b.must(b.conv.AnswerSecret("x"))
	talk(a, b)
	if !slices.Contains(a.kinds(), SecretProven) {
		t.Errorf("afterwards nothing can be proven: %v", a.events)
	}
}

// Every prefix of a real message, and one changed byte anywhere: no panic, and the
// real one can still be read.
func TestDamaged(t *testing.T) {
	a, b := open(t, nil)
	a.must(a.conv.Send("real"))
	real := a.out[0]
	whole := decode(t, real)
	for i := 11; i < len(whole); i++ {
		if r := b.receive(encode(whole[:i])); r.HasText {
			t.Fatalf("%d bytes are read as %q", i, r.Text)
		}
	}
	for i := 3; i < len(whole)-4; i += 7 { // but the list of old MAC keys at the end, which nobody authenticates
		bad := bytes.Clone(whole)
		bad[i] ^= 0x40
		if r := b.receive(encode(bad)); r.HasText {
			t.Fatalf("changed at %d: read as %q", i, r.Text)
		}
	}
	for _, text := range []string{"?OTR:", "?OTR:.", "?OTR:AAMD", "?OTR:AAMD.", "?OTR:AAID" + strings.Repeat("A", 100) + ".", "?OTR:!.", "?OTR:AAQD."} {
		if r := b.receive(text); r.HasText || len(r.Events) != 1 {
			t.Errorf("%q: %+v", text, r)
		}
	}
	// The largest counter there is, not authentic: it must not end the session.
	bad := bytes.Clone(whole)
	at := 11 + 1 + 4 + 4
	at += 4 + int(binary.BigEndian.Uint32(bad[at:]))
	copy(bad[at:], bytes.Repeat([]byte{0xff}, 8))
	b.receive(encode(bad))
	b.forget()
	talk(a, b)
	b.wantTexts("real")
	b.receive(real)
	b.wantTexts("real")
	b.wantEvents(Repeated)
	if _, err := b.conv.Receive(strings.Repeat("?", maxMessage+1), noon); chat.CodeOf(err) != chat.CodeTooLarge {
		t.Errorf("too large: %v", err)
	}
}

// evil is a key that says it is another.
type evil struct{ *otr3.DSAPrivateKey }

func (evil) Sign(io.Reader, []byte) ([]byte, error) { return bytes.Repeat([]byte{7}, 40), nil }

// exchange has the other side go through a key exchange with us under a false key.
func (s *side) exchange(victim *side, key otr3.PrivateKey) {
	s.t.Helper()
	s.conv.shake = s.conv.newSession(3)
	s.conv.shake.otr.SetOurKeys([]otr3.PrivateKey{key})
	_, out, err := s.conv.shake.feed("?OTRv3?")
	s.must(out, err)
	talk(s, victim)
}

// Somebody whose session is open says to be somebody else, and can not sign it.
func TestFalseKey(t *testing.T) {
	mallory, b := open(t, nil)
	id := b.conv.SessionID()
	alice := &otr3.DSAPrivateKey{DSAPublicKey: testKeys()[2].dsa.DSAPublicKey}
	mallory.exchange(b, evil{alice})
	b.wantEvents(SetupFailed)
	if b.conv.Their() != testKeys()[0].Fingerprint() || b.conv.SessionID() != id {
		t.Fatalf("the session of %s has become that of %s", testKeys()[0].Fingerprint(), b.conv.Their())
	}
	mallory.conv.shake = nil
	mallory.must(mallory.conv.Send("still me"))
	if r := b.receive(mallory.out[0]); r.Text != "still me" || r.By != testKeys()[0].Fingerprint() {
		t.Errorf("%+v", r)
	}
	// A key of a megabit: verifying with it would take an hour.
	huge := new(big.Int).Lsh(big.NewInt(1), 1<<20)
	huge.Sub(huge, big.NewInt(105))
	public := dsa.PublicKey{Parameters: dsa.Parameters{P: huge, Q: alice.DSAPublicKey.Q, G: new(big.Int).Rsh(huge, 1)}, Y: new(big.Int).Rsh(huge, 2)}
	b.forget()
	mallory.out = nil
	start := time.Now()
	mallory.exchange(b, evil{&otr3.DSAPrivateKey{DSAPublicKey: otr3.DSAPublicKey{PublicKey: public}}})
	b.wantEvents(SetupFailed)
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("a large key takes %v", d)
	}
}

// Our own messages, sent back by the server under another instance tag, or another
// program with the same key.
func TestOwnKey(t *testing.T) {
	a, b := newSide(t, "alice", 0, nil), newSide(t, "mirror", 0, nil)
	a.send(a.conv.Begin()...)
	talk(a, b)
	a.wantEvents(SetupFailed)
	if a.conv.Secure() || b.conv.Secure() {
		t.Error("we talk to ourselves")
	}
}

// Nothing that was said to one is said to the next by itself.
func TestNothingIsSentAgain(t *testing.T) {
	a, b := open(t, nil)
	b.must(b.conv.Send("for Alice alone"))
	talk(a, b)
	mallory := newSide(t, "mallory", 2, nil)
	b.receive("?OTR Error: say it again")
	mallory.send(mallory.conv.Begin()...)
	talk(mallory, b)
	b.wantEvents(ErrorText, StartedWithNewKey)
	mallory.wantTexts()
	b.must(b.conv.Send("what is new"))
	talk(mallory, b)
	mallory.wantTexts("what is new")
}

// A thousand messages in one direction: the first answer is as small as another.
func TestOneWay(t *testing.T) {
	a, b := open(t, nil)
	for range 200 {
		a.must(a.conv.Send("x"))
		talk(a, b)
	}
	for range 3 {
		b.must(b.conv.Send("x"))
		talk(a, b)
		a.must(a.conv.Send("x"))
		talk(a, b)
	}
	for _, s := range []*side{a, b} {
		for _, text := range s.wire {
			if len(text) > 1200 {
				t.Fatalf("a message of one letter has %d bytes", len(text))
			}
		}
	}
}

// Whatever happens, nothing is printed.
func TestSilent(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "printed"))
	if err != nil {
		t.Fatal(err)
	}
	out, complaints := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = file, file
	defer func() { os.Stdout, os.Stderr = out, complaints }()
	a, b := open(t, nil)
	a.must(a.conv.AskSecret("?", "x"))
	talk(a, b)
	b.must(b.conv.AnswerSecret("y"))
	a.raw([]byte("?OTR!"))
	b.receive("?OTR:AAMD.")
	talk(a, b)
	a.send(a.conv.End()...)
	talk(a, b)
	if printed, err := os.ReadFile(file.Name()); err != nil || len(printed) > 0 {
		t.Errorf("printed: %q, %v", printed, err)
	}
}
