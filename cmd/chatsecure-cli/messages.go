// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"io"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// textLimit is the most that is read as one message from standard input.
const textLimit = 4 << 20

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
