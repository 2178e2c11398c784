// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"
)

// fixed are two devices that are the same in every run, so that what a target finds
// can be found again: bob has what alice sent first, and answered.
func fixed(f *testing.F, v Version) (alice, bob *device, sent []parcel) {
	f.Helper()
	random := rand.NewChaCha8([32]byte{byte(v)})
	make := func() *device {
		d := &device{t: f, v: v, now: noon}
		var err error
		if d.own, err = NewIdentity(random); err != nil {
			f.Fatal(err)
		}
		if d.signed, err = d.own.NewSignedPrekey(7, random); err != nil {
			f.Fatal(err)
		}
		if d.prekeys, err = NewPrekeys(1, 3, random); err != nil {
			f.Fatal(err)
		}
		return d
	}
	send := func(d *device) {
		data, kex, err := d.session.Encrypt([]byte("a key of thirty-two bytes, or so"), random)
		if err != nil {
			f.Fatal(err)
		}
		sent = append(sent, parcel{data, kex})
	}
	alice, bob = make(), make()
	s, err := Begin(v, alice.own, bob.bundle(), random)
	if err != nil {
		f.Fatal(err)
	}
	alice.session = s
	send(alice)
	bob.gets(sent[0], "a key of thirty-two bytes, or so")
	send(bob)
	alice.gets(sent[1], "a key of thirty-two bytes, or so")
	for range 3 {
		send(alice)
	}
	return alice, bob, sent
}

func versionOf(odd bool) Version {
	if odd {
		return V2
	}
	return V03
}

// FuzzMessage: what is read is written again the same, whatever its bytes were.
func FuzzMessage(f *testing.F) {
	for _, v := range forms {
		_, _, sent := fixed(f, v)
		for _, p := range sent {
			f.Add(v == V2, p.data)
		}
	}
	f.Fuzz(func(t *testing.T, modern bool, data []byte) {
		v := versionOf(modern)
		m, err := readMessage(v, data)
		if err == nil {
			again, err := readMessage(v, appendTag(v, appendMessage(v, m), m.tag))
			if err != nil || again.ratchet != m.ratchet || again.n != m.n || again.previous != m.previous ||
				!bytes.Equal(again.body, m.body) || !bytes.Equal(again.tag, m.tag) {
				t.Fatalf("%+v was written as %+v, %v", m, again, err)
			}
		}
		k, err := readKeyExchange(v, data)
		if err != nil {
			return
		}
		again, err := readKeyExchange(v, appendKeyExchange(v, k))
		if err != nil || again.base != k.base || again.identity != k.identity || again.signedID != k.signedID ||
			again.prekeyID != k.prekeyID || again.prekey != k.prekey || !bytes.Equal(again.inner, k.inner) {
			t.Fatalf("%+v was written as %+v, %v", k, again, err)
		}
	})
}

// FuzzDecrypt: nothing but what the other side sent is read, and what is refused leaves
// the session as it was.
func FuzzDecrypt(f *testing.F) {
	stored := map[Version][]byte{}
	genuine := map[Version][]parcel{}
	for _, v := range forms {
		_, bob, sent := fixed(f, v)
		for _, p := range sent {
			f.Add(v == V2, p.kex, p.data)
		}
		var err error
		if stored[v], err = bob.session.MarshalBinary(); err != nil {
			f.Fatal(err)
		}
		genuine[v] = sent
	}
	f.Fuzz(func(t *testing.T, modern, kex bool, data []byte) {
		v := versionOf(modern)
		s, err := ParseSession(stored[v])
		if err != nil {
			t.Fatal(err)
		}
		plain, err := s.Decrypt(data, kex, noon)
		after, err2 := s.MarshalBinary()
		if err2 != nil {
			t.Fatal(err2)
		}
		if err != nil {
			if !bytes.Equal(after, stored[v]) {
				t.Fatalf("refused (%v), and the session is another one", err)
			}
			return
		}
		if kex {
			k, err := readKeyExchange(v, data)
			if err != nil {
				t.Fatal(err)
			}
			data = k.inner
		}
		m, err := readMessage(v, data)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range genuine[v] {
			if g, err := readMessage(v, p.data); err == nil && !p.kex && bytes.Equal(g.signed, m.signed) {
				return
			}
		}
		t.Fatalf("read %q from what nobody sent", plain)
	})
}

// FuzzAnswer: a session comes only from a key exchange that somebody made for this
// device.
func FuzzAnswer(f *testing.F) {
	bobs := map[Version]*device{}
	first := map[Version]keyExchange{}
	for _, v := range forms {
		_, bob, sent := fixed(f, v)
		bob.prekeys = append(bob.prekeys, fixedPrekeys(f, v)...)
		bobs[v] = bob
		f.Add(v == V2, sent[0].data)
		f.Add(v == V2, sent[1].data)
		k, err := readKeyExchange(v, sent[0].data)
		if err != nil {
			f.Fatal(err)
		}
		first[v] = k
	}
	f.Fuzz(func(t *testing.T, modern bool, data []byte) {
		v := versionOf(modern)
		bob := bobs[v]
		if _, err := readKeyExchange(v, data); err != nil {
			if _, _, _, err := Answer(v, bob.own, bob, data, noon, nil); err == nil {
				t.Fatal("answered what can not be looked into")
			}
			return
		}
		s, plain, _, err := Answer(v, bob.own, bob, data, noon, nil)
		if err != nil {
			return
		}
		if s.base != first[v].base || s.other != first[v].identity {
			t.Fatalf("answered a key exchange that nobody made, and read %q", plain)
		}
	})
}

