// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"strings"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/policy"
)

// status is the exit status of an error.
func status(err error) int {
	var u usageError
	if errors.As(err, &u) {
		return exitUsage
	}
	return exitRefused
}

// words say what an error means and what to do about it, in one line without
// addresses or texts.
func words(err error) string {
	var known saidError
	if errors.As(err, &known) {
		return known.words
	}
	var e *chat.Error
	if !errors.As(err, &e) {
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return codeWords(chat.CodeTimeout, "")
		case errors.Is(err, context.Canceled):
			return codeWords(chat.CodeCanceled, "")
		}
		return err.Error()
	}
	s := codeWords(e.Code, e.Detail)
	switch {
	case s == "" || e.Code == chat.CodeUnknown:
		return e.Error()
	case e.Code == chat.CodeNoProfile && e.Detail == "HOME":
		return text("no-home")
	case e.Code == chat.CodeUnsupported && e.Kind == chat.Bug:
		return text("no-search")
	case e.Code == chat.CodeKeyMissing && e.Detail != "":
		return text("file-missing", "file", e.Detail)
	case e.Code == chat.CodeDamaged && e.Detail != "":
		return text("file-damaged", "file", e.Detail)
	case e.Code == chat.CodeKeyWrong && e.Detail == "keyring":
		return text("key-in-keyring")
	case e.Kind == chat.Certificate && e.Detail != "":
		return text("certificate", "text", s, "hash", e.Detail)
	case e.Detail != "" && !strings.Contains(s, e.Detail): // they name it themselves where they need it
		return s + " (" + e.Detail + ")"
	}
	return s
}

// codeWords are the words of a code; "" for a code without any. Where what to do is an
// option of this program, it has words of its own; they go before those that speak of a
// window. detail is what they may need of the error. A hint says what to do, after the bundle's words for what happened.
func codeWords(code chat.Code, detail string) string {
	hint := "hint." + string(code)
	held := byPolicy(code)
	if held {
		hint = "hint." + string(chat.CodeLocked)
	}
	if id := "error." + string(code); has(id) && !held {
		return text(id, "detail", detail)
	}
	id := "error." + string(code)
	if code == chat.CodeUnknown || !bundle().Has(id) {
		return ""
	}
	s := bundle().Text(id, "detail", detail)
	if has(hint) {
		s = text("hinted", "text", strings.TrimRight(s, ".。"), "hint", text(hint))
	}
	return s
}

// byPolicy says whether it is the bundle's policy that lets nothing go: then to send it
// without encryption, which is what to do else, is refused as well.
func byPolicy(code chat.Code) bool {
	p := bundle().Policy()
	switch code {
	case chat.CodePolicyEncryption:
		return true
	case chat.CodeNotEncrypted, chat.CodeNoDevice:
		return p.Is(policy.EncryptionRequire, policy.Chats) || !p.Allows(policy.None)
	}
	return false
}

// rowWords are those of a row that is no message: what could not be read, and notices.
// The words of an error say of some codes what to do to send something.
func rowWords(m chat.Message) string {
	if m.Kind == chat.KindUndecryptable {
		switch m.Error {
		case chat.CodeNoSession, chat.CodeTooLarge, chat.CodeUnsupported:
			return bundle().Text("sealed."+string(m.Error), "name", printable(m.Conv.Peer.String()))
		}
	}
	if s := codeWords(m.Error, ""); s != "" {
		return s
	}
	return string(m.Error)
}

// stopWords say why nothing can be sent in a conversation. Where it has to be encrypted,
// to send without is not what to do.
func stopWords(code chat.Code, required bool) string {
	if code == chat.CodeNoDevice && required && !byPolicy(code) {
		return text("error.no-device-required")
	}
	if s := codeWords(code, ""); s != "" {
		return s
	}
	return string(code)
}

// saidError is an error with words of its own.
type saidError struct {
	words string
	cause error // for the exit status and errors.Is; may be nil
}

func (e saidError) Error() string { return e.words }
func (e saidError) Unwrap() error { return e.cause }

// refused is an error of this program's own finding, in the words with that id.
func refused(code chat.Code, id string, args ...any) error {
	return saidError{text(id, args...), &chat.Error{Kind: chat.Input, Op: "command", Code: code}}
}

// wrongUse is a wrong command line, in the words with that id.
func wrongUse(id string, args ...any) error { return usageError(text(id, args...)) }

func unsupported(what string) error {
	return refused(chat.CodeUnsupported, "not-yet", "what", what)
}
