// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// What servers that invite call it (XEP-0445 §3, XEP-0379 §3.4; the last is an older
// name of the feature).
const (
	nsPreauth      = "urn:xmpp:pars:0"
	nsInvited      = "urn:xmpp:ibr-token:0"
	nsInvitedFirst = "urn:xmpp:invite"
)

// Preauth shows the server an invitation's token, before the Form is asked for
// (XEP-0445 §4). The error is of kind Rejected: CodeInvitationUnknown where the server
// does not say that it knows such, CodeInvitation where it does not take this one.
func (r *Registration) Preauth(ctx context.Context, token string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := &r.link.features; !f.offers(nsInvited) && !f.offers(nsInvitedFirst) {
		return fail(chat.Rejected, registering, chat.CodeInvitationUnknown, plainly("no such feature"))
	}
	a, _, err := r.ask(ctx, "set", "<preauth xmlns='"+nsPreauth+"' token='"+escape(token)+"'/>")
	switch {
	case err != nil:
		return err
	case a.Type == "error":
		return invitationError(a.condition())
	}
	return nil
}

// invitationError says what a refused token means.
func invitationError(condition string) error {
	e := fail(chat.Rejected, registering, chat.CodeInvitation, plainly("stanza error "+condition))
	switch condition {
	case "feature-not-implemented", "service-unavailable":
		e.Code = chat.CodeInvitationUnknown
	case "resource-constraint", "policy-violation":
		e.Code = chat.CodeThrottled
	case "internal-server-error", "remote-server-timeout":
		e.Code = chat.CodeServiceUnavailable
	}
	return e
}
