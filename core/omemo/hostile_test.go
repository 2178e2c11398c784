// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// lowOrder are points that agree on the same with every key, and spellings of them
// (cr.yp.to/ecdh.html: the list of keys that a program may refuse).
var lowOrder = []string{
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}

func TestWeakKeys(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		for _, s := range lowOrder {
			weak := [32]byte(unhex(t, s))
			alice, bob := newDevice(t, v), newDevice(t, v)
			b := bob.bundle()
			b.Prekeys = []PublicPrekey{{ID: 1, Key: v.encode(weak)}}
			if _, err := Begin(v, alice.own, b, nil); !errors.Is(err, ErrWeakKey) {
				t.Errorf("prekey %s: %v", s, err)
			}
			// Bob himself may sign such a key.
			b = bob.bundle()
			b.SignedKey = v.encode(weak)
			signature, err := bob.own.signer.sign(b.SignedKey, nil)
			if err != nil {
				t.Fatal(err)
			}
			b.Signature = signature
			if err := b.Check(); err != nil {
				t.Fatal("the test's signature is wrong:", err)
			}
			if _, err := Begin(v, alice.own, b, nil); !errors.Is(err, ErrWeakKey) {
				t.Errorf("signed prekey %s: %v", s, err)
			}
			b = bob.bundle()
			b.Identity = v.encode(weak)
			if err := b.Check(); err == nil {
				t.Errorf("identity %s is accepted", s)
			}
			// As what the other side sends.
			alice.begin(bob.bundle())
			p := alice.send("x")
			k, err := readKeyExchange(v, p.data)
			if err != nil {
				t.Fatal(err)
			}
			k.base = weak
			bob.refuses(parcel{appendKeyExchange(v, k), true}, ErrWeakKey)
			bob.gets(p, "x")
			m, err := readMessage(v, k.inner)
			if err != nil {
				t.Fatal(err)
			}
			m.ratchet = weak
			p = bob.send("y")
			bad := parcel{appendTag(v, appendMessage(v, m), m.tag), false}
			alice.refuses(bad, ErrWeakKey)
			alice.gets(p, "y")
		}
	})
}

// TestEdwardsOfLowOrder: the eight points of low order and their other spellings are no
// identity keys.
func TestEdwardsOfLowOrder(t *testing.T) {
	for _, s := range []string{
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"0100000000000000000000000000000000000000000000000000000000000080",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	} {
		if _, err := montgomery([32]byte(unhex(t, s))); !errors.Is(err, ErrWeakKey) {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestBundleCheck(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		bob, eve := newDevice(t, v), newDevice(t, v)
		for name, change := range map[string]func(*Bundle){
			"another's identity": func(b *Bundle) { b.Identity = eve.bundle().Identity },
			"another's key":      func(b *Bundle) { b.SignedKey = eve.bundle().SignedKey },
			"another's signature": func(b *Bundle) {
				b.Signature = eve.bundle().Signature
			},
			"no signature":       func(b *Bundle) { b.Signature = nil },
			"short signature":    func(b *Bundle) { b.Signature = b.Signature[:63] },
			"long signature":     func(b *Bundle) { b.Signature = append(slices.Clip(b.Signature), 0) },
			"short identity":     func(b *Bundle) { b.Identity = b.Identity[1:] },
			"no identity":        func(b *Bundle) { b.Identity = nil },
			"short key":          func(b *Bundle) { b.SignedKey = b.SignedKey[1:] },
			"short prekey":       func(b *Bundle) { b.Prekeys[3].Key = b.Prekeys[3].Key[1:] },
			"prekey of no bytes": func(b *Bundle) { b.Prekeys[3].Key = nil },
			"great id":           func(b *Bundle) { b.SignedID = MaxID + 1 },
			"great prekey id":    func(b *Bundle) { b.Prekeys[3].ID = MaxID + 1 },
			"too many prekeys":   func(b *Bundle) { b.Prekeys = make([]PublicPrekey, MaxPrekeys+1) },
			"no form":            func(b *Bundle) { b.Version = 0 },
			"the other form":     func(b *Bundle) { b.Version = 3 - v },
		} {
			b := bob.bundle()
			if err := b.Check(); err != nil {
				t.Fatal(err)
			}
			change(&b)
			if err := b.Check(); chat.CodeOf(err) != chat.CodeForged || chat.KindOf(err) != chat.EncryptionFailed {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := Begin(v, eve.own, b, nil); err == nil {
				t.Errorf("%s: a session was begun", name)
			}
		}
	})
}

// TestNoPrekeys: V2 makes no session without a prekey (XEP-0384 §4.1), V03 does, as
// libsignal.
func TestNoPrekeys(t *testing.T) {
	alice, bob := newDevice(t, V03), newDevice(t, V03)
	b := bob.bundle()
	b.Prekeys = nil
	alice.begin(b)
	bob.gets(alice.send("x"), "x")
	alice.gets(bob.send("y"), "y")
	if len(bob.prekeys) != 10 {
		t.Fatal("a prekey is gone")
	}

	alice, bob = newDevice(t, V2), newDevice(t, V2)
	b = bob.bundle()
	b.Prekeys = nil
	if _, err := Begin(V2, alice.own, b, nil); !errors.Is(err, ErrMalformed) {
		t.Fatalf("begun without a prekey: %v", err)
	}
	alice.begin(bob.bundle())
	k, err := readKeyExchange(V2, alice.send("x").data)
	if err != nil {
		t.Fatal(err)
	}
	k.prekey = false
	bob.refuses(parcel{appendKeyExchange(V2, k), true}, ErrMalformed)
}

func TestPrekeyIsGone(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, carol, bob := newDevice(t, v), newDevice(t, v), newDevice(t, v)
		b := bob.bundle()
		b.Prekeys = b.Prekeys[:1]
		alice.begin(b)
		carol.begin(b)
		bob.gets(alice.send("first"), "first")
		bob.session = nil
		bob.refuses(carol.send("second"), ErrNoPrekey)
		old := bob.signed
		if bob.signed, _ = bob.own.NewSignedPrekey(8, nil); bob.signed.ID == old.ID {
			t.Fatal("the same id")
		}
		carol.session = nil
		b = bob.bundle()
		b.SignedID = old.ID
		carol.begin(b)
		bob.refuses(carol.send("x"), ErrNoPrekey)
	})
}

