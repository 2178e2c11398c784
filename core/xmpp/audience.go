// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"sync"

	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// audience are the bare addresses that see our presence. Only they, their servers,
// our own account and our own server get answers to ping, disco and version. (A
// contact's server passes our presence on; some ask in their own name which news
// of the contact we want, XEP-0163 §4.2.) Everybody else gets service-unavailable,
// which is word for word what the server says for us when we are away (RFC 6121
// §8.5.3.2.3): to a stranger who knows or guesses our full address an answer would
// tell that we are there.
type audience struct {
	mu  sync.Mutex
	set map[chat.Address]bool
}

// replace takes a whole contact list.
func (a *audience) replace(items []RosterItem) {
	set := make(map[chat.Address]bool, len(items))
	for _, i := range items {
		set[i.Address] = sees(i)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set = set
}

// put takes a change.
func (a *audience) put(i RosterItem) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.set == nil {
		a.set = map[chat.Address]bool{}
	}
	a.set[i.Address] = sees(i)
}

// add takes what was stored, which says nothing about who has changed since.
func (a *audience) add(addrs []chat.Address) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.set == nil {
		a.set = map[chat.Address]bool{}
	}
	for _, addr := range addrs {
		if _, known := a.set[addr.Bare()]; !known {
			a.set[addr.Bare()] = true
		}
	}
}

func (a *audience) has(addr chat.Address) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.set[addr.Bare()] || addr.Local != "" || addr.Resource != "" {
		return a.set[addr.Bare()]
	}
	for contact, sees := range a.set {
		if sees && contact.Domain == addr.Domain {
			return true
		}
	}
	return false
}

func sees(i RosterItem) bool {
	return !i.Removed && (i.Subscription == chat.SubscriptionFrom || i.Subscription == chat.SubscriptionBoth)
}

// SetAudience says which bare addresses see our presence (subscription From or
// Both). It is needed only after Roster answered Unchanged, because then Conn
// has not seen them; lists and pushes it reads by itself.
func (c *Conn) SetAudience(addrs []chat.Address) { c.audience.add(addrs) }

// mayAsk says whether the sender of an IQ gets an answer. A zero sender is our
// own account.
func (c *Conn) mayAsk(iq stanza.IQ) bool {
	if s := iq.From.String(); s != "" {
		from, err := chat.ParseAddress(s)
		return err == nil && (from.Bare() == c.own.Bare() || from == c.server() || c.audience.has(from))
	}
	return true
}
