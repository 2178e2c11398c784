// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"crypto/ecdh"
	"encoding/hex"
	"io"

	"chatsecure.org/desktop/core/chat"
)

// IdentityKey is the public key of a device, in the Curve25519 form that both forms
// of OMEMO show to people (XEP-0384 §8).
type IdentityKey [32]byte

// Fingerprint is the key itself in hex.
func (k IdentityKey) Fingerprint() chat.Fingerprint {
	return chat.Fingerprint(hex.EncodeToString(k[:]))
}

// CheckLabel says whether the key's owner has signed the label of a device
// (labelsig, XEP-0384 §5.2.1). A label without it is not to be shown.
func (k IdentityKey) CheckLabel(label string, signature []byte) bool {
	for _, sign := range []byte{0, 0x80} {
		if ed, err := edwards(k, sign); err == nil && verifyEdwards(ed, []byte(label), signature) {
			return true
		}
	}
	return false
}

// Identity is the key pair of this device. One serves both forms of OMEMO: on the
// wire it is a Curve25519 key in V03 and an Ed25519 key in V2.
type Identity struct {
	pair   pair
	key    *ecdh.PrivateKey
	signer *signer
}

// NewIdentity makes one.
func NewIdentity(random io.Reader) (*Identity, error) {
	p, _, err := newPair(random)
	if err != nil {
		return nil, failed("make identity", err)
	}
	i, err := identityOf(p.private)
	if err != nil {
		return nil, failed("make identity", err)
	}
	return i, nil
}

func identityOf(private [32]byte) (*Identity, error) {
	i := &Identity{pair: pair{private: private}}
	var err error
	if i.key, err = i.pair.key(); err != nil {
		return nil, err
	}
	i.pair.public = [32]byte(i.key.PublicKey().Bytes())
	if i.signer, err = newSigner(private); err != nil {
		return nil, err
	}
	return i, nil
}

// identityFormat begins a stored identity; the 32 bytes of the private key follow.
const identityFormat = 1

// ParseIdentity is the inverse of MarshalBinary.
func ParseIdentity(b []byte) (*Identity, error) {
	const op = "read identity"
	switch {
	case len(b) > 0 && b[0] != identityFormat:
		return nil, damaged(op, ErrVersion)
	case len(b) != 33:
		return nil, damaged(op, ErrMalformed)
	}
	i, err := identityOf([32]byte(b[1:]))
	if err != nil {
		return nil, damaged(op, err)
	}
	return i, nil
}

// MarshalBinary gives the private key, to be stored where nobody else reads it and to
// be wiped when that is done.
func (i *Identity) MarshalBinary() ([]byte, error) {
	return append([]byte{identityFormat}, i.pair.private[:]...), nil
}

// Public is what others know of it.
func (i *Identity) Public() IdentityKey { return i.pair.public }

// SignLabel signs what its owner calls this device (labelsig, XEP-0384 §5.2.1).
func (i *Identity) SignLabel(label string, random io.Reader) ([]byte, error) {
	signature, err := i.signer.sign([]byte(label), random)
	if err != nil {
		return nil, failed("sign label", err)
	}
	return signature, nil
}

// public is the key in the form's own encoding, without V03's type.
func (i *Identity) public(v Version) [32]byte {
	if v == V2 {
		return i.signer.public
	}
	return i.pair.public
}

// identityKey is the inverse: the Curve25519 form of a key that came in v's encoding.
// It refuses keys that are of low order or no point of the curve.
func identityKey(v Version, encoded [32]byte) (IdentityKey, error) {
	if v == V2 {
		u, err := montgomery(encoded)
		return u, err
	}
	_, err := edwards(encoded, 0)
	return encoded, err
}

// String keeps the private key out of logs.
func (Identity) String() string { return "identity" }

// GoString keeps the private key out of logs.
func (Identity) GoString() string { return "identity" }
