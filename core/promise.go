// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// promise is how something that is written now has to travel, which the person wants as
// choice says: where Encryption says that it would be encrypted, or that it could not be
// sent, it does not go in the clear when the contact's devices are gone before it is sent.
// Nobody but the person takes that back. Any goroutine.
func (a *account) promise(ctx context.Context, conv chat.ConvID, choice chat.EncryptionChoice) (chat.EncryptionChoice, error) {
	if choice != chat.ChoiceAuto {
		return choice, nil
	}
	s, err := a.db.EncryptionSettings(ctx, conv)
	switch {
	case err != nil, s.Used, s.Choice == chat.ChoiceNone: // it counts whatever the devices are, or is a decision
		return choice, err
	case s.Choice != chat.ChoiceAuto:
		return store.Promised, nil
	}
	if a.client.held().allowsOMEMO() {
		why, err := a.whyKeyless(ctx, conv.Peer)
		if err != nil {
			return choice, err
		}
		if why == chat.CodeNoKeyOf {
			return store.Promised, nil
		}
	}
	theirs, err := a.db.Keys(ctx, a.addr, conv.Peer)
	if err == nil && a.canOTR(a.otrViewOf(conv.Peer), conv.Peer, theirs) {
		choice = store.Promised
	}
	return choice, err
}
