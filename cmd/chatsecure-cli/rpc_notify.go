// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
)

// The params of notifications.
type (
	statusNote struct {
		Account string `json:"account"`
		State   string `json:"state"`
		Error   string `json:"error"`
	}
	conversationNote struct {
		Account string `json:"account"`
		Address string `json:"address"` // "": the list of conversations itself
	}
	messageNote struct {
		Account string   `json:"account"`
		Address string   `json:"address"`
		IDs     []string `json:"ids"` // none: any message may have changed
	}
	contactNote struct {
		Account string `json:"account"`
	}
)

// rpcSubscribe begins the notifications, with the state of each account now. What
// changes from now on is told, behind the answer; asking again changes nothing.
func rpcSubscribe(_ context.Context, s *server, _ *params) (any, error) {
	var r subscribed
	s.subscribed.Do(func() {
		r.notifier = &notifier{server: s, events: s.Subscribe(), told: map[chat.Address]statusNote{}}
	})
	return r, nil
}

// subscribed is the result of subscribe.
type subscribed struct {
	notifier *notifier // nil when it was asked for before
}

// MarshalJSON is that of done.
func (subscribed) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

func (r subscribed) begin() {
	if n := r.notifier; n != nil {
		go n.run(n.lanes.ctx)
	}
}

// notifier turns events into notifications on a goroutine of its own.
type notifier struct {
	*server
	events *core.Subscription
	told   map[chat.Address]statusNote // so that a status is told when it changes
}

func (n *notifier) run(ctx context.Context) {
	defer close(n.notified)
	defer n.events.Close()
	n.accounts(ctx)
	for {
		events, err := n.events.Next(ctx)
		if err != nil {
			return // closed, or the end of the program
		}
		for _, e := range events {
			n.event(ctx, e)
		}
	}
}

func (n *notifier) event(ctx context.Context, e chat.Event) {
	switch e.Kind {
	case chat.Reload:
		n.accounts(ctx)
		n.everything(ctx)
	case chat.AccountChanged:
		n.accounts(ctx)
	case chat.ContactsChanged:
		n.notify("contact.changed", contactNote{e.Account.String()})
	case chat.ConversationsChanged, chat.ConversationChanged:
		account := e.Conv.Account
		if account.IsZero() {
			account = e.Account
		}
		n.notify("conversation.changed", conversationNote{account.String(), e.Conv.Peer.String()})
	case chat.MessagesChanged:
		note := messageNote{Account: e.Conv.Account.String(), Address: e.Conv.Peer.String(), IDs: make([]string, len(e.IDs))}
		for i, id := range e.IDs {
			note.IDs[i] = id.String()
		}
		n.notify("message.changed", note)
	case chat.TrustChanged:
		n.trust(e)
	case chat.SecretAsked:
		n.asked(ctx, e.Conv)
	}
}

// accounts tells the states that have changed; a removed account is offline.
func (n *notifier) accounts(ctx context.Context) {
	all, err := n.Accounts(ctx)
	if err != nil {
		return
	}
	there := map[chat.Address]bool{}
	for _, a := range all {
		there[a.Login.Address] = true
		o := accountOf(a)
		n.tell(a.Login.Address, statusNote{o.Account, o.State, o.Error})
	}
	for a := range n.told {
		if !there[a] {
			n.tell(a, statusNote{a.String(), chat.StateOffline.String(), ""})
			delete(n.told, a)
		}
	}
}

func (n *notifier) tell(a chat.Address, note statusNote) {
	if n.told[a] != note {
		n.told[a] = note
		n.notify("account.status", note)
	}
}

// everything says of each conversation that it may have changed.
func (n *notifier) everything(ctx context.Context) {
	all, err := n.Conversations(ctx)
	if err != nil {
		return
	}
	for _, c := range all {
		account, peer := c.ID.Account.String(), c.ID.Peer.String()
		n.notify("conversation.changed", conversationNote{account, peer})
		n.notify("message.changed", messageNote{account, peer, []string{}})
		n.notify("trust.changed", trustNote{account, peer})
		n.asked(ctx, c.ID)
	}
}