// TestOwnKey: a bundle or a key exchange with our own identity key is somebody's trick.
func TestOwnKey(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := newDevice(t, v), newDevice(t, v)
		if _, err := Begin(v, alice.own, alice.bundle(), nil); !errors.Is(err, ErrWeakKey) {
			t.Fatalf("a session with oneself: %v", err)
		}
		alice.begin(bob.bundle())
		k, err := readKeyExchange(v, alice.send("x").data)
		if err != nil {
			t.Fatal(err)
		}
		k.identity = bob.own.public(v)
		bob.refuses(parcel{appendKeyExchange(v, k), true}, ErrWeakKey)
	})
}

// TestForgedTurn: a message with a new ratchet key that the other side did not make.
func TestForgedTurn(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		p := alice.send("x")
		m, err := readMessage(v, p.data)
		if err != nil {
			t.Fatal(err)
		}
		fresh, _, err := newPair(nil)
		if err != nil {
			t.Fatal(err)
		}
		m.ratchet = fresh.public
		forged := parcel{appendTag(v, appendMessage(v, m), m.tag), false}
		bob.refuses(forged, ErrOtherSession)
		_, err = bob.receive(forged)
		if chat.CodeOf(err) != chat.CodeBrokenKeys {
			t.Fatalf("code %q", chat.CodeOf(err))
		}
		bob.gets(p, "x")
		bob.refuses(forged, ErrOtherSession) // now bob has not told a new key
		m.ratchet = alice.session.self.public
		m.n = 5
		bob.refuses(parcel{appendTag(v, appendMessage(v, m), m.tag), false}, ErrNotAuthentic)
	})
}

// TestReflected: what a device has sent is not read when it comes back.
func TestReflected(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		p := alice.send("x")
		if text, err := alice.receive(p); err == nil {
			t.Fatalf("read %q", text)
		}
		bob.gets(p, "x")
	})
}

// TestKexOfAnother: a key exchange of a third device is not the session's.
func TestKexOfAnother(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		eve := newDevice(t, v)
		eve.begin(bob.bundle())
		p := eve.send("x")
		if bob.session.IsSameKex(p.data) {
			t.Fatal("another's key exchange is taken for the session's")
		}
		if _, err := bob.session.Decrypt(p.data, true, noon); !errors.Is(err, ErrOtherSession) {
			t.Fatal(err)
		}
		// With alice's name on it the agreement comes out different.
		k, err := readKeyExchange(v, p.data)
		if err != nil {
			t.Fatal(err)
		}
		k.identity = alice.own.public(v)
		if _, err := bob.receive(parcel{appendKeyExchange(v, k), true}); !errors.Is(err, ErrNotAuthentic) {
			t.Fatal(err)
		}
		bob.gets(alice.send("still"), "still")
	})
}

