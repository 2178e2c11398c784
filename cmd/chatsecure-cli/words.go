// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"

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

	chat.CodeCertExpired:    "the server's certificate has expired: tell the server's operator",
	chat.CodeCertNotYet:     "the server's certificate is not valid yet: check this computer's clock, or tell the server's operator",
	chat.CodeCertHost:       "the server's certificate is for another host than the address's server: check the address, or tell the server's operator",
	chat.CodeCertAuthority:  "the server's certificate is signed by an unknown authority: if it is your organisation's, give that with --ca-file FILE",
	chat.CodeCertSelfSigned: "the server's certificate is signed by itself: if you know it to be right, give it with --ca-file FILE",
	chat.CodeCertWeak:       "the server's certificate has a weak key or signature: tell the server's operator",
	chat.CodeCertInvalid:    "the server's certificate is not valid: tell the server's operator",
}

// plainWords stand in where the bundle has no text for a code.
var plainWords = map[chat.Code]string{
	chat.CodeTimeout:            "no answer in time: try again, or give more time with --timeout DURATION",
	chat.CodeHostNotFound:       "the server was not found: check the address's spelling and the network, or give --host",
	chat.CodeConnectionRefused:  "the server refuses connections: check --host and --port, or try again later",
	chat.CodeConnectionLost:     "the connection was lost: try again",
	chat.CodeNoNetwork:          "the server can not be reached: check the network",
	chat.CodeProxy:              "the proxy does not connect: check --proxy",
	chat.CodeNotXMPP:            "what answers there does not speak XMPP: check --host and --port",
	chat.CodeNoTLS:              "the server offers no encryption (TLS): nothing was sent to it. Tell the server's operator",
	chat.CodeTLS:                "no encrypted connection could be agreed on with the server: check --port and --direct-tls, or tell the server's operator",
	chat.CodeStreamLimit:        "the server sent more than is sane at once, and was disconnected",
	chat.CodeStreamError:        "the server ended the connection with an error",
	chat.CodeServiceUnavailable: "the other side does not offer that",
	chat.CodeConflict:           "another device took this session's place",
	chat.CodeNotAuthorized:      "the server refuses the password: check the address and the password",
	chat.CodeAccountDisabled:    "the server has disabled this account: ask its operator",
	chat.CodeNoMechanism:        "the server offers no way to log in that is safe: tell the server's operator",
	chat.CodeServerNotProven:    "the server could not prove that it knows the account: somebody may be in between, so nothing more was sent",
	chat.CodeScramParameters:    "the server's login parameters are not safe: tell the server's operator",
	chat.CodeTemporaryAuth:      "the server can not check passwords just now: try again later",
	chat.CodeRegistrationClosed: "this server does not make accounts for strangers: take another server, or ask its operator",
	chat.CodeAddressTaken:       "this address is taken: take another one",
	chat.CodeNoSuchContact:      "there is nobody with this address",
	chat.CodeRemoteServer:       "the contact's server was not found: check the address",
	chat.CodeRefused:            "the other side refused",
	chat.CodeForbidden:          "that is not allowed there",
	chat.CodeTooLarge:           "that is too long for one message",
	chat.CodeAddress:            "this is no XMPP address: it looks like name@server",
	chat.CodeEmpty:              "there is nothing in it",
	chat.CodeNotFound:           "there is no such thing in the profile",
	chat.CodeExists:             "that is there already",
	chat.CodePicture:            "the picture could not be read",
	chat.CodeNotDatabase:        "the database file is none, or its key is another one; it is left as it is",
	chat.CodeDamaged:            "the profile is damaged; it is left as it is. Restore it from a backup",
	chat.CodeNewer:              "a newer version of the program has used this profile: update this program",
	chat.CodeDiskFull:           "the disk is full: make room and try again",
	chat.CodeReadOnly:           "the profile's directory can not be written to: check its permissions, or name another one with --profile DIR",
	chat.CodeClosed:             "the program is ending",
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
			return plainWords[chat.CodeTimeout]
		case errors.Is(err, context.Canceled):
			return flagWords[chat.CodeCanceled]
		}
		return err.Error()
	}
	s := codeWords(e.Code)
	switch {
	case s == "" || e.Code == chat.CodeUnknown:
		return e.Error()
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
	if id := "error." + string(code); code != chat.CodeUnknown && resources.Default().Has(id) {
		return resources.Default().Text(id)
	}
	return plainWords[code]
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
