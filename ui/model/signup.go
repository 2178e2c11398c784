// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// SignUpSource makes accounts by a name alone; *core.Client meets it.
type SignUpSource interface {
	SignUp(ctx context.Context, at chat.Login, nick, token string) (chat.Address, error)
	AcceptInvitation(ctx context.Context, account chat.Address, i chat.Invitation) error
}

// SignUp asks what somebody is called, and nothing else. The screen writes Nick and
// calls Submit.
type SignUp struct {
	OnChange func()
	OnDone   func(account chat.Address)

	Nick string

	env     *Env
	src     SignUpSource
	at      chat.Login
	token   string
	busy    bool
	stop    func()
	trouble Trouble
}

// NewSignUp returns an empty form. at is where the account is made; token is that of an
// invitation, or "".
func NewSignUp(env *Env, src SignUpSource, at chat.Login, token string) *SignUp {
	return &SignUp{env: env, src: src, at: at, token: token}
}

// Busy says whether an attempt is under way: the button then cancels.
func (s *SignUp) Busy() bool { return s.busy }

// Trouble is what is wrong and where to say it.
func (s *SignUp) Trouble() Trouble { return s.trouble }

// Submit makes the account.
func (s *SignUp) Submit() {
	if s.busy {
		return
	}
	nick := strings.TrimSpace(s.Nick)
	if nick == "" {
		s.trouble = inputTrouble(FieldName, chat.CodeEmpty)
		call(s.OnChange)
		return
	}
	s.busy, s.trouble = true, Trouble{}
	call(s.OnChange)
	at, token := s.at, s.token
	s.stop = s.env.Tasks.RunUntil(func(ctx context.Context) func() {
		made, err := s.src.SignUp(ctx, at, nick, token)
		return func() {
			s.busy = false
			if err != nil && made.IsZero() {
				s.fail(err)
				return
			}
			if s.OnDone != nil {
				s.OnDone(made)
			}
		}
	})
}

// fail says what is wrong. The name is at fault only where the name is: that an address
// is taken is found out and mended without a word.
func (s *SignUp) fail(err error) {
	s.trouble = troubleOf(asError("sign up", err))
	if s.trouble.Place == PlaceField {
		switch s.trouble.Err.Code {
		case chat.CodeEmpty, chat.CodeTooLarge:
			s.trouble.Field = FieldName
		default:
			s.trouble.Place, s.trouble.Field = PlaceForm, FieldNone
		}
	}
	call(s.OnChange)
}

// Cancel ends the attempt under way.
func (s *SignUp) Cancel() {
	if s.busy {
		s.stop()
		s.busy = false
		call(s.OnChange)
	}
}
