// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// Selected is the conversation that is open; zero for none.
func (c *Conversations) Selected() chat.ConvID { return c.selected }

// Select opens a conversation that is in the list; the zero id closes it.
func (c *Conversations) Select(id chat.ConvID) {
	if c.selected == id {
		return
	}
	c.selected = id
	call(c.OnChange)
	if c.OnSelect != nil {
		c.OnSelect(id)
	}
}

// SelectAt opens the n-th row shown, from 0; Alt+1 is 0.
func (c *Conversations) SelectAt(n int) {
	if rows := c.Rows(); n >= 0 && n < len(rows) {
		c.Select(rows[n].ID)
	}
}

// Start opens a conversation with somebody, in the list or not.
func (c *Conversations) Start(id chat.ConvID) {
	if indexOf(c.all, id) >= 0 {
		c.Select(id)
		return
	}
	c.lane.Run(func(ctx context.Context) func() {
		err := c.src.OpenConversation(ctx, id)
		var conv chat.Conversation
		if err == nil {
			conv, err = c.src.Conversation(ctx, id)
		}
		return func() {
			c.err = asError("open conversation", err)
			if err == nil {
				// Its id is the address as servers write it, however it was typed.
				if indexOf(c.all, conv.ID) < 0 {
					c.replace(append(slices.Clone(c.all), conv))
				}
				c.Select(conv.ID)
			}
			call(c.OnChange)
		}
	})
}

// SetMuted mutes or unmutes a conversation.
func (c *Conversations) SetMuted(id chat.ConvID, on bool) {
	c.change(id, func(s *chat.ConversationSettings) { s.Muted = on })
}

// SetPinned keeps a conversation at the top, or no longer.
func (c *Conversations) SetPinned(id chat.ConvID, on bool) {
	c.change(id, func(s *chat.ConversationSettings) { s.Pinned = on })
}

func (c *Conversations) change(id chat.ConvID, set func(*chat.ConversationSettings)) {
	i := indexOf(c.all, id)
	if i < 0 {
		return
	}
	s := c.all[i].Settings
	set(&s)
	c.command("change conversation", func(ctx context.Context) error {
		return c.src.SetConversationSettings(ctx, id, s)
	})
}

// Remove takes a conversation and its messages away for good: ask before.
func (c *Conversations) Remove(id chat.ConvID) {
	c.command("remove conversation", func(ctx context.Context) error {
		return c.src.RemoveConversation(ctx, id)
	})
}

func (c *Conversations) command(op string, do func(context.Context) error) {
	c.lane.Run(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			if c.err = asError(op, err); err != nil {
				call(c.OnChange)
				return
			}
			c.Load()
		}
	})
}
