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
	secretAnswered        // to secretAsked
	secretReplied         // to secretQuestion
)

// HandleSMPEvent hears how far it has got.
func (s *session) HandleSMPEvent(e otr3.SMPEvent, _ int, question string) {
	was, event := s.secret, Event{}
	s.empty = false // no text, and no heartbeat
	switch e {
	case otr3.SMPEventAskForSecret:
		s.secret, event = secretAsked, Event{Kind: SecretAsked}
	case otr3.SMPEventAskForAnswer:
		s.secret, event = secretQuestion, Event{Kind: SecretAsked, Text: chat.Cut(clean([]byte(question)), maxQuestion)}
	case otr3.SMPEventSuccess:
		s.secret, event = secretNone, Event{Kind: SecretProven, Vouches: was == secretAsking || was == secretAnswered}
	case otr3.SMPEventFailure:
		s.secret, event = secretNone, Event{Kind: SecretFailed}
	case otr3.SMPEventAbort, otr3.SMPEventError, otr3.SMPEventCheated:
		if was == secretNone {
			return
		}
		s.secret, event = secretNone, Event{Kind: SecretAborted}
	default:
		return
	}
	s.heard = append(s.heard, event)
}

// AskSecret asks the other person for a secret that both know, with a question
// that reminds them of it, or none. What was being asked before is given up. The
// answer comes as an event: SecretProven, SecretFailed or SecretAborted. Errors:
// CodeNoSession, CodeOTREnded, CodeEmpty, CodeTooLarge.
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
	out, err := s.otr.StartAuthenticate(question, []byte(secret))
	if err != nil {
		return nil, failure(chat.EncryptionFailed, "ask for secret", chat.CodeUnknown, err)
	}
	s.secret = secretAsking
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
	out, err := s.otr.ProvideAuthenticationSecret([]byte(secret))
	if err != nil {
		s.secret = secretNone
		return nil, failure(chat.EncryptionFailed, "answer secret", chat.CodeUnknown, err)
	}
	s.secret += secretAnswered - secretAsked
	return c.cutUp(texts(out), s)
}

// AbortSecret stops asking, whoever asked; what it returns tells the other side.
func (c *Conversation) AbortSecret() []string {
	if !c.Secure() || c.current.secret == secretNone {
		return nil
	}
	c.current.secret = secretNone
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
