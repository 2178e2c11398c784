// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"

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
		account, c.Address.String(), c.Name, c.Nick, toJSON(c.Groups), c.Subscription, c.Listed, c.Asked, c.Asking, c.Avatar, active)
	return err
}

// Contacts returns the contacts of an account, of all accounts for the zero
// address, ordered by account and address. Presence is not stored.
func (db *DB) Contacts(ctx context.Context, account chat.Address) ([]chat.Contact, error) {
	return list(ctx, db, "read contacts", scanContact, selectContact+
		`WHERE ?1 = '' OR a.address = ?1 ORDER BY a.id, k.address`, account.Bare().String())
}

// Contact returns one contact, and whether it is stored.
func (db *DB) Contact(ctx context.Context, account, addr chat.Address) (c chat.Contact, found bool, err error) {
	return one(ctx, db, "read contact", scanContact, selectContact+
		`WHERE a.address = ? AND k.address = ?`, account.Bare().String(), addr.Bare().String())
}

const selectContact = `SELECT a.address, k.address, ` + contactColumns + `
	FROM contact k JOIN account a ON a.id = k.account AND a.removed = 0 `

func scanContact(row scanner) (c chat.Contact, err error) {
	var account, address, groups string
	var active int64
	if err := row.Scan(append([]any{&account, &address}, contactDest(&c, &groups, &active)...)...); err != nil {
		return chat.Contact{}, err
	}
	id, err := convID(account, address)
	if err != nil {
		return chat.Contact{}, err
	}
	return c, finishContact(&c, id, groups, active)
}

// contactDest are the places for contactColumns; finishContact completes the
// contact. Where a join finds none the zero values stay.
func contactDest(c *chat.Contact, groups *string, active *int64) []any {
	return []any{&c.Name, &c.Nick, groups, &c.Subscription, &c.Listed, &c.Asked, &c.Asking, &c.Avatar, active}
}

func finishContact(c *chat.Contact, id chat.ConvID, groups string, active int64) error {
	c.Account, c.Address = id.Account, id.Peer
	if active != 0 {
		c.LastActive = fromMicro(active)
	}
	return fromJSON(groups, &c.Groups)
}