func TestLabel(t *testing.T) {
	a, err := NewIdentity(nil)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := a.SignLabel("kitchen", nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewIdentity(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !a.Public().CheckLabel("kitchen", signature) || a.Public().CheckLabel("Kitchen", signature) ||
		b.Public().CheckLabel("kitchen", signature) || a.Public().CheckLabel("kitchen", nil) {
		t.Fatal("a label's signature is not worth anything")
	}
}

func TestOpenRefuses(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		payload, iv, key, err := Seal(v, []byte("sixteen bytes ok"), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range [][]byte{payload, iv, key} {
			for at := range part {
				part[at] ^= 1
				if _, err := Open(v, payload, iv, key); !errors.Is(err, ErrNotAuthentic) {
					t.Fatalf("byte %d changed: %v", at, err)
				}
				part[at] ^= 1
			}
		}
		for n := range 80 {
			if n != len(key) && (v != V03 || n != 16) {
				if _, err := Open(v, payload, iv, make([]byte, n)); !errors.Is(err, ErrMalformed) {
					t.Fatalf("a key of %d bytes: %v", n, err)
				}
			}
		}
		if v == V03 {
			if _, err := Open(v, payload, iv[:11], key); !errors.Is(err, ErrMalformed) {
				t.Fatal("an iv of 11 bytes:", err)
			}
		}
	})
}

// TestOpenOld: what programs of before 2018 send: 16 bytes of iv, the tag in the payload.
func TestOpenOld(t *testing.T) {
	key, iv := bytes.Repeat([]byte{1}, 16), bytes.Repeat([]byte{2}, 16)
	gcm, err := newGCM(key, 16)
	if err != nil {
		t.Fatal(err)
	}
	sealed := gcm.Seal(nil, iv, []byte("old"), nil)
	if got, err := Open(V03, sealed, iv, key); err != nil || string(got) != "old" {
		t.Fatalf("%q, %v", got, err)
	}
	if got, err := Open(V03, sealed[:3], iv, append(bytes.Clone(key), sealed[3:]...)); err != nil || string(got) != "old" {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestStoredKeys(t *testing.T) {
	d := newDevice(t, V2)
	b, err := d.own.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	own, err := ParseIdentity(b)
	if err != nil || own.Public() != d.own.Public() || own.public(V2) != d.own.public(V2) {
		t.Fatalf("another identity: %v", err)
	}
	if s := string(own.Public().Fingerprint()); s != hex.EncodeToString(d.bundleOf(V03).Identity[1:]) {
		t.Fatalf("the fingerprint %s is not the key of V03", s)
	}
	if b, err = d.signed.MarshalBinary(); err != nil {
		t.Fatal(err)
	}
	if signed, err := ParseSignedPrekey(b); err != nil || signed != d.signed {
		t.Fatal("another signed prekey", err)
	}
	if _, err := ParsePrekey(b); chat.CodeOf(err) != chat.CodeDamaged {
		t.Fatal(err)
	}
	if b, err = d.prekeys[3].MarshalBinary(); err != nil {
		t.Fatal(err)
	}
	if k, err := ParsePrekey(b); err != nil || k != d.prekeys[3] {
		t.Fatal("another prekey", err)
	}
	keys, err := NewPrekeys(MaxID, 2, nil)
	if err != nil || keys[0].ID != MaxID || keys[1].ID != 1 {
		t.Fatalf("ids %d, %d, %v", keys[0].ID, keys[1].ID, err)
	}
	for _, first := range []uint32{0, MaxID + 1} {
		if _, err := NewPrekeys(first, 1, nil); err == nil {
			t.Fatalf("a prekey has the id %d", first)
		}
		if _, err := d.own.NewSignedPrekey(first, nil); err == nil {
			t.Fatalf("a signed prekey has the id %d", first)
		}
	}
}

func (d *device) bundleOf(v Version) Bundle { return d.own.Bundle(v, d.signed, d.prekeys) }
