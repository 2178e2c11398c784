// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"sync"

	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// audience are the bare addresses that see our presence. Only they, our own
// account and our own server get answers to ping, disco and version. Everybody
// else gets service-unavailable, which is word for word what the server says for
// us when we are away (RFC 6121 §8.5.3.2.3): to a stranger who knows or guesses
// our full address an answer would tell that we are there.
type audience struct {
	mu  sync.Mutex
	set map[chat.Address]bool
}

func (a *audience) replace(addrs []chat.Address) {
	set := make(map[chat.Address]bool, len(addrs))
	for _, addr := range addrs {
		set[addr.Bare()] = true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set = set
}

func (a *audience) put(item RosterItem) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.set == nil {
		a.set = map[chat.Address]bool{}
	}
	if item.Removed || !sees(item.Subscription) {
		delete(a.set, item.Address)
		return
	}
	a.set[item.Address] = true
}

func (a *audience) has(addr chat.Address) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.set[addr.Bare()]
}

func sees(s chat.Subscription) bool {
	return s == chat.SubscriptionFrom || s == chat.SubscriptionBoth
}

// SetAudience says which bare addresses see our presence (subscription From or
// Both). It is needed only after Roster answered Unchanged, because then Conn
// has not seen them; lists and pushes it reads by itself.
func (c *Conn) SetAudience(addrs []chat.Address) { c.audience.replace(addrs) }

// mayAsk says whether the sender of an IQ gets an answer. A zero sender is our
// own account.
func (c *Conn) mayAsk(iq stanza.IQ) bool {
	if s := iq.From.String(); s != "" {
		from, err := chat.ParseAddress(s)
		return err == nil && (from.Bare() == c.own.Bare() || from == c.server() || c.audience.has(from))
	}
	return true
}
