// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// accountID finds the row of an account for a query that takes its address.
const accountID = `(SELECT id FROM account WHERE address = ? AND removed = 0)`

const sessionColumns = `owner, device, version, step, data`

// Sessions returns the sessions of an account with all devices of one owner, by
// device and version. The caller wipes Data.
func (db *DB) Sessions(ctx context.Context, account, owner chat.Address) ([]Session, error) {
	return list(ctx, db, "read sessions", scanSession, `SELECT `+sessionColumns+` FROM session
		WHERE account = `+accountID+` AND owner = ? ORDER BY device, version`, account.Bare().String(), owner.Bare().String())
}

// SessionOwners returns with whose devices an account has sessions.
func (db *DB) SessionOwners(ctx context.Context, account chat.Address) ([]chat.Address, error) {
	return list(ctx, db, "read sessions", scanOwner, `SELECT DISTINCT owner FROM session WHERE account = `+accountID+` ORDER BY owner`,
		account.Bare().String())
}

func scanOwner(row scanner) (chat.Address, error) {
	var owner string
	if err := row.Scan(&owner); err != nil {
		return chat.Address{}, err
	}
	return storedAddress(owner)
}

func scanSession(row scanner) (s Session, err error) {
	var owner string
	if err := row.Scan(&owner, &s.Device, &s.Version, &s.Step, &s.Data); err != nil {
		return Session{}, err
	}
	s.Owner, err = storedAddress(owner)
	return s, err
}

// SaveKeys stores changes of keys that come with no message, in one transaction.
func (db *DB) SaveKeys(ctx context.Context, account chat.Address, changes KeyChanges) error {
	return db.write(ctx, "store keys", func(t *tx) error {
		return t.keyChanges(account, []*KeyChanges{&changes})
	})
}

// putSession stores a session's state, unless a later one is stored. Without Data
// the session is deleted.
func (t *tx) putSession(account int64, s *Session) error {
	owner := s.Owner.Bare().String()
	if len(s.Data) == 0 {
		_, err := t.exec(`DELETE FROM session WHERE account = ? AND owner = ? AND device = ? AND version = ? AND step <= ?`,
			account, owner, s.Device, s.Version, s.Step)
		return err
	}
	_, err := t.exec(`INSERT INTO session (account, owner, device, version, step, data) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (account, owner, device, version) DO UPDATE SET step = excluded.step, data = excluded.data WHERE excluded.step >= step`,
		account, owner, s.Device, s.Version, s.Step, s.Data)
	return err
}
