// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// SendPresence sends our presence (RFC 6121 §4.2, §4.4, §4.5): available with
// our own caps (XEP-0115 §6.1), or Type "unavailable". The first available one
// without To makes the server deliver messages and the contacts' presences.
func (c *Conn) SendPresence(ctx context.Context, p OutPresence) error {
	if p.Type == "" {
		p.Caps = c.caps
	}
	return c.Write(ctx, EncodePresence(p))
}

// Probe asks how reachable a contact is that lets us see it (RFC 6121 §4.3): its
// server answers with the presence of each of its devices, or that there is none.
func (c *Conn) Probe(ctx context.Context, to chat.Address) error {
	return c.SendPresence(ctx, OutPresence{To: to.Bare(), Type: "probe"})
}

// Subscribe asks to see a contact's presence (RFC 6121 §3.1); our own nickname
// goes along, for the contact does not know us yet (XEP-0172 §4.1).
func (c *Conn) Subscribe(ctx context.Context, to chat.Address) error {
	return c.SendPresence(ctx, OutPresence{To: to.Bare(), Type: "subscribe", Nick: c.cfg.Nick})
}

// SubscribeInvited is Subscribe with the token of the contact's own invitation: it, or
// its server, then says yes by itself (XEP-0379 §3.4).
func (c *Conn) SubscribeInvited(ctx context.Context, to chat.Address, token string) error {
	return c.SendPresence(ctx, OutPresence{To: to.Bare(), Type: "subscribe", Nick: c.cfg.Nick, Preauth: token})
}

// Subscribed lets a contact see our presence (RFC 6121 §3.1.4), also before it
// asks where the server can keep that (§3.4).
func (c *Conn) Subscribed(ctx context.Context, to chat.Address) error {
	return c.SendPresence(ctx, OutPresence{To: to.Bare(), Type: "subscribed"})
}

// Unsubscribe no longer wants to see a contact's presence (RFC 6121 §3.3).
func (c *Conn) Unsubscribe(ctx context.Context, to chat.Address) error {
	return c.SendPresence(ctx, OutPresence{To: to.Bare(), Type: "unsubscribe"})
}

// Unsubscribed refuses, or no longer lets, a contact see our presence (RFC 6121
// §3.2).
func (c *Conn) Unsubscribed(ctx context.Context, to chat.Address) error {
	return c.SendPresence(ctx, OutPresence{To: to.Bare(), Type: "unsubscribed"})
}
