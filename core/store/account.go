// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
)

const accountColumns = `address, host, port, direct_tls, proxy, tor, allow_plain, nick, avatar, enabled,
	mechanism, roster_version, resource, password`

// account returns the row of an account, or CodeNotFound.
func (t *tx) account(a chat.Address) (id int64, err error) {
	err = t.row(`SELECT id FROM account WHERE address = ? AND removed = 0`, a.Bare().String()).Scan(&id)
	if errors.Is(err, errNoRow) {
		err = wrong("find account", chat.CodeNotFound)
	}
	return id, err
}

// PutAccount stores an account, or all fields of one that is stored. A nil
// Password removes the stored one.
func (db *DB) PutAccount(ctx context.Context, a AccountRecord) error {
	if a.Login.Address.Domain == "" || !a.Login.Address.IsBare() {
		return wrong("store account", chat.CodeAddress)
	}
	// One of that address may be half removed.
	if err := db.finishRemovals(ctx); err != nil {
		return err
	}
	l := &a.Login
	return db.write(ctx, "store account", func(t *tx) error {
		_, err := t.exec(`INSERT INTO account (`+accountColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (address) DO UPDATE SET host = excluded.host, port = excluded.port,
			direct_tls = excluded.direct_tls, proxy = excluded.proxy, tor = excluded.tor,
			allow_plain = excluded.allow_plain, nick = excluded.nick, avatar = excluded.avatar,
			enabled = excluded.enabled, mechanism = excluded.mechanism,
			roster_version = excluded.roster_version, resource = excluded.resource, password = excluded.password`,
			l.Address.String(), l.Host, l.Port, l.DirectTLS, l.Proxy, l.Tor, l.AllowPlain, a.Nick, a.Avatar, a.Enabled,
			a.Mechanism, a.RosterVersion, a.Resource, a.Password)
		return err
	})
}

// Accounts returns the accounts in the order in which they were added. The
// caller wipes the passwords.
func (db *DB) Accounts(ctx context.Context) ([]AccountRecord, error) {
	return list(ctx, db, "read accounts", scanAccount, `SELECT `+accountColumns+` FROM account WHERE removed = 0 ORDER BY id`)
}

// Account returns one account, and whether it is of this profile.
func (db *DB) Account(ctx context.Context, account chat.Address) (a AccountRecord, found bool, err error) {
	return one(ctx, db, "read account", scanAccount,
		`SELECT `+accountColumns+` FROM account WHERE address = ? AND removed = 0`, account.Bare().String())
}

func scanAccount(row scanner) (AccountRecord, error) {
	var a AccountRecord
	var address string
	l := &a.Login
	err := row.Scan(&address, &l.Host, &l.Port, &l.DirectTLS, &l.Proxy, &l.Tor, &l.AllowPlain, &a.Nick, &a.Avatar,
		&a.Enabled, &a.Mechanism, &a.RosterVersion, &a.Resource, &a.Password)
	if err != nil {
		return AccountRecord{}, err
	}
	l.Address, err = storedAddress(address)
	return a, err
}

// SetRosterVersion stores the version of the contact list that is stored.
func (db *DB) SetRosterVersion(ctx context.Context, account chat.Address, version string) error {
	return db.setAccount(ctx, `UPDATE account SET roster_version = ? WHERE id = ?`, account, version)
}

// SetMechanism stores the strongest SASL mechanism that has logged in.
func (db *DB) SetMechanism(ctx context.Context, account chat.Address, mechanism string) error {
	return db.setAccount(ctx, `UPDATE account SET mechanism = ? WHERE id = ?`, account, mechanism)
}

// SetEnabled stores whether the account should be connected.
func (db *DB) SetEnabled(ctx context.Context, account chat.Address, on bool) error {
	return db.setAccount(ctx, `UPDATE account SET enabled = ? WHERE id = ?`, account, on)
}

// SetNick stores what the person calls itself.
func (db *DB) SetNick(ctx context.Context, account chat.Address, nick string) error {
	return db.setAccount(ctx, `UPDATE account SET nick = ? WHERE id = ?`, account, nick)
}

// SetAvatar stores the SHA-1 of one's own picture in hex.
func (db *DB) SetAvatar(ctx context.Context, account chat.Address, sha1hex string) error {
	return db.setAccount(ctx, `UPDATE account SET avatar = ? WHERE id = ?`, account, sha1hex)
}

func (db *DB) setAccount(ctx context.Context, query string, account chat.Address, value any) error {
	return db.write(ctx, "store account", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		_, err = t.exec(query, value, id)
		return err
	})
}
