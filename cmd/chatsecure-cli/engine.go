// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// What the commands about encryption ask of the engine.
type (
	keyring interface {
		Keys(ctx context.Context, account, owner chat.Address) ([]chat.Key, error)
		Trust(ctx context.Context, account, owner chat.Address, of chat.Fingerprint, t chat.Trust, by chat.TrustSource) error
		RemoveDevice(ctx context.Context, account chat.Address, device uint32) error
		RefreshKeys(ctx context.Context, conv chat.ConvID) error
	}
	linker interface {
		IdentityURI(ctx context.Context, account, owner chat.Address) (string, error)
		ReadIdentity(ctx context.Context, account chat.Address, text string) (chat.IdentityLink, error)
	}
	protector interface {
		Encryption(ctx context.Context, conv chat.ConvID) (chat.EncryptionState, error)
		SetEncryption(ctx context.Context, conv chat.ConvID, choice chat.EncryptionChoice) error
		SetTrustLevel(ctx context.Context, conv chat.ConvID, level chat.TrustLevel) error
		RequireEncryption(ctx context.Context, account chat.Address, on bool) error
	}
	otrSession interface {
		StartOTR(ctx context.Context, conv chat.ConvID) error
		EndOTR(ctx context.Context, conv chat.ConvID) error
		AskSecret(ctx context.Context, conv chat.ConvID, question, secret string) error
		AnswerSecret(ctx context.Context, conv chat.ConvID, secret string) error
		AbortSecret(ctx context.Context, conv chat.ConvID) error
	}
	keyMover interface {
		ExportKeys(ctx context.Context, account chat.Address, passphrase []byte) ([]byte, error)
		ImportKeys(ctx context.Context, account chat.Address, data, passphrase []byte) error
	}
)

// part is one of these.
func part[T any](s *session) (T, error) {
	p, ok := any(s.Client).(T)
	if !ok {
		return p, unsupported("encryption")
	}
	return p, nil
}
