// SPDX-License-Identifier: MPL-2.0

package chat

import (
	"log/slog"
	"strconv"
	"time"
)

// ConvID names a conversation: an account and the other side, both bare.
type ConvID struct {
	Account, Peer Address
}

// IsZero says whether this names no conversation.
func (c ConvID) IsZero() bool { return c == ConvID{} }

// LogValue keeps addresses out of logs.
func (c ConvID) LogValue() slog.Value { return slog.StringValue("redacted") }

// MsgID names a message of this profile for ever; 0 is none. It says nothing
// about order: a Cursor does.
type MsgID int64

// String is the id as decimal digits, as the command line prints it.
func (id MsgID) String() string { return strconv.FormatInt(int64(id), 10) }

// ParseMsgID is the inverse of String; it refuses anything below 1.
func ParseMsgID(s string) (MsgID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || s != MsgID(n).String() { // one spelling: no sign, no zeros before it
		return 0, &Error{Kind: Input, Op: "parse message id", Code: CodeNotFound}
	}
	return MsgID(n), nil
}

// Cursor is a place in a conversation's order, taken from a Message. The zero
// value is the end: the place after the newest message. Order is arrival or
// archive order, never a clock.
type Cursor int64

// Direction says who sent a message.
type Direction int8

// The two directions.
const (
	In  Direction = iota // from the other side
	Out                  // from this account, on this or another device
)

func (d Direction) String() string {
	if d == Out {
		return "out"
	}
	return "in"
}

// MessageKind says what a message row is.
type MessageKind int8

// The kinds of rows.
const (
	KindText          MessageKind = iota
	KindFile                      // a later issue
	KindNotice                    // said by the program: "Bob accepted your request"
	KindUndecryptable             // arrived encrypted and could not be read; Error says why
	KindGap                       // messages before this place have not been loaded from the archive yet; no text
)

var kindNames = [...]string{"text", "file", "notice", "undecryptable", "gap"}

func (k MessageKind) String() string { return word(kindNames[:], int(k)) }

// Encryption is how a message travelled.
type Encryption int8

// The ways a message can travel.
const (
	EncryptionNone Encryption = iota
	EncryptionOTR
	EncryptionOMEMO  // eu.siacs.conversations.axolotl
	EncryptionOMEMO2 // urn:xmpp:omemo:2
)

var encryptionNames = [...]string{"none", "otr", "omemo", "omemo2"}

func (e Encryption) String() string { return word(encryptionNames[:], int(e)) }

// Message is one row of a conversation. It is immutable: a change is a new
// value, read again after an Event named its ID.
type Message struct {
	ID         MsgID
	Conv       ConvID
	Cursor     Cursor  // its place in the conversation's order
	From       Address // full address of the sender where known
	Direction  Direction
	Kind       MessageKind
	Body       string
	Time       time.Time // when it was sent (XEP-0203 delay counts), UTC
	Status     Status
	Error      Code   // why it failed or could not be read; "" otherwise
	ErrorText  string // a server's own words, never trusted; "" otherwise
	Encryption Encryption
	// Fingerprint is the key of the device that sent it, or for a notice the key that it is about; "" for none.
	Fingerprint Fingerprint
	Trust       Trust // of that key, now
	// Doubtful says that it came by a key that nobody has decided about, although one of its
	// owner's was verified or its device was never on its owner's list.
	Doubtful  bool
	StanzaID  string // id given by our own archive (XEP-0359), "" if none
	OriginID  string // id given by the sender
	Edited    bool
	Retracted bool       // its sender took it back (XEP-0424); Body is "" then
	Unstyled  bool       // Body is to be shown as it was typed (XEP-0393 §6)
	ReplyTo   string     // the message that it answers, as the sender names it (XEP-0461); "" for none
	ReplyID   MsgID      // the same as a row of this conversation, 0 where it is not here
	Reactions []Reaction // XEP-0444, in the order in which they first came
}

// Reaction is an emoji that one side or both put under a message.
type Reaction struct {
	Emoji        string
	Mine, Theirs bool
}

// LogValue keeps text and addresses out of logs.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(slog.Int64("id", int64(m.ID)), slog.String("status", m.Status.String()))
}

// SendOptions are the choices of one send; the zero value is what a person
// expects.
type SendOptions struct {
	// OriginID is the caller's own id for the message. Two sends with the same
	// one in a conversation store it once and return the same MsgID. "" makes one.
	OriginID string
	// ReplyTo is the message that this one answers (XEP-0461); 0 for none.
	ReplyTo MsgID
	// Encryption is how it has to travel; ChoiceAuto as the conversation does.
	// ChoiceNone is the person's decision for this one message.
	Encryption EncryptionChoice
}

// SearchQuery is what a person typed and where to look. Text is never query
// syntax: every word of it must occur, as a part of a word, in any case.
type SearchQuery struct {
	Text   string
	In     ConvID // zero: everywhere
	Before Cursor // zero: from the newest. Only with In
	Limit  int    // 0: 50
}
