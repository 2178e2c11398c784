// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
)

// Error makes a StanzaError the cause in a *chat.Error. The other side's words
// are left out: they are nobody's business in a log.
func (e *StanzaError) Error() string { return "stanza error " + e.Condition }

// codeOf says what a stanza error's condition means to us (RFC 6120 §8.3.3).
// An unknown condition is a refusal.
func codeOf(condition string) chat.Code {
	switch condition {
	case "forbidden", "not-allowed", "not-authorized", "subscription-required", "registration-required":
		return chat.CodeForbidden
	case "item-not-found", "gone", "jid-malformed", "redirect":
		return chat.CodeNotFound
	case "remote-server-not-found", "remote-server-timeout":
		return chat.CodeRemoteServer
	case "service-unavailable", "recipient-unavailable", "resource-constraint", "internal-server-error":
		return chat.CodeServiceUnavailable
	case "feature-not-implemented":
		return chat.CodeUnsupported
	case "conflict":
		return chat.CodeConflict
	}
	return chat.CodeRefused
}

// Passes says whether an error is an answer that may be another soon (RFC 6120 §8.3.2).
func Passes(err error) bool {
	var said *StanzaError
	if !errors.As(err, &said) {
		return false
	}
	switch said.Condition {
	case "internal-server-error", "resource-constraint", "remote-server-timeout":
		return true
	}
	return said.Type == "wait"
}

// rejected is the error for an answer that says no.
func rejected(op string, e *StanzaError) error {
	return &chat.Error{Kind: chat.Rejected, Op: op, Code: e.Code, Err: e}
}

// badAnswer is the error for an answer that is not what the protocol says.
func badAnswer(op, why string) error {
	return &chat.Error{Kind: chat.Rejected, Op: op, Code: chat.CodeUnsupported, Err: errors.New(why)}
}

// lost is the error of what was under way when the connection ended with cause.
func lost(op string, cause error) error {
	return &chat.Error{Kind: chat.Offline, Op: op, Code: chat.CodeConnectionLost, Err: cause}
}

// ctxError is the error for a context that ended before the answer came.
func ctxError(op string, err error) error {
	if errors.Is(err, context.Canceled) {
		return &chat.Error{Kind: chat.Offline, Op: op, Code: chat.CodeCanceled, Err: err}
	}
	return &chat.Error{Kind: chat.Timeout, Op: op, Code: chat.CodeTimeout, Err: err}
}

// badInput is the error for something the caller gave.
func badInput(op string, code chat.Code, err error) error {
	return &chat.Error{Kind: chat.Input, Op: op, Code: code, Err: err}
}

// chatError passes a *chat.Error on and wraps anything else.
func chatError(op string, err error) error {
	if err == nil {
		return nil
	}
	var e *chat.Error
	if errors.As(err, &e) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return ctxError(op, err)
	}
	return lost(op, err)
}
