// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// maxLater is how much of what one owner's devices said about keys is kept: anybody can
// have as many devices as he likes.
const maxLater = 1000

// LaterTrust is what a device that was not verified said about a key: it counts once
// the device is (XEP-0450 §5).
type LaterTrust struct {
	SenderOwner chat.Address // bare; whose device said it
	Sender      chat.Fingerprint
	Owner       chat.Address // bare; whose key it is about
	Fingerprint chat.Fingerprint
	Trust       chat.Trust
	At          time.Time
}

// keepLater stores what devices said, each in the place of what the same device said of
// the same key before.
func (t *tx) keepLater(account int64, all []LaterTrust) error {
	owners := map[string]bool{}
	for i := range all {
		l := &all[i]
		if l.Sender == "" || l.Fingerprint == "" {
			return wrong("store trust", chat.CodeFingerprint)
		}
		sender, err := t.keyOf(account, l.SenderOwner, l.Sender)
		if err != nil {
			return err
		}
		owners[l.SenderOwner.Bare().String()] = true
		if _, err := t.exec(`INSERT INTO trust_later (account, sender, owner, fingerprint, trust, time) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (account, sender, owner, fingerprint) DO UPDATE SET trust = excluded.trust, time = excluded.time WHERE excluded.time >= time`,
			account, sender, l.Owner.Bare().String(), l.Fingerprint, l.Trust, optionalTime(l.At)); err != nil {
			return err
		}
	}
	for owner := range owners {
		if _, err := t.exec(`DELETE FROM trust_later WHERE account = ?1 AND (sender, owner, fingerprint) IN (
			SELECT l.sender, l.owner, l.fingerprint FROM known_key f CROSS JOIN trust_later l ON l.account = f.account AND l.sender = f.id
			WHERE f.account = ?1 AND f.owner = ?2 ORDER BY l.time DESC LIMIT -1 OFFSET ?3)`,
			account, owner, maxLater); err != nil {
			return err
		}
	}
	return nil
}

// settleLater notes what has been followed, and deletes what need not wait any more.
func (t *tx) settleLater(account int64, k *KeyChanges) error {
	for i := range k.Followed {
		l := &k.Followed[i]
		if _, err := t.exec(`UPDATE known_key SET said = ?1, said_trust = ?2 WHERE account = ?3 AND owner = ?4 AND fingerprint = ?5 AND said <= ?1`,
			optionalTime(l.At), l.Trust, account, l.Owner.Bare().String(), l.Fingerprint); err != nil {
			return err
		}
	}
	for i := range k.Settled {
		l := &k.Settled[i]
		if _, err := t.exec(`DELETE FROM trust_later WHERE account = ?1 AND owner = ?2 AND fingerprint = ?3 AND time <= ?4
			AND sender = (SELECT id FROM known_key WHERE account = ?1 AND owner = ?5 AND fingerprint = ?6)`,
			account, l.Owner.Bare().String(), l.Fingerprint, optionalTime(l.At), l.SenderOwner.Bare().String(), l.Sender); err != nil {
			return err
		}
	}
	return nil
}

// ReadyTrust returns what has waited and can be followed now, the oldest first: the
// device that said it is verified, and the key that it is about is known.
func (db *DB) ReadyTrust(ctx context.Context, account chat.Address) ([]LaterTrust, error) {
	return list(ctx, db, "read trust", scanLater, `SELECT f.owner, f.fingerprint, l.owner, l.fingerprint, l.trust, l.time FROM trust_later l
		CROSS JOIN known_key f ON f.id = l.sender AND f.trust = ?
		CROSS JOIN known_key k ON k.account = l.account AND k.owner = l.owner AND k.fingerprint = l.fingerprint
		WHERE l.account = `+accountID+` ORDER BY l.time, l.sender, l.owner, l.fingerprint`, chat.TrustVerified, account.Bare().String())
}

// FollowedTrust returns of each key of an owner the last word of another device that
// was followed. Who said it is not known.
func (db *DB) FollowedTrust(ctx context.Context, account, owner chat.Address) ([]LaterTrust, error) {
	return list(ctx, db, "read trust", scanLater, `SELECT '', '', owner, fingerprint, said_trust, said FROM known_key INDEXED BY known_key_name
		WHERE account = `+accountID+` AND owner = ? AND said_trust <> 0`, account.Bare().String(), owner.Bare().String())
}

func scanLater(row scanner) (l LaterTrust, err error) {
	var sender, owner string
	var at int64
	if err := row.Scan(&sender, &l.Sender, &owner, &l.Fingerprint, &l.Trust, &at); err != nil {
		return l, err
	}
	l.At = toTime(at)
	if sender != "" {
		if l.SenderOwner, err = storedAddress(sender); err != nil {
			return l, err
		}
	}
	l.Owner, err = storedAddress(owner)
	return l, err
}

// UntoldTrust returns the keys about which the person has decided while nobody could be
// told (XEP-0450 §4): Owner, Fingerprint, Trust, By and At of each.
func (db *DB) UntoldTrust(ctx context.Context, account chat.Address) ([]TrustChange, error) {
	scan := func(row scanner) (c TrustChange, err error) {
		var owner string
		var at int64
		if err := row.Scan(&owner, &c.Fingerprint, &c.Trust, &c.By, &at); err != nil {
			return c, err
		}
		c.At = toTime(at)
		c.Owner, err = storedAddress(owner)
		return c, err
	}
	return list(ctx, db, "read trust", scan, `SELECT owner, fingerprint, trust, source, decided FROM known_key INDEXED BY known_key_untold
		WHERE account = `+accountID+` AND untold = 1 ORDER BY id`, account.Bare().String())
}

// TrustTold stores that others know what the person has decided about a key.
func (db *DB) TrustTold(ctx context.Context, account, owner chat.Address, f chat.Fingerprint) error {
	return db.write(ctx, "store trust", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		_, err = t.exec(`UPDATE known_key SET untold = 0 WHERE account = ? AND owner = ? AND fingerprint = ?`, id, owner.Bare().String(), f)
		return err
	})
}
