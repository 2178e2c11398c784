// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"crypto/rand"
	"io"
	"math/big"
)

// MaxPrekeys is how many prekeys a bundle may have; XEP-0384 asks for around 100.
const MaxPrekeys = 1000

// Bundle is what a device publishes so that others can begin sessions with it. Its
// byte slices are as they stand decoded from base64 in the XML of its form: public
// keys have 33 bytes in V03 and 32 in V2, where Identity is in Ed25519 form.
type Bundle struct {
	Version   Version
	Identity  []byte
	SignedID  uint32
	SignedKey []byte
	Signature []byte
	Prekeys   []PublicPrekey
}

// Bundle is this device's.
func (i *Identity) Bundle(v Version, signed SignedPrekey, prekeys []Prekey) Bundle {
	public := signed.Public(v)
	b := Bundle{Version: v, Identity: v.encode(i.public(v)), SignedID: public.ID, SignedKey: public.Key, Signature: public.Signature}
	for _, k := range prekeys {
		b.Prekeys = append(b.Prekeys, k.Public(v))
	}
	return b
}

// IdentityKey is the key of the bundle's device. It says nothing about the rest.
func (b Bundle) IdentityKey() (IdentityKey, error) {
	encoded, ok := b.Version.decode(b.Identity)
	if !b.Version.known() || !ok {
		return IdentityKey{}, failed("read bundle", ErrMalformed)
	}
	key, err := identityKey(b.Version, encoded)
	if err != nil {
		return IdentityKey{}, failed("read bundle", err)
	}
	return key, nil
}

// Check verifies that the bundle is whole: the form and the number of its keys, and
// that the identity key has signed the signed prekey. The error is of kind
// EncryptionFailed; such a bundle is never used.
func (b Bundle) Check() error {
	const op = "check bundle"
	if _, err := b.IdentityKey(); err != nil {
		return err
	}
	// V2 makes no session without a prekey (XEP-0384 §4.1).
	if len(b.Prekeys) > MaxPrekeys || b.Version == V2 && len(b.Prekeys) == 0 || b.SignedID > MaxID {
		return failed(op, ErrMalformed)
	}
	if _, ok := b.Version.decode(b.SignedKey); !ok {
		return failed(op, ErrMalformed)
	}
	for _, k := range b.Prekeys {
		if _, ok := b.Version.decode(k.Key); !ok || k.ID > MaxID {
			return failed(op, ErrMalformed)
		}
	}
	identity, _ := b.Version.decode(b.Identity)
	if b.Version == V03 && verifyMontgomery(identity, b.SignedKey, b.Signature) {
		return nil
	}
	if b.Version == V2 && verifyEdwards(identity, b.SignedKey, b.Signature) {
		return nil
	}
	return failed(op, ErrNotAuthentic)
}

// choose takes one of the prekeys at random (XEP-0384 §5.3.3); nil if there is none.
func (b Bundle) choose(random io.Reader) (*PublicPrekey, error) {
	if len(b.Prekeys) == 0 {
		return nil, nil
	}
	i, err := rand.Int(randomness(random), big.NewInt(int64(len(b.Prekeys))))
	if err != nil {
		return nil, err
	}
	return &b.Prekeys[i.Int64()], nil
}
