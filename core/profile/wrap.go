// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"runtime/debug"

	"golang.org/x/crypto/argon2"

	"chatsecure.org/desktop/core/chat"
)

// The cost of one guess at a passphrase: the second recommended option of
// RFC 9106 §4. Bounds hold for what is read back from a disk.
const (
	argonMemory  = 64 << 10 // KiB
	argonTime    = 3
	argonThreads = 4

	argonMaxMemory = 1 << 20 // KiB
	argonMaxTime   = 16
	argonMaxLanes  = 16
)

// sane says whether deriving with k costs what the program can afford, and an
// attacker no less than we promise.
func (k *kdf) sane() bool {
	return k.Name == "argon2id" &&
		k.Memory >= argonMemory && k.Memory <= argonMaxMemory &&
		k.Time >= argonTime && k.Time <= argonMaxTime &&
		k.Threads >= 1 && k.Threads <= argonMaxLanes &&
		len(k.Salt) >= 16 && len(k.Salt) <= 64
}

// derive makes the wrapping key. Argon2 can not be interrupted: when ctx ends
// first, the work runs to its end unobserved (a second) and its result is wiped.
func (k *kdf) derive(ctx context.Context, op string, passphrase []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, failed(op, chat.CodeCanceled, err)
	}
	pass := append([]byte(nil), passphrase...)
	done := make(chan []byte, 1)
	go func() {
		defer clear(pass)
		key := argon2.IDKey(pass, k.Salt, k.Time, k.Memory, k.Threads, KeySize)
		debug.FreeOSMemory() // what it worked in would stay with us for minutes
		done <- key
	}()
	select {
	case key := <-done:
		return key, nil
	case <-ctx.Done():
		go func() { clear(<-done) }()
		return nil, failed(op, chat.CodeCanceled, ctx.Err())
	}
}

// wrapKey seals key under passphrase into r.
func wrapKey(ctx context.Context, op string, r *record, key, passphrase []byte) error {
	k := &kdf{Name: "argon2id", Memory: argonMemory, Time: argonTime, Threads: argonThreads, Salt: make([]byte, 16)}
	_, _ = rand.Read(k.Salt) // never fails (crypto/rand)
	r.Key, r.KDF = keyByPassphrase, k
	kek, err := k.derive(ctx, op, passphrase)
	if err != nil {
		return err
	}
	defer clear(kek)
	aead, err := newAEAD(kek)
	if err != nil {
		return failed(op, chat.CodeUnknown, err)
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce)
	r.Wrapped = aead.Seal(nonce, nonce, key, r.bound())
	return nil
}

// unwrapKey opens what wrapKey sealed. The record's checksum is good by now, so
// a failure here is a wrong passphrase and not damage.
func unwrapKey(ctx context.Context, op string, r record, passphrase []byte) ([]byte, error) {
	if len(passphrase) == 0 {
		return nil, failed(op, chat.CodeKeyNeeded, nil)
	}
	kek, err := r.KDF.derive(ctx, op, passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(kek)
	aead, err := newAEAD(kek)
	if err != nil {
		return nil, failed(op, chat.CodeUnknown, err)
	}
	if len(r.Wrapped) != aead.NonceSize()+KeySize+aead.Overhead() {
		return nil, &chat.Error{Kind: chat.Storage, Op: op, Code: chat.CodeDamaged, Detail: recordName}
	}
	key, err := aead.Open(nil, r.Wrapped[:aead.NonceSize()], r.Wrapped[aead.NonceSize():], r.bound())
	if err != nil {
		return nil, failed(op, chat.CodeKeyWrong, nil)
	}
	return key, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// bound is what the sealed key is tied to: this profile and these parameters.
func (r record) bound() []byte {
	r.Wrapped, r.Check, r.Database = nil, "", false
	b, _ := json.Marshal(r) // plain fields
	return b
}
