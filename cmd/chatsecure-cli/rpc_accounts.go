// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/invite"
)

func rpcAccountAdd(ctx context.Context, s *server, p *params) (any, error) {
	if p.Password == "" || p.Port < 0 || p.Port > 65535 {
		return nil, invalidParams("password is missing, or port is none")
	}
	password := []byte(p.Password)
	defer clear(password)
	if err := s.AddAccount(ctx, p.login(), password); err != nil {
		return nil, err
	}
	return s.fresh(ctx, p.account)
}

func rpcAccountRegister(ctx context.Context, s *server, p *params) (any, error) {
	if p.Password == "" || p.Port < 0 || p.Port > 65535 {
		return nil, invalidParams("password is missing, or port is none")
	}
	password := []byte(p.Password)
	defer clear(password)
	i, err := p.invitation()
	if err != nil {
		return nil, err
	}
	token, err := tokenFor(i, p.account)
	if err != nil {
		return nil, err
	}
	if err := s.register(ctx, p.login(), password, token, p.Fields); err != nil {
		return nil, err
	}
	if err := s.AcceptInvitation(ctx, p.account, i); err != nil {
		return nil, err
	}
	return s.fresh(ctx, p.account)
}

// rpcAccountNickname makes an account by a name alone.
func rpcAccountNickname(ctx context.Context, s *server, p *params) (any, error) {
	if p.Nickname == "" || p.Port < 0 || p.Port > 65535 {
		return nil, invalidParams("nickname is missing, or port is none")
	}
	i, err := p.invitation()
	if err != nil {
		return nil, err
	}
	a, err := s.signUp(ctx, p.Nickname, p.Server, p.way(), i)
	if err != nil {
		return nil, err
	}
	return s.fresh(ctx, a)
}

// invitation reads the link that was given, if one was.
func (p *params) invitation() (chat.Invitation, error) {
	if p.Invite == "" {
		return chat.Invitation{}, nil
	}
	return invite.Parse(p.Invite, bundle().Invite().LinkHosts())
}

// rpcAccountUpdate changes what is named, the password too.
func rpcAccountUpdate(ctx context.Context, s *server, p *params) (any, error) {
	if p.Port < 0 || p.Port > 65535 {
		return nil, invalidParams("port is none")
	}
	var password []byte
	if p.Password != "" {
		password = []byte(p.Password)
		defer clear(password)
	}
	if err := s.update(ctx, p.account, p.way(), password); err != nil {
		return nil, err
	}
	return s.fresh(ctx, p.account)
}

// fresh is an account that has just logged in.
func (s *server) fresh(ctx context.Context, a chat.Address) (any, error) {
	_ = s.waitOnline(ctx, a) // it is added; what its connection does is told by its status
	return s.status(ctx, a)
}

func (s *server) status(ctx context.Context, a chat.Address) (any, error) {
	o, err := s.account(ctx, a)
	if err != nil {
		return nil, err
	}
	return s.accountNow(ctx, o)
}

func rpcAccountRemove(ctx context.Context, s *server, p *params) (any, error) {
	return done{}, s.RemoveAccount(ctx, p.account)
}

func rpcConnect(ctx context.Context, s *server, p *params) (any, error) {
	if err := s.Connect(ctx, p.account); err != nil {
		return nil, err
	}
	return s.status(ctx, p.account)
}

func rpcDisconnect(ctx context.Context, s *server, p *params) (any, error) {
	if err := s.Disconnect(ctx, p.account); err != nil {
		return nil, err
	}
	return s.status(ctx, p.account)
}

// rpcStatus tells of one account, or of all.
func rpcStatus(ctx context.Context, s *server, p *params) (any, error) {
	if a := p.account; !a.IsZero() || !p.peer.IsZero() {
		if a.IsZero() {
			a = p.peer
		}
		return s.status(ctx, a)
	}
	all, err := s.Accounts(ctx)
	list := make([]accountObject, len(all))
	for i, a := range all {
		if list[i], err = s.accountNow(ctx, a); err != nil {
			return nil, err
		}
	}
	return map[string]any{"accounts": list}, err
}

func rpcContacts(ctx context.Context, s *server, p *params) (any, error) {
	all, err := s.Contacts(ctx, p.account)
	list := make([]contactObject, len(all))
	for i, c := range all {
		list[i] = contactOf(c)
	}
	return map[string]any{"contacts": list}, err
}

func rpcContactAdd(ctx context.Context, s *server, p *params, conv chat.ConvID) (any, error) {
	if err := s.AddContact(ctx, conv.Account, conv.Peer, p.Name); err != nil {
		return nil, err
	}
	return contactOf(s.contact(ctx, conv.Account, conv.Peer)), nil
}

func rpcContactAccept(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	if err := s.AcceptContact(ctx, conv.Account, conv.Peer); err != nil {
		return nil, err
	}
	return contactOf(s.contact(ctx, conv.Account, conv.Peer)), nil
}

func rpcContactDecline(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	return done{}, s.DeclineContact(ctx, conv.Account, conv.Peer)
}

func rpcContactRemove(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	return done{}, s.RemoveContact(ctx, conv.Account, conv.Peer)
}

func rpcContactBlock(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	return done{}, s.Block(ctx, conv.Account, conv.Peer)
}

func rpcContactUnblock(ctx context.Context, s *server, _ *params, conv chat.ConvID) (any, error) {
	return done{}, s.Unblock(ctx, conv.Account, conv.Peer)
}
