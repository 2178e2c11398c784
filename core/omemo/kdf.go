// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
)

var zeros [32]byte

// derive is HKDF-SHA-256 (RFC 5869). salt nil is 32 zero bytes.
func derive(secret, salt []byte, info string, n int) ([]byte, error) {
	if salt == nil {
		salt = zeros[:]
	}
	return hkdf.Key(sha256.New, secret, salt, info, n)
}

// chain is one chain of message keys and the number of its next one.
type chain struct {
	key [32]byte
	n   uint32
}

// next gives the key of message n and moves the chain on (KDF_CK of XEP-0384 §4.3).
func (c *chain) next() (key [32]byte) {
	h := hmac.New(sha256.New, c.key[:])
	h.Write([]byte{1})
	h.Sum(key[:0])
	h.Reset()
	h.Write([]byte{2})
	h.Sum(c.key[:0])
	c.n++
	return key
}

// moveRoot is KDF_RK: a new root key and a new chain from what two ratchet keys agree on.
func moveRoot(v Version, root *[32]byte, agreed []byte) (chain, error) {
	out, err := derive(agreed, root[:], v.dialect().root, 64)
	if err != nil {
		return chain{}, err
	}
	*root = [32]byte(out)
	c := chain{key: [32]byte(out[32:])}
	clear(out)
	clear(agreed)
	return c, nil
}

// messageKeys are what one message is closed with (ENCRYPT of XEP-0384 §4.3): 32 bytes
// for AES-256-CBC, 32 for HMAC-SHA-256, the 16 of the iv.
type messageKeys []byte

func newMessageKeys(secret []byte, info string) (messageKeys, error) {
	return derive(secret, nil, info, 80)
}

// encrypt pads (PKCS #7) and encrypts.
func (k messageKeys) encrypt(plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(k[:32])
	if err != nil {
		return nil, err
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	out := make([]byte, len(plain)+pad)
	copy(out, plain)
	for i := len(plain); i < len(out); i++ {
		out[i] = byte(pad)
	}
	cipher.NewCBCEncrypter(block, k[64:]).CryptBlocks(out, out)
	return out, nil
}

// decrypt is only for what the tag has been right for: it says whether the padding is.
func (k messageKeys) decrypt(sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || len(sealed)%aes.BlockSize != 0 {
		return nil, ErrMalformed
	}
	block, err := aes.NewCipher(k[:32])
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, k[64:]).CryptBlocks(out, sealed)
	pad := int(out[len(out)-1])
	if pad < 1 || pad > aes.BlockSize {
		clear(out)
		return nil, ErrMalformed
	}
	for _, b := range out[len(out)-pad:] {
		if int(b) != pad {
			clear(out)
			return nil, ErrMalformed
		}
	}
	return out[:len(out)-pad], nil
}

// tag is the HMAC of the parts one behind the other, cut to n bytes.
func (k messageKeys) tag(n int, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, k[32:64])
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)[:n]
}

var errCounter = errors.New("the chain has no number left")
