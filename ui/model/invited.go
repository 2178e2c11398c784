// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// Invited is an invitation that a person has given, until it is redeemed or put away.
// Nothing happens by it before they say how to go on.
type Invited struct {
	OnChange func()
	OnDone   func(inviter chat.ConvID) // who invited is a contact now
	OnFailed func(err *chat.Error)

	Text string // what was pasted

	env     *Env
	src     SignUpSource
	read    func(text string) (chat.Invitation, error)
	i       chat.Invitation
	trouble Trouble
}

// NewInvited returns an empty form. read reads what was pasted; it acts on nothing.
func NewInvited(env *Env, src SignUpSource, read func(string) (chat.Invitation, error)) *Invited {
	return &Invited{env: env, src: src, read: read}
}

// Submit reads what was pasted. Invitation follows, or a Trouble.
func (v *Invited) Submit() {
	i, err := v.read(v.Text)
	v.i, v.trouble = i, Trouble{}
	if err != nil {
		v.i, v.trouble = chat.Invitation{}, Trouble{Place: PlaceField, Field: FieldName, Err: asError("read invitation", err)}
	}
	call(v.OnChange)
}

// Invitation is what was read; false while there is none.
func (v *Invited) Invitation() (chat.Invitation, bool) { return v.i, v.i != chat.Invitation{} }

// Trouble is what is wrong with what was pasted.
func (v *Invited) Trouble() Trouble { return v.trouble }

// Forget puts the invitation away.
func (v *Invited) Forget() { v.i, v.Text, v.trouble = chat.Invitation{}, "", Trouble{} }

// Redeem adds who has invited to the contacts of an account that is there now.
func (v *Invited) Redeem(account chat.Address) {
	i, ok := v.Invitation()
	v.Forget()
	if !ok || i.Inviter.IsZero() || i.Inviter == account {
		return
	}
	v.env.Tasks.Run(func(ctx context.Context) func() {
		err := v.src.AcceptInvitation(ctx, account, i)
		return func() {
			switch {
			case err != nil && v.OnFailed != nil:
				v.OnFailed(asError("accept invitation", err))
			case err == nil && v.OnDone != nil:
				v.OnDone(chat.ConvID{Account: account, Peer: i.Inviter})
			}
		}
	})
}
