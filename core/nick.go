// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// SetNick changes what the person calls itself on an account; "" for nothing. It
// is stored at once, and published when there is a connection.
func (c *Client) SetNick(ctx context.Context, account chat.Address, nick string) error {
	const op = "set name"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	if len(nick) > maxName {
		return failed(chat.Input, op, chat.CodeTooLarge, nil)
	}
	if err := c.db.SetNick(ctx, a.addr, nick); err != nil {
		return asError(op, err)
	}
	if err := c.db.SetSetting(ctx, nickPending(a.addr), "true"); err != nil {
		return asError(op, err)
	}
	a.box.post(func(context.Context) {
		a.edit(func(r *store.AccountRecord) { r.Nick = nick })
		a.publishNick()
	})
	return nil
}

// nickPending is the setting that says that the server does not know the name yet.
func nickPending(addr chat.Address) string { return "account.nick-pending:" + addr.String() }

// publishNick tells the server the name if it does not know it.
func (a *account) publishNick() {
	s, nick := a.session, a.rec.Nick
	if s == nil {
		return
	}
	a.job(func(ctx context.Context) {
		if pending, err := a.db.Setting(ctx, nickPending(a.addr)); err != nil || pending == "" {
			return
		}
		if err := s.conn.SetNick(ctx, nick); err != nil {
			a.log.Info("publish name", "err", chatError("publish name", err))
			return
		}
		a.box.post(func(ctx context.Context) {
			pending, other := "", a.rec.Nick != nick
			if other { // changed meanwhile: which of the two the server has nobody knows
				pending = "true"
			}
			if err := a.db.SetSetting(ctx, nickPending(a.addr), pending); err != nil {
				a.log.Error("store name", "err", chatError("store name", err))
			} else if other {
				a.publishNick()
			}
		})
	})
}
