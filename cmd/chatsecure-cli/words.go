// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
)

// status is the exit status of an error.
func status(err error) int {
	var u usageError
	if errors.As(err, &u) {
		return exitUsage
	}
	return exitRefused
}

// flagWords are the words where what to do is an option of this program; they go
// before the bundle's, which speak of a window.
var flagWords = map[chat.Code]string{
	chat.CodeNoKeyring:      "there is no system keyring to keep the database key in: start or unlock the keyring, or give a passphrase with --key-file FILE",
	chat.CodeKeyNeeded:      "this profile's key is not in the system keyring but protected by a passphrase: give it with --key-file FILE",
	chat.CodeKeyMissing:     "the system keyring answers, but this profile's database key is not in it; the database is left as it is. Open the keyring that it was made with",
	chat.CodeKeyWrong:       "this is not the key of the profile: check the file given with --key-file",
	chat.CodeNoProfile:      "there is no profile here: make one with chatsecure-cli init, or name another directory with --profile DIR",
	chat.CodeProfileExists:  "there is a profile here already; nothing was changed. Name another directory with --profile DIR",
	chat.CodeProfileInUse:   "the profile is in use by another process (ChatSecure or chatsecure-cli): close that one, or use another --profile DIR",
	chat.CodePlainOnly:      "the server only takes the password itself instead of a proof of it: give --allow-plain if you trust this server with it",
	chat.CodeFormIncomplete: "the server wants more answers: give each with --field NAME=VALUE",
	chat.CodeUnsupported:    "not yet in this version",
	chat.CodeCanceled:       "stopped before it was done",
	chat.CodeDowngrade:      "the server offers only a weaker login than this account has used before: somebody may be in between, so nothing was sent. Ask the server's operator",

	chat.CodeFingerprint:  "this is no fingerprint: it has 64 digits 0-9 a-f (OMEMO) or 40 (OTR); chatsecure-cli keys ADDRESS prints those that are known",
	chat.CodeNoDevice:     "the contact has no device that can read encrypted messages: ask it to use a program with OMEMO, or send with --encryption none",
	chat.CodeNoTrusted:    "none of the contact's devices may be used, so nothing was sent: compare its keys (chatsecure-cli keys ADDRESS) and say so with chatsecure-cli trust ADDRESS FINGERPRINT yes",
	chat.CodeKeyChanged:   "there is a key that has not been verified, so nothing was sent: compare it (chatsecure-cli keys ADDRESS) and say so with chatsecure-cli trust ADDRESS FINGERPRINT yes, or no",
	chat.CodeNoSession:    "no OTR session is open with the contact: it has to be online with a program that speaks OTR",
	chat.CodeNotEncrypted: "this conversation is encrypted, so nothing was sent without: chatsecure-cli encryption ADDRESS none allows it",
	chat.CodeNoKeyOf:      "the keys of the contact's devices could not be had, so nothing was sent: try again later",
	chat.CodeSecretFailed: "the two secrets differ: nothing was verified. Agree on it anew over a way that you trust, and try again",

	chat.CodeCertExpired:    "the server's certificate has expired: tell the server's operator",
	chat.CodeCertNotYet:     "the server's certificate is not valid yet: check this computer's clock, or tell the server's operator",
	chat.CodeCertHost:       "the server's certificate is for another host than the address's server: check the address, or tell the server's operator",
	chat.CodeCertAuthority:  "the server's certificate is signed by an unknown authority: if it is your organisation's, give that with --ca-file FILE",
	chat.CodeCertSelfSigned: "the server's certificate is signed by itself: if you know it to be right, give it with --ca-file FILE",
	chat.CodeCertWeak:       "the server's certificate has a weak key or signature: tell the server's operator",
	chat.CodeCertInvalid:    "the server's certificate is not valid: tell the server's operator",
}

