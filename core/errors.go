// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
)

func failed(kind chat.Kind, op string, code chat.Code, err error) *chat.Error {
	return &chat.Error{Kind: kind, Op: op, Code: code, Err: err}
}

// asError makes an error that leaves the core: a *chat.Error stays what it is.
func asError(op string, err error) error {
	if err == nil {
		return nil
	}
	return chatError(op, err)
}

func chatError(op string, err error) *chat.Error {
	var e *chat.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded):
		return failed(chat.Timeout, op, chat.CodeTimeout, err)
	case errors.Is(err, context.Canceled):
		return failed(chat.Offline, op, chat.CodeCanceled, err)
	}
	return failed(chat.Bug, op, chat.CodeUnknown, err)
}

// permanent says that trying again by ourselves is no use: the person has to
// do something first.
func permanent(err error) bool {
	e := chatError("", err)
	switch e.Code {
	case chat.CodeTemporaryAuth, chat.CodeConflict:
		return false
	case chat.CodePolicyDomain, chat.CodePolicyAccounts, chat.CodePolicyTor:
		return true
	case chat.CodePlainOnly, chat.CodeDowngrade, chat.CodeNoMechanism:
		return true
	}
	return e.Kind == chat.Auth || e.Kind == chat.Input
}

// suspicious says that what answered is not known to be the server.
func suspicious(err error) bool {
	e := chatError("", err)
	return e.Kind == chat.Certificate || e.Code == chat.CodeNoTLS || e.Code == chat.CodeTLSVersion
}
