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
	if askedOurselves(c) {
		a.letSee(ctx, s, peer)
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

func askedOurselves(c chat.Contact) bool {
	return c.Asked || c.Subscription != chat.SubscriptionNone
}

func (a *account) letSee(ctx context.Context, s *session, peer chat.Address) {
	yes := xmpp.OutPresence{To: peer, Type: "subscribed"}
	s.queue.put(outItem{stanza: xmpp.EncodePresence(yes)})
	a.note(ctx, peer, letsSee)
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
