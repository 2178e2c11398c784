// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"errors"
	"fmt"

	"chatsecure.org/desktop/core/chat"
)

// The causes of errors, for errors.Is. What leaves the package is a *chat.Error of
// kind EncryptionFailed around one of them.
var (
	// ErrRepeated: the message's key was used before, or was dropped because it was
	// not asked for in time. The message is to be passed over without a word (XEP-0384 §6).
	ErrRepeated = errors.New("the key of this message is not there any more")
	// ErrSkippedTooFar: more than MaxSkip messages are missing before this one.
	ErrSkippedTooFar = errors.New("too many messages are missing before this one")
	// ErrNotAuthentic: a tag or a signature is wrong.
	ErrNotAuthentic = errors.New("tag or signature is wrong")
	// ErrOtherSession: nothing here has the keys of this message; the other side uses
	// a session that this side does not have, or the message is forged.
	ErrOtherSession = errors.New("the message is of another session")
	// ErrNoPrekey: the key exchange was made with a prekey that is not there (any more).
	ErrNoPrekey = errors.New("the prekey is not there")
	// ErrWeakKey: a public key that would make a secret which anybody knows.
	ErrWeakKey = errors.New("public key of low order or in no form")
	// ErrMalformed: bytes that are not in the format.
	ErrMalformed = errors.New("malformed")
	// ErrVersion: a form of messages or of stored keys that this program does not know.
	ErrVersion = errors.New("unknown version")
)

// failed gives a cause the code that fits it.
func failed(op string, cause error) error {
	var known *chat.Error
	if errors.As(cause, &known) {
		return fmt.Errorf("%s: %w", op, cause)
	}
	code := chat.CodeUnknown
	switch {
	case errors.Is(cause, ErrRepeated), errors.Is(cause, ErrSkippedTooFar), errors.Is(cause, ErrOtherSession), errors.Is(cause, ErrNoPrekey):
		code = chat.CodeBrokenKeys
	case errors.Is(cause, ErrVersion):
		code = chat.CodeNotSupported
	case errors.Is(cause, ErrNotAuthentic), errors.Is(cause, ErrMalformed), errors.Is(cause, ErrWeakKey):
		code = chat.CodeForged
	}
	return &chat.Error{Kind: chat.EncryptionFailed, Op: op, Code: code, Err: cause}
}

// damaged is about bytes that this program has stored itself.
func damaged(op string, cause error) error {
	return &chat.Error{Kind: chat.Storage, Op: op, Code: chat.CodeDamaged, Err: cause}
}
