// SPDX-License-Identifier: MPL-2.0

package csres

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// A signature is Ed25519 (RFC 8032) over "csres-v1\n" and the SHA-256 of
// manifest.json, which has the SHA-256 of every other file. SIGNATURE is one line: the key's id,
// the signature and the public key in base64. The public key shows that the
// signature is whole; it says nothing about who made it: that takes a key that is
// known already.
const signPrefix = "csres-v1\n"

// The first words of the two files that keygen writes.
const (
	publicPrefix  = "csres-public-key "
	privatePrefix = "csres-private-key "
)

// Key is a public key that bundles are signed with.
type Key struct{ public ed25519.PublicKey }

// ID names the key: the first 16 hex digits of its SHA-256.
func (k Key) ID() string {
	sum := sha256.Sum256(k.public)
	return hex.EncodeToString(sum[:8])
}

// String is the line of a *.pub file, without its end.
func (k Key) String() string { return publicPrefix + base64.StdEncoding.EncodeToString(k.public) }

// ParseKey reads a *.pub file.
func ParseKey(data []byte) (Key, error) {
	raw, err := keyLine(data, publicPrefix)
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return Key{}, errors.New("is no public key of a bundle: it is one line, " + publicPrefix + "and base64")
	}
	return Key{public: raw}, nil
}

func keyLine(data []byte, prefix string) ([]byte, error) {
	line, found := strings.CutPrefix(strings.TrimSpace(string(data)), prefix)
	if !found {
		return nil, errors.New("another kind of file")
	}
	return base64.StdEncoding.Strict().DecodeString(line)
}

// PrivateKey signs bundles.
type PrivateKey struct{ private ed25519.PrivateKey }

// GenerateKey makes a new key.
func GenerateKey() (PrivateKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	return PrivateKey{private: private}, err
}

// ParsePrivateKey reads what Encode has written.
func ParsePrivateKey(data []byte) (PrivateKey, error) {
	seed, err := keyLine(data, privatePrefix)
	if err != nil || len(seed) != ed25519.SeedSize {
		return PrivateKey{}, errors.New("is no private key that signs bundles (bundle keygen makes one)")
	}
	return PrivateKey{private: ed25519.NewKeyFromSeed(seed)}, nil
}

// Encode is the key as a file, which nobody else may read.
func (k PrivateKey) Encode() []byte {
	return []byte(privatePrefix + base64.StdEncoding.EncodeToString(k.private.Seed()) + "\n")
}

// Public is the half that others may know.
func (k PrivateKey) Public() Key { return Key{public: k.private.Public().(ed25519.PublicKey)} }

// String keeps the key out of logs.
func (k PrivateKey) String() string { return "private key " + k.Public().ID() }

func signed(manifest []byte) []byte {
	sum := sha256.Sum256(manifest)
	return append([]byte(signPrefix), sum[:]...)
}

// signature is a SIGNATURE that is whole: its public key made it, of this
// manifest.
type signature struct {
	key Key
	sig []byte
}

func makeSignature(k PrivateKey, manifest []byte) []byte {
	sig := ed25519.Sign(k.private, signed(manifest))
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Appendf(nil, "%s %s %s\n", k.Public().ID(), b64(sig), b64(k.Public().public))
}

func readSignature(src source, manifest []byte) (*signature, error) {
	data, err := src.read(SignatureName)
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(data))
	if len(fields) != 3 || len(data) > 1024 {
		return nil, errors.New("is no signature: it has a key's id, a signature and a key on one line")
	}
	s := &signature{}
	var errKey error
	s.sig, err = base64.StdEncoding.Strict().DecodeString(fields[1])
	s.key.public, errKey = base64.StdEncoding.Strict().DecodeString(fields[2])
	switch {
	case err != nil || errKey != nil || len(s.sig) != ed25519.SignatureSize || len(s.key.public) != ed25519.PublicKeySize:
		return nil, errors.New("is no signature: its base64 is damaged")
	case s.key.ID() != fields[0]:
		return nil, errors.New("names another key than the one in it")
	case !ed25519.Verify(s.key.public, signed(manifest), s.sig):
		return nil, errors.New("is wrong: it was made for another manifest or by another key")
	}
	return s, nil
}

// Signer is the id of the key that signed the bundle, "" if it is not signed.
// Whose key that is says Known.
func (b *Bundle) Signer() string {
	if b.sig == nil {
		return ""
	}
	return b.sig.key.ID()
}

// Known says whether one of the keys signed the bundle.
func (b *Bundle) Known(keys []Key) bool {
	if b.sig == nil {
		return false
	}
	for _, k := range keys {
		if k.public.Equal(b.sig.key.public) {
			return true
		}
	}
	return false
}
