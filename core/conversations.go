// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// conversationAccount checks that conv can be one: an account of ours and a bare
// address.
func (c *Client) conversationAccount(op string, conv chat.ConvID) (*account, chat.ConvID, error) {
	conv = chat.ConvID{Account: Canonical(conv.Account.Bare()), Peer: Canonical(conv.Peer.Bare())}
	if conv.Peer.IsZero() {
		return nil, conv, failed(chat.Input, op, chat.CodeAddress, nil)
	}
	a, err := c.account(op, conv.Account)
	return a, conv, err
}

// Conversations returns the conversation list, pinned first, then the newest.
func (c *Client) Conversations(ctx context.Context) ([]chat.Conversation, error) {
	rows, err := c.db.Conversations(ctx)
	if err != nil {
		return nil, asError("list conversations", err)
	}
	for i := range rows {
		c.fill(&rows[i])
	}
	return rows, nil
}

// Conversation returns one row of the list; an error with CodeNotFound if there
// is none.
func (c *Client) Conversation(ctx context.Context, conv chat.ConvID) (chat.Conversation, error) {
	const op = "read conversation"
	row, ok, err := c.db.Conversation(ctx, conv)
	if err != nil {
		return chat.Conversation{}, asError(op, err)
	}
	if !ok {
		return chat.Conversation{}, failed(chat.Input, op, chat.CodeNotFound, nil)
	}
	c.fill(&row)
	return row, nil
}

// fill adds what the database does not know.
func (c *Client) fill(row *chat.Conversation) {
	row.Contact.Account, row.Contact.Address = row.ID.Account, row.ID.Peer
	a, err := c.account("", row.ID.Account)
	if err != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	row.Contact = a.contactLocked(row.ID.Peer)
	if l := a.live[row.ID.Peer]; l != nil {
		row.Typing = l.typing
	}
}

// OpenConversation makes the conversation be in the list.
func (c *Client) OpenConversation(ctx context.Context, conv chat.ConvID) error {
	const op = "open conversation"
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return err
	}
	created, err := c.db.EnsureConversation(ctx, conv)
	if err != nil {
		return asError(op, err)
	}
	if created {
		a.discovered(conv)
	}
	return nil
}

// RemoveConversation deletes a conversation with its messages from this computer.
// What of it waits to be sent is not sent, unless it is being written already.
func (c *Client) RemoveConversation(ctx context.Context, conv chat.ConvID) error {
	const op = "remove conversation"
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return err
	}
	a.forget(func(_ chat.MsgID, of chat.ConvID) bool { return of == conv })
	if err := c.db.RemoveConversation(ctx, conv); err != nil {
		a.box.post(a.fillAgain)
		a.publish(chat.Event{Kind: chat.Reload}) // some of it may be gone
		return asError(op, err)
	}
	a.mu.Lock()
	delete(a.known, conv)
	a.mu.Unlock()
	a.publish(chat.Event{Kind: chat.ConversationsChanged})
	return nil
}

// SetConversationSettings stores the person's choices for a conversation.
func (c *Client) SetConversationSettings(ctx context.Context, conv chat.ConvID, s chat.ConversationSettings) error {
	return c.change(ctx, "change conversation", conv, chat.ConversationsChanged, func(conv chat.ConvID) (bool, error) {
		return true, c.db.SetConversationSettings(ctx, conv, s)
	})
}

// SetDraft stores what the person has typed and not sent; "" for nothing.
func (c *Client) SetDraft(ctx context.Context, conv chat.ConvID, text string) error {
	return c.change(ctx, "store draft", conv, chat.ConversationChanged, func(conv chat.ConvID) (bool, error) {
		return true, c.db.SetDraft(ctx, conv, text)
	})
}

// change does something to a conversation's row and says that it has changed.
func (c *Client) change(ctx context.Context, op string, conv chat.ConvID, kind chat.EventKind, do func(chat.ConvID) (bool, error)) error {
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return err
	}
	changed, err := do(conv)
	if err != nil {
		return asError(op, err)
	}
	if changed {
		a.publish(chat.Event{Kind: kind, Conv: conv})
	}
	return nil
}

// DeleteMessage deletes a message from this computer. One that waits to be sent is
// not sent, unless it is being written already.
func (c *Client) DeleteMessage(ctx context.Context, conv chat.ConvID, id chat.MsgID) error {
	const op = "delete message"
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return err
	}
	if err := c.belongs(ctx, op, conv, id); err != nil {
		return err
	}
	a.forget(func(of chat.MsgID, _ chat.ConvID) bool { return of == id })
	if _, err := c.db.DeleteMessage(ctx, id); err != nil {
		a.box.post(a.fillAgain)
		return asError(op, err)
	}
	a.publishMessages(conv, id)
	return nil
}

// belongs wants a message to be one of a conversation.
func (c *Client) belongs(ctx context.Context, op string, conv chat.ConvID, id chat.MsgID) error {
	found, err := c.db.Messages(ctx, []chat.MsgID{id})
	if err == nil && (len(found) == 0 || found[0].Conv != conv) {
		err = failed(chat.Input, op, chat.CodeNotFound, nil)
	}
	return asError(op, err)
}

// Page returns the n messages before a place, oldest first; before zero the newest.
func (c *Client) Page(ctx context.Context, conv chat.ConvID, before chat.Cursor, n int) ([]chat.Message, error) {
	page, err := c.db.Page(ctx, conv, before, n)
	return page, asError("read messages", err)
}

// PageAfter returns the n messages after a place, oldest first.
func (c *Client) PageAfter(ctx context.Context, conv chat.ConvID, after chat.Cursor, n int) ([]chat.Message, error) {
	page, err := c.db.PageAfter(ctx, conv, after, n)
	return page, asError("read messages", err)
}

// Messages returns those of the messages that still are there.
func (c *Client) Messages(ctx context.Context, ids []chat.MsgID) ([]chat.Message, error) {
	messages, err := c.db.Messages(ctx, ids)
	return messages, asError("read messages", err)
}

// Search finds messages, newest first.
func (c *Client) Search(ctx context.Context, q chat.SearchQuery) ([]chat.Message, error) {
	messages, err := c.db.Search(ctx, q)
	return messages, asError("search", err)
}

// discovered notes that a conversation is there, and says so if that is new. Any
// goroutine.
func (a *account) discovered(conv chat.ConvID) {
	a.mu.Lock()
	_, old := a.known[conv]
	a.known[conv] = struct{}{}
	a.mu.Unlock()
	if !old {
		a.publish(chat.Event{Kind: chat.ConversationsChanged})
	}
}

// publishMessages says that messages are new, changed or gone. Any goroutine.
func (a *account) publishMessages(conv chat.ConvID, ids ...chat.MsgID) {
	a.publish(
		chat.Event{Kind: chat.MessagesChanged, Conv: conv, IDs: ids},
		chat.Event{Kind: chat.ConversationChanged, Conv: conv},
	)
}
