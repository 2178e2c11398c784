// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// OwnKeys is what an account is for others: its OMEMO identity on this computer and
// its OTR key. Both may be missing.
type OwnKeys struct {
	secret
	Identity    []byte           // OMEMO, with the private key; nil for none
	Fingerprint chat.Fingerprint // of Identity
	Device      uint32           // this computer's OMEMO device id
	Label       string           // what it is called on the device list
	// NextSigned and NextPrekey are the lowest ids that no prekey ever had. They are
	// read; SaveOwnKeys looks at neither.
	NextSigned, NextPrekey uint32

	OTR            []byte // with the private key; nil for none
	OTRFingerprint chat.Fingerprint
	InstanceTag    uint32 // OTRv3
}

// OwnKeys returns an account's own keys. The caller wipes them.
func (db *DB) OwnKeys(ctx context.Context, account chat.Address) (OwnKeys, error) {
	k, found, err := one(ctx, db, "read keys", scanOwnKeys, `SELECT own.data, f.fingerprint, own.device, own.label, own.next_signed, own.next_prekey,
		own.otr_data, g.fingerprint, own.otr_tag FROM own_identity own LEFT JOIN known_key f ON f.id = own.key
		LEFT JOIN known_key g ON g.id = own.otr_key WHERE own.account = `+accountID, account.Bare().String())
	if err == nil && !found {
		k.NextSigned, k.NextPrekey = 1, 1
	}
	return k, err
}

func scanOwnKeys(row scanner) (k OwnKeys, err error) {
	err = row.Scan(&k.Identity, &k.Fingerprint, &k.Device, &k.Label, &k.NextSigned, &k.NextPrekey, &k.OTR, &k.OTRFingerprint, &k.InstanceTag)
	return k, err
}

// SaveOwnKeys stores an account's own keys; a part whose key is nil stays as it is
// stored. The keys become known keys of the account itself, verified. With another
// OMEMO identity or device id than before, the prekeys and all sessions of the
// account are deleted: they were of the old one.
func (db *DB) SaveOwnKeys(ctx context.Context, account chat.Address, k OwnKeys) error {
	if k.Identity != nil && k.Fingerprint == "" || k.OTR != nil && k.OTRFingerprint == "" {
		return &chat.Error{Kind: chat.Bug, Op: "store keys", Code: chat.CodeFingerprint}
	}
	return db.write(ctx, "store keys", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		if _, err := t.exec(`INSERT INTO own_identity (account) VALUES (?) ON CONFLICT DO NOTHING`, id); err != nil {
			return err
		}
		if k.Identity != nil {
			if err := t.putIdentity(id, account.Bare(), &k); err != nil {
				return err
			}
		}
		if k.OTR == nil {
			return nil
		}
		key, err := t.ownKey(id, account.Bare(), k.OTRFingerprint, 0)
		if err != nil {
			return err
		}
		_, err = t.exec(`UPDATE own_identity SET otr_data = ?, otr_key = ?, otr_tag = ? WHERE account = ?`, k.OTR, key, k.InstanceTag, id)
		return err
	})
}

func (t *tx) putIdentity(account int64, addr chat.Address, k *OwnKeys) error {
	key, err := t.ownKey(account, addr, k.Fingerprint, k.Device)
	if err != nil {
		return err
	}
	var other bool
	err = t.row(`SELECT data IS NOT NULL AND (key IS NOT ? OR device <> ?) FROM own_identity WHERE account = ?`, key, k.Device, account).Scan(&other)
	if err != nil {
		return err
	}
	if other {
		if err := t.dropOwnKeys(account, false); err != nil {
			return err
		}
	}
	_, err = t.exec(`UPDATE own_identity SET data = ?, key = ?, device = ?, label = ? WHERE account = ?`, k.Identity, key, k.Device, k.Label, account)
	return err
}

// ownKey makes one's own key a known one: of all keys it is the one that need not be
// compared.
func (t *tx) ownKey(account int64, addr chat.Address, f chat.Fingerprint, device uint32) (key int64, err error) {
	key, err = t.keyOf(account, addr, f)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(`UPDATE known_key SET trust = ?, source = ?, device = ? WHERE id = ?`, chat.TrustVerified, chat.ByNobody, device, key)
	return key, err
}

// dropOwnKeys deletes what only an identity's private keys are good for; all: the
// private keys too.
func (t *tx) dropOwnKeys(account int64, all bool) error {
	for _, query := range []string{
		`DELETE FROM own_signed WHERE account = ?`,
		`DELETE FROM own_prekey WHERE account = ?`,
		`DELETE FROM session WHERE account = ?`,
	} {
		if _, err := t.exec(query, account); err != nil {
			return err
		}
	}
	if !all {
		return nil
	}
	_, err := t.exec(`DELETE FROM own_identity WHERE account = ?`, account)
	return err
}

// nowMicro is when something that has no time of its own happens.
func nowMicro() int64 { return time.Now().UnixMicro() }
