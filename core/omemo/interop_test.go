// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestOracleConversation: sessions by either side, and messages both ways with a new
// ratchet key each time the direction turns.
func TestOracleConversation(t *testing.T) {
	withPeers(t, func(t *testing.T, peer func() *peer, weBegin bool) {
		// Theirs are keys of Ed25519 with either sign: several, so that both occur.
		for range 6 {
			ours, theirs := peer().started(t, weBegin)
			for i := range 3 {
				text := fmt.Sprint("key exchanges are repeated, number ", i)
				if weBegin {
					theirs.gets(ours.send(text), text)
				} else {
					ours.gets(theirs.send(text), text)
				}
			}
			for i := range 6 {
				text := fmt.Sprint("a message from them with the number ", i)
				ours.gets(theirs.send(text), text)
				for j := range 3 {
					text := fmt.Sprint("a message from us, number ", i, " and ", j)
					theirs.gets(ours.send(text), text)
				}
			}
		}
	})
}

// TestOracleOrder: hundreds of messages in both directions, of which some are lost and
// the others come late, in any order and twice.
func TestOracleOrder(t *testing.T) {
	const seed = 20260301
	withPeers(t, func(t *testing.T, peer func() *peer, weBegin bool) {
		ours, theirs := peer().started(t, weBegin)
		if weBegin {
			ours.gets(theirs.send("an answer as long as a key must be"), "an answer as long as a key must be")
		} else {
			theirs.gets(ours.send("an answer as long as a key must be"), "an answer as long as a key must be")
		}
		random := rand.New(rand.NewPCG(seed, uint64(theirs.v)))
		type flying struct {
			parcel
			text string
		}
		var toUs, toThem []flying
		deliver := func(way *[]flying, to end, again func(parcel)) {
			i := random.IntN(len(*way))
			m := (*way)[i]
			*way = append((*way)[:i], (*way)[i+1:]...)
			switch random.IntN(10) {
			case 0: // lost
			case 1:
				to.gets(m.parcel, m.text)
				again(m.parcel)
			default:
				to.gets(m.parcel, m.text)
			}
		}
		turns := 0
		for i := range 300 {
			text := fmt.Sprint("message as long as a key, number ", i)
			switch random.IntN(4) {
			case 0:
				toUs = append(toUs, flying{theirs.send(text), text})
			case 1:
				toThem = append(toThem, flying{ours.send(text), text})
			case 2:
				if len(toUs) > 0 {
					before := ours.session.peer
					deliver(&toUs, ours, func(m parcel) { ours.refuses(m, ErrRepeated) })
					if before != ours.session.peer {
						turns++
					}
				}
			case 3:
				if len(toThem) > 0 {
					deliver(&toThem, theirs, theirs.refuses)
				}
			}
		}
		if turns < 5 {
			t.Fatalf("only %d turns of the ratchet: the test tests little", turns)
		}
	})
}

// TestOracleDamage: what is changed on the way is refused by both, and what comes
// whole afterwards is read.
func TestOracleDamage(t *testing.T) {
	withOracle(t, func(t *testing.T, o *oracle, v Version, weBegin bool) {
		ours, theirs := o.newPeer(v).started(t, weBegin)
		toThem, toUs := ours.send("from us, as long as a key has to be"), theirs.send("from them, as long as a key has to be")
		// What is around the message of a key exchange that is known (the ids of prekeys)
		// says nothing any more and is not looked at.
		start, end := 0, len(toUs.data)
		if toUs.kex {
			k, err := readKeyExchange(v, toUs.data)
			if err != nil {
				t.Fatal(err)
			}
			start = bytes.Index(toUs.data, k.inner)
			end = start + len(k.inner)
		}
		for at := start; at < end; at++ {
			bad := parcel{bytes.Clone(toUs.data), toUs.kex}
			bad.data[at] ^= 0x20
			if text, err := ours.receive(bad); err == nil {
				t.Fatalf("byte %d of %d changed, and read %q", at, len(bad.data), text)
			}
		}
		for at := 0; at < len(toThem.data); at += 7 {
			bad := parcel{bytes.Clone(toThem.data), toThem.kex}
			bad.data[at] ^= 0x20
			theirs.refuses(bad)
		}
		theirs.gets(toThem, "from us, as long as a key has to be")
		ours.gets(toUs, "from them, as long as a key has to be")
	})
}

