// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// typingLasts is how long a contact types at most without saying so again: a
// client that vanished must not type for ever.
const typingLasts = 45 * time.Second

// typingNews is a chat state that came in.
type typingNews struct {
	from  chat.Address
	state chat.Typing
}

// theirTyping shows what contacts are doing, and sees to it that it ends.
func (a *account) theirTyping(now time.Time, news []typingNews) {
	for _, n := range news {
		if _, known := a.contacts[n.from]; known {
			a.changeTyping(n.from, n.state, now.Add(typingLasts))
		}
	}
	a.scheduleTyping(now)
}

func (a *account) changeTyping(peer chat.Address, state chat.Typing, until time.Time) {
	a.mu.Lock()
	l := a.liveOf(peer)
	same := l.typing == state
	l.typing, l.typingUntil = state, until
	a.mu.Unlock()
	if !same {
		a.publishContact(peer)
	}
}

// scheduleTyping wakes the actor when the first typing is over by itself.
func (a *account) scheduleTyping(now time.Time) {
	var next time.Time
	for _, l := range a.live {
		if l.typing != chat.Idle && (next.IsZero() || l.typingUntil.Before(next)) {
			next = l.typingUntil
		}
	}
	if a.typingTime != nil {
		a.typingTime.Stop()
		a.typingTime = nil
	}
	if !next.IsZero() {
		a.typingTime = time.AfterFunc(next.Sub(now), func() { a.box.post(a.endTyping) })
	}
}

func (a *account) endTyping(context.Context) {
	now := time.Now().UTC()
	for peer, l := range a.live {
		if l.typing != chat.Idle && !now.Before(l.typingUntil) {
			a.changeTyping(peer, chat.Idle, now)
		}
	}
	a.scheduleTyping(now)
}

// SetTyping tells the other side what the person is doing, if the person allows
// that and the other side is a contact who is here. It is not stored.
func (c *Client) SetTyping(_ context.Context, conv chat.ConvID, state chat.Typing) error {
	a, conv, err := c.conversationAccount("send typing", conv)
	if err != nil {
		return err
	}
	a.box.post(func(context.Context) { a.sendTyping(conv.Peer, state) })
	return nil
}

func (a *account) sendTyping(peer chat.Address, state chat.Typing) {
	if a.session == nil || a.online == nil || a.ourTyping[peer] == state || !a.client.prefs.typing.Load() {
		return
	}
	if !a.seesUs(peer) || a.contact(peer).Presence == chat.Unavailable {
		return
	}
	a.ourTyping[peer] = state
	typing := xmpp.OutMessage{To: peer, Type: "chat", ID: newID(), ChatState: &state}
	a.session.queue.put(outItem{stanza: xmpp.EncodeMessage(typing), only: &a.client.prefs.typing})
}
