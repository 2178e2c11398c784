// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"encoding/binary"
	"io"

	"chatsecure.org/desktop/core/chat"
)

// MaxID is the greatest id of a device or a prekey; the least is 1 (XEP-0384 §5.3.2).
const MaxID = 1<<31 - 1

// Prekey is a key of this device for one session that another device begins.
type Prekey struct {
	ID   uint32
	pair pair
}

// SignedPrekey is a key of this device that stands in its bundle for a while, with
// the signatures of both forms.
type SignedPrekey struct {
	ID             uint32
	pair           pair
	old, signature [64]byte // V03's signature, V2's
}

// PublicPrekey is a prekey as it stands in a bundle: 33 bytes in V03, 32 in V2.
type PublicPrekey struct {
	ID  uint32
	Key []byte
}

// PublicSignedPrekey is a signed prekey as it stands in a bundle.
type PublicSignedPrekey struct {
	ID             uint32
	Key, Signature []byte
}

// NewSignedPrekey makes one; id is 1 to MaxID.
func (i *Identity) NewSignedPrekey(id uint32, random io.Reader) (SignedPrekey, error) {
	const op = "make signed prekey"
	if id < 1 || id > MaxID {
		return SignedPrekey{}, &chat.Error{Op: op, Code: chat.CodeUnknown, Err: ErrMalformed}
	}
	p, _, err := newPair(random)
	if err != nil {
		return SignedPrekey{}, failed(op, err)
	}
	k := SignedPrekey{ID: id, pair: p}
	for _, v := range []Version{V03, V2} {
		signature, err := i.signer.sign(v.encode(p.public), random)
		if err != nil {
			return SignedPrekey{}, failed(op, err)
		}
		*k.signatureOf(v) = [64]byte(signature)
	}
	return k, nil
}

func (k *SignedPrekey) signatureOf(v Version) *[64]byte {
	if v == V03 {
		return &k.old
	}
	return &k.signature
}

// Public is what stands in a bundle of that form.
func (k SignedPrekey) Public(v Version) PublicSignedPrekey {
	signature := *k.signatureOf(v)
	return PublicSignedPrekey{ID: k.ID, Key: v.encode(k.pair.public), Signature: signature[:]}
}

// NewPrekeys makes n prekeys with the ids from first on. Behind MaxID comes 1.
func NewPrekeys(first uint32, n int, random io.Reader) ([]Prekey, error) {
	const op = "make prekeys"
	if first < 1 || first > MaxID || n < 0 || n > 1000 {
		return nil, &chat.Error{Op: op, Code: chat.CodeUnknown, Err: ErrMalformed}
	}
	keys := make([]Prekey, n)
	for i := range keys {
		p, _, err := newPair(random)
		if err != nil {
			return nil, failed(op, err)
		}
		keys[i] = Prekey{ID: uint32((uint64(first)-1+uint64(i))%MaxID) + 1, pair: p}
	}
	return keys, nil
}

// Public is what stands in a bundle of that form.
func (k Prekey) Public(v Version) PublicPrekey {
	return PublicPrekey{ID: k.ID, Key: v.encode(k.pair.public)}
}

// What begins a stored prekey; the id, the private and the public key follow, and
// the two signatures of a signed one.
const (
	prekeyFormat       = 1
	signedPrekeyFormat = 2
)

// MarshalBinary gives the private key too: see Identity.MarshalBinary.
func (k Prekey) MarshalBinary() ([]byte, error) { return appendPair(prekeyFormat, k.ID, k.pair), nil }

// MarshalBinary gives the private key too: see Identity.MarshalBinary.
func (k SignedPrekey) MarshalBinary() ([]byte, error) {
	b := appendPair(signedPrekeyFormat, k.ID, k.pair)
	return append(append(b, k.old[:]...), k.signature[:]...), nil
}

func appendPair(format byte, id uint32, p pair) []byte {
	b := binary.BigEndian.AppendUint32([]byte{format}, id)
	return append(append(b, p.private[:]...), p.public[:]...)
}

// ParsePrekey is the inverse of Prekey.MarshalBinary.
func ParsePrekey(b []byte) (Prekey, error) {
	id, p, _, err := parsePair("read prekey", prekeyFormat, b, 0)
	return Prekey{ID: id, pair: p}, err
}

// ParseSignedPrekey is the inverse of SignedPrekey.MarshalBinary.
func ParseSignedPrekey(b []byte) (SignedPrekey, error) {
	id, p, rest, err := parsePair("read signed prekey", signedPrekeyFormat, b, 128)
	if err != nil {
		return SignedPrekey{}, err
	}
	return SignedPrekey{ID: id, pair: p, old: [64]byte(rest), signature: [64]byte(rest[64:])}, nil
}

func parsePair(op string, format byte, b []byte, rest int) (uint32, pair, []byte, error) {
	switch {
	case len(b) > 0 && b[0] != format:
		return 0, pair{}, nil, damaged(op, ErrVersion)
	case len(b) != 69+rest:
		return 0, pair{}, nil, damaged(op, ErrMalformed)
	}
	id := binary.BigEndian.Uint32(b[1:])
	if id < 1 || id > MaxID {
		return 0, pair{}, nil, damaged(op, ErrMalformed)
	}
	return id, pair{private: [32]byte(b[5:]), public: [32]byte(b[37:])}, b[69:], nil
}

// String keeps the private key out of logs.
func (k Prekey) String() string { return "prekey" }

// GoString keeps the private key out of logs.
func (k Prekey) GoString() string { return "prekey" }

// String keeps the private key out of logs.
func (k SignedPrekey) String() string { return "signed prekey" }

// GoString keeps the private key out of logs.
func (k SignedPrekey) GoString() string { return "signed prekey" }
