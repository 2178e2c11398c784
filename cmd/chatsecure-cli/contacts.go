// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// contactObject is an entry of a contact list.
type contactObject struct {
	Account      string   `json:"account"`
	Address      string   `json:"address"`
	Name         string   `json:"name"`
	Nick         string   `json:"nick"`
	Groups       []string `json:"groups"`
	Subscription string   `json:"subscription"`
	Listed       bool     `json:"listed"`
	Asked        bool     `json:"asked"`
	Asking       bool     `json:"asking"`
	Presence     string   `json:"presence"`
	Blocked      bool     `json:"blocked"`
	LastActive   string   `json:"last_active"` // RFC 3339; "": unknown, or available now
}

func contactOf(c chat.Contact) contactObject {
	groups := c.Groups
	if groups == nil {
		groups = []string{}
	}
	return contactObject{
		Account: c.Account.String(), Address: c.Address.String(), Name: c.Name, Nick: c.Nick, Groups: groups,
		Subscription: c.Subscription.String(), Listed: c.Listed, Asked: c.Asked, Asking: c.Asking, Presence: c.Presence.String(),
		Blocked: c.Blocked, LastActive: moment(c.LastActive),
	}
}

func contactList(ctx context.Context, c *call) error {
	return c.with(ctx, func(s *session) error {
		if !c.account.IsZero() {
			if _, err := s.account(ctx, c.account); err != nil {
				return err
			}
		}
		if err := c.catchUp(ctx, s, c.account); err != nil {
			return err
		}
		all, err := s.Contacts(ctx, c.account)
		for _, o := range all {
			c.row(contactOf(o), contactLine(o))
		}
		return err
	})
}

// moment is a time for programs; "" is none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// contactLine is a contact for people.
func contactLine(o chat.Contact) string {
	facts := []string{text("contact." + o.Subscription.String())}
	switch {
	case o.Asking:
		facts[0] = text("contact.asking", "address", o.Address)
	case o.Asked:
		facts = append(facts, text("contact.asked"))
	}
	if o.Blocked {
		facts = append(facts, text("contact.blocked"))
	}
	if !o.LastActive.IsZero() {
		facts = append(facts, text("contact.active", "time", o.LastActive.Local().Format(minute)))
	}
	name := ""
	if o.Name != "" {
		name = "  " + oneLine(o.Name)
	}
	return o.Address.String() + name + "  (" + list("list", facts...) + ")"
}

// catchUp connects the account (all with none) when --sync asks for it, and waits
// until what the server kept for us has come.
func (c *call) catchUp(ctx context.Context, s *session, a chat.Address) error {
	if !c.sync {
		return nil
	}
	ctx, cancel := c.limited(ctx)
	defer cancel()
	accounts := []chat.Address{a}
	if a.IsZero() {
		all, err := s.Accounts(ctx)
		if err != nil {
			return err
		}
		accounts = accounts[:0]
		for _, o := range all {
			accounts = append(accounts, o.Login.Address)
		}
	}
	for _, a := range accounts {
		if err := s.online(ctx, a); err != nil {
			return err
		}
	}
	return s.settle(ctx)
}

// settle waits until the archive has been read and no news has come for a moment: a
// server sends what it kept right after the login and does not say when that is all.
func (s *session) settle(ctx context.Context) error {
	const moment = 700 * time.Millisecond
	events := s.Subscribe()
	defer events.Close()
	for {
		quiet, cancel := context.WithTimeout(ctx, moment)
		_, err := events.Next(quiet)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !s.catchingUp(ctx) {
			return nil
		}
	}
}

func (s *session) catchingUp(ctx context.Context) bool {
	all, err := s.Accounts(ctx)
	return err == nil && slices.ContainsFunc(all, func(a chat.Account) bool { return a.CatchingUp })
}

// onContact runs do with the account online and the address that the command
// names.
func (c *call) onContact(ctx context.Context, do func(ctx context.Context, s *session, account, peer chat.Address) error) error {
	peer, err := bareAddress(c.operands[0])
	if err != nil {
		return usageError(err.Error())
	}
	return c.with(ctx, func(s *session) error {
		ctx, cancel := c.limited(ctx)
		defer cancel()
		account, err := s.accountFor(ctx, c.account, peer)
		if err != nil {
			return err
		}
		if account == peer {
			return refused(chat.CodeOwnAddress, "own-address", "address", peer)
		}
		if err := s.online(ctx, account); err != nil {
			return err
		}
		return do(ctx, s, account, peer)
	})
}

func contactAdd(ctx context.Context, c *call) error {
	return c.onContact(ctx, func(ctx context.Context, s *session, account, peer chat.Address) error {
		if err := s.AddContact(ctx, account, peer, c.name); err != nil {
			return err
		}
		c.say(contactOf(s.contact(ctx, account, peer)), "contact.added", "address", peer)
		return nil
	})
}

func contactAccept(ctx context.Context, c *call) error {
	return c.onContact(ctx, func(ctx context.Context, s *session, account, peer chat.Address) error {
		if err := s.asking(ctx, account, peer); err != nil {
			return err
		}
		if err := s.AcceptContact(ctx, account, peer); err != nil {
			return err
		}
		c.say(contactOf(s.contact(ctx, account, peer)), "contact.accepted", "address", peer)
		return nil
	})
}

// asking waits until peer's request is there: the server sends it anew after
// each login.
func (s *session) asking(ctx context.Context, account, peer chat.Address) error {
	const patience = 5 * time.Second
	events := s.Subscribe()
	defer events.Close()
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for !s.contact(short, account, peer).Asking {
		if _, err := events.Next(short); err != nil {
			if errors.Is(ctx.Err(), context.Canceled) {
				return ctx.Err()
			}
			return refused(chat.CodeNoSuchContact, "contact.not-asking", "address", peer)
		}
	}
	return nil
}

func contactRemove(ctx context.Context, c *call) error {
	return c.onContact(ctx, func(ctx context.Context, s *session, account, peer chat.Address) error {
		if err := s.RemoveContact(ctx, account, peer); err != nil {
			return err
		}
		c.say(map[string]string{"account": account.String(), "address": peer.String()}, "contact.removed", "address", peer)
		return nil
	})
}

func contactBlock(ctx context.Context, c *call) error {
	return c.onContact(ctx, func(ctx context.Context, s *session, account, peer chat.Address) error {
		if err := s.Block(ctx, account, peer); err != nil {
			return err
		}
		c.say(map[string]string{"account": account.String(), "address": peer.String()}, "contact.now-blocked", "address", peer)
		return nil
	})
}

func contactUnblock(ctx context.Context, c *call) error {
	return c.onContact(ctx, func(ctx context.Context, s *session, account, peer chat.Address) error {
		if err := s.Unblock(ctx, account, peer); err != nil {
			return err
		}
		c.say(map[string]string{"account": account.String(), "address": peer.String()}, "contact.unblocked", "address", peer)
		return nil
	})
}

// contact is what is known of peer; the zero Contact with its addresses when that
// is nothing.
func (s *session) contact(ctx context.Context, account, peer chat.Address) chat.Contact {
	all, _ := s.Contacts(ctx, account)
	for _, c := range all {
		if c.Address == peer {
			return c
		}
	}
	return chat.Contact{Account: account, Address: peer}
}
