// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// maxResources is how many devices of one contact are kept in mind.
const maxResources = 32

// purpleNode begins what libpurple calls itself in XEP-0115 (§4, node).
const purpleNode = "http://pidgin.im/"

// live is what is known of a contact only while we are connected.
type live struct {
	devices     map[string]device // by resource
	lastActive  time.Time         // when its last device left
	typing      chat.Typing
	typingUntil time.Time
}

type device struct {
	show     chat.Presence
	status   string
	priority int8
	idle     time.Time // since when nobody has touched it (XEP-0319); zero for not said
	purple   bool      // its program is one of libpurple's (Pidgin, Adium)
}

// liveOf returns what is known of peer, making it. The actor, holding a.mu.
func (a *account) liveOf(peer chat.Address) *live {
	l := a.live[peer]
	if l == nil {
		l = &live{devices: make(map[string]device)}
		a.live[peer] = l
	}
	return l
}

// presence fills in how reachable a contact is: as the most available of its
// devices, among equals the one with the highest priority.
func (l *live) presence(c *chat.Contact) {
	if l == nil {
		return
	}
	var best device
	for _, d := range l.devices {
		if d.show > best.show || d.show == best.show && d.priority > best.priority {
			best = d
		}
	}
	c.Presence, c.StatusText = best.show, best.status
	if !best.idle.IsZero() && best.show != chat.Unavailable {
		c.LastActive = best.idle
	}
	if best.show == chat.Unavailable && !l.lastActive.IsZero() {
		c.LastActive = l.lastActive
	}
}

// presenceCame handles a presence stanza of somebody else.
func (a *account) presenceCame(ctx context.Context, s *session, p *xmpp.Presence) {
	peer := p.From.Bare()
	if peer.IsZero() || peer == a.addr {
		return
	}
	switch p.Type {
	case "", "unavailable", "error":
		a.deviceChanged(ctx, s, peer, p)
	case "subscribe":
		a.asked(ctx, s, peer, chat.Cut(p.Nick, maxName))
	case "unsubscribe":
		a.notAsking(ctx, peer)
	case "unsubscribed":
		delete(s.asked, peer)
	}
}

// deviceChanged follows the devices of contacts, and of nobody else: whatever
// strangers send takes no memory. It is shown of those who let us see them; word
// of that may come after their first presence, for it comes by another way.
func (a *account) deviceChanged(ctx context.Context, s *session, peer chat.Address, p *xmpp.Presence) {
	c, known := a.contacts[peer]
	if !known {
		return
	}
	a.mu.Lock()
	l := a.liveOf(peer)
	var before, after chat.Contact
	l.presence(&before)
	switch {
	case p.Type == "":
		l.arrived(p)
	case l.left(p, time.Now().UTC()):
		c.LastActive = l.lastActive
	}
	l.presence(&after)
	a.mu.Unlock()
	a.otrSeen(ctx, peer, p.From, p.Type == "")
	switch {
	case c.LastActive.Sub(a.contacts[peer].LastActive) >= keepActive:
		a.putContact(ctx, c, "")
	case before.Presence != after.Presence || before.StatusText != after.StatusText:
		a.publishContact(peer)
	}
	if p.VCardPhoto != nil && p.Type == "" {
		a.pictureNews(s, peer, *p.VCardPhoto, false)
	}
}

// keepActive is how far apart two times are at which a contact left for the later
// one to be stored: who comes and goes all the time writes no database full.
const keepActive = time.Minute

// isPurple says whether a contact's program is known to be one of libpurple's.
func (a *account) isPurple(addr chat.Address) bool {
	l := a.live[addr.Bare()]
	return l != nil && l.devices[addr.Resource].purple
}

func (l *live) arrived(p *xmpp.Presence) {
	if _, known := l.devices[p.From.Resource]; known || len(l.devices) < maxResources {
		l.devices[p.From.Resource] = device{p.Show, chat.Cut(p.Status, maxStatus), p.Priority, p.Idle, strings.HasPrefix(p.Caps.Node, purpleNode)}
	}
}

// left says whether a contact is gone now, or when it went (l.lastActive). A bare
// sender speaks for all its devices: so a server tells that there is none (RFC
// 6121 §4.3.2), now or since the stamp, or that it can not be reached.
func (l *live) left(p *xmpp.Presence, now time.Time) bool {
	was := len(l.devices)
	if delete(l.devices, p.From.Resource); p.From.IsBare() {
		clear(l.devices)
	}
	if len(l.devices) > 0 {
		return false
	}
	l.typing = chat.Idle
	switch {
	case p.Type == "unavailable" && !p.Delay.IsZero():
		l.lastActive = p.Delay.UTC()
	case was > 0:
		l.lastActive = now
	default:
		return false
	}
	return true
}

// everybodyGone: without a connection nobody is known to be here.
func (a *account) everybodyGone() {
	a.mu.Lock()
	now := time.Now().UTC()
	for _, l := range a.live {
		if len(l.devices) > 0 {
			l.lastActive = now
		}
		clear(l.devices)
		l.typing = chat.Idle
	}
	a.mu.Unlock()
	a.publish(chat.Event{Kind: chat.ContactsChanged}, chat.Event{Kind: chat.ConversationsChanged})
}

// ownPresence is what we say of ourselves. Any goroutine.
func (a *account) ownPresence() xmpp.OutPresence {
	p := xmpp.OutPresence{Show: chat.Available, Idle: a.idleSince()}
	if hash := a.record().Avatar; hash != "" {
		p.Photo = &hash
	}
	return p
}
