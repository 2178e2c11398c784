// SPDX-License-Identifier: MPL-2.0

package core

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// Limits of what others say about themselves.
const (
	maxName   = 256 // bytes
	maxStatus = 1024
)

// Contacts returns the contacts of an account (zero: of all) and those who ask
// to become one, by name.
func (c *Client) Contacts(_ context.Context, of chat.Address) ([]chat.Contact, error) {
	all := c.allAccounts()
	if !of.IsZero() {
		a, err := c.account("list contacts", of)
		if err != nil {
			return nil, err
		}
		all = []*account{a}
	}
	var out []chat.Contact
	for _, a := range all {
		a.mu.Lock()
		for addr := range a.contacts {
			out = append(out, a.contactLocked(addr))
		}
		a.mu.Unlock()
	}
	slices.SortFunc(out, func(x, y chat.Contact) int {
		return cmp.Or(
			cmp.Compare(strings.ToLower(x.Title()), strings.ToLower(y.Title())),
			cmp.Compare(x.Address.String(), y.Address.String()),
			cmp.Compare(x.Account.String(), y.Account.String()),
		)
	})
	return out, nil
}

// contact is a contact, or a stranger, as known now. Any goroutine.
func (a *account) contact(addr chat.Address) chat.Contact {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.contactLocked(addr)
}

func (a *account) contactLocked(addr chat.Address) chat.Contact {
	c, ok := a.contacts[addr]
	c.Blocked = a.blocked[addr]
	if !ok {
		return chat.Contact{Account: a.addr, Address: addr, Blocked: c.Blocked}
	}
	if c.Subscription&chat.SubscriptionTo != 0 && !a.hidden {
		a.live[addr].presence(&c)
	}
	return c
}

// seesUs says whether a contact may see that we are here. The actor.
func (a *account) seesUs(addr chat.Address) bool {
	return a.contacts[addr].Subscription&chat.SubscriptionFrom != 0
}

// putContact stores a contact; version is the contact list's, "" for a change
// that is none of its.
func (a *account) putContact(ctx context.Context, c chat.Contact, version string) {
	c.Presence, c.StatusText = chat.Unavailable, ""
	if err := a.db.PutContact(ctx, c, version); err != nil {
		a.log.Error("store contact", "err", chatError("store contact", err))
		return
	}
	a.mu.Lock()
	if saw := a.contacts[c.Address].Subscription; saw&^c.Subscription&chat.SubscriptionTo != 0 {
		delete(a.live, c.Address) // we see it no more
	}
	a.contacts[c.Address] = c
	if version != "" {
		a.rec.RosterVersion = version
	}
	a.mu.Unlock()
	a.publishContact(c.Address)
}

func (a *account) dropContact(ctx context.Context, addr chat.Address, version string) {
	if a.session != nil {
		delete(a.session.asked, addr)
	}
	if err := a.db.RemoveContact(ctx, a.addr, addr, version); err != nil {
		a.log.Error("remove contact", "err", chatError("remove contact", err))
		return
	}
	a.mu.Lock()
	delete(a.contacts, addr)
	delete(a.live, addr)
	if version != "" {
		a.rec.RosterVersion = version
	}
	a.mu.Unlock()
	a.publishContact(addr)
}

// note changes what is stored of a contact ahead of the server's word, which comes
// by another way than messages and presences and so may be late for them.
func (a *account) note(ctx context.Context, peer chat.Address, change func(*chat.Contact)) {
	c, known := a.contacts[peer]
	if !known {
		c = chat.Contact{Account: a.addr, Address: peer}
	}
	change(&c)
	a.putContact(ctx, c, "")
}

// letsSee: we have let the contact see us.
func letsSee(c *chat.Contact) {
	c.Subscription |= chat.SubscriptionFrom
	c.Asking = false
}

// publishContact says that what is shown of a contact has changed. Any goroutine.
func (a *account) publishContact(addr chat.Address) {
	a.publish(
		chat.Event{Kind: chat.ContactsChanged},
		chat.Event{Kind: chat.ConversationChanged, Conv: chat.ConvID{Account: a.addr, Peer: addr}},
	)
}
