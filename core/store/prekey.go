// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// SignedPrekey is one of one's own signed prekeys (XEP-0384 §4.1).
type SignedPrekey struct {
	secret
	ID      uint32
	Data    []byte
	Made    time.Time
	Retired time.Time // when a newer one took its place; zero: it is the newest
}

// Prekey is one of one's own one-time prekeys.
type Prekey struct {
	secret
	ID        uint32
	Data      []byte
	Published bool // it stands in the bundle on the server
}

// AddSignedPrekey stores a new signed prekey. Those that are there are retired from
// its Made on: messages may still come that need them. CodeNotFound: the account has
// no identity.
func (db *DB) AddSignedPrekey(ctx context.Context, account chat.Address, k SignedPrekey) error {
	return db.write(ctx, "store keys", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		n, err := t.exec(`UPDATE own_identity SET next_signed = max(next_signed, ? + 1) WHERE account = ? AND data IS NOT NULL`, k.ID, id)
		if err != nil || n == 0 {
			return firstOf(err, wrong("store keys", chat.CodeNotFound))
		}
		made := k.Made.UnixMicro()
		if _, err := t.exec(`UPDATE own_signed SET retired = ? WHERE account = ? AND retired = 0`, made, id); err != nil {
			return err
		}
		_, err = t.exec(`INSERT INTO own_signed (account, id, made, data) VALUES (?, ?, ?, ?)`, id, k.ID, made, k.Data)
		return err
	})
}

// firstOf returns the first error that is one.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// SignedPrekeys returns one's own signed prekeys, the newest first. The caller wipes
// Data.
func (db *DB) SignedPrekeys(ctx context.Context, account chat.Address) ([]SignedPrekey, error) {
	return list(ctx, db, "read keys", scanSigned, `SELECT id, data, made, retired FROM own_signed
		WHERE account = `+accountID+` ORDER BY id DESC`, account.Bare().String())
}

func scanSigned(row scanner) (k SignedPrekey, err error) {
	var made, retired int64
	err = row.Scan(&k.ID, &k.Data, &made, &retired)
	k.Made, k.Retired = toTime(made), toTime(retired)
	return k, err
}

// DropSignedPrekeys deletes the signed prekeys that were retired before a time.
func (db *DB) DropSignedPrekeys(ctx context.Context, account chat.Address, before time.Time) error {
	return db.write(ctx, "store keys", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		_, err = t.exec(`DELETE FROM own_signed WHERE account = ? AND retired <> 0 AND retired < ?`, id, before.UnixMicro())
		return err
	})
}

// AddPrekeys stores new one-time prekeys. Their ids must not have been given before:
// see OwnKeys.NextPrekey. CodeNotFound: the account has no identity.
func (db *DB) AddPrekeys(ctx context.Context, account chat.Address, keys []Prekey) error {
	return db.write(ctx, "store keys", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		highest := uint32(0)
		for i := range keys {
			k := &keys[i]
			highest = max(highest, k.ID)
			if _, err := t.exec(`INSERT INTO own_prekey (account, id, published, data) VALUES (?, ?, ?, ?)`, id, k.ID, k.Published, k.Data); err != nil {
				return err
			}
		}
		n, err := t.exec(`UPDATE own_identity SET next_prekey = max(next_prekey, ? + 1) WHERE account = ? AND data IS NOT NULL`, highest, id)
		if err != nil || n == 0 {
			return firstOf(err, wrong("store keys", chat.CodeNotFound))
		}
		return nil
	})
}

// Prekeys returns one's own one-time prekeys that nobody has used, by id. The caller
// wipes Data.
func (db *DB) Prekeys(ctx context.Context, account chat.Address) ([]Prekey, error) {
	return list(ctx, db, "read keys", scanPrekey, `SELECT id, data, published FROM own_prekey
		WHERE account = `+accountID+` AND published >= 0 ORDER BY id`, account.Bare().String())
}

// UsedPrekeys returns those with which a session was begun, and that DropUsedPrekeys
// has not deleted yet: somebody else may have taken the same one from the bundle before
// it was gone from there. The caller wipes Data.
func (db *DB) UsedPrekeys(ctx context.Context, account chat.Address) ([]Prekey, error) {
	return list(ctx, db, "read keys", scanPrekey, `SELECT id, data, 0 FROM own_prekey
		WHERE account = `+accountID+` AND published < 0 ORDER BY id`, account.Bare().String())
}

// DropUsedPrekeys deletes the one-time prekeys that were used before a time.
func (db *DB) DropUsedPrekeys(ctx context.Context, account chat.Address, before time.Time) error {
	return db.write(ctx, "store keys", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		_, err = t.exec(`DELETE FROM own_prekey WHERE account = ? AND published < 0 AND published > ?`, id, -before.Unix())
		return err
	})
}

func scanPrekey(row scanner) (k Prekey, err error) {
	err = row.Scan(&k.ID, &k.Data, &k.Published)
	return k, err
}

// usePrekey notes that a session was begun with a one-time prekey, and when: published
// is then less than 0.
func (t *tx) usePrekey(account int64, id uint32) error {
	_, err := t.exec(`UPDATE own_prekey SET published = ? WHERE account = ? AND id = ? AND published >= 0`, -time.Now().Unix(), account, id)
	return err
}
