// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"crypto/ecdh"
	"crypto/rand"
	"fmt"
	"io"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// pair is a key pair of X25519 (RFC 7748 §5). Its zero value is no key.
type pair struct{ private, public [32]byte }

func randomness(r io.Reader) io.Reader {
	if r == nil {
		return rand.Reader
	}
	return r
}

// newPair makes a key pair, and gives the standard library's form of its private key
// with it. The private key is clamped, so that its bytes are the scalar that every
// library takes them for.
func newPair(random io.Reader) (p pair, key *ecdh.PrivateKey, err error) {
	if _, err := io.ReadFull(randomness(random), p.private[:]); err != nil {
		return pair{}, nil, fmt.Errorf("random bytes: %w", err)
	}
	p.private[0] &= 248
	p.private[31] &= 127
	p.private[31] |= 64
	if key, err = p.key(); err != nil {
		return pair{}, nil, err
	}
	p.public = [32]byte(key.PublicKey().Bytes())
	return p, key, nil
}

// key is the standard library's form of the private key. It costs as much as agree.
func (p *pair) key() (*ecdh.PrivateKey, error) { return ecdh.X25519().NewPrivateKey(p.private[:]) }

func (p *pair) wipe() { clear(p.private[:]) }

// agree is X25519. A public key of low order gives ErrWeakKey.
func agree(private *ecdh.PrivateKey, public [32]byte) ([]byte, error) {
	key, err := ecdh.X25519().NewPublicKey(public[:])
	if err != nil {
		return nil, err
	}
	secret, err := private.ECDH(key)
	if err != nil {
		return nil, ErrWeakKey
	}
	return secret, nil
}

// montgomery is the Curve25519 form of an Ed25519 public key (RFC 7748 §4.1). The
// key has to be encoded as RFC 8032 says and must not be of low order.
func montgomery(ed [32]byte) (u [32]byte, err error) {
	p, err := point(ed)
	if err != nil {
		return u, err
	}
	return [32]byte(p.BytesMontgomery()), nil
}

// edwards is the Ed25519 form of a Curve25519 public key, with the sign that is given
// as the highest bit of sign.
func edwards(u [32]byte, sign byte) (ed [32]byte, err error) {
	// y = (u - 1) / (u + 1)
	var x, one, above, below field.Element
	if _, err := x.SetBytes(u[:]); err != nil || [32]byte(x.Bytes()) != u {
		return ed, ErrWeakKey // two spellings of a key would have two fingerprints
	}
	one.One()
	below.Add(&x, &one)
	if below.Equal(new(field.Element)) == 1 {
		return ed, ErrWeakKey
	}
	above.Subtract(&x, &one)
	below.Invert(&below)
	x.Multiply(&above, &below)
	ed = [32]byte(x.Bytes())
	ed[31] |= sign & 0x80
	_, err = point(ed)
	return ed, err
}

// point decodes an Ed25519 public key and refuses what is not one: an encoding that
// is not the shortest, and the eight points of low order.
func point(ed [32]byte) (*edwards25519.Point, error) {
	p, err := new(edwards25519.Point).SetBytes(ed[:])
	if err != nil || [32]byte(p.Bytes()) != ed {
		return nil, ErrWeakKey
	}
	if new(edwards25519.Point).MultByCofactor(p).Equal(edwards25519.NewIdentityPoint()) == 1 {
		return nil, ErrWeakKey
	}
	return p, nil
}
