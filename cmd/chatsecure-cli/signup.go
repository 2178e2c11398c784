// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/invite"
	"chatsecure.org/desktop/resources"
)

// accountRegister makes an account of an address, or with --nickname of what somebody is
// called; --invite shows the server an invitation first.
func accountRegister(ctx context.Context, c *call) error {
	var i chat.Invitation
	if c.invite != "" {
		var err error
		if i, err = invite.Parse(c.invite, bundle().Invite().LinkHosts()); err != nil {
			return err
		}
	}
	if c.nickname != "" {
		return c.registerNickname(ctx, i)
	}
	if len(c.operands) == 0 {
		return wrongUse("signup.who")
	}
	return c.enter(ctx, "account.made", func(ctx context.Context, s *session, login chat.Login, password []byte) error {
		token, err := tokenFor(i, login.Address)
		if err != nil {
			return err
		}
		if err := s.register(ctx, login, password, token, c.fields); err != nil {
			return err
		}
		return s.AcceptInvitation(ctx, login.Address, i)
	})
}

// tokenFor is what an invitation gives an account that is to be made: "" where it is none
// of that server, and only of somebody's to become a contact.
func tokenFor(i chat.Invitation, a chat.Address) (string, error) {
	switch {
	case !i.MakesAccount():
		return "", nil
	case i.Server.Domain != a.Domain:
		if i.Inviter.IsZero() {
			return "", refused(chat.CodeInvitation, "signup.other-server", "server", i.Server.Domain, "domain", a.Domain)
		}
		return "", nil
	case i.Server.Local != "" && i.Server.Local != a.Local:
		return "", refused(chat.CodeInvitation, "signup.other-name", "address", i.Server)
	}
	return i.Token, nil
}

// registerNickname makes an account by a name alone.
func (c *call) registerNickname(ctx context.Context, i chat.Invitation) error {
	if c.passwordFile != "" || len(c.fields) > 0 {
		return wrongUse("signup.no-password")
	}
	domain := ""
	if len(c.operands) > 0 {
		domain = c.operands[0]
	}
	return c.with(ctx, func(s *session) error {
		ctx, cancel := c.limited(ctx)
		defer cancel()
		a, err := s.signUp(ctx, c.nickname, domain, c.way(), i)
		if err != nil {
			return err
		}
		return c.added(ctx, s, a, "account.made")
	})
}

// signUp makes an account by a name alone: where the invitation says, else at domain,
// else where the bundle says.
func (s *session) signUp(ctx context.Context, nick, domain string, how way, i chat.Invitation) (chat.Address, error) {
	at, token, err := signUpAt(bundle().Signup(), domain, how, i)
	if err != nil {
		return chat.Address{}, err
	}
	a, err := s.SignUp(ctx, at, nick, token)
	if err != nil {
		return a, err
	}
	return a, s.AcceptInvitation(ctx, a, i)
}

// signUpAt is where an account is made by a name alone, and with which token.
func signUpAt(home resources.Signup, domain string, how way, i chat.Invitation) (at chat.Login, token string, err error) {
	switch {
	case i.MakesAccount() && domain == "":
		at.Address, token = i.Server, i.Token
	case domain != "":
		if at.Address, err = chat.ParseAddress(domain); err != nil || at.Address.Local != "" || !at.Address.IsBare() {
			return at, "", wrongUse("signup.only-server")
		}
		if token, err = tokenFor(i, at.Address); err != nil {
			return at, "", err
		}
	case home.Domain != "":
		at.Address = chat.Address{Domain: home.Domain}
	default:
		return at, "", refused(chat.CodeHostNotFound, "signup.no-server")
	}
	if at.Address.Domain == home.Domain {
		at.Host, at.Port = home.Host, home.Port
	}
	return how.over(at), token, nil
}
