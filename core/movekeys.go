// SPDX-License-Identifier: MPL-2.0

package core

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"

	"golang.org/x/crypto/argon2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/store"
)

// A file of keys is this line, 16 bytes of salt, 12 of nonce, and JSON under
// AES-256-GCM, whose key comes from a passphrase by Argon2id.
const (
	keyFileMark   = "XMPP identity keys 1\n"
	keyFileSalt   = 16
	keyFileNonce  = 12
	keyFileTime   = 3
	keyFileMemory = 64 << 10 // KiB
	keyFileMax    = 64 << 10 // bytes of a file
	shortestPass  = 8        // bytes
)

// movedKeys is what an account is for others; no ratchets, no prekeys: two programs
// must never use the same.
type movedKeys struct {
	Account  string `json:"account"`
	OMEMO    []byte `json:"omemo,omitempty"`
	OTR      []byte `json:"otr,omitempty"`
	Instance uint32 `json:"instance,omitempty"`
}

// ExportKeys makes a file of the account's own keys, for a backup or to move to
// another computer. CodeTooShort: a passphrase needs 8 bytes.
func (c *Client) ExportKeys(ctx context.Context, account chat.Address, passphrase []byte) ([]byte, error) {
	const op = "export keys"
	a, err := c.account(op, account)
	if err != nil {
		return nil, err
	}
	if err := c.MayExport(); err != nil {
		return nil, err
	}
	if len(passphrase) < shortestPass {
		return nil, failed(chat.Input, op, chat.CodeTooShort, nil)
	}
	if err := a.ownKeysMade(ctx); err != nil {
		return nil, asError(op, err)
	}
	rec, err := c.db.OwnKeys(ctx, a.addr)
	if err != nil {
		return nil, asError(op, err)
	}
	defer clear(rec.Identity)
	defer clear(rec.OTR)
	plain, err := json.Marshal(movedKeys{a.addr.String(), rec.Identity, rec.OTR, rec.InstanceTag})
	if err != nil {
		return nil, asError(op, err)
	}
	defer clear(plain)
	head := make([]byte, keyFileSalt+keyFileNonce)
	_, _ = rand.Read(head)
	seal, err := keyFileCipher(passphrase, head[:keyFileSalt])
	if err != nil {
		return nil, asError(op, err)
	}
	file := append([]byte(keyFileMark), head...)
	return seal.Seal(file, head[keyFileSalt:], plain, file), nil
}

