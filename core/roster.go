// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// roster is what a session knows of the contact list. The list and its changes
// reach the actor by two ways, so a change may overtake the list: until that is
// here, changes wait. The actor's own.
type roster struct {
	known   bool
	order   uint64            // of the list; a change with a lower one is in it
	waiting []xmpp.RosterPush // that came before the list
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
		if len(audience) > 0 {
			s.conn.SetAudience(audience)
		}
	} else {
		a.replaceContacts(ctx, r)
	}
	a.rosterKnown(ctx, s, r.Order)
}

// rosterKnown: from now on changes count at once, those that are in the list not
// at all.
func (a *account) rosterKnown(ctx context.Context, s *session, order uint64) {
	if s.roster.known {
		return
	}
	waiting := s.roster.waiting
	s.roster = roster{known: true, order: order}
	for _, push := range waiting {
		a.rosterPushed(ctx, s, push)
	}
}

func (a *account) replaceContacts(ctx context.Context, r xmpp.RosterResult) {
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
		Account: a.addr, Address: item.Address, Name: chat.Cut(item.Name, maxName), Nick: old.Nick, Groups: item.Groups,
		Subscription: item.Subscription, Listed: true, Asked: item.Asked, Asking: old.Asking, Avatar: old.Avatar,
		LastActive: old.LastActive,
	}
	if c.Subscription&chat.SubscriptionFrom != 0 {
		c.Asking = false
	}
	return c
}

// rosterPushed takes one change of the contact list.
func (a *account) rosterPushed(ctx context.Context, s *session, push xmpp.RosterPush) {
	switch {
	case !s.roster.known:
		s.roster.waiting = append(s.roster.waiting, push)
	case push.Order <= s.roster.order: // is in the list
	case push.Item.Removed:
		a.dropContact(ctx, push.Item.Address, push.Version)
	default:
		before := a.contacts[push.Item.Address].Subscription
		a.putContact(ctx, a.merge(push.Item), push.Version)
		if push.Item.Subscription == chat.SubscriptionBoth && before&chat.SubscriptionTo == 0 {
			a.presentTo(s, push.Item.Address)
		}
	}
}

// presentTo shows a contact our presence that has just let us see its own. To what it
// publishes only those clients are told of changes whose abilities its server knows, and
// some keep them only from a presence that comes after the contact has allowed us that
// (XEP-0163 §4.3.2; ejabberd's mod_caps): the one before has been forgotten.
func (a *account) presentTo(s *session, peer chat.Address) {
	a.job(func(ctx context.Context) {
		s.attention.Lock() // what contacts see last is how it is
		defer s.attention.Unlock()
		p := a.ownPresence()
		p.To = peer
		if err := s.conn.SendPresence(ctx, p); err != nil {
			a.log.Info("presence", "err", chatError("presence", err))
		}
	})
}
