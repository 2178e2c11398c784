// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// Retry sends a message again that had failed: the same bytes, so that the other
// side shows it once if it arrived after all.
func (c *Client) Retry(ctx context.Context, conv chat.ConvID, id chat.MsgID) error {
	const op = "send again"
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return err
	}
	if err := c.belongs(ctx, op, conv, id); err != nil {
		return err
	}
	a.sending.Lock()
	defer a.sending.Unlock()
	before, _, err := a.db.Message(ctx, id)
	if err != nil {
		return asError(op, err)
	}
	m, err := a.db.Retry(ctx, id)
	if err != nil {
		return asError(op, err)
	}
	a.box.post(func(ctx context.Context) {
		if before.Status == chat.Failed && a.outbox.handed[id] { // the refusal came before word that the server had it
			a.outbox.again[id] = true
		}
		if _, known := a.otr.sealed[id]; known {
			a.noteSealed(id, func(in *sealedIn) { in.wanted = 0 })
		}
		if before.Error == chat.CodeNoKeyOf { // who asks for it has reason to think that there is one now
			a.forgetBarren(conv.Peer)
		}
		a.fillOutbox(ctx)
	})
	a.publishMessages(conv, m.ID)
	return nil
}

// RetryAs is Retry of a message that is to travel another way than before: the person's
// decision for this one, and for no other. Where nothing may be sent that is not
// encrypted, the error has CodeNotEncrypted; CodePolicyEncryption: a policy does not allow
// that way.
func (c *Client) RetryAs(ctx context.Context, conv chat.ConvID, id chat.MsgID, choice chat.EncryptionChoice) error {
	const op = "send again"
	_, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return err
	}
	if err := c.belongs(ctx, op, conv, id); err != nil {
		return err
	}
	s, err := c.db.EncryptionSettings(ctx, conv)
	if err != nil {
		return asError(op, err)
	}
	if choice == chat.ChoiceNone && c.required(s) {
		return failed(chat.EncryptionFailed, op, chat.CodeNotEncrypted, nil)
	}
	if key, forbidden := c.held().forbids(choice); forbidden {
		return c.held().refuse(chat.EncryptionFailed, op, chat.CodePolicyEncryption, key)
	}
	if err := c.db.SetWanted(ctx, id, choice); err != nil {
		return asError(op, err)
	}
	return c.Retry(ctx, conv, id)
}