func TestOraclePayload(t *testing.T) {
	withOracle(t, func(t *testing.T, o *oracle, v Version, _ bool) {
		theirs := o.newPeer(v)
		for _, n := range []int{1, 15, 16, 17, 1000} {
			plain := bytes.Repeat([]byte("é!"), n)[:n]
			payload, iv, key, err := Seal(v, plain, nil)
			if err != nil {
				t.Fatal(err)
			}
			if a := o.must(call{Do: "open", Device: theirs.id, Payload: payload, IV: iv, Data: key}); !bytes.Equal(a.Plain, plain) {
				t.Fatalf("the oracle opened %q, want %q", a.Plain, plain)
			}
			a := o.must(call{Do: "seal", Device: theirs.id, Plain: plain})
			if got, err := Open(v, a.Payload, a.IV, a.Plain); err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("opened %q, %v, want %q", got, err, plain)
			}
		}
	})
}

// TestOracleBundles: each side refuses a bundle of the other that somebody has changed.
func TestOracleBundles(t *testing.T) {
	withOracle(t, func(t *testing.T, o *oracle, v Version, weBegin bool) {
		ours, theirs := newDevice(t, v), o.newPeer(v)
		change := func(b Bundle) Bundle {
			b.SignedKey = bytes.Clone(b.SignedKey)
			b.SignedKey[len(b.SignedKey)-3] ^= 1
			return b
		}
		if weBegin {
			b := theirs.bundle()
			if err := b.Check(); err != nil {
				t.Fatal(err)
			}
			if err := change(b).Check(); !errors.Is(err, ErrNotAuthentic) {
				t.Fatalf("a changed bundle: %v", err)
			}
			return
		}
		b := change(ours.bundle())
		if a := o.ask(call{
			Do: "begin", Device: theirs.id, Identity: b.Identity, SignedID: b.SignedID, SignedKey: b.SignedKey,
			Signature: b.Signature, Prekeys: b.Prekeys, Plain: make([]byte, 32),
		}); a.Error == "" {
			t.Fatal("the oracle took a changed bundle of ours: it checks nothing")
		}
	})
}

// TestOracleSignatures: libxeddsa makes the same signatures from the same random bytes,
// accepts ours, and converts keys as we do.
func TestOracleSignatures(t *testing.T) {
	o := startOracle(t)
	p := o.newPeer(V03)
	random := rand.NewChaCha8([32]byte{1})
	message, nonce, private := make([]byte, 33), make([]byte, 64), make([]byte, 32)
	var signs [2]int
	for range 100 {
		for _, b := range [][]byte{message, nonce, private} {
			if _, err := random.Read(b); err != nil {
				t.Fatal(err)
			}
		}
		// libxeddsa leaves it to its callers that a private key is clamped.
		private[0] &= 248
		private[31] = private[31]&127 | 64
		s, err := newSigner([32]byte(private))
		if err != nil {
			t.Fatal(err)
		}
		keys := o.must(call{Do: "keys", Device: p.id, Data: private})
		sign := keys.SignedKey[31] >> 7
		signs[sign]++
		if keys.SignedKey[31] &= 0x7f; !bytes.Equal(keys.SignedKey, s.public[:]) {
			t.Fatalf("Ed25519 key %x, the oracle's %x", s.public, keys.SignedKey)
		}
		curve := [32]byte(keys.Identity)
		if u, err := montgomery(s.public); err != nil || u != curve {
			t.Fatalf("Curve25519 key %x, %v, the oracle's %x", u, err, curve)
		}
		if a := o.must(call{Do: "convert", Device: p.id, Data: s.public[:]}); [32]byte(a.Identity) != curve {
			t.Fatalf("the oracle converts to %x, want %x", a.Identity, curve)
		}
		signature, err := s.sign(message, bytes.NewReader(nonce))
		if err != nil {
			t.Fatal(err)
		}
		if a := o.must(call{Do: "verify", Device: p.id, Signature: signature, SignedKey: s.public[:], Plain: message}); !a.Kex {
			t.Fatal("the oracle does not accept our signature")
		}
		// libxeddsa 2.0.0 clamps k again after making it -k, and so signs with another
		// key: only where nothing has to be changed can its signatures be ours.
		a := o.must(call{Do: "sign", Device: p.id, Data: private, Plain: message, IV: nonce})
		if sign == 0 && !bytes.Equal(a.Signature, signature) {
			t.Fatalf("signature %x, the oracle's %x", signature, a.Signature)
		}
		if !verifyEdwards(s.public, message, signature) || !verifyMontgomery(curve, message, signature) {
			t.Fatal("our own signature is not accepted")
		}
	}
	if signs[0] == 0 || signs[1] == 0 {
		t.Fatalf("keys of one sign only: %v", signs)
	}
}

