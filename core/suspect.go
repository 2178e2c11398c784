// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// maxEvidence is what speaks against a message when it is given up: three streams
// that ended with an error over it, six connections that were lost, or, where a
// session is resumed and the network may just be bad, twenty-four.
const (
	maxEvidence   = 24
	streamErrored = 8
	streamLost    = 4
	linkLost      = 1
)

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
func (a *account) emptyOutbox(ctx context.Context, s *session, err error) {
	a.accuse(ctx, s.weigh(err))
	a.outbox = outbox{suspect: a.outbox.suspect}
}

// weigh is guilt for the end of a session.
func (s *session) weigh(err error) int {
	weight := guilt(err)
	if s.resumed && weight > 0 {
		// Some servers (Prosody 0.12) read on after a resumption where the lost link
		// had left off, in the middle of an element, and call that malformed.
		weight = linkLost
	}
	return weight
}

// accuse lets the loss of a stream or link speak against the first message that was
// not confirmed, and says whether that is given up.
func (a *account) accuse(ctx context.Context, weight int) bool {
	first := a.outbox.given()
	if first == 0 || !a.outbox.suspect.accuse(first, weight) {
		return false
	}
	a.advance(ctx, []store.StatusChange{{ID: first, Status: chat.Failed, Error: chat.CodeStreamError}})
	a.outbox.suspect.acquit(first)
	return true
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
		return streamLost
	case e.Code != chat.CodeStreamError:
		return 0
	}
	switch e.Detail {
	case "policy-violation", "bad-format", "invalid-xml", "not-well-formed", "restricted-xml", "bad-namespace-prefix",
		"invalid-namespace", "unsupported-stanza-type", "unsupported-encoding", "undefined-condition":
		return streamErrored
	}
	return 0
}

// suspendedGuilt is guilt for a session that may be resumed.
func suspendedGuilt(err error) int {
	if guilt(err) > 0 {
		return linkLost
	}
	return 0
}
