// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

func (a *account) openOTR(context.Context, *arrivals, *letter) bool { return true }

func (a *account) sealOTR(context.Context, store.Outgoing, xmpp.OutMessage) (sealed, error) {
	return sealed{code: chat.CodeNoSession}, nil
}

func (a *account) routeOTR(chat.ConvID) route { return route{code: chat.CodeNoSession} }
func (a *account) speaksOTR(chat.ConvID) bool { return false }

func (a *account) otrState(*chat.EncryptionState, chat.ConvID) {}
func (a *account) otrWay(st *chat.EncryptionState, _ []chat.Key) {
	st.Code, st.Lock = chat.CodeNoSession, chat.LockWarning
}
