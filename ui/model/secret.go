// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// SecretSource compares a secret with the other side without sending it (SMP of OTR);
// *core.Client meets it. What came of it is told by a notice in the conversation.
type SecretSource interface {
	AskSecret(ctx context.Context, conv chat.ConvID, question, secret string) error
	AnswerSecret(ctx context.Context, conv chat.ConvID, secret string) error
	// AbortSecret stops what is being compared; for both sides.
	AbortSecret(ctx context.Context, conv chat.ConvID) error
}

// Secret is the form in which a secret is asked for, or answered.
type Secret struct {
	OnChange func()
	OnDone   func() // it is on its way

	Question string // of one that asks; may be ""
	Answer   string

	env     *Env
	src     SecretSource
	conv    chat.ConvID
	asking  bool
	busy    bool
	trouble Trouble
}

// NewSecret returns the form; asking is for the side that begins.
func NewSecret(env *Env, src SecretSource, conv chat.ConvID, asking bool) *Secret {
	return &Secret{env: env, src: src, conv: conv, asking: asking}
}

// Busy says whether it is being handed over.
func (s *Secret) Busy() bool { return s.busy }

// Trouble is what is wrong and where to say it.
func (s *Secret) Trouble() Trouble { return s.trouble }

// Submit begins to compare. The white space around an answer does not count: who types
// it twice seldom types it equally.
func (s *Secret) Submit() {
	if s.busy {
		return
	}
	answer, question := strings.TrimSpace(s.Answer), strings.TrimSpace(s.Question)
	if answer == "" {
		s.trouble = inputTrouble(FieldPassword, chat.CodeEmpty)
		call(s.OnChange)
		return
	}
	s.busy, s.trouble = true, Trouble{}
	call(s.OnChange)
	s.env.Tasks.Run(func(ctx context.Context) func() {
		var err error
		if s.asking {
			err = s.src.AskSecret(ctx, s.conv, question, answer)
		} else {
			err = s.src.AnswerSecret(ctx, s.conv, answer)
		}
		return func() {
			s.busy = false
			if err != nil {
				s.trouble = Trouble{Place: PlaceForm, Err: asError("compare secret", err)}
				call(s.OnChange)
				return
			}
			s.Answer = ""
			call(s.OnDone)
		}
	})
}
