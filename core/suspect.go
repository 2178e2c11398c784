// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// maxEvidence is what speaks against a message when it is given up: that many
// connections were lost over it, or half as many streams ended with an error.
const maxEvidence = 6

// suspect is the message over which a stream may have broken: the first that was
// not confirmed. While there is one each message goes alone, so that none is given
// up for another.
type suspect struct {
	id       chat.MsgID // 0 for none
	evidence int
}

// accuse says whether the message is to be given up.
func (s *suspect) accuse(id chat.MsgID, weight int) bool {
	if weight == 0 {
		return false
	}
	if s.id != id {
		*s = suspect{id: id}
	}
	s.evidence += weight
	return s.evidence >= maxEvidence
}

// acquit ends the suspicion: id is confirmed, and was sent after the suspect or is
// it. (The suspect may be gone: deleted, or received after all.)
func (s *suspect) acquit(id chat.MsgID) {
	if s.id <= id {
		*s = suspect{}
	}
}

// emptyOutbox: the session is over; what it did not confirm stays in the
// database. A message over which the stream breaks again and again is given up,
// so that it does not block those behind it.
func (a *account) emptyOutbox(ctx context.Context, err error) {
	first, s := a.outbox.given(), a.outbox.suspect
	if first != 0 && s.accuse(first, guilt(err)) {
		a.advance(ctx, []store.StatusChange{{ID: first, Status: chat.Failed, Error: chat.CodeStreamError}})
		s.acquit(first)
	}
	a.outbox = outbox{suspect: s}
}

// guilt is how much the end of a stream speaks against what was sent last. These
// stream errors (RFC 6120 §4.9.3) are said of it, policy-violation where it was
// too large; but who closes a connection over what he does not want to read, so
// resets it, and then we mostly do not hear why.
func guilt(err error) int {
	var e *chat.Error
	if !errors.As(err, &e) {
		return 0
	}
	switch {
	case e.Code == chat.CodeConnectionLost:
		return 1
	case e.Code != chat.CodeStreamError:
		return 0
	}
	switch e.Detail {
	case "policy-violation", "bad-format", "invalid-xml", "not-well-formed", "restricted-xml", "bad-namespace-prefix",
		"invalid-namespace", "unsupported-stanza-type", "unsupported-encoding", "undefined-condition":
		return 2
	}
	return 0
}
