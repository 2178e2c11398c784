// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// accountObject is an account, as account.status tells it, and more.
type accountObject struct {
	Account string `json:"account"`
	State   string `json:"state"`
	Error   string `json:"error"` // a code, or ""
	Enabled bool   `json:"enabled"`
	Name    string `json:"name"`
	// CatchingUp: messages of before are still coming out of the server's archive.
	CatchingUp bool `json:"catching_up"`
	// Gaps is how many parts of the archive are missing here. One is open from the loss of
	// a link until what came since has been compared with the archive.
	Gaps int `json:"gaps"`
}

// accountNow is an account with what is missing of its archive.
func (s *session) accountNow(ctx context.Context, a chat.Account) (accountObject, error) {
	o := accountOf(a)
	var err error
	if o.Gaps, err = s.Gaps(ctx, a.Login.Address); chat.CodeOf(err) == chat.CodeNotFound { // it was removed meanwhile
		err = nil
	}
	return o, err
}

// accountOf is accountNow without what only the database knows.
func accountOf(a chat.Account) accountObject {
	o := accountObject{Account: a.Login.Address.String(), State: a.State.String(), Enabled: a.Enabled, Name: a.Nick, CatchingUp: a.CatchingUp}
	if a.Error != nil {
		o.Error = string(a.Error.Code)
	}
	return o
}

// login is how to reach the account that the command names.
func (c *call) login() (chat.Login, error) {
	a, err := bareAddress(c.operands[0])
	if err != nil {
		return chat.Login{}, usageError(err.Error())
	}
	if c.passwordFile == "" {
		return chat.Login{}, wrongUse("give-password")
	}
	return c.way().over(chat.Login{Address: a}), nil
}

func accountAdd(ctx context.Context, c *call) error {
	return c.enter(ctx, "account.added", func(ctx context.Context, s *session, login chat.Login, password []byte) error {
		return s.AddAccount(ctx, login, password)
	})
}

// enter logs in to the account that the command names, in the way that log does,
// and prints it.
func (c *call) enter(ctx context.Context, id string, log func(context.Context, *session, chat.Login, []byte) error) error {
	login, err := c.login()
	if err != nil {
		return err
	}
	password, err := c.secret("--password-file", c.passwordFile)
	if err != nil {
		return err
	}
	defer clear(password)
	return c.with(ctx, func(s *session) error {
		ctx, cancel := c.limited(ctx)
		defer cancel()
		if err := log(ctx, s, login, password); err != nil {
			return err
		}
		return c.added(ctx, s, login.Address, id)
	})
}

// added prints an account that has just logged in, once its contact list has
// come too.
func (c *call) added(ctx context.Context, s *session, a chat.Address, id string) error {
	if err := s.waitOnline(ctx, a); err != nil && ctx.Err() == nil {
		return err
	}
	_ = s.Findable(ctx, a)
	_ = s.Sent(ctx, a) // also what others have to know of this device; it can wait for the next time
	o, err := s.account(ctx, a)
	if err != nil {
		return err
	}
	told, err := s.accountNow(ctx, o)
	if err != nil {
		return err
	}
	c.say(told, id, "address", a)
	return nil
}

// register makes an account with the answers that were given, and an invitation's token
// unless that is "".
func (s *session) register(ctx context.Context, login chat.Login, password []byte, token string, answers map[string]string) error {
	var form chat.Form
	var err error
	if token == "" {
		form, err = s.StartRegistration(ctx, login)
	} else {
		form, err = s.StartInvited(ctx, login, token)
	}
	if err != nil {
		return err
	}
	values, err := fill(form, answers)
	if err != nil {
		s.CancelRegistration(login.Address)
		return err
	}
	return s.FinishRegistration(ctx, login, password, values)
}

// fill answers a form, or says which answers it wants.
func fill(form chat.Form, answers map[string]string) (map[string]string, error) {
	if form.URL != "" {
		return nil, refused(chat.CodeRegistrationClosed, "register.page", "address", form.URL)
	}
	values := map[string]string{}
	var missing []string
	for _, f := range form.Fields {
		v, ok := answers[f.Name]
		switch {
		case ok:
			values[f.Name] = v
		case f.Value != "":
			values[f.Name] = f.Value
		case f.Required:
			text := f.Name
			if f.Label != "" && f.Label != f.Name {
				text += " (" + f.Label + ")"
			}
			if len(f.Options) > 0 {
				text += " [" + strings.Join(f.Options, "|") + "]"
			}
			missing = append(missing, text)
		}
	}
	for name := range answers {
		if !slices.ContainsFunc(form.Fields, func(f chat.Field) bool { return f.Name == name }) {
			return nil, refused(chat.CodeFormIncomplete, "register.unknown", "name", name)
		}
	}
	if len(missing) > 0 {
		return nil, refused(chat.CodeFormIncomplete, "register.more", "fields", strings.Join(missing, ", "))
	}
	return values, nil
}

