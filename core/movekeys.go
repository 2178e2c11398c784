// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"

	"golang.org/x/crypto/argon2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
	"chatsecure.org/desktop/core/otr"
	"chatsecure.org/desktop/core/store"
)

// A file of keys is this line, 16 bytes of salt, 12 of nonce, and JSON under
// AES-256-GCM, whose key comes from a passphrase by Argon2id.
const (
	keyFileMark   = chat.SealedKeysMark
	keyFileSalt   = 16
	keyFileNonce  = 12
	keyFileTime   = 3
	keyFileMemory = 64 << 10 // KiB
	keyFileMax    = 64 << 10 // bytes of a file
	shortestPass  = 8        // bytes
)

// movedKeys is what an account is for others; no ratchets, no prekeys: two programs
// must never use the same, nor the same instance tag of OTR, which older files hold.
type movedKeys struct {
	Account string `json:"account"`
	OMEMO   []byte `json:"omemo,omitempty"`
	OTR     []byte `json:"otr,omitempty"`
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
	plain, err := json.Marshal(movedKeys{a.addr.String(), rec.Identity, rec.OTR})
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

// openKeyFile is the inverse of what ExportKeys does. CodeKeyPassphrase: another
// passphrase, or the file is damaged, which can not be told apart.
func openKeyFile(op string, data, passphrase []byte) (movedKeys, error) {
	wrong := failed(chat.Input, op, chat.CodeKeyPassphrase, nil)
	n := len(keyFileMark) + keyFileSalt + keyFileNonce
	if len(data) > keyFileMax || len(data) < n {
		return movedKeys{}, failed(chat.Input, op, chat.CodeKeyFile, nil)
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
	if json.Unmarshal(plain, &keys) != nil { // what others have sealed
		return movedKeys{}, failed(chat.Input, op, chat.CodeKeyFile, nil)
	}
	return keys, nil
}

// ImportKeys makes the keys of a file those of the account on this computer: others
// who have verified them need not do so again. Sessions begin anew. It also reads key
// files of other programs (libotr's, Gajim's), which hold OTR keys and need no
// passphrase, see chat.SealedKeys. CodeKeyPassphrase, CodeKeyFile, CodeKeyOwner: there is
// nothing in it for this account.
func (c *Client) ImportKeys(ctx context.Context, account chat.Address, data, passphrase []byte) error {
	const op = "import keys"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	var rec store.OwnKeys
	if chat.SealedKeys(data) {
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

// ownKeyFile reads a file of ours. The device is another one, of OMEMO and of OTR: two must
// never have the same number (OTR version 3, instance tags).
func (a *account) ownKeyFile(op string, data, passphrase []byte) (store.OwnKeys, error) {
	moved, err := openKeyFile(op, data, passphrase)
	if err != nil {
		return store.OwnKeys{}, err
	}
	if moved.Account != a.addr.String() {
		return store.OwnKeys{}, failed(chat.Input, op, chat.CodeKeyOwner, nil)
	}
	rec := store.OwnKeys{Identity: moved.OMEMO, OTR: moved.OTR}
	if rec.Identity != nil {
		identity, err := omemo.ParseIdentity(rec.Identity)
		if err != nil {
			return store.OwnKeys{}, failed(chat.Input, op, chat.CodeKeyFile, err)
		}
		rec.Fingerprint, rec.Device, rec.Label = identity.Public().Fingerprint(), newDevice(), a.client.cfg.AppName
	}
	if rec.OTR != nil {
		key, err := otr.ParseKey(rec.OTR)
		if err != nil {
			return store.OwnKeys{}, failed(chat.Input, op, chat.CodeKeyFile, err)
		}
		rec.OTRFingerprint = key.Fingerprint()
		if rec.InstanceTag, err = otr.NewInstanceTag(nil); err != nil {
			return store.OwnKeys{}, asError(op, err)
		}
	}
	return rec, nil
}

// foreignKeyFile reads another program's file of OTR keys.
func (a *account) foreignKeyFile(op string, data []byte) (store.OwnKeys, error) {
	all, err := otr.ImportKeys(data)
	if err != nil {
		return store.OwnKeys{}, asError(op, err)
	}
	i := keyFor(a.addr, all)
	if i < 0 {
		return store.OwnKeys{}, failed(chat.Input, op, chat.CodeKeyOwner, nil)
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

// keyFor is which of a file's keys is an account's; -1 for none. Pidgin names each by the
// address, with a resource that may be empty; Adium by a number and Gajim not at all: then
// it has to be the only one.
func keyFor(account chat.Address, all []otr.ImportedKey) int {
	named := func(k otr.ImportedKey) (chat.Address, bool) {
		bare, _, _ := strings.Cut(k.Account, "/")
		addr, err := chat.ParseAddress(bare)
		return Canonical(addr).Bare(), err == nil && addr.Local != ""
	}
	mine := -1
	for i, k := range all {
		addr, ok := named(k)
		switch {
		case !ok || addr != account:
		case speaksXMPP(k.Protocol):
			return i
		case mine < 0: // an account of that name elsewhere may have it, too
			mine = i
		}
	}
	if mine < 0 && len(all) == 1 {
		if _, ok := named(all[0]); !ok {
			return 0
		}
	}
	return mine
}

// speaksXMPP says whether what libotr's programs call a protocol is this one: prpl-jabber,
// libpurple-Jabber, JabberProtocol, xmpp.
func speaksXMPP(protocol string) bool {
	protocol = strings.ToLower(protocol)
	return strings.Contains(protocol, "jabber") || strings.Contains(protocol, "xmpp")
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
