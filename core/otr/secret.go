// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package otr

import (
	"strings"

	"github.com/coyim/otr3"

	"chatsecure.org/desktop/core/chat"
)

const (
	maxQuestion = 1000 // bytes
	maxSecret   = 1000
)

// secret is how far the two sides are with proving that they know the same (SMP).
type secret int8

const (
	secretNone     secret = iota
	secretAsking          // we have asked
	secretAsked           // the other side has
	secretQuestion        // the other side has, with a question of its choice
	secretAnswered        // to secretAsked, or with a secret that was given before the other side asked
	secretReplied         // to secretQuestion
	secretCompared        // we have asked, and the other side has answered: the two are being compared
	secretCrossed         // both have asked at the same time, and neither question counts any more
	secretCalled          // then the other side has asked again, for the same as we did
)

// ownSecret is what this side has asked for, until the other side answers: it may have to
// be asked for again, or be the answer to the same question.
type ownSecret struct {
	question, secret string
	again            bool // it has been asked for again
	stopped          bool // with secretCrossed: the other side knows that neither question counts
}

// secretIs notes how far it has got, and forgets a secret that will not be needed again.
func (s *session) secretIs(now secret) {
	s.secret = now
	if now != secretAsking && now != secretCrossed && now != secretCalled {
		s.own = ownSecret{}
	}
}

// HandleSMPEvent hears how far it has got.
func (s *session) HandleSMPEvent(e otr3.SMPEvent, _ int, question string) {
	was, now, event := s.secret, secretNone, Event{}
	s.empty = false // no text, and no heartbeat
	switch e {
	case otr3.SMPEventAskForSecret, otr3.SMPEventAskForAnswer:
		s.asks = question
		if was == secretCrossed && question == s.own.question {
			s.secretIs(secretCalled)
			return
		}
		now, event = secretAsked, Event{Kind: SecretAsked, Text: chat.Cut(clean([]byte(question)), maxQuestion)}
		if e == otr3.SMPEventAskForAnswer {
			now = secretQuestion
		}
	case otr3.SMPEventInProgress:
		if was == secretAsking {
			s.secretIs(secretCompared)
		}
		return
	case otr3.SMPEventSuccess:
		event = Event{Kind: SecretProven, Vouches: was == secretCompared || was == secretAnswered}
	case otr3.SMPEventFailure:
		event = Event{Kind: SecretFailed}
	case otr3.SMPEventAbort, otr3.SMPEventError, otr3.SMPEventCheated:
		switch {
		case was == secretNone:
			return
		case was == secretAsking && e == otr3.SMPEventError && !s.own.again:
			// The other side asks as well. Each gives up, and tells the other (state machine
			// of OTR version 3). No answer has come, or the secret would have been compared.
			now, event = secretCrossed, Event{Kind: SecretCrossed}
		case was == secretCrossed && e == otr3.SMPEventAbort && !s.own.stopped:
			s.own.stopped = true
			return
		default:
			event = Event{Kind: SecretAborted}
		}
	default:
		return
	}
	s.secretIs(now)
	s.heard = append(s.heard, event)
}

// uncross goes on where both sides have asked at the same time. Of two keys the one with
// the higher fingerprint asks again, once, when nothing of the first time is on its way any
// more. The other one's person has given the secret for the same question already, and is
// asked only where that is another.
func (c *Conversation) uncross(s *session) (reply []string) {
	var out []otr3.ValidMessage
	var err error
	own := s.own
	switch {
	case s.ended:
		s.secretIs(secretNone)
		return nil
	case s.secret == secretCalled:
		s.secretIs(secretAnswered)
		out, err = s.otr.ProvideAuthenticationSecret([]byte(own.secret))
	case s.secret == secretCrossed && own.stopped && c.cfg.Key.Fingerprint() > s.key:
		s.secretIs(secretAsking)
		s.own.again = true
		out, err = s.otr.StartAuthenticate(own.question, []byte(own.secret))
	}
	if err != nil { // the random source's
		s.secretIs(secretNone)
		s.heard = append(s.heard, Event{Kind: SecretAborted})
		return nil
	}
	return c.pieces(texts(out), s)
}

