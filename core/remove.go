// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"
	"maps"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/profile"
)

// forgetIn is how long the keyring may take to forget a password.
const forgetIn = 10 * time.Second

// ConnectToRemove is Connect for an account that is about to be removed: RemoveAccount
// can take its device off the lists then. Nothing that waits to be sent goes out.
func (c *Client) ConnectToRemove(ctx context.Context, account chat.Address) error {
	const op = "remove account"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	if err := a.do(ctx, func(context.Context) { a.fallSilent() }); err != nil {
		return asError(op, err)
	}
	return c.enable(ctx, op, account, true)
}

// fallSilent: from here on nothing is sent of what waits. What is on the wire is.
func (a *account) fallSilent() {
	a.silent = true
	a.outbox = outbox{handed: a.outbox.handed, again: a.outbox.again, suspect: a.outbox.suspect}
	if a.session != nil {
		a.session.queue.drop(func(outItem) bool { return true })
	}
}

// RemoveAccount takes this computer's device off the account's lists, if it is connected
// and the server is quick, says goodbye and deletes the account with all its messages from
// this computer, not from its server. What waits to be sent goes with them. After an error it is there as before. A big
// one takes a while; when ctx ends that, the account is gone and the rest goes when
// the profile is opened next.
func (c *Client) RemoveAccount(ctx context.Context, account chat.Address) error {
	const op = "remove account"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	connected := a.snapshot().State != chat.StateOffline
	a.box.post(func(context.Context) { a.fallSilent() })
	a.leaveLists(ctx)
	c.mu.Lock()
	delete(c.accounts, a.addr)
	c.mu.Unlock()
	a.close()
	if err := c.db.RemoveAccount(ctx, a.addr); err != nil {
		_, there, unknown := c.db.Account(context.WithoutCancel(ctx), a.addr)
		if there || unknown != nil {
			c.restore(context.WithoutCancel(ctx), a, connected)
			return asError(op, err)
		}
		c.log.Warn("messages of an account are still to be deleted", "err", chatError(op, err))
	}
	c.forgetSecrets(ctx, a.addr)
	c.hub.publish(chat.Event{Kind: chat.Reload})
	return nil
}

// restore brings an account back that could not be removed.
func (c *Client) restore(ctx context.Context, old *account, connected bool) {
	a, err := c.newAccount(ctx, old.record())
	if err == nil {
		a.known = maps.Clone(old.known)
		err = c.admit("restore account", a, false)
	}
	if err != nil {
		c.log.Error("an account is gone until the next start", "err", chatError("restore account", err))
		return
	}
	a.start()
	if connected {
		a.box.post(func(context.Context) { a.connect(nil) })
	}
	a.publish(chat.Event{Kind: chat.AccountChanged})
}

// forgetSecrets deletes what is kept of an account outside its rows in the
// database, also when ctx has ended.
func (c *Client) forgetSecrets(ctx context.Context, addr chat.Address) {
	const op = "forget account"
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetIn)
	defer cancel()
	if k := c.cfg.Profile.Keyring(); k != nil {
		if err := k.Delete(ctx, c.passwordName(addr)); err != nil && !errors.Is(err, profile.ErrNotFound) {
			c.log.Warn("password stays in the keyring", "err", chatError(op, err))
		}
	}
	c.forgetToken(ctx, addr)
	for _, name := range forgottenSettings(addr) {
		if err := c.db.SetSetting(ctx, name, ""); err != nil {
			c.log.Warn("setting stays in the database", "err", chatError(op, err))
		}
	}
}