func keyFileCipher(passphrase, salt []byte) (cipher.AEAD, error) {
	key := argon2.IDKey(passphrase, salt, keyFileTime, keyFileMemory, 1, 32)
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// openKeyFile is the inverse of what ExportKeys does. CodeKeyWrong: another passphrase,
// or the file is damaged or none.
func openKeyFile(op string, data, passphrase []byte) (movedKeys, error) {
	wrong := failed(chat.Input, op, chat.CodeKeyWrong, nil)
	n := len(keyFileMark) + keyFileSalt + keyFileNonce
	if len(data) > keyFileMax || len(data) < n || !bytes.HasPrefix(data, []byte(keyFileMark)) {
		return movedKeys{}, wrong
	}
	head := data[len(keyFileMark):n]
	open, err := keyFileCipher(passphrase, head[:keyFileSalt])
	if err != nil {
		return movedKeys{}, asError(op, err)
	}
	plain, err := open.Open(nil, head[keyFileSalt:], data[n:], data[:n])
	if err != nil {
		return movedKeys{}, wrong
	}
	defer clear(plain)
	var keys movedKeys
	if json.Unmarshal(plain, &keys) != nil {
		return movedKeys{}, wrong
	}
	return keys, nil
}

// ImportKeys makes the keys of a file those of the account on this computer: others
// who have verified them need not do so again. Sessions begin anew. It also reads key
// files of other programs (libotr's, Gajim's), which hold OTR keys and need no
// passphrase. CodeKeyWrong as of a wrong passphrase, CodeMismatch for another account's.
func (c *Client) ImportKeys(ctx context.Context, account chat.Address, data, passphrase []byte) error {
	const op = "import keys"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	var rec store.OwnKeys
	if bytes.HasPrefix(data, []byte(keyFileMark)) {
		rec, err = a.ownKeyFile(op, data, passphrase)
	} else {
		rec, err = a.foreignKeyFile(op, data)
	}
	if err != nil {
		return err
	}
	defer clear(rec.Identity)
	defer clear(rec.OTR)
	var failure error
	posted := a.do(ctx, func(ctx context.Context) { failure = a.takeKeys(ctx, rec) })
	return asError(op, errors.Join(posted, failure))
}

// ownKeyFile reads a file of ours. The device is another one: two must never have the
// same number.
func (a *account) ownKeyFile(op string, data, passphrase []byte) (store.OwnKeys, error) {
	moved, err := openKeyFile(op, data, passphrase)
	if err != nil {
		return store.OwnKeys{}, err
	}
	if moved.Account != a.addr.String() {
		return store.OwnKeys{}, failed(chat.Input, op, chat.CodeMismatch, nil)
	}
	rec := store.OwnKeys{Identity: moved.OMEMO, OTR: moved.OTR, InstanceTag: moved.Instance}
	if rec.Identity != nil {
		identity, err := omemo.ParseIdentity(rec.Identity)
		if err != nil {
			return store.OwnKeys{}, failed(chat.Input, op, chat.CodeKeyWrong, err)
		}
		rec.Fingerprint, rec.Device, rec.Label = identity.Public().Fingerprint(), newDevice(), a.client.cfg.AppName
	}
	if rec.OTR != nil {
		key, err := otr.ParseKey(rec.OTR)
		if err != nil {
			return store.OwnKeys{}, failed(chat.Input, op, chat.CodeKeyWrong, err)
		}
		rec.OTRFingerprint = key.Fingerprint()
	}
	return rec, nil
}

// foreignKeyFile reads another program's file of OTR keys: the key that it has for
// this account, or the only one.
func (a *account) foreignKeyFile(op string, data []byte) (store.OwnKeys, error) {
	all, err := otr.ImportKeys(data)
	if err != nil {
		return store.OwnKeys{}, asError(op, err)
	}
	i := slices.IndexFunc(all, func(k otr.ImportedKey) bool {
		addr, err := chat.ParseAddress(k.Account)
		return err == nil && Canonical(addr).Bare() == a.addr
	})
	if i < 0 && len(all) == 1 && all[0].Account == "" {
		i = 0
	}
	if i < 0 {
		return store.OwnKeys{}, failed(chat.Input, op, chat.CodeMismatch, nil)
	}
	key, err := all[i].Key.MarshalBinary()
	if err != nil {
		return store.OwnKeys{}, asError(op, err)
	}
	tag, err := otr.NewInstanceTag(nil)
	if err != nil {
		return store.OwnKeys{}, asError(op, err)
	}
	return store.OwnKeys{OTR: key, OTRFingerprint: all[i].Key.Fingerprint(), InstanceTag: tag}, nil
}

// takeKeys stores keys as the account's own, and publishes them. The device that had
// others leaves the lists in this session, or in the next.
func (a *account) takeKeys(ctx context.Context, rec store.OwnKeys) error {
	if rec.Identity != nil {
		if err := a.abandonDevice(ctx); err != nil { // first: a list shall not keep what nobody remembers
			return err
		}
	}
	if err := a.db.SaveOwnKeys(ctx, a.addr, rec); err != nil {
		return err
	}
	if rec.OTR != nil {
		a.otrKeyCame(ctx)
	}
	if rec.Identity == nil {
		return nil
	}
	a.omemo.own = nil
	a.publishTrust(a.addr)
	if s := a.session; s != nil {
		a.beginOMEMO(ctx, s)
		return nil
	}
	return a.loadOwn(ctx)
}
