// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// MinPassphrase is the fewest characters of a database passphrase.
const MinPassphrase = 8

// Passphrase asks for the passphrase of the database: a new one twice, or the
// one that opens it.
type Passphrase struct {
	OnChange func()
	OnDone   func()

	Text, Repeat []byte // wiped when done; Repeat only for a new one

	env     *Env
	fresh   bool
	try     func(ctx context.Context, passphrase []byte) error
	busy    bool
	trouble Trouble
}

// NewPassphrase returns the form. try makes or opens the profile off the UI
// goroutine; the slice is wiped after it.
func NewPassphrase(env *Env, fresh bool, try func(ctx context.Context, passphrase []byte) error) *Passphrase {
	return &Passphrase{env: env, fresh: fresh, try: try}
}

// New says whether a passphrase is being chosen, not asked for.
func (p *Passphrase) New() bool { return p.fresh }

// Busy says whether it is being tried; that takes a second by design.
func (p *Passphrase) Busy() bool { return p.busy }

// Trouble is what is wrong and where to say it.
func (p *Passphrase) Trouble() Trouble { return p.trouble }

// Submit tries the passphrase.
func (p *Passphrase) Submit() {
	if p.busy {
		return
	}
	if p.trouble = p.check(); p.trouble.Err != nil {
		call(p.OnChange)
		return
	}
	p.busy = true
	call(p.OnChange)
	text := append([]byte(nil), p.Text...)
	p.env.Tasks.Run(func(ctx context.Context) func() {
		err := asError("open profile", p.try(ctx, text))
		clear(text)
		return func() { p.finished(err) }
	})
}

func (p *Passphrase) check() Trouble {
	switch {
	case len(p.Text) == 0:
		return inputTrouble(FieldPassword, chat.CodeEmpty)
	case p.fresh && len([]rune(string(p.Text))) < MinPassphrase:
		return inputTrouble(FieldPassword, chat.CodeTooShort)
	case p.fresh && !slices.Equal(p.Text, p.Repeat):
		return inputTrouble(FieldRepeat, chat.CodeMismatch)
	}
	return Trouble{}
}

func (p *Passphrase) finished(err *chat.Error) {
	p.busy = false
	switch {
	case err == nil:
		clear(p.Text)
		clear(p.Repeat)
		p.Text, p.Repeat = nil, nil
		call(p.OnDone)
		return
	case err.Code == chat.CodeKeyWrong, err.Code == chat.CodeKeyPassphrase:
		p.trouble = Trouble{Place: PlaceField, Field: FieldPassword, Err: err}
	default:
		p.trouble = Trouble{Place: PlaceDialog, Err: err}
	}
	call(p.OnChange)
}
