// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// way is how a server is to be reached, as far as that is said.
type way chat.Login

func (c *call) way() way {
	return way{
		Host: c.host, Port: c.port, DirectTLS: c.directTLS,
		Proxy: c.proxy, Tor: c.tor, AllowPlain: c.allowPlain,
	}
}

// over changes a login. With a host its port and kind of TLS are said anew.
func (w way) over(l chat.Login) chat.Login {
	if w.Host != "" {
		l.Host, l.Port, l.DirectTLS = w.Host, 0, false
	}
	if w.Port != 0 {
		l.Port = w.Port
	}
	l.DirectTLS = l.DirectTLS || w.DirectTLS
	if w.Proxy != "" || w.Tor {
		l.Proxy, l.Tor = w.Proxy, w.Tor
	}
	l.AllowPlain = l.AllowPlain || w.AllowPlain
	return l
}

func accountUpdate(ctx context.Context, c *call) error {
	a, err := bareAddress(c.operands[0])
	if err != nil {
		return usageError(err.Error())
	}
	var password []byte
	if c.passwordFile != "" {
		if password, err = c.secret("--password-file", c.passwordFile); err != nil {
			return err
		}
		defer clear(password)
	}
	return c.with(ctx, func(s *session) error {
		ctx, cancel := c.limited(ctx)
		defer cancel()
		if err := s.update(ctx, a, c.way(), password); err != nil {
			return err
		}
		return c.added(ctx, s, a, "account.changed")
	})
}

// update tries what is said anew of an account, and keeps it if that succeeds;
// password nil is the old one.
func (s *session) update(ctx context.Context, a chat.Address, w way, password []byte) error {
	was, err := s.account(ctx, a)
	if err != nil {
		return err
	}
	return s.UpdateAccount(ctx, w.over(was.Login), password)
}
