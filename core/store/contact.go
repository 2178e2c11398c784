// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
)

const contactColumns = `k.name, k.nick, k.groups, k.subscription, k.listed, k.asked, k.asking, k.avatar, k.last_active`

// ReplaceContacts stores the contact list as the server has it, and its
// version. Who is not in it is removed, unless Asking. What a contact list does
// not say is kept where the new value is empty: Nick, Avatar, LastActive, Asking.
func (db *DB) ReplaceContacts(ctx context.Context, account chat.Address, contacts []chat.Contact, version string) error {
	return db.write(ctx, "store contacts", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE contact SET listed = 0, asked = 0, subscription = 0, name = '', groups = '' WHERE account = ?`, id); err != nil {
			return err
		}
		for i := range contacts {
			if err := t.putContact(id, &contacts[i], `nick = iif(excluded.nick = '', nick, excluded.nick),
				avatar = iif(excluded.avatar = '', avatar, excluded.avatar),
				asking = max(asking, excluded.asking), last_active = coalesce(excluded.last_active, last_active)`); err != nil {
				return err
			}
		}
		if _, err := t.exec(`DELETE FROM contact WHERE account = ? AND listed = 0 AND asking = 0`, id); err != nil {
			return err
		}
		_, err = t.exec(`UPDATE account SET roster_version = ? WHERE id = ?`, version, id)
		return err
	})
}

// PutContact stores all fields of a contact. version is the contact list's from
// now on; "" leaves it.
func (db *DB) PutContact(ctx context.Context, c chat.Contact, version string) error {
	return db.write(ctx, "store contact", func(t *tx) error {
		id, err := t.account(c.Account)
		if err != nil {
			return err
		}
		err = t.putContact(id, &c, `nick = excluded.nick, avatar = excluded.avatar,
			asking = excluded.asking, last_active = excluded.last_active`)
		if err != nil {
			return err
		}
		return t.setVersion(id, version)
	})
}

// RemoveContact removes a contact; one that is not there is no error.
func (db *DB) RemoveContact(ctx context.Context, account, addr chat.Address, version string) error {
	return db.write(ctx, "remove contact", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM contact WHERE account = ? AND address = ?`, id, addr.String()); err != nil {
			return err
		}
		return t.setVersion(id, version)
	})
}

func (t *tx) setVersion(account int64, version string) error {
	_, err := t.exec(`UPDATE account SET roster_version = iif(?1 = '', roster_version, ?1) WHERE id = ?2`, version, account)
	return err
}

// putContact inserts or updates; rest says what becomes of the columns that a
// contact list does not hold.
func (t *tx) putContact(account int64, c *chat.Contact, rest string) error {
	if c.Address.Domain == "" || !c.Address.IsBare() {
		return wrong("store contact", chat.CodeAddress)
	}
	var active any
	if !c.LastActive.IsZero() {
		active = c.LastActive.UnixMicro()
	}
	_, err := t.exec(`INSERT INTO contact (account, address, name, nick, groups, subscription, listed, asked, asking, avatar, last_active)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (account, address) DO UPDATE SET name = excluded.name, groups = excluded.groups,
		subscription = excluded.subscription, listed = excluded.listed, asked = excluded.asked, `+rest,
		account, c.Address.String(), c.Name, c.Nick, toJSON(c.Groups), int64(c.Subscription), c.Listed, c.Asked, c.Asking, c.Avatar, active)
	return err
}

// Contacts returns the contacts of an account, of all accounts for the zero
// address, ordered by account and address. Presence is not stored.
func (db *DB) Contacts(ctx context.Context, account chat.Address) ([]chat.Contact, error) {
	var all []chat.Contact
	err := db.read(ctx, "read contacts", func(ctx context.Context, q *sql.Conn) error {
		rows, err := q.QueryContext(ctx, `SELECT a.address, k.address, `+contactColumns+`
			FROM contact k JOIN account a ON a.id = k.account AND a.removed = 0
			WHERE ?1 = '' OR a.address = ?1 ORDER BY a.id, k.address`, account.Bare().String())
		all, err = collect(rows, err, scanContact)
		return err
	})
	return all, err
}

// Contact returns one contact, and whether it is stored.
func (db *DB) Contact(ctx context.Context, account, addr chat.Address) (c chat.Contact, found bool, err error) {
	err = db.read(ctx, "read contact", func(ctx context.Context, q *sql.Conn) error {
		c, err = scanContact(q.QueryRowContext(ctx, `SELECT a.address, k.address, `+contactColumns+`
			FROM contact k JOIN account a ON a.id = k.account AND a.removed = 0
			WHERE a.address = ? AND k.address = ?`, account.Bare().String(), addr.Bare().String()))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		found = err == nil
		return err
	})
	return c, found, err
}

func scanContact(row scanner) (chat.Contact, error) {
	var account, address string
	var k nullContact
	if err := row.Scan(append([]any{&account, &address}, k.dest()...)...); err != nil {
		return chat.Contact{}, err
	}
	id, err := convID(account, address)
	if err != nil {
		return chat.Contact{}, err
	}
	return k.contact(id.Account, id.Peer)
}

// nullContact reads contactColumns of a join that may find no contact.
type nullContact struct {
	name, nick, groups, avatar sql.NullString
	subscription, lastActive   sql.NullInt64
	listed, asked, asking      sql.NullBool
}

func (k *nullContact) dest() []any {
	return []any{&k.name, &k.nick, &k.groups, &k.subscription, &k.listed, &k.asked, &k.asking, &k.avatar, &k.lastActive}
}

func (k *nullContact) contact(account, address chat.Address) (chat.Contact, error) {
	c := chat.Contact{
		Account: account, Address: address, Name: k.name.String, Nick: k.nick.String,
		Subscription: chat.Subscription(k.subscription.Int64),
		Listed:       k.listed.Bool, Asked: k.asked.Bool, Asking: k.asking.Bool, Avatar: k.avatar.String,
	}
	if k.lastActive.Valid {
		c.LastActive = time.UnixMicro(k.lastActive.Int64).UTC()
	}
	return c, fromJSON(k.groups.String, &c.Groups)
}
