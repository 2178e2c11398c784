// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
)

// onMessage runs do with the message that the command names, and then sends what
// came of it, if the account can be reached in the time given. Without a connection
// it is sent later.
func (c *call) onMessage(ctx context.Context, online bool, do func(ctx context.Context, s *session, conv chat.ConvID, id chat.MsgID) error) error {
	peer, err := peerAddress(c.operands[0])
	if err != nil {
		return usageError(err.Error())
	}
	id, err := chat.ParseMsgID(c.operands[1])
	if err != nil {
		return wrongUse("no-message-id", "value", c.operands[1])
	}
	return c.with(ctx, func(s *session) error {
		limit, cancel := c.limited(ctx)
		defer cancel()
		account, err := s.accountFor(ctx, c.account, peer)
		if err != nil {
			return err
		}
		if err := do(ctx, s, chat.ConvID{Account: account, Peer: peer}, id); err != nil || !online {
			return err
		}
		if err := s.online(limit, account); err != nil {
			return saidError{text("stored-online", "reason", words(err)), err}
		}
		if err := s.Sent(limit, account); err != nil {
			return saidError{text("stored-later", "reason", words(err)), err}
		}
		return s.said(ctx, c, id)
	})
}

// said prints a message as it is after a change was sent; the error says why it, or the
// change, was not sent after all.
func (s *session) said(ctx context.Context, c *call, id chat.MsgID) error {
	found, err := s.Messages(ctx, []chat.MsgID{id})
	switch {
	case err != nil || len(found) == 0: // it was taken back before anybody saw it
		return err
	case found[0].Status == chat.Failed:
		return s.notSent(ctx, found[0])
	case found[0].Kind == chat.KindText && found[0].Error != "":
		return saidError{text("change-not-sent", "reason", s.whyNot(ctx, found[0])), &chat.Error{Kind: chat.Rejected, Op: "change", Code: found[0].Error}}
	}
	c.message(found[0])
	return nil
}

func correct(ctx context.Context, c *call) error {
	body, err := c.text(c.operands[2])
	if err != nil {
		return err
	}
	return c.onMessage(ctx, true, func(ctx context.Context, s *session, conv chat.ConvID, id chat.MsgID) error {
		return s.Correct(ctx, conv, id, body)
	})
}

func retract(ctx context.Context, c *call) error {
	return c.onMessage(ctx, true, func(ctx context.Context, s *session, conv chat.ConvID, id chat.MsgID) error {
		return s.Retract(ctx, conv, id)
	})
}

func react(ctx context.Context, c *call) error {
	return c.onMessage(ctx, true, func(ctx context.Context, s *session, conv chat.ConvID, id chat.MsgID) error {
		return s.React(ctx, conv, id, c.operands[2:])
	})
}

func retry(ctx context.Context, c *call) error {
	choice, err := encryption(c.encryption)
	if err != nil {
		return err
	}
	return c.onMessage(ctx, true, func(ctx context.Context, s *session, conv chat.ConvID, id chat.MsgID) error {
		return again(ctx, s.Client, conv, id, c.encryption != "", choice)
	})
}

// again sends a failed message again, as before or in another way.
func again(ctx context.Context, c *core.Client, conv chat.ConvID, id chat.MsgID, other bool, choice chat.EncryptionChoice) error {
	if other {
		return c.RetryAs(ctx, conv, id, choice)
	}
	return c.Retry(ctx, conv, id)
}

func deleteMessage(ctx context.Context, c *call) error {
	return c.onMessage(ctx, false, func(ctx context.Context, s *session, conv chat.ConvID, id chat.MsgID) error {
		if err := s.DeleteMessage(ctx, conv, id); err != nil {
			return err
		}
		c.say(map[string]string{"id": id.String()}, "deleted")
		return nil
	})
}
