// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/core/xmpp/wire"
)

// tokenName is what a token is kept as: it is as secret as a password (XEP-0484 §5).
func (c *Client) tokenName(addr chat.Address) string {
	return "token:" + c.cfg.Profile.ID() + ":" + addr.String()
}

// token reads what the server gave to log in with the next time. Without one, or if
// it can not be read, the password does.
func (c *Client) token(ctx context.Context, addr chat.Address) (t wire.Token) {
	var data []byte
	var err error
	if k := c.cfg.Profile.Keyring(); k != nil {
		if data, err = k.Get(ctx, c.tokenName(addr)); errors.Is(err, profile.ErrNotFound) {
			return wire.Token{}
		}
	} else {
		var s string
		s, err = c.db.Setting(ctx, c.tokenName(addr))
		data = []byte(s)
	}
	if err == nil && len(data) > 0 {
		err = json.Unmarshal(data, &t)
	}
	clear(data)
	if err != nil {
		c.log.Info("token", "err", chatError("read token", err))
		return wire.Token{}
	}
	return t
}

// keepToken keeps a login's token in the keyring, or for want of one in the encrypted
// database, if it is another than was.
func (c *Client) keepToken(ctx context.Context, addr chat.Address, was, t wire.Token) {
	if t == was {
		return
	}
	if t.Secret == "" {
		c.forgetToken(ctx, addr)
		return
	}
	data, err := json.Marshal(t)
	if err == nil {
		if k := c.cfg.Profile.Keyring(); k != nil {
			err = k.Set(ctx, c.tokenName(addr), data)
		} else {
			err = c.db.SetSetting(ctx, c.tokenName(addr), string(data))
		}
		clear(data)
	}
	if err != nil {
		c.log.Info("token", "err", chatError("store token", err))
		c.forgetToken(ctx, addr) // the server has let the old one expire
	}
}

func (c *Client) forgetToken(ctx context.Context, addr chat.Address) {
	if k := c.cfg.Profile.Keyring(); k != nil {
		if err := k.Delete(ctx, c.tokenName(addr)); err != nil && !errors.Is(err, profile.ErrNotFound) {
			c.log.Info("token stays in the keyring", "err", chatError("forget token", err))
		}
	}
	if err := c.db.SetSetting(ctx, c.tokenName(addr), ""); err != nil {
		c.log.Info("token stays in the database", "err", chatError("forget token", err))
	}
}

// userAgent names this profile's installation to an account's server (XEP-0388
// §2.3.1): always the same, another for each account, and no name of anything else.
// It looks like a UUID of version 4, which is what servers expect.
func (c *Client) userAgent(addr chat.Address) string {
	u := sha256.Sum256([]byte("user agent\x00" + c.cfg.Profile.ID() + "\x00" + addr.String()))
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
