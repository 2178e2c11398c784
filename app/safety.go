// SPDX-License-Identifier: MPL-2.0

package app

import (
	"context"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
)

// client is the core with what it does not do yet: copies of keys. They go away as the
// core gets it.
type client struct{ *core.Client }

func unsupported() error {
	return &chat.Error{Kind: chat.Input, Op: "ask the core", Code: chat.CodeUnsupported}
}

func (client) ExportKeys(context.Context, chat.Address, []byte) ([]byte, error) {
	return nil, unsupported()
}

func (client) ImportKeys(context.Context, chat.Address, []byte, []byte) error {
	return unsupported()
}
