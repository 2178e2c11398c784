// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/core/store"
)

// underPassphrase puts a profile whose key is in a keyring under a passphrase, where a
// policy wants that. The passwords that the keyring holds go into the database first,
// so that at no point something is lost; what is left in the keyring in the end opens
// nothing.
func (c *Client) underPassphrase(ctx context.Context) error {
	p := c.cfg.Profile
	k := p.Keyring()
	if k == nil || !c.held().Is(policy.DatabaseKey, policy.Ask) {
		return nil
	}
	accounts, err := c.db.Accounts(ctx)
	if err != nil {
		return err
	}
	defer func() {
		for _, r := range accounts {
			clear(r.Password)
		}
	}()
	for i := range accounts {
		if err := c.takePassword(ctx, k, &accounts[i]); err != nil {
			return err
		}
	}
	if err := p.ChangeKey(ctx, profile.Options{Passphrase: c.cfg.Passphrase}); err != nil {
		return err
	}
	for _, r := range accounts {
		for _, name := range []string{c.passwordName(r.Login.Address), c.tokenName(r.Login.Address)} {
			if err := k.Delete(ctx, name); err != nil && !errors.Is(err, profile.ErrNotFound) {
				c.log.Warn("a secret stays in the keyring", "err", chatError("change key", err))
			}
		}
	}
	return nil
}

// takePassword stores an account's password from the keyring in the database. One that
// is not there the person will be asked for; the token is given anew by the server.
func (c *Client) takePassword(ctx context.Context, k profile.Keyring, r *store.AccountRecord) error {
	if len(r.Password) > 0 {
		return nil
	}
	password, err := k.Get(ctx, c.passwordName(r.Login.Address))
	if errors.Is(err, profile.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	r.Password = password
	return c.db.PutAccount(ctx, *r)
}

// mayOpen asks the policy whether a profile may be opened with the key where it is.
func (l *locks) mayOpen(cfg Config) error {
	if l.Is(policy.DatabaseKey, policy.Ask) && cfg.Profile.Keyring() != nil && len(cfg.Passphrase) == 0 {
		return l.refuse(chat.Storage, "open database", chat.CodePolicyKey, policy.DatabaseKey)
	}
	return nil
}
