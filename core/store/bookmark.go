// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"io"

	"chatsecure.org/desktop/core/chat"
)

// Bookmark is a channel that an account has bookmarked (XEP-0402).
type Bookmark struct {
	Address  chat.Address // the channel's, bare
	Name     string
	Nick     string
	Autojoin bool
	Password string
	Extra    []byte // what other programs keep with it (<extensions/>), as it came; nil for none
}

// Format keeps passwords and addresses out of whatever is printed or logged.
func (b Bookmark) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "bookmark") }

// ReplaceBookmarks stores the bookmarks of an account as the server has them.
func (db *DB) ReplaceBookmarks(ctx context.Context, account chat.Address, all []Bookmark) error {
	return db.write(ctx, "store bookmarks", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM bookmark WHERE account = ?`, id); err != nil {
			return err
		}
		return t.putBookmarks(id, all)
	})
}

// ChangeBookmarks stores bookmarks, new or not, and removes some.
func (db *DB) ChangeBookmarks(ctx context.Context, account chat.Address, put []Bookmark, removed []chat.Address) error {
	return db.write(ctx, "store bookmarks", func(t *tx) error {
		id, err := t.account(account)
		if err != nil {
			return err
		}
		for _, a := range removed {
			if _, err := t.exec(`DELETE FROM bookmark WHERE account = ? AND address = ?`, id, a.String()); err != nil {
				return err
			}
		}
		return t.putBookmarks(id, put)
	})
}

func (t *tx) putBookmarks(account int64, all []Bookmark) error {
	for i := range all {
		b := &all[i]
		if b.Address.Domain == "" || !b.Address.IsBare() {
			return wrong("store bookmarks", chat.CodeAddress)
		}
		_, err := t.exec(`INSERT INTO bookmark (account, address, name, nick, autojoin, password, extra) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (account, address) DO UPDATE SET name = excluded.name, nick = excluded.nick,
			autojoin = excluded.autojoin, password = excluded.password, extra = excluded.extra`,
			account, b.Address.String(), b.Name, b.Nick, b.Autojoin, b.Password, b.Extra)
		if err != nil {
			return err
		}
	}
	return nil
}

// Bookmarks returns the bookmarks of an account, ordered by address.
func (db *DB) Bookmarks(ctx context.Context, account chat.Address) ([]Bookmark, error) {
	return list(ctx, db, "read bookmarks", func(row scanner) (b Bookmark, err error) {
		var address string
		if err := row.Scan(&address, &b.Name, &b.Nick, &b.Autojoin, &b.Password, &b.Extra); err != nil {
			return Bookmark{}, err
		}
		b.Address, err = storedAddress(address)
		return b, err
	}, `SELECT k.address, k.name, k.nick, k.autojoin, k.password, k.extra FROM account a CROSS JOIN bookmark k ON k.account = a.id
		WHERE a.address = ? AND a.removed = 0 ORDER BY k.address`, account.Bare().String())
}