// TestOracleBothBegin: both sides begin at once, with libsignal, which keeps its former
// sessions too: nothing is lost and both come to use one.
func TestOracleBothBegin(t *testing.T) {
	o := startOracle(t)
	const text = "crossing, and as long as a key is"
	for range 5 {
		ours, theirs := newDevice(t, V03), o.newSignal()
		toThem, toUs := theirs.bundle(), ours.bundle()
		ours.begin(toThem)
		a, b := ours.send(text), theirs.begin(toUs, text)
		theirs.gets(a, text)
		ours.gets(b, text)
		for range 3 {
			a, b = ours.send(text), theirs.send(text)
			theirs.gets(a, text)
			ours.gets(b, text)
		}
		for range 3 {
			theirs.gets(ours.send(text), text)
			ours.gets(theirs.send(text), text)
		}
	}
}

// TestOracleReplaced: they begin anew, and late messages of the old session come: we go on
// in the new one, which python-omemo has alone.
func TestOracleReplaced(t *testing.T) {
	withPeers(t, func(t *testing.T, peer func() *peer, weBegin bool) {
		const text = "as long as a key has to be, always"
		ours, theirs := peer().started(t, weBegin)
		for range 3 {
			ours.gets(theirs.send(text), text)
			theirs.gets(ours.send(text), text)
		}
		late, last := theirs.send(text), theirs.send(text)
		ours.gets(theirs.begin(ours.bundle(), text), text)
		for _, p := range []parcel{last, late} {
			ours.gets(p, text)
			theirs.gets(ours.send(text), text)
		}
		ours.gets(theirs.send(text), text)
		theirs.gets(ours.send(text), text)
	})
}

// TestOracleRenewed: we begin anew in a session that was used for long, and what they had
// sent in it is still on its way.
func TestOracleRenewed(t *testing.T) {
	withPeers(t, func(t *testing.T, peer func() *peer, weBegin bool) {
		const text = "as long as a key has to be, always"
		ours, theirs := peer().started(t, weBegin)
		for range maxPast + 2 {
			ours.gets(theirs.send(text), text)
			theirs.gets(ours.send(text), text)
		}
		first, second := theirs.send(text), theirs.send(text)
		ours.begin(theirs.bundle())
		anew := ours.send(text)
		ours.gets(first, text)
		ours.gets(second, text)
		again := ours.send(text)
		theirs.gets(anew, text)
		theirs.gets(again, text)
		ours.gets(theirs.send(text), text)
		theirs.gets(ours.send(text), text)
	})
}

// TestOracleReplacesItsOwn: both sides begin at once, and python-omemo has ours alone then:
// what we send before it answers is lost, and nothing after.
func TestOracleReplacesItsOwn(t *testing.T) {
	withOracle(t, func(t *testing.T, o *oracle, v Version, weBegin bool) {
		const text = "as long as a key has to be, always"
		ours, theirs := o.newPeer(v).started(t, weBegin)
		ours.gets(theirs.send(text), text)
		theirs.gets(ours.send(text), text)
		toThem, toUs := theirs.bundle(), ours.bundle()
		ours.begin(toThem)
		a, b, late := ours.send(text), theirs.begin(toUs, text), theirs.send(text)
		theirs.gets(a, text)
		ours.gets(b, text)
		ours.gets(theirs.send(text), text)
		ours.gets(late, text)
		for range 3 {
			theirs.gets(ours.send(text), text)
			ours.gets(theirs.send(text), text)
		}
	})
}
