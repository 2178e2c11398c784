// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"math"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// pageSize is how many messages are read at once.
const pageSize = 250

// toldObject is a message as a page of its conversation tells it.
type toldObject struct {
	messageObject
	// GapBefore: before it messages are missing that the server's archive may have.
	GapBefore bool `json:"gap_before"`
}

func history(ctx context.Context, c *call) error {
	peer, err := peerAddress(c.operands[0])
	if err != nil {
		return usageError(err.Error())
	}
	return c.with(ctx, func(s *session) error {
		account, err := s.accountFor(ctx, c.account, peer)
		if err != nil {
			return err
		}
		c.sync = c.sync || c.older
		if err := c.catchUp(ctx, s, account); err != nil {
			return err
		}
		conv := chat.ConvID{Account: account, Peer: peer}
		before, err := s.place(ctx, conv, c.before)
		if err != nil {
			return err
		}
		if c.older {
			if err := c.loadOlder(ctx, s, conv, before); err != nil {
				return err
			}
		}
		t := teller{printer: c.printer}
		if c.limit == 0 {
			return s.eachPage(ctx, conv, before, t.tell)
		}
		rows, _, err := s.lastMessages(ctx, conv, before, c.limit)
		for _, m := range rows {
			t.tell(m)
		}
		return err
	})
}

// loadOlder fetches what was said before all that is here: as much as --limit asks for
// before a place, or all.
func (c *call) loadOlder(ctx context.Context, s *session, conv chat.ConvID, before chat.Cursor) error {
	ctx, cancel := c.limited(ctx)
	defer cancel()
	for more := true; more; {
		if c.limit > 0 {
			if _, enough, err := s.lastMessages(ctx, conv, before, c.limit); err != nil || enough {
				return err
			}
		}
		var err error
		if more, err = s.LoadOlder(ctx, conv); err != nil {
			return err
		}
	}
	return nil
}

// readUpTo says that the person has seen a conversation, up to a message or all of it,
// and waits until others know it.
func readUpTo(ctx context.Context, c *call) error {
	peer, err := peerAddress(c.operands[0])
	if err != nil {
		return usageError(err.Error())
	}
	var id chat.MsgID
	if len(c.operands) > 1 {
		if err := setID(&id, c.operands[1]); err != nil {
			return err
		}
	}
	return c.with(ctx, func(s *session) error {
		ctx, cancel := c.limited(ctx)
		defer cancel()
		account, err := s.accountFor(ctx, c.account, peer)
		if err != nil {
			return err
		}
		conv := chat.ConvID{Account: account, Peer: peer}
		if _, err := s.place(ctx, conv, id); err != nil {
			return err
		}
		if err := s.markRead(ctx, conv, id); err != nil {
			return err
		}
		if err := s.online(ctx, account); err != nil {
			return saidError{text("stored-online", "reason", words(err)), err}
		}
		if err := s.ToldRead(ctx, account); err != nil {
			return saidError{text("stored-later", "reason", words(err)), err}
		}
		now, err := s.Conversation(ctx, conv)
		if err != nil {
			return err
		}
		c.say(readObject{account.String(), peer.String(), now.Unread}, "read", "count", now.Unread)
		return nil
	})
}

// readObject says what nobody has read yet after some was.
type readObject struct {
	Account string `json:"account"`
	Address string `json:"address"`
	Unread  int    `json:"unread"`
}

// markRead marks a conversation as read up to a message; 0 is the newest.
func (s *session) markRead(ctx context.Context, conv chat.ConvID, id chat.MsgID) error {
	if id == 0 {
		newest, err := s.Page(ctx, conv, 0, 1)
		if err != nil || len(newest) == 0 {
			return err
		}
		id = newest[0].ID
	}
	return s.MarkRead(ctx, conv, id)
}

// place is the cursor of a message of conv; the end for no id.
func (s *session) place(ctx context.Context, conv chat.ConvID, id chat.MsgID) (chat.Cursor, error) {
	if id == 0 {
		return 0, nil
	}
	found, err := s.Messages(ctx, []chat.MsgID{id})
	if err != nil {
		return 0, err
	}
	if len(found) == 0 || found[0].Conv != conv {
		return 0, refused(chat.CodeNotFound, "no-message", "id", id)
	}
	return found[0].Cursor, nil
}

// lastMessages are the rows of the n newest messages before a place, oldest first, and
// whether there are older messages. Rows of gaps are no messages: they come with those
// that they stand before.
func (s *session) lastMessages(ctx context.Context, conv chat.ConvID, before chat.Cursor, n int) (rows []chat.Message, more bool, err error) {
	count := 0
	for count <= n {
		page, err := s.Page(ctx, conv, before, min(pageSize, n+1-count))
		if err != nil {
			return nil, false, err
		}
		if len(page) == 0 {
			return rows, false, nil
		}
		for _, m := range page {
			if m.Kind != chat.KindGap {
				count++
			}
		}
		rows = append(slices.Clip(page), rows...)
		before = page[0].Cursor
	}
	first := slices.IndexFunc(rows, func(m chat.Message) bool { return m.Kind != chat.KindGap })
	return rows[first+1:], true, nil
}

// tolds are the messages of a page, and before which of them others are missing. A gap
// at the page's end is told with the message after it, which is on another page.
func tolds(rows []chat.Message) []toldObject {
	all := make([]toldObject, 0, len(rows))
	gap := false
	for _, m := range rows {
		if m.Kind == chat.KindGap {
			gap = true
			continue
		}
		all = append(all, toldObject{objectOf(m), gap})
		gap = false
	}
	return all
}

// teller prints a conversation, oldest first.
type teller struct {
	*printer
	gap bool // something is missing before the next message
}

func (t *teller) tell(m chat.Message) {
	switch {
	case !t.json:
		t.message(m)
	case m.Kind == chat.KindGap:
		t.gap = true
	default:
		t.value(toldObject{objectOf(m), t.gap})
		t.gap = false
	}
}

// eachPage gives each row before a place to do, oldest first. It reads
// forward, so that it holds one page whatever the conversation's length.
func (s *session) eachPage(ctx context.Context, conv chat.ConvID, before chat.Cursor, do func(chat.Message)) error {
	after := chat.Cursor(math.MinInt64) // before all: zero would be the end
	for {
		page, err := s.PageAfter(ctx, conv, after, pageSize)
		if err != nil {
			return err
		}
		for _, m := range page {
			if before != 0 && m.Cursor >= before {
				return nil
			}
			do(m)
		}
		if len(page) < pageSize {
			return nil
		}
		after = page[len(page)-1].Cursor
	}
}