// fixedPrekeys are bob's before one was used.
func fixedPrekeys(f *testing.F, v Version) []Prekey {
	f.Helper()
	random := rand.NewChaCha8([32]byte{byte(v)})
	var keys []Prekey
	for range 2 {
		own, err := NewIdentity(random)
		if err != nil {
			f.Fatal(err)
		}
		if _, err = own.NewSignedPrekey(7, random); err != nil {
			f.Fatal(err)
		}
		if keys, err = NewPrekeys(1, 3, random); err != nil {
			f.Fatal(err)
		}
	}
	return keys
}

// FuzzSession: what is read as a stored session is stored as the same bytes and can be
// used.
func FuzzSession(f *testing.F) {
	for _, v := range forms {
		alice, bob, sent := fixed(f, v)
		bob.gets(sent[4], "a key of thirty-two bytes, or so")
		alice.session.Supersede(bob.session, time.Now()) // of another key: does nothing
		old := alice.session
		alice.begin(bob.bundle())
		alice.session.Supersede(old, time.Now())
		for _, s := range []*Session{alice.session, bob.session, old} {
			b, err := s.MarshalBinary()
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b, sent[2].data)
		}
	}
	f.Fuzz(func(t *testing.T, stored, data []byte) {
		s, err := ParseSession(stored)
		if err != nil {
			return
		}
		again, err := s.MarshalBinary()
		if err != nil || stored[0] == sessionFormat && !bytes.Equal(stored, again) {
			t.Fatalf("%x was stored as %x, %v", stored, again, err)
		}
		_, _ = s.Decrypt(data, false, noon)
		_, _ = s.Decrypt(data, true, noon)
		_, _, _ = s.Encrypt(data, nil)
		if again, err = s.MarshalBinary(); err != nil {
			t.Fatal(err)
		}
		if _, err := ParseSession(again); err != nil {
			t.Fatalf("after use it can not be read: %v", err)
		}
	})
}

// FuzzBundle: sessions begin only with bundles that are signed.
func FuzzBundle(f *testing.F) {
	for _, v := range forms {
		_, bob, _ := fixed(f, v)
		b := bob.bundle()
		f.Add(v == V2, b.Identity, b.SignedID, b.SignedKey, b.Signature, b.Prekeys[0].ID, b.Prekeys[0].Key)
	}
	own, err := NewIdentity(rand.NewChaCha8([32]byte{9}))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, modern bool, identity []byte, id uint32, key, signature []byte, prekey uint32, public []byte) {
		v := versionOf(modern)
		b := Bundle{Version: v, Identity: identity, SignedID: id, SignedKey: key, Signature: signature, Prekeys: []PublicPrekey{{prekey, public}}}
		wrong := b.Check()
		s, err := Begin(v, own, b, rand.NewChaCha8([32]byte{1}))
		switch {
		case wrong != nil && err == nil:
			t.Fatalf("begun with a bundle that is wrong: %v", wrong)
		case err == nil:
			if k, err := b.IdentityKey(); err != nil || s.Remote() != k {
				t.Fatalf("the session is with %x, the bundle of %x", s.Remote(), k)
			}
		}
	})
}

// FuzzStored: the keys that this device keeps.
func FuzzStored(f *testing.F) {
	_, bob, _ := fixed(f, V2)
	for _, k := range []interface{ MarshalBinary() ([]byte, error) }{bob.own, bob.signed, bob.prekeys[0]} {
		b, err := k.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		same := func(k interface{ MarshalBinary() ([]byte, error) }, err error) {
			if err != nil {
				return
			}
			if again, err := k.MarshalBinary(); err != nil || !bytes.Equal(b, again) {
				t.Fatalf("%x was stored as %x, %v", b, again, err)
			}
		}
		own, err := ParseIdentity(b)
		same(own, err)
		signed, err := ParseSignedPrekey(b)
		same(signed, err)
		prekey, err := ParsePrekey(b)
		same(prekey, err)
	})
}

// FuzzOpen: a payload is opened only with the bytes that Seal made.
func FuzzOpen(f *testing.F) {
	made := map[Version][3][]byte{}
	for _, v := range forms {
		payload, iv, key, err := Seal(v, []byte("what is in it"), rand.NewChaCha8([32]byte{byte(v)}))
		if err != nil {
			f.Fatal(err)
		}
		made[v] = [3][]byte{payload, iv, key}
		f.Add(v == V2, payload, iv, key)
	}
	f.Fuzz(func(t *testing.T, modern bool, payload, iv, key []byte) {
		v := versionOf(modern)
		plain, err := Open(v, payload, iv, key)
		if err != nil {
			return
		}
		// Under another key anybody can make one: only what is sealed under ours counts.
		k := made[v][2]
		n := min(len(key), len(k), 16)
		if bytes.Equal(key[:n], k[:n]) && string(plain) != "what is in it" {
			t.Fatalf("opened %q under our key", plain)
		}
	})
}
