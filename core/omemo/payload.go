// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"fmt"
	"io"
)

const (
	gcmKey     = 16
	gcmTag     = 16
	gcmIV      = 12
	payloadKey = 32
	payloadTag = 16
)

const payloadInfo = "OMEMO Payload"

// Seal closes what is in <payload/>. key is what each device gets by
// Session.Encrypt; iv stands in V03's header and is nil in V2.
func Seal(v Version, plain []byte, random io.Reader) (payload, iv, key []byte, err error) {
	const op = "encrypt payload"
	switch v {
	case V03:
		payload, iv, key, err = seal03(plain, random)
	case V2:
		payload, key, err = seal2(plain, random)
	default:
		err = ErrVersion
	}
	if err != nil {
		return nil, nil, nil, failed(op, err)
	}
	return payload, iv, key, nil
}

// seal03 is AES-128-GCM; the tag goes with the key.
func seal03(plain []byte, random io.Reader) (payload, iv, key []byte, err error) {
	if key, iv, err = TransportKey(V03, random); err != nil {
		return nil, nil, nil, err
	}
	gcm, err := newGCM(key, gcmIV)
	if err != nil {
		return nil, nil, nil, err
	}
	sealed := gcm.Seal(nil, iv, plain, nil)
	end := len(sealed) - gcmTag
	return sealed[:end:end], iv, append(key, sealed[end:]...), nil
}

func newGCM(key []byte, iv int) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithNonceSize(block, iv)
}

// seal2 is AES-256-CBC with HMAC-SHA-256 (XEP-0384 §4.4).
func seal2(plain []byte, random io.Reader) (payload, key []byte, err error) {
	key = make([]byte, payloadKey, payloadKey+payloadTag)
	if _, err := io.ReadFull(randomness(random), key); err != nil {
		return nil, nil, fmt.Errorf("random bytes: %w", err)
	}
	keys, err := newMessageKeys(key, payloadInfo)
	if err != nil {
		return nil, nil, err
	}
	defer clear(keys)
	if payload, err = keys.encrypt(plain); err != nil {
		return nil, nil, err
	}
	return payload, append(key, keys.tag(payloadTag, payload)...), nil
}

// TransportKey is what devices get by Session.Encrypt when there is no payload, only a
// ratchet to be moved: a random key in V03, whose header also has the iv, and 32 zero
// bytes in V2 (XEP-0384 §5.5.1).
func TransportKey(v Version, random io.Reader) (key, iv []byte, err error) {
	if v == V2 {
		return make([]byte, 32), nil, nil
	}
	b := make([]byte, gcmKey+gcmIV)
	if _, err := io.ReadFull(randomness(random), b); err != nil {
		return nil, nil, failed("make key", err)
	}
	return append(make([]byte, 0, gcmKey+gcmTag), b[:gcmKey]...), b[gcmKey:], nil
}

// Open is the inverse of Seal. In V03 it also reads what older programs send: an iv of
// 16 bytes, and the tag at the payload's end when the key has only 16.
func Open(v Version, payload, iv, key []byte) ([]byte, error) {
	const op = "decrypt payload"
	var plain []byte
	var err error
	switch v {
	case V03:
		plain, err = open03(payload, iv, key)
	case V2:
		plain, err = open2(payload, key)
	default:
		err = ErrVersion
	}
	if err != nil {
		return nil, failed(op, err)
	}
	return plain, nil
}

func open03(payload, iv, key []byte) ([]byte, error) {
	if len(iv) != gcmIV && len(iv) != 16 {
		return nil, ErrMalformed
	}
	sealed := payload
	switch len(key) {
	case gcmKey + gcmTag:
		sealed = append(append(make([]byte, 0, len(payload)+gcmTag), payload...), key[gcmKey:]...)
	case gcmKey:
	default:
		return nil, ErrMalformed
	}
	gcm, err := newGCM(key[:gcmKey], len(iv))
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, iv, sealed, nil)
	if err != nil {
		return nil, ErrNotAuthentic
	}
	return plain, nil
}

func open2(payload, key []byte) ([]byte, error) {
	if len(key) != payloadKey+payloadTag {
		return nil, ErrMalformed
	}
	keys, err := newMessageKeys(key[:payloadKey], payloadInfo)
	if err != nil {
		return nil, err
	}
	defer clear(keys)
	if !hmac.Equal(key[payloadKey:], keys.tag(payloadTag, payload)) {
		return nil, ErrNotAuthentic
	}
	return keys.decrypt(payload)
}
