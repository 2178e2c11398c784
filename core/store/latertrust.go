// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// maxLater is how much of what one device said about keys is kept.
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
	senders := map[int64]bool{}
	for i := range all {
		l := &all[i]
		if l.Sender == "" || l.Fingerprint == "" {
			return wrong("store trust", chat.CodeFingerprint)
		}
		sender, err := t.keyOf(account, l.SenderOwner, l.Sender)
		if err != nil {
			return err
		}
		senders[sender] = true
		if _, err := t.exec(`INSERT INTO trust_later (account, sender, owner, fingerprint, trust, time) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (account, sender, owner, fingerprint) DO UPDATE SET trust = excluded.trust, time = excluded.time WHERE excluded.time >= time`,
			account, sender, l.Owner.Bare().String(), l.Fingerprint, l.Trust, optionalTime(l.At)); err != nil {
			return err
		}
	}
	for sender := range senders {
		if _, err := t.exec(`DELETE FROM trust_later WHERE account = ?1 AND sender = ?2 AND (owner, fingerprint) IN (
			SELECT owner, fingerprint FROM trust_later WHERE account = ?1 AND sender = ?2 ORDER BY time DESC LIMIT -1 OFFSET ?3)`,
			account, sender, maxLater); err != nil {
			return err
		}
	}
	return nil
}

// LaterTrust returns what a device has said and what has waited, the oldest first.
func (db *DB) LaterTrust(ctx context.Context, account, senderOwner chat.Address, sender chat.Fingerprint) ([]LaterTrust, error) {
	scan := func(row scanner) (l LaterTrust, err error) {
		var owner string
		var at int64
		if err := row.Scan(&owner, &l.Fingerprint, &l.Trust, &at); err != nil {
			return l, err
		}
		l.SenderOwner, l.Sender, l.At = senderOwner.Bare(), sender, toTime(at)
		l.Owner, err = storedAddress(owner)
		return l, err
	}
	return list(ctx, db, "read trust", scan, `SELECT l.owner, l.fingerprint, l.trust, l.time FROM known_key f
		CROSS JOIN trust_later l ON l.account = f.account AND l.sender = f.id
		WHERE f.account = `+accountID+` AND f.owner = ? AND f.fingerprint = ? ORDER BY l.time`,
		account.Bare().String(), senderOwner.Bare().String(), sender)
}

// DropLaterTrust deletes what a device has said: it was taken over, or the device is
// not to be believed.
func (db *DB) DropLaterTrust(ctx context.Context, account, senderOwner chat.Address, sender chat.Fingerprint) error {
	return db.write(ctx, "store trust", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		_, err = t.exec(`DELETE FROM trust_later WHERE account = ?1 AND sender = (SELECT id FROM known_key
			WHERE account = ?1 AND owner = ?2 AND fingerprint = ?3)`, id, senderOwner.Bare().String(), sender)
		return err
	})
}
