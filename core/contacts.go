// SPDX-License-Identifier: MPL-2.0

package core

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// Limits of what others say about themselves.
const (
	maxName   = 256 // bytes
	maxStatus = 1024
	maxAsking = 200 // strangers who ask to become contacts
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
	if !ok {
		return chat.Contact{Account: a.addr, Address: addr}
	}
	if c.Subscription&chat.SubscriptionTo != 0 {
		a.live[addr].presence(&c)
	}
	return c
}

// seesUs says whether a contact may see that we are here. The actor.
func (a *account) seesUs(addr chat.Address) bool {
	return a.contacts[addr].Subscription&chat.SubscriptionFrom != 0
}

// rosterCame takes the contact list that the server gave at login.
func (a *account) rosterCame(ctx context.Context, s *session, r xmpp.RosterResult) {
	if r.Unchanged {
		var audience []chat.Address
		for addr := range a.contacts {
			if a.seesUs(addr) {
				audience = append(audience, addr)
			}
		}
		s.conn.SetAudience(audience)
		return
	}
	fresh := make(map[chat.Address]chat.Contact, len(r.Items))
	for _, item := range r.Items {
		fresh[item.Address] = a.merge(item)
	}
	for addr, c := range a.contacts {
		if _, listed := fresh[addr]; !listed && c.Asking {
			c.Listed, c.Asked, c.Subscription = false, false, chat.SubscriptionNone
			fresh[addr] = c
		}
	}
	all := make([]chat.Contact, 0, len(fresh))
	for _, c := range fresh {
		all = append(all, c)
	}
	if err := a.db.ReplaceContacts(ctx, a.addr, all, r.Version); err != nil {
		a.log.Error("store contacts", "err", chatError("store contacts", err))
		return
	}
	a.mu.Lock()
	a.contacts, a.rec.RosterVersion = fresh, r.Version
	a.mu.Unlock()
	a.publish(chat.Event{Kind: chat.ContactsChanged}, chat.Event{Kind: chat.ConversationsChanged})
}

// merge is a contact as the server lists it, with what else we know.
func (a *account) merge(item xmpp.RosterItem) chat.Contact {
	old := a.contacts[item.Address]
	c := chat.Contact{
		Account: a.addr, Address: item.Address, Name: cut(item.Name, maxName), Nick: old.Nick, Groups: item.Groups,
		Subscription: item.Subscription, Listed: true, Asked: item.Asked, Asking: old.Asking, Avatar: old.Avatar,
		LastActive: old.LastActive,
	}
	if c.Subscription&chat.SubscriptionFrom != 0 {
		c.Asking = false
	}
	return c
}

// rosterChanged takes one change of the contact list.
func (a *account) rosterChanged(ctx context.Context, push xmpp.RosterPush) {
	if push.Item.Removed {
		a.dropContact(ctx, push.Item.Address, push.Version)
		return
	}
	a.putContact(ctx, a.merge(push.Item), push.Version)
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

// asked: somebody wants to become a contact (RFC 6121 §3.1.3). Whom we asked
// ourselves may at once.
func (a *account) asked(ctx context.Context, s *session, peer chat.Address, nick string) {
	c := a.contact(peer)
	if c.Asked || c.Subscription != chat.SubscriptionNone {
		a.job(func(ctx context.Context) {
			if err := s.conn.Subscribed(ctx, peer); err != nil {
				a.log.Warn("answer a contact", "err", chatError("answer contact", err))
				return
			}
			a.box.post(func(ctx context.Context) { a.note(ctx, peer, letsSee) })
		})
		return
	}
	if c.Asking || a.askingCount() >= maxAsking {
		return
	}
	c.Asking = true
	if nick != "" {
		c.Nick = nick
	}
	a.putContact(ctx, c, "")
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

func (a *account) askingCount() (n int) {
	for _, c := range a.contacts {
		if c.Asking {
			n++
		}
	}
	return n
}

// notAsking: the request is answered or was taken back.
func (a *account) notAsking(ctx context.Context, peer chat.Address) {
	c, known := a.contacts[peer]
	switch {
	case !known || !c.Asking:
	case c.Listed:
		c.Asking = false
		a.putContact(ctx, c, "")
	default:
		a.dropContact(ctx, peer, "")
	}
}

// publishContact says that what is shown of a contact has changed. Any goroutine.
func (a *account) publishContact(addr chat.Address) {
	a.publish(
		chat.Event{Kind: chat.ContactsChanged},
		chat.Event{Kind: chat.ConversationChanged, Conv: chat.ConvID{Account: a.addr, Peer: addr}},
	)
}