// hints say what to do, after the bundle's words for what happened.
var hints = map[chat.Code]string{
	chat.CodeTimeout:            "try again, or give more time with --timeout DURATION",
	chat.CodeHostNotFound:       "check the address's spelling and the network, or give --host",
	chat.CodeConnectionRefused:  "check --host and --port, or try again later",
	chat.CodeConnectionLost:     "try again",
	chat.CodeNoNetwork:          "check the network",
	chat.CodeProxy:              "check --proxy",
	chat.CodeNotXMPP:            "check --host and --port",
	chat.CodeNoTLS:              "tell the server's operator",
	chat.CodeTLS:                "check --port and --direct-tls, or tell the server's operator",
	chat.CodeStreamLimit:        "try again, or tell the server's operator",
	chat.CodeStreamError:        "try again",
	chat.CodeServiceUnavailable: "try again later",
	chat.CodeConflict:           "try again",
	chat.CodeNotAuthorized:      "check both and try again; chatsecure-cli account update gives an account another password",
	chat.CodeAccountDisabled:    "ask the server's operator",
	chat.CodeNoMechanism:        "tell the server's operator",
	chat.CodeServerNotProven:    "somebody may be in between; try another network, or ask the server's operator",
	chat.CodeScramParameters:    "tell the server's operator",
	chat.CodeTemporaryAuth:      "try again later",
	chat.CodeRegistrationClosed: "take another server, or ask its operator for an account",
	chat.CodeAddressTaken:       "chatsecure-cli account add signs in to it if it is yours",
	chat.CodeThrottled:          "wait a few minutes and try again",
	chat.CodeNoInvitation:       "give the whole link, in quotation marks",
	chat.CodeInvitation:         "ask for a new invitation",
	chat.CodeInvitationUnknown:  "leave --invite out, or take another server",
	chat.CodeNoSuchContact:      "check the address",
	chat.CodeRemoteServer:       "check the address, or try again later",
	chat.CodeForbidden:          "ask the server's operator",
	chat.CodeTooLarge:           "send it in parts",
	chat.CodeEmpty:              "write something",
	chat.CodeNotFound:           "check the address or the id",
	chat.CodeExists:             "chatsecure-cli account update changes its password or server",
	chat.CodeNotDatabase:        "restore the profile from a backup, or check --key-file",
	chat.CodeDamaged:            "restore the profile from a backup",
	chat.CodeDatabaseMissing:    "put it back, or restore the profile from a backup",
	chat.CodeNewer:              "update this program",
	chat.CodeDiskFull:           "make room and try again",
	chat.CodeReadOnly:           "check its permissions, or name another directory with --profile DIR",
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
			return codeWords(chat.CodeTimeout)
		case errors.Is(err, context.Canceled):
			return flagWords[chat.CodeCanceled]
		}
		return err.Error()
	}
	s := codeWords(e.Code)
	switch {
	case s == "" || e.Code == chat.CodeUnknown:
		return e.Error()
	case e.Code == chat.CodeNoProfile && e.Detail == "HOME":
		return "the home directory is not known, HOME is no absolute path: name the profile's directory with --profile DIR"
	case e.Code == chat.CodeUnsupported && e.Kind == chat.Bug:
		return "this program was built without its database's full-text search: build it with make, or with -tags sqlite_fts5"
	case e.Code == chat.CodeKeyMissing && e.Detail != "":
		return "the profile's " + e.Detail + " is missing, and with it the way to the database's key; the database is left as it is: restore that file from a backup"
	case e.Code == chat.CodeDamaged && e.Detail != "":
		return "the profile's " + e.Detail + " is damaged; nothing was changed: restore that file from a backup"
	case e.Code == chat.CodeKeyWrong && e.Detail == "keyring":
		return "this profile's key is in the system keyring and has no passphrase: leave --key-file out"
	case e.Kind == chat.Certificate && e.Detail != "":
		return s + fmt.Sprintf(" (SHA-256 of the certificate: %s)", e.Detail)
	case e.Detail != "":
		return s + " (" + e.Detail + ")"
	}
	return s
}

// codeWords are the words of a code; "" for a code without any.
func codeWords(code chat.Code) string {
	if s, ok := flagWords[code]; ok {
		return s
	}
	id := "error." + string(code)
	if code == chat.CodeUnknown || !resources.Default().Has(id) {
		return ""
	}
	s := resources.Default().Text(id)
	if hint := hints[code]; hint != "" {
		s = strings.TrimSuffix(s, ".") + ": " + hint
	}
	return s
}

// rowWords are those of a row that is no message: what could not be read, and notices.
func rowWords(code chat.Code) string {
	if s := codeWords(code); s != "" {
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

// refused is an error of this program's own finding.
func refused(code chat.Code, format string, args ...any) error {
	return saidError{fmt.Sprintf(format, args...), &chat.Error{Kind: chat.Input, Op: "command", Code: code}}
}

func unsupported(what string) error {
	return refused(chat.CodeUnsupported, "%s: not yet in this version", what)
}
