// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// stateObject is what would happen to a message that is sent now.
type stateObject struct {
	Account  string      `json:"account"`
	Address  string      `json:"address"` // "": the account itself
	Choice   string      `json:"choice"`
	Level    string      `json:"level"`
	OwnLevel bool        `json:"own_level"`
	Now      string      `json:"now"`
	Unsure   bool        `json:"unsure"`
	Required bool        `json:"required"`
	Was      bool        `json:"was"`
	Lock     string      `json:"lock"`
	Error    string      `json:"error"` // why a message can not be sent; "" where it can
	CanOTR   bool        `json:"can_otr"`
	CanOMEMO bool        `json:"can_omemo"`
	OTROpen  bool        `json:"otr_open"`
	OTR      int         `json:"otr_version"` // 2 or 3; 0 while no session is open
	Asked    bool        `json:"asked"`
	Question string      `json:"question"`
	Waiting  bool        `json:"waiting"`
	Readers  []keyObject `json:"readers"`
	Skipped  []keyObject `json:"skipped"`
}

func stateOf(conv chat.ConvID, s chat.EncryptionState) stateObject {
	return stateObject{
		Account: conv.Account.String(), Address: conv.Peer.String(), Choice: s.Choice.String(), Level: s.Level.String(), OwnLevel: s.OwnLevel,
		Now: s.Now.String(), Unsure: s.Unsure, Required: s.Required, Was: s.Was, Lock: s.Lock.String(), Error: string(s.Code),
		CanOTR: s.CanOTR, CanOMEMO: s.CanOMEMO, OTROpen: s.OTROpen, OTR: s.OTRVersion, Asked: s.Asked, Question: s.Question, Waiting: s.Waiting,
		Readers: keyObjects(s.Readers), Skipped: keyObjects(s.Skipped),
	}
}

// stateLine is the same for people.
func stateLine(s chat.EncryptionState) string {
	facts := []string{text("now." + s.Now.String())}
	switch {
	case s.Code != "":
		facts = []string{text("now.stopped", "reason", stopWords(s.Code, s.Required))}
	case s.Unsure:
		facts[0] = list("list", facts[0], text("now.unsure"))
	case s.Lock == chat.LockVerified:
		facts[0] = list("list", facts[0], text("now.verified"))
	case s.Lock == chat.LockWarning:
		facts = append(facts, text("now.key-changed"))
	}
	facts = append(facts, text("choice-is", "choice", s.Choice), text("level-is", "level", s.Level))
	if s.Required {
		facts = append(facts, text("required"))
	}
	return list("list-strong", facts...)
}

// levelLine is the same of an account.
func levelLine(s chat.EncryptionState) string {
	if s.Required {
		return list("list-strong", text("level-is", "level", s.Level), text("required"))
	}
	return text("level-is", "level", s.Level)
}

// stateNow is how messages of a conversation travel; of an account what counts where a
// conversation has nothing of its own.
func stateNow(ctx context.Context, s *session, conv chat.ConvID) (chat.EncryptionState, error) {
	if !conv.Peer.IsZero() {
		return s.Encryption(ctx, conv)
	}
	own, err := s.Encryption(ctx, chat.ConvID{Account: conv.Account, Peer: conv.Account})
	return chat.EncryptionState{Level: own.Level, Required: own.Required}, err
}

// about is the conversation that a command about encryption means: with the address
// of an account the account itself, for all its conversations.
func (s *session) about(ctx context.Context, named, address chat.Address) (chat.ConvID, error) {
	if a, err := s.account(ctx, address); err == nil && (named.IsZero() || named == address) {
		return chat.ConvID{Account: a.Login.Address}, nil
	}
	account, err := s.accountFor(ctx, named, address)
	return chat.ConvID{Account: account, Peer: address}, err
}

// onState runs do with what a command's address means, and prints what is so then.
func (c *call) onState(ctx context.Context, do func(s *session, conv chat.ConvID) error) error {
	address, err := bareAddress(c.operands[0])
	if err != nil {
		return usageError(err.Error())
	}
	return c.with(ctx, func(s *session) error {
		conv, err := s.about(ctx, c.account, address)
		if err != nil {
			return err
		}
		if err := do(s, conv); err != nil {
			return err
		}
		state, err := stateNow(ctx, s, conv)
		if err != nil {
			return err
		}
		line := stateLine(state)
		if conv.Peer.IsZero() {
			line = levelLine(state)
		}
		c.row(stateOf(conv, state), address.String()+": "+line)
		return nil
	})
}

// chooseEncryption prints or sets how messages travel: of a conversation auto, omemo,
// otr or none, of an account required or optional.
func chooseEncryption(ctx context.Context, c *call) error {
	return c.onState(ctx, func(s *session, conv chat.ConvID) error {
		if len(c.operands) == 1 {
			return nil
		}
		word := c.operands[1]
		if conv.Peer.IsZero() {
			if word != "required" && word != "optional" {
				return wrongUse("choice-account", "value", word)
			}
			return s.RequireEncryption(ctx, conv.Account, word == "required")
		}
		choice, ok := chat.ParseEncryptionChoice(word)
		if !ok {
			return wrongUse("choice", "value", word, "choices", "auto, omemo, otr, none")
		}
		return s.SetEncryption(ctx, conv, choice)
	})
}

// trustLevel prints or sets how much has to be known of a key, for a conversation or
// an account.
func trustLevel(ctx context.Context, c *call) error {
	return c.onState(ctx, func(s *session, conv chat.ConvID) error {
		if len(c.operands) == 1 {
			return nil
		}
		level, ok := levelOf(c.operands[1])
		if !ok || level == chat.AsAccount && conv.Peer.IsZero() {
			return wrongUse("choice-level", "value", c.operands[1])
		}
		return s.SetTrustLevel(ctx, conv, level)
	})
}

// levelOf reads a trust level; "account" takes that of a conversation away.
func levelOf(word string) (chat.TrustLevel, bool) {
	if word == "account" {
		return chat.AsAccount, true
	}
	for _, l := range []chat.TrustLevel{chat.Careful, chat.Relaxed, chat.Strict} {
		if word == l.String() {
			return l, true
		}
	}
	return 0, false
}
