// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/otr"
)

// StartOTR asks the contact's program for an OTR session, or for a new one in the place
// of the one that is open. It does not wait for the answer: the conversation says when
// there is one (Encryption, and a notice). The error is of kind Offline, or has
// CodeUnsupported, or CodeNoSession where OTR is switched off or the contact is away, or
// CodePolicyEncryption.
func (c *Client) StartOTR(ctx context.Context, conv chat.ConvID) error {
	const op = "start session"
	return c.onTalk(ctx, op, conv, func(_ context.Context, a *account, t *talk) error {
		if key, forbidden := c.held().forbids(chat.ChoiceOTR); forbidden {
			return c.held().refuse(chat.Input, op, chat.CodePolicyEncryption, key)
		}
		if a.client.prefs.otrPolicy() == otr.Never {
			return failed(chat.Input, op, chat.CodeNoSession, nil)
		}
		t.begun = true
		for _, s := range t.sides {
			if !s.Secure() {
				s.End() // it may have been ended by the other side: that is over now
			}
		}
		if s := t.open(); s != nil {
			a.owe(s.begin()...)
			return nil
		}
		t.stopWaiting()
		t.wait.gaveUp = time.Time{}
		way := a.await(t)
		a.releaseHeld()
		if way.code != "" {
			return failed(chat.EncryptionFailed, op, way.code, nil)
		}
		return nil
	})
}

// EndOTR ends the sessions with a contact, and tells it. The error is of kind Offline,
// or has CodeNoSession.
func (c *Client) EndOTR(ctx context.Context, conv chat.ConvID) error {
	const op = "end session"
	return c.onTalk(ctx, op, conv, func(ctx context.Context, a *account, t *talk) error {
		over := false
		a.beside(ctx, func(p *arrivals) {
			for _, s := range t.sides {
				if s.Their() != "" {
					over = true
					a.notice(p, t, chat.CodeOTREnded, s.Their())
				}
				a.end(s)
			}
		})
		if !over {
			return failed(chat.EncryptionFailed, op, chat.CodeNoSession, nil)
		}
		return nil
	})
}

// AskSecret asks the other person for a secret that both know, with a question that
// reminds them of it, or "". Where the other person asks the same, before or at the same
// time, it is the answer. A notice says what came of it. The error is of kind Offline, or
// has CodeNoSession, CodeOTREnded, CodeEmpty or CodeTooLarge.
func (c *Client) AskSecret(ctx context.Context, conv chat.ConvID, question, secret string) error {
	const op = "ask for secret"
	return c.onTalk(ctx, op, conv, func(_ context.Context, a *account, t *talk) error {
		s, err := t.session(op)
		if err != nil {
			return err
		}
		texts, err := s.AskSecret(question, secret)
		if err == nil {
			s.asking, s.asked, s.question = true, false, ""
			a.owe(otrItems(s.addr, texts)...)
		}
		return err
	})
}

// AnswerSecret gives the secret for which the other side asks. The error is that of
// AskSecret, or has CodeNotFound where nobody asks.
func (c *Client) AnswerSecret(ctx context.Context, conv chat.ConvID, secret string) error {
	const op = "answer secret"
	return c.onTalk(ctx, op, conv, func(_ context.Context, a *account, t *talk) error {
		s, err := t.session(op)
		if err != nil {
			return err
		}
		texts, err := s.AnswerSecret(secret)
		if err == nil {
			s.asking, s.asked, s.question = true, false, ""
			a.owe(otrItems(s.addr, texts)...)
		}
		return err
	})
}

// AbortSecret stops asking for the secret, or does not answer. The error is of kind
// Offline, or has CodeNoSession or CodeOTREnded.
func (c *Client) AbortSecret(ctx context.Context, conv chat.ConvID) error {
	const op = "abort secret"
	return c.onTalk(ctx, op, conv, func(_ context.Context, a *account, t *talk) error {
		s, err := t.session(op)
		if err != nil {
			return err
		}
		s.asking, s.asked, s.question = false, false, ""
		a.owe(otrItems(s.addr, s.AbortSecret())...)
		return nil
	})
}

// session is the side with which one is open.
func (t *talk) session(op string) (*side, error) {
	switch s := t.open(); {
	case s != nil:
		return s, nil
	case t.ended():
		return nil, failed(chat.EncryptionFailed, op, chat.CodeOTREnded, nil)
	}
	return nil, failed(chat.EncryptionFailed, op, chat.CodeNoSession, nil)
}

// onTalk lets the actor do what, while the account is connected.
func (c *Client) onTalk(ctx context.Context, op string, conv chat.ConvID, what func(context.Context, *account, *talk) error) error {
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return err
	}
	switch {
	case !otr.Available:
		return failed(chat.Input, op, chat.CodeUnsupported, nil)
	case conv.Peer == a.addr:
		return failed(chat.Input, op, chat.CodeOwnAddress, nil)
	}
	if _, err := a.usable(op); err != nil {
		return err
	}
	var failure error
	if err := a.do(ctx, func(ctx context.Context) {
		t := a.talkWith(conv.Peer)
		failure = what(ctx, a, t)
		a.showTalk(t)
	}); err != nil {
		return asError(op, err)
	}
	return asError(op, failure)
}

// end ends a session and tells the other side.
func (a *account) end(s *side) {
	a.owe(otrItems(s.addr, s.End())...)
	s.asked, s.asking, s.question, s.doubtful = false, false, "", false
}

// endTalks ends all sessions, behind everything that was to be sent in them: the
// account is about to leave, and takes them with it.
func (a *account) endTalks() {
	if a.session == nil || a.leaving() || len(a.otr.talks) == 0 {
		return
	}
	a.flushOutbox(a.ctx)
	for _, t := range a.otr.talks {
		t.stopWaiting()
		for _, s := range t.sides {
			a.end(s)
		}
		a.showTalk(t)
	}
	a.otr.left = a.session
}