func accountList(ctx context.Context, c *call) error {
	return c.with(ctx, func(s *session) error {
		all, err := s.Accounts(ctx)
		for _, a := range all {
			id := "account.on"
			if !a.Enabled {
				id = "account.off"
			}
			o, err := s.accountNow(ctx, a)
			if err != nil {
				return err
			}
			c.say(o, id, "address", a.Login.Address)
		}
		return err
	})
}

func accountRemove(ctx context.Context, c *call) error {
	a, err := bareAddress(c.operands[0])
	if err != nil {
		return usageError(err.Error())
	}
	return c.with(ctx, func(s *session) error {
		ctx, cancel := c.limited(ctx)
		defer cancel()
		o, err := s.account(ctx, a)
		if err != nil {
			return err
		}
		if o.Enabled {
			s.comeToLeave(ctx, a)
		}
		if err := s.RemoveAccount(ctx, a); err != nil {
			return err
		}
		c.say(map[string]string{"account": a.String()}, "account.removed", "address", a)
		return nil
	})
}

// comeIn is how long an account that is about to be removed may take to connect.
const comeIn = 10 * time.Second

// comeToLeave connects an account that is about to be removed, so that its device can leave
// the lists, and sends nothing that waits. One that can not be reached is removed all the same.
func (s *session) comeToLeave(ctx context.Context, a chat.Address) {
	ctx, cancel := context.WithTimeout(ctx, comeIn)
	defer cancel()
	if s.ConnectToRemove(ctx, a) == nil && s.waitOnline(ctx, a) == nil {
		_ = s.Findable(ctx, a)
	}
}

// account finds an account of the profile.
func (s *session) account(ctx context.Context, a chat.Address) (chat.Account, error) {
	all, err := s.Accounts(ctx)
	if err != nil {
		return chat.Account{}, err
	}
	i := slices.IndexFunc(all, func(o chat.Account) bool { return o.Login.Address == a })
	if i < 0 {
		return chat.Account{}, refused(chat.CodeNotFound, "account.unknown", "address", a)
	}
	return all[i], nil
}

// accountFor chooses the account that a command about peer means: the one that
// --account names, the only one, or the only one that knows peer.
func (s *session) accountFor(ctx context.Context, named, peer chat.Address) (chat.Address, error) {
	if !named.IsZero() {
		a, err := s.account(ctx, named)
		return a.Login.Address, err
	}
	all, err := s.Accounts(ctx)
	switch {
	case err != nil:
		return chat.Address{}, err
	case len(all) == 0:
		return chat.Address{}, refused(chat.CodeNotFound, "account.none")
	case len(all) == 1:
		return all[0].Login.Address, nil
	}
	known, err := s.whoKnows(ctx, peer)
	if err != nil {
		return chat.Address{}, err
	}
	if len(known) != 1 {
		return chat.Address{}, refused(chat.CodeNotFound, "account.which", "count", len(all))
	}
	return known[0], nil
}

// whoKnows are the accounts with peer in their contact list or conversations.
func (s *session) whoKnows(ctx context.Context, peer chat.Address) ([]chat.Address, error) {
	known := map[chat.Address]bool{}
	conversations, err := s.Conversations(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range conversations {
		known[c.ID.Account] = known[c.ID.Account] || c.ID.Peer == peer
	}
	contacts, err := s.Contacts(ctx, chat.Address{})
	if err != nil {
		return nil, err
	}
	for _, c := range contacts {
		known[c.Account] = known[c.Account] || c.Address == peer
	}
	var list []chat.Address
	for a, is := range known {
		if is {
			list = append(list, a)
		}
	}
	return list, nil
}

// online connects one account and waits until it is.
func (s *session) online(ctx context.Context, a chat.Address) error {
	if err := s.Connect(ctx, a); err != nil {
		return err
	}
	return s.waitOnline(ctx, a)
}

// waitOnline waits until a is connected. Errors that only the person can mend
// come at once, others with the end of ctx.
func (s *session) waitOnline(ctx context.Context, a chat.Address) error {
	events := s.Subscribe()
	defer events.Close()
	var last *chat.Error
	for {
		o, err := s.account(ctx, a)
		switch {
		case err != nil:
			return err
		case o.State == chat.StateOnline:
			return nil
		case o.State == chat.StateFailed && o.Error != nil:
			return o.Error
		}
		if o.Error != nil {
			last = o.Error
		}
		if _, err := events.Next(ctx); err != nil {
			if last != nil && ctx.Err() != nil {
				return last // why it is not online says more than that time is up
			}
			return err
		}
	}
}
