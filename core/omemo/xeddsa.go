// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"crypto/ed25519"
	"crypto/sha512"
	"crypto/subtle"
	"fmt"
	"io"

	"filippo.io/edwards25519"
)

// signer signs with a key of X25519 (XEdDSA, signal.org/docs/specifications/xeddsa §2.3).
type signer struct {
	scalar edwards25519.Scalar // such that public has the sign 0
	secret [32]byte            // the same as bytes; k is not reduced, as libsignal has it
	public [32]byte            // Ed25519 form
}

func newSigner(private [32]byte) (*signer, error) {
	var scalar, minus edwards25519.Scalar
	if _, err := scalar.SetBytesWithClamping(private[:]); err != nil {
		return nil, err
	}
	minus.Negate(&scalar)
	s := &signer{public: [32]byte(new(edwards25519.Point).ScalarBaseMult(&scalar).Bytes())}
	// The choice between k and -k is made without a branch on the sign.
	sign := int(s.public[31] >> 7)
	chosen, other := scalar.Bytes(), minus.Bytes()
	subtle.ConstantTimeCopy(sign, chosen, other)
	s.secret = private
	subtle.ConstantTimeCopy(sign, s.secret[:], other)
	s.public[31] &= 0x7f
	_, err := s.scalar.SetCanonicalBytes(chosen)
	clear(chosen)
	clear(other)
	return s, err
}

// sign makes a signature that ed25519.Verify accepts for s.public. Its last bit is 0,
// which V03's readers take for the sign of the key.
func (s *signer) sign(message []byte, random io.Reader) ([]byte, error) {
	var fresh [64]byte
	if _, err := io.ReadFull(randomness(random), fresh[:]); err != nil {
		return nil, fmt.Errorf("random bytes: %w", err)
	}
	prefix := [32]byte{0xfe}
	for i := 1; i < len(prefix); i++ {
		prefix[i] = 0xff
	}
	r, err := hashToScalar(prefix[:], s.secret[:], message, fresh[:])
	clear(fresh[:])
	if err != nil {
		return nil, err
	}
	commitment := new(edwards25519.Point).ScalarBaseMult(r).Bytes()
	h, err := hashToScalar(commitment, s.public[:], message)
	if err != nil {
		return nil, err
	}
	answer := new(edwards25519.Scalar).MultiplyAdd(h, &s.scalar, r)
	r.Subtract(r, r)
	return append(commitment, answer.Bytes()...), nil
}

func hashToScalar(parts ...[]byte) (*edwards25519.Scalar, error) {
	h := sha512.New()
	for _, part := range parts {
		h.Write(part)
	}
	var sum [64]byte
	defer clear(sum[:])
	return new(edwards25519.Scalar).SetUniformBytes(h.Sum(sum[:0]))
}

// verifyEdwards is V2's: a plain signature of Ed25519.
func verifyEdwards(public [32]byte, message, signature []byte) bool {
	if _, err := point(public); err != nil {
		return false
	}
	return len(signature) == ed25519.SignatureSize && ed25519.Verify(public[:], message, signature)
}

// verifyMontgomery is V03's: the key is in Curve25519 form, and the highest bit of
// the signature is the sign of its Ed25519 form. (libsignal's signatures have it as
// it is; XEdDSA's have made it 0.)
func verifyMontgomery(public [32]byte, message, signature []byte) bool {
	if len(signature) != ed25519.SignatureSize {
		return false
	}
	key, err := edwards(public, signature[63])
	if err != nil {
		return false
	}
	plain := [64]byte(signature)
	plain[63] &= 0x7f
	return ed25519.Verify(key[:], message, plain[:])
}
