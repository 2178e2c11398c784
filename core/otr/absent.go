// SPDX-License-Identifier: MPL-2.0

//go:build nootr

package otr

import (
	"io"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Available says that this program was built without OTR: every error is
// CodeUnsupported, and nothing is ever sent.
const Available = false

// Key is no key: there is none without OTR.
type Key struct{}

func unsupported(op string) error { return failure(chat.Input, op, chat.CodeUnsupported, nil) }

// NewKey makes no key.
func NewKey(io.Reader) (*Key, error) { return nil, unsupported("make OTR key") }

// ParseKey reads no key.
func ParseKey([]byte) (*Key, error) { return nil, unsupported("read OTR key") }

// ImportKeys reads no keys.
func ImportKeys([]byte) ([]ImportedKey, error) { return nil, unsupported("read OTR keys") }

// NewInstanceTag makes no tag.
func NewInstanceTag(io.Reader) (uint32, error) { return 0, unsupported("make instance tag") }

// MarshalBinary gives nothing.
func (*Key) MarshalBinary() ([]byte, error) { return nil, unsupported("write OTR key") }

// Fingerprint names nothing.
func (*Key) Fingerprint() chat.Fingerprint { return "" }

// Conversation lets plain text through.
type Conversation struct{ policy Policy }

// New begins a conversation that is never encrypted.
func New(cfg Config) *Conversation { return &Conversation{policy: cfg.Policy} }

// SetPolicy changes what plain text is called.
func (c *Conversation) SetPolicy(p Policy) { c.policy = p }

// Receive gives plain text as it is; what is encrypted is unreadable.
func (c *Conversation) Receive(text string, _ time.Time) (Result, error) {
	switch formOf(text) {
	case formFragment, formEncoded:
		return Result{Events: []Event{{Kind: Unreadable, Code: chat.CodeUnsupported}}}, nil
	}
	plain, _ := Strip(text)
	return Result{Text: plain, HasText: plain != "", Plain: c.policy == Require}, nil
}

// Send sends nothing.
func (*Conversation) Send(string) ([]string, error) { return nil, unsupported("send OTR message") }

// AskSecret asks nothing.
func (*Conversation) AskSecret(_, _ string) ([]string, error) {
	return nil, unsupported("ask for secret")
}

// AnswerSecret answers nothing.
func (*Conversation) AnswerSecret(string) ([]string, error) { return nil, unsupported("answer secret") }

// AbortSecret stops nothing.
func (*Conversation) AbortSecret() []string { return nil }

// Asking is never true.
func (*Conversation) Asking() (busy, ourTurn bool) { return false, false }

// Crossed is never true.
func (*Conversation) Crossed() bool { return false }

// Offer leaves a text as it is.
func (*Conversation) Offer(text string) string { return text }

// Start asks nobody.
func (*Conversation) Start() []string { return nil }

// Begin begins nothing.
func (*Conversation) Begin() []string { return nil }

// End ends nothing.
func (*Conversation) End() []string { return nil }

// Secure is never true.
func (*Conversation) Secure() bool { return false }

// Ready is never true.
func (*Conversation) Ready() bool { return false }

// Their is nobody's.
func (*Conversation) Their() chat.Fingerprint { return "" }

// Version is none.
func (*Conversation) Version() int { return 0 }

// SessionID is zero.
func (*Conversation) SessionID() [8]byte { return [8]byte{} }
