// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"bytes"
	"errors"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

func TestReadFields(t *testing.T) {
	numbersAndBytes := kinds([]int{1}, []int{2})
	for _, v := range []struct {
		name string
		in   []byte
		ok   bool
	}{
		{"nothing", nil, true},
		{"both", []byte{0x08, 5, 0x12, 1, 'x'}, true},
		{"other order", []byte{0x12, 1, 'x', 0x08, 5}, true},
		{"a long way to write 5", []byte{0x08, 0x85, 0}, true},
		{"unknown ones of each type", []byte{0x18, 1, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x2a, 1, 'x', 0x35, 1, 2, 3, 4, 0x82, 0x01, 0}, true},
		{"twice", []byte{0x08, 5, 0x08, 5}, false},
		{"number as bytes", []byte{0x0a, 1, 'x'}, false},
		{"bytes as number", []byte{0x10, 1}, false},
		{"over 32 bits", []byte{0x08, 0xff, 0xff, 0xff, 0xff, 0x10}, false},
		{"minus one", []byte{0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, false},
		{"over 64 bits", []byte{0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2}, false},
		{"number cut", []byte{0x08, 0x85}, false},
		{"no number", []byte{0x08}, false},
		{"bytes cut", []byte{0x12, 2, 'x'}, false},
		{"no length", []byte{0x12}, false},
		{"length of 2^63", []byte{0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1}, false},
		{"fixed cut", []byte{0x21, 1, 2, 3}, false},
		{"group", []byte{0x1b, 0x1c}, false},
		{"type 7", []byte{0x1f}, false},
		{"field 0", []byte{0x00, 0}, false},
		{"too long", make([]byte, MaxKeyMessage+1), false},
	} {
		f, ok := readFields(v.in, numbersAndBytes)
		if ok != v.ok {
			t.Errorf("%s: read: %t", v.name, ok)
		}
		if f.all(1) && ok && f.numbers[1] != 5 || f.all(2) && ok && string(f.bytes[2]) != "x" {
			t.Errorf("%s: read %d and %q", v.name, f.numbers[1], f.bytes[2])
		}
	}
}

// TestCutMessages: no message is read from a part of it, whatever its form.
func TestCutMessages(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := newDevice(t, v), newDevice(t, v)
		alice.begin(bob.bundle())
		kex := alice.send("first")
		for n := range kex.data {
			if text, err := bob.receive(parcel{kex.data[:n], true}); err == nil {
				t.Fatalf("%d of %d bytes, and read %q", n, len(kex.data), text)
			}
		}
		bob.gets(kex, "first")
		alice.gets(bob.send("answer"), "answer")
		p := alice.send("second")
		for n := range p.data {
			if text, err := bob.receive(parcel{p.data[:n], false}); err == nil {
				t.Fatalf("%d of %d bytes, and read %q", n, len(p.data), text)
			}
			bob.refuses(parcel{p.data[:n], true}, ErrMalformed)
		}
		bob.refuses(parcel{bytes.Repeat([]byte{0x33}, MaxKeyMessage+1), false}, ErrMalformed)
		bob.gets(p, "second")
	})
}

// TestOtherVersion: V03 knows libsignal's version 3 alone.
func TestOtherVersion(t *testing.T) {
	alice, bob := pairOf(t, V03)
	for _, version := range []byte{0x23, 0x44} {
		p := alice.send("x")
		p.data[0] = version
		_, err := bob.receive(p)
		if !errors.Is(err, ErrVersion) || chat.CodeOf(err) != chat.CodeNotSupported {
			t.Fatalf("version %#x: %v", version, err)
		}
	}
}

func TestForms(t *testing.T) {
	for v, want := range map[Version]struct {
		namespace string
		how       chat.Encryption
	}{
		V03: {"eu.siacs.conversations.axolotl", chat.EncryptionOMEMO},
		V2:  {"urn:xmpp:omemo:2", chat.EncryptionOMEMO2},
		9:   {"", chat.EncryptionNone},
	} {
		if v.Namespace() != want.namespace || v.Encryption() != want.how {
			t.Errorf("form %s is %q, %s", v, v.Namespace(), v.Encryption())
		}
	}
	if _, _, _, err := Seal(9, nil, nil); !errors.Is(err, ErrVersion) {
		t.Error(err)
	}
	if _, err := Open(9, nil, nil, nil); !errors.Is(err, ErrVersion) {
		t.Error(err)
	}
}

// TestStoredSession: of a stored session nothing is read unless it is whole.
func TestStoredSession(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		lost := bob.send("late")
		alice.gets(bob.send("read"), "read")
		alice.begin(bob.bundle())
		b, err := alice.session.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		for n := range b {
			if _, err := ParseSession(b[:n]); chat.CodeOf(err) != chat.CodeDamaged || chat.KindOf(err) != chat.Storage {
				t.Fatalf("%d of %d bytes: %v", n, len(b), err)
			}
		}
		if _, err := ParseSession(append(bytes.Clone(b), 0)); !errors.Is(err, ErrMalformed) {
			t.Fatalf("a byte too many: %v", err)
		}
		newer := bytes.Clone(b)
		newer[0]++
		if _, err := ParseSession(newer); !errors.Is(err, ErrVersion) {
			t.Fatalf("of a newer program: %v", err)
		}
		if alice.session.Version() != v {
			t.Fatal("a session does not know its form")
		}
		alice.gets(lost, "late") // with a kept key of the former ratchet
	})
}