// Crossed says that both sides have asked at the same time, and it is not decided yet which
// question goes on. A program that does not know how never decides it: who waits gives up
// after a while.
func (c *Conversation) Crossed() bool { return c.Secure() && c.current.secret == secretCrossed }

// AskSecret asks the other person for a secret that both know, with a question
// that reminds them of it, or none. What was being asked before is given up, unless the
// other person asks the same: then this is the answer. What came of it is said by an event:
// SecretProven, SecretFailed or SecretAborted, and before it SecretCrossed where both sides
// ask at the same time. Errors: CodeNoSession, CodeOTREnded, CodeEmpty, CodeTooLarge.
func (c *Conversation) AskSecret(question, secret string) ([]string, error) {
	s, err := c.open("ask for secret")
	if err != nil {
		return nil, err
	}
	if err := checkSecret("ask for secret", secret); err != nil {
		return nil, err
	}
	question = strings.ReplaceAll(question, "\x00", "")
	if len(question) > maxQuestion {
		return nil, failure(chat.Input, "ask for secret", chat.CodeTooLarge, nil)
	}
	if (s.secret == secretAsked || s.secret == secretQuestion) && s.asks == question {
		return c.answer("ask for secret", s, secret, secretAnswered)
	}
	out, err := s.otr.StartAuthenticate(question, []byte(secret))
	if err != nil {
		return nil, failure(chat.EncryptionFailed, "ask for secret", chat.CodeUnknown, err)
	}
	s.secret, s.own = secretAsking, ownSecret{question: question, secret: secret}
	return c.cutUp(texts(out), s)
}

// AnswerSecret gives what SecretAsked asked for. Errors: CodeNoSession,
// CodeOTREnded, CodeEmpty, CodeTooLarge; CodeNotFound when nobody asks.
func (c *Conversation) AnswerSecret(secret string) ([]string, error) {
	s, err := c.open("answer secret")
	if err != nil {
		return nil, err
	}
	if err := checkSecret("answer secret", secret); err != nil {
		return nil, err
	}
	if s.secret != secretAsked && s.secret != secretQuestion {
		return nil, failure(chat.Input, "answer secret", chat.CodeNotFound, nil)
	}
	return c.answer("answer secret", s, secret, s.secret+secretAnswered-secretAsked)
}

func (c *Conversation) answer(op string, s *session, with string, then secret) ([]string, error) {
	out, err := s.otr.ProvideAuthenticationSecret([]byte(with))
	if err != nil {
		s.secretIs(secretNone)
		return nil, failure(chat.EncryptionFailed, op, chat.CodeUnknown, err)
	}
	s.secretIs(then)
	return c.cutUp(texts(out), s)
}

// AbortSecret stops asking, whoever asked; what it returns tells the other side.
func (c *Conversation) AbortSecret() []string {
	if !c.Secure() || c.current.secret == secretNone {
		return nil
	}
	c.current.secretIs(secretNone)
	out, err := c.current.otr.AbortAuthentication()
	if err != nil {
		return nil
	}
	all, err := c.cutUp(texts(out), c.current)
	if err != nil {
		return nil
	}
	return all
}

// Asking says whether the two sides are in the middle of it, and whether it is this
// side's turn to answer.
func (c *Conversation) Asking() (busy, ourTurn bool) {
	if !c.Secure() {
		return false, false
	}
	s := c.current.secret
	return s != secretNone, s == secretAsked || s == secretQuestion
}

func checkSecret(op, secret string) error {
	switch {
	case secret == "":
		return failure(chat.Input, op, chat.CodeEmpty, nil)
	case len(secret) > maxSecret:
		return failure(chat.Input, op, chat.CodeTooLarge, nil)
	}
	return nil
}
