// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"io"
	"math"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

const (
	// pageSize is how many messages are read at once.
	pageSize = 250
	// textLimit is the most that is read as one message from standard input.
	textLimit = 4 << 20
)

// encryption reads how a message shall travel; "" is auto.
func encryption(how string) (chat.EncryptionChoice, error) {
	if how == "" {
		return chat.ChoiceAuto, nil
	}
	choice, ok := chat.ParseEncryptionChoice(how)
	if !ok {
		return choice, wrongUse("choice", "value", how, "choices", "auto, omemo, otr, none")
	}
	return choice, nil
}

func send(ctx context.Context, c *call) error {
	peer, err := bareAddress(c.operands[0])
	if err != nil {
		return usageError(err.Error())
	}
	choice, err := encryption(c.encryption)
	if err != nil {
		return err
	}
	body, err := c.text(c.operands[1])
	if err != nil {
		return err
	}
	until := chat.Sent
	if c.untilSet {
		until = c.until
	}
	return c.with(ctx, func(s *session) error {
		limit, cancel := c.limited(ctx)
		defer cancel()
		account, err := s.accountFor(ctx, c.account, peer)
		if err != nil {
			return err
		}
		events := s.Subscribe()
		defer events.Close()
		conv := chat.ConvID{Account: account, Peer: peer}
		id, err := s.SendText(ctx, conv, body, chat.SendOptions{ReplyTo: c.replyTo, Encryption: choice})
		if err != nil {
			return err
		}
		m, err := s.await(limit, account, id, until)
		if err != nil && ctx.Err() != nil {
			return ctx.Err() // a signal: the message is stored
		}
		if err != nil {
			return err
		}
		c.row(objectOf(m), m.ID.String()+"  "+m.Status.String())
		return nil
	})
}

// text is the message to send.
func (c *call) text(operand string) (string, error) {
	if operand != "-" {
		return operand, nil
	}
	b, err := io.ReadAll(io.LimitReader(c.in, textLimit+1))
	switch {
	case err != nil:
		return "", refused(chat.CodeUnknown, "option", "option", text("standard-input"), "reason", err)
	case len(b) > textLimit:
		return "", refused(chat.CodeTooLarge, "text-long")
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"), nil
}

// await connects the account and waits until a message has come as far as
// wanted. The message is stored already: what goes wrong is told with what will
// become of it.
func (s *session) await(ctx context.Context, account chat.Address, id chat.MsgID, until chat.Status) (chat.Message, error) {
	if until > chat.Queued {
		if err := s.online(ctx, account); err != nil {
			return chat.Message{}, saidError{text("message-stored", "reason", words(err)), err}
		}
	}
	events := s.Subscribe()
	defer events.Close()
	for {
		found, err := s.Messages(ctx, []chat.MsgID{id})
		if err == nil && len(found) == 0 {
			err = refused(chat.CodeNotFound, "message-gone")
		}
		if err != nil && ctx.Err() == nil {
			return chat.Message{}, err
		}
		if len(found) == 1 {
			switch m := found[0]; {
			case m.Status == chat.Failed:
				return m, s.notSent(ctx, m)
			case m.Status >= until:
				return m, nil
			}
		}
		if _, err := events.Next(ctx); err != nil {
			if len(found) == 1 && found[0].Status >= chat.Sent {
				return found[0], saidError{text("message-not-until", "status", found[0].Status, "until", until), err}
			}
			return chat.Message{}, saidError{text("message-queued", "until", until), err}
		}
	}
}

// notSent says why a message failed.
func (s *session) notSent(ctx context.Context, m chat.Message) error {
	return saidError{text("message-not-sent", "reason", s.whyNot(ctx, m)), &chat.Error{Kind: chat.Rejected, Op: "send", Code: m.Error}}
}

// whyNot is why a message failed, or a change of it.
func (s *session) whyNot(ctx context.Context, m chat.Message) string {
	state, err := s.Encryption(ctx, m.Conv)
	why := stopWords(m.Error, err == nil && state.Required)
	if m.ErrorText != "" {
		why = text("server-says", "text", why, "words", m.ErrorText)
	}
	return why
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
		if err := c.catchUp(ctx, s, account); err != nil {
			return err
		}
		conv := chat.ConvID{Account: account, Peer: peer}
		before, err := s.place(ctx, conv, c.before)
		if err != nil {
			return err
		}
		if c.limit == 0 {
			return s.eachPage(ctx, conv, before, c.message)
		}
		all, _, err := s.lastMessages(ctx, conv, before, c.limit)
		for _, m := range all {
			c.message(m)
		}
		return err
	})
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

// lastMessages are the n newest messages before a place, oldest first, and
// whether there are older ones.
func (s *session) lastMessages(ctx context.Context, conv chat.ConvID, before chat.Cursor, n int) ([]chat.Message, bool, error) {
	var all []chat.Message
	for len(all) <= n {
		page, err := s.Page(ctx, conv, before, min(pageSize, n+1-len(all)))
		if err != nil {
			return nil, false, err
		}
		if len(page) == 0 {
			return all, false, nil
		}
		all = append(slices.Clip(page), all...)
		before = page[0].Cursor
	}
	return all[len(all)-n:], true, nil
}

// eachPage gives each message before a place to do, oldest first. It reads
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
