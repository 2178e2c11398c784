// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"crypto/rand"
	"math/big"
	"strings"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/nickname"
)

const (
	signUpTries = 6 // names that are tried
	entryTries  = 3 // log-ins to the account that was made
)

// SignUp makes an account for somebody who has said only what they are called: a name
// that is free, a password that nobody needs to know, kept as any other, and the nickname for
// others to see (XEP-0172). at says where: a domain and how to reach it; with a local
// part that is the account's name and no other is tried. token is that of an
// invitation, "" for none. It returns the account that has been added.
//
// The error is of kind Input or Rejected: CodeThrottled where the server makes no more
// accounts for now, CodeFormIncomplete where it wants to know more than a name.
func (c *Client) SignUp(ctx context.Context, at chat.Login, nick, token string) (chat.Address, error) {
	const op = "sign up"
	nick = strings.TrimSpace(nick)
	switch {
	case nick == "":
		return chat.Address{}, failed(chat.Input, op, chat.CodeEmpty, nil)
	case len(nick) > maxName:
		return chat.Address{}, failed(chat.Input, op, chat.CodeTooLarge, nil)
	}
	password := []byte(rand.Text())
	defer clear(password)
	base, enough := nickname.Base(nick)
	fixed := at.Address.Local != ""
	var err error
	for try := range signUpTries {
		login := at
		if !fixed {
			login.Address.Local = base
			if try > 0 || !enough {
				login.Address.Local = nickname.With(base, nickname.Ending(max(try, 1), digit))
			}
		}
		login.Address = Canonical(login.Address.Bare())
		err = c.signUp(ctx, login, nick, password, token)
		if err == nil {
			return login.Address, c.SetNick(ctx, login.Address, nick)
		}
		if fixed || !otherName(err, try) {
			break
		}
	}
	return chat.Address{}, asError(op, err)
}

// otherName says whether another name may do better. What a server does not like about
// one it does not always say; the second refusal of that kind is about us.
func otherName(err error, try int) bool {
	switch chat.CodeOf(err) {
	case chat.CodeAddressTaken, chat.CodeExists:
		return true
	case chat.CodeThrottled, chat.CodeFormIncomplete, chat.CodeAddress:
		return chat.KindOf(err) == chat.Rejected && try == 0
	}
	return false
}

// signUp makes one account and adds it.
func (c *Client) signUp(ctx context.Context, login chat.Login, nick string, password []byte, token string) error {
	form, err := c.startRegistration(ctx, login, token)
	if err != nil {
		return err
	}
	defer c.CancelRegistration(login.Address)
	answers, ok := nickAnswers(form, nick)
	if !ok {
		return failed(chat.Input, "sign up", chat.CodeFormIncomplete, nil)
	}
	c.mu.Lock()
	r := c.registrations[login.Address]
	c.mu.Unlock()
	if r == nil {
		return failed(chat.Timeout, "sign up", chat.CodeTimeout, nil)
	}
	if err := c.submit(ctx, r, login.Address, password, answers); err != nil {
		return err
	}
	for try := range entryTries {
		err = c.AddAccount(ctx, login, password)
		if kind := chat.KindOf(err); err == nil || kind != chat.Offline && kind != chat.Timeout || ctx.Err() != nil || try == entryTries-1 {
			break // else the account is there, and nobody else knows its password
		}
	}
	return err
}

// nickAnswers are the answers to a form that a nickname alone gives; false where it wants
// to know more.
func nickAnswers(form chat.Form, nick string) (map[string]string, bool) {
	if form.URL != "" {
		return nil, false
	}
	answers := map[string]string{}
	for _, f := range form.Fields {
		switch {
		case f.Value != "":
			answers[f.Name] = f.Value
		case f.Name == "nick" || f.Name == "name" || f.Name == "first":
			answers[f.Name] = nick
		case f.Required:
			return nil, false
		}
	}
	return answers, true
}

// digit is a number below n that nobody can foresee.
func digit(n int) int {
	d, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0 // the system's generator does not fail (crypto/rand)
	}
	return int(d.Int64())
}

// AcceptInvitation adds who has invited us to an account's contacts, which they need not
// confirm (XEP-0379). Where a server invites there is nothing to do.
func (c *Client) AcceptInvitation(ctx context.Context, account chat.Address, i chat.Invitation) error {
	inviter := Canonical(i.Inviter)
	if inviter.IsZero() || inviter == account {
		return nil
	}
	return c.AddInviter(ctx, account, inviter, i.Name, i.Token)
}
