// SPDX-License-Identifier: MPL-2.0

package app

import (
	"context"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
)

// client is the core with what it does not do yet: OTR, links to identities and copies
// of keys. Each goes away as the core gets it.
type client struct{ *core.Client }

func unsupported() error {
	return &chat.Error{Kind: chat.Input, Op: "ask the core", Code: chat.CodeUnsupported}
}

func (client) StartOTR(context.Context, chat.ConvID) error { return unsupported() }
func (client) EndOTR(context.Context, chat.ConvID) error   { return unsupported() }

func (client) AskSecret(context.Context, chat.ConvID, string, string) error {
	return unsupported()
}

func (client) AnswerSecret(context.Context, chat.ConvID, string) error {
	return unsupported()
}
func (client) AbortSecret(context.Context, chat.ConvID) error { return unsupported() }

func (client) IdentityURI(context.Context, chat.Address, chat.Address) (string, error) {
	return "", unsupported()
}

func (client) ReadIdentity(context.Context, chat.Address, string) (chat.IdentityLink, error) {
	return chat.IdentityLink{}, unsupported()
}

func (client) ExportKeys(context.Context, chat.Address, []byte) ([]byte, error) {
	return nil, unsupported()
}

func (client) ImportKeys(context.Context, chat.Address, []byte, []byte) error {
	return unsupported()
}
