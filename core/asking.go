// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// maxAsking is how many strangers may ask to become contacts at a time.
const maxAsking = 200

// asked: somebody wants to become a contact (RFC 6121 §3.1.3). Whom we asked
// ourselves may at once.
func (a *account) asked(ctx context.Context, s *session, peer chat.Address, nick string) {
	delete(s.askers, peer)
	c := a.contact(peer)
	// What the list says may be late: it comes by another way.
	if s.asked[peer] || c.Asked || c.Subscription != chat.SubscriptionNone {
		yes := xmpp.OutPresence{To: peer, Type: "subscribed"}
		s.queue.put(outItem{stanza: xmpp.EncodePresence(yes)})
		a.note(ctx, peer, letsSee)
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

// expectAskers: the server asks again, after each login, for everybody whom we have
// not answered (RFC 6121 §3.1.3).
func (a *account) expectAskers(s *session) {
	s.askers = make(map[chat.Address]bool)
	for addr, c := range a.contacts {
		if c.Asking {
			s.askers[addr] = true
		}
	}
}

// askersCame: who has not asked again was answered on another device.
func (a *account) askersCame(ctx context.Context, s *session) {
	for addr := range s.askers {
		a.notAsking(ctx, addr)
	}
	s.askers = nil
}

// askingCount is for the actor, askingNow for any goroutine.
func (a *account) askingCount() (n int) {
	for _, c := range a.contacts {
		if c.Asking {
			n++
		}
	}
	return n
}

func (a *account) askingNow() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.askingCount()
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
