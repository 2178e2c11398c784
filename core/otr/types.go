// SPDX-License-Identifier: MPL-2.0

package otr

import (
	"io"
	"log/slog"

	"chatsecure.org/desktop/core/chat"
)

// Policy is when OTR is spoken.
type Policy int8

// The policies.
const (
	OnRequest Policy = iota // when one of the two people asks for it
	Automatic               // as soon as both programs have said that they can
	Require                 // always: plain text is never right
	Never
)

var policyNames = [...]string{"on-request", "automatic", "require", "never"}

func (p Policy) String() string {
	if p < 0 || int(p) >= len(policyNames) {
		return "unknown"
	}
	return policyNames[p]
}

// Config is what a Conversation needs to know. Only Key is necessary.
type Config struct {
	Key         *Key
	InstanceTag uint32 // the account's; 0 makes one. NewInstanceTag makes one to keep
	Policy      Policy
	Fragment    int // the longest text that may be sent, in bytes; 0 for any length
	// Query is what a person reads whose program does not speak OTR, after the
	// query itself; Error what one reads whose message came for a session that is
	// gone: most programs show it, and begin a new session by themselves. Both are
	// optional; without Error the other side is told nothing.
	Query, Error string
	// Newest are the keys that have spoken version 3: conversations that have it in
	// common open no session of version 2 with one of them. nil makes one. It is for
	// the goroutine of the conversations.
	Newest map[chat.Fingerprint]bool
	Rand   io.Reader // nil for crypto/rand
}

// maxNewest is how many keys are noted in Config.Newest.
const maxNewest = 1 << 16

// EventKind says what happened in a Conversation.
type EventKind int8

// The events.
const (
	Started           EventKind = iota + 1 // a session is open; its key is the one of the last session, or there was none
	StartedWithNewKey                      // the same, and the key is another than that of the session before
	Renewed                                // the session has new keys; nothing changes for people
	Ended                                  // the other side has ended the session; Send fails until a new one starts
	SetupFailed                            // a key exchange went wrong: Code
	Offered                                // the other program speaks OTR
	SecretAsked                            // the other person asks for the secret: Text is the question, "" for none
	SecretProven                           // both know the secret
	SecretFailed                           // they do not
	SecretAborted                          // the other side stopped asking, or the session is another now
	Unreadable                             // an encrypted message was lost: Code
	Repeated                               // a message that had come before; dropped
	OtherInstance                          // a message for another program of the account, or from no one's; dropped
	ErrorText                              // Text is what the other program says of an error: anybody can have written it
	Heartbeat                              // an empty message came, of a program that is there
	SecretCrossed                          // both have asked for the secret at the same time: one question goes on, see Crossed
)

var eventNames = [...]string{
	"none", "started", "started-with-new-key", "renewed", "ended", "setup-failed", "offered", "secret-asked", "secret-proven",
	"secret-failed", "secret-aborted", "unreadable", "repeated", "other-instance", "error-text", "heartbeat",
	"secret-crossed",
}

func (k EventKind) String() string {
	if k < 0 || int(k) >= len(eventNames) {
		return "unknown"
	}
	return eventNames[k]
}

// Event is one thing that happened.
type Event struct {
	Kind EventKind
	// Code is why, for Unreadable and SetupFailed: CodeNoSession (the session that
	// the message came for is not known here), CodeOTREnded (it has ended),
	// CodeBrokenKeys (it does not fit the session that is open: forged, or the
	// other side's session is another), CodeForged (no OTR message at all),
	// CodeNotSupported (another version), CodeOTRDowngrade (version 2, with a key that has
	// spoken version 3), CodeTooLarge.
	Code chat.Code
	Text string // clean: valid UTF-8 without what XML could not carry
	// Quiet, for Unreadable: the message said itself that losing it does not matter
	// (a heartbeat, the end of a session). No row for it, no new session for it.
	Quiet bool
	// Renew, for Unreadable: the other side thinks that a session is open, and a
	// key exchange (Begin) would help. At most once in ten seconds.
	Renew bool
	// Vouches, for SecretProven: the secret tells that the other person is who we
	// think. It does not when the other side alone chose the question: one can ask for
	// what everybody knows.
	Vouches bool
}

// LogValue keeps texts out of logs.
func (e Event) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", e.Kind.String()), slog.String("code", string(e.Code)))
}

// Result is what came of a text from the other side. A text that is one part of a
// message gives a Result without text and events.
type Result struct {
	Text    string // what the other person wrote; clean, see Event.Text
	HasText bool
	// Encrypted says that Text came through the session, from the holder of the key
	// By; Late, that this was the session before the present one. Plain says that it came in the clear although a session is or was open, or
	// the policy requires one: it may be anybody's, and has to be shown so. Neither
	// is set for ordinary plain text.
	Encrypted bool
	Late      bool
	By        chat.Fingerprint
	Plain     bool
	Reply     []string // to be sent at once, in this order
	Events    []Event  // in this order
}

// LogValue keeps texts out of logs.
func (r Result) LogValue() slog.Value {
	return slog.GroupValue(slog.Bool("text", r.HasText), slog.Bool("encrypted", r.Encrypted), slog.Int("reply", len(r.Reply)), slog.Int("events", len(r.Events)))
}

// ImportedKey is a key of another program's file, and which account it was for, in
// that program's words ("alice@example.org/home", "prpl-jabber"); "" where the file
// does not say.
type ImportedKey struct {
	Account, Protocol string
	Key               *Key
}

// LogValue keeps addresses and keys out of logs.
func (k ImportedKey) LogValue() slog.Value { return slog.GroupValue(slog.Bool("key", k.Key != nil)) }

func failure(kind chat.Kind, op string, code chat.Code, err error) error {
	return &chat.Error{Kind: kind, Op: op, Code: code, Err: err}
}
