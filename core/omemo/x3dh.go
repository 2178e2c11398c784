// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"crypto/ecdh"
	"fmt"
	"io"
	"time"
)

// Keys finds this device's prekeys by what a key exchange calls them. A signed prekey
// is found for a while after another has taken its place in the bundle; a prekey until
// a message that used it has been stored.
type Keys interface {
	SignedPrekey(id uint32) (SignedPrekey, bool, error)
	Prekey(id uint32) (Prekey, bool, error)
}

// Begin makes a session with the device whose bundle it is (X3DH as its first side,
// XEP-0384 §4.1). It checks the bundle and takes one of its prekeys at random.
func Begin(v Version, own *Identity, b Bundle, random io.Reader) (*Session, error) {
	const op = "begin session"
	if b.Version != v {
		return nil, failed(op, ErrVersion)
	}
	if err := b.Check(); err != nil {
		return nil, err
	}
	s := state{version: v, first: true, pending: true, sending: true, own: own.public(v), signedID: b.SignedID}
	s.other, _ = v.decode(b.Identity)
	signed, _ := v.decode(b.SignedKey)
	identity, err := identityKey(v, s.other)
	if err == nil && identity == own.Public() {
		err = ErrWeakKey // somebody hands us our own key
	}
	if err != nil {
		return nil, failed(op, err)
	}
	ephemeral, base, err := newPair(random)
	if err != nil {
		return nil, failed(op, err)
	}
	ephemeral.wipe()
	s.base = ephemeral.public
	steps := []step{{own.key, signed}, {base, identity}, {base, signed}}
	chosen, err := b.choose(random)
	if err != nil {
		return nil, failed(op, err)
	}
	if chosen != nil {
		key, _ := v.decode(chosen.Key)
		s.prekey, s.prekeyID = true, chosen.ID
		steps = append(steps, step{base, key})
	}
	if s.root, err = agreement(v, steps); err != nil {
		return nil, failed(op, err)
	}
	s.peer = signed
	if err := s.turn(random); err != nil {
		return nil, failed(op, err)
	}
	s.made, s.turned = 1, 1
	return &Session{state: s, remote: identity}, nil
}

// step is one of X3DH's agreements.
type step struct {
	private *ecdh.PrivateKey
	public  [32]byte
}

// agreement is X3DH's secret (signal.org/docs/specifications/x3dh §3.3).
func agreement(v Version, steps []step) (root [32]byte, err error) {
	secret := make([]byte, 32, 32*(len(steps)+1))
	for i := range secret {
		secret[i] = 0xff
	}
	for _, s := range steps {
		agreed, err := agree(s.private, s.public)
		if err != nil {
			return root, err
		}
		secret = append(secret, agreed...)
		clear(agreed)
	}
	out, err := derive(secret, nil, v.dialect().agreement, 32)
	clear(secret)
	if err != nil {
		return root, err
	}
	defer clear(out)
	return [32]byte(out), nil
}

// Answer makes the session that a key exchange asks for and reads the message in it.
// used is the prekey that must be deleted together with storing the session, 0 for
// none. random may be nil: nothing is made before the first message that is sent.
func Answer(v Version, own *Identity, keys Keys, data []byte, now time.Time, _ io.Reader) (s *Session, plain []byte, used uint32, err error) {
	const op = "answer key exchange"
	k, err := readKeyExchange(v, data)
	if err != nil {
		return nil, nil, 0, failed(op, err)
	}
	m, err := readMessage(v, k.inner)
	if err != nil {
		return nil, nil, 0, failed(op, err)
	}
	st, remote, err := answer(v, own, keys, k)
	if err != nil {
		return nil, nil, 0, failed(op, err)
	}
	if plain, err = st.open(m, now); err != nil {
		return nil, nil, 0, failed(op, err)
	}
	st.made, st.heard = 1, now.Unix()
	return &Session{state: *st, remote: remote}, plain, k.prekeyID, nil
}

func answer(v Version, own *Identity, keys Keys, k keyExchange) (*state, IdentityKey, error) {
	identity, err := identityKey(v, k.identity)
	if err != nil {
		return nil, identity, err
	}
	if identity == own.Public() {
		return nil, identity, ErrWeakKey
	}
	signed, ok, err := keys.SignedPrekey(k.signedID)
	if err != nil {
		return nil, identity, fmt.Errorf("find signed prekey: %w", err)
	}
	if !ok {
		return nil, identity, ErrNoPrekey
	}
	signedKey, err := signed.pair.key()
	if err != nil {
		return nil, identity, err
	}
	steps := []step{{signedKey, identity}, {own.key, k.base}, {signedKey, k.base}}
	if k.prekey {
		prekey, ok, err := keys.Prekey(k.prekeyID)
		if err != nil {
			return nil, identity, fmt.Errorf("find prekey: %w", err)
		}
		if !ok {
			return nil, identity, ErrNoPrekey
		}
		key, err := prekey.pair.key()
		if err != nil {
			return nil, identity, err
		}
		steps = append(steps, step{key, k.base})
	}
	s := &state{version: v, own: own.public(v), other: k.identity, base: k.base, self: signed.pair, sending: true}
	s.root, err = agreement(v, steps)
	return s, identity, err
}
