// SPDX-License-Identifier: MPL-2.0

package store

import (
	"fmt"
	"io"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// AccountRecord is an account as it is stored.
type AccountRecord struct {
	Login         chat.Login
	Nick          string
	Avatar        string // SHA-1 of one's own picture in hex
	Enabled       bool
	Mechanism     string // the strongest SASL mechanism that has logged in
	RosterVersion string // of the contact list that is stored
	Resource      string
	Password      []byte // nil when the keyring holds it; the caller wipes it
}

// Format keeps passwords and addresses out of whatever is printed or logged.
func (a AccountRecord) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "account") }

// Promised is, as an Outgoing's Encryption, chat.ChoiceAuto of what was written when the
// words before sending said that it would be encrypted: it never goes in the clear.
const Promised chat.EncryptionChoice = 100

// Outgoing is a row of the outbox: a message that waits to be sent, or an errand,
// which changes one that was. ID is the row's: no two have the same.
type Outgoing struct {
	ID       chat.MsgID
	Conv     chat.ConvID
	Body     string
	OriginID string
	Time     time.Time
	Stanza   []byte // the finished bytes once SaveStanza has run; nil before
	ReplyTo  string // the message that it answers, as the other side knows it; "" for none
	Markable bool   // we want to know when it was seen (XEP-0333)

	Encryption  chat.EncryptionChoice // how the person wants it to travel; also Promised
	Sealed      chat.Encryption       // with Stanza: how it does
	Fingerprint chat.Fingerprint      // with Sealed, for SaveStanzas: one's own key with which it was encrypted; "" for none
	Hash        []byte                // with Sealed, for SaveStanzas: SHA-256 of the ciphertext, as it may come back from the archive; nil for none
	Keys        *KeyChanges           // for SaveStanzas: what encrypting did to keys; nil for nothing

	Errand  AmendKind  // 0: a message
	Message chat.MsgID // with Errand: the message that it changes, 0 where that was deleted
	Target  string     // with Errand: that message as the other side knows it
	Emoji   []string   // with AmendReact
	// Under is, with Errand, how the message that it changes has travelled.
	Under chat.Encryption
}

// Resent is where a text in OTR belongs that may have come before: no archive knows it.
// The ids are origin-ids, "" for none.
type Resent struct {
	Behind string // of the text that was read before it in its session
	Again  string // of the last one that came again in the session before; for the first of a session
	Last   bool   // it follows all that was read since it could not be: that was in an earlier run
}

// Incoming is a message to store that this device did not write: from the other
// side, or (Direction Out) from another device of the account.
type Incoming struct {
	Conv       chat.ConvID
	From       chat.Address // full; zero stands for the side that Direction names
	Direction  chat.Direction
	Kind       chat.MessageKind
	Body       string
	Time       time.Time
	OriginID   string       // given by the sender (XEP-0359); "" for none
	StanzaID   string       // given by the archive; "" for none
	StanzaBy   chat.Address // whose archive: the account or the peer, else StanzaID is ignored
	MessageID  string       // the stanza's id attribute; "" for none
	Encryption chat.Encryption
	// Fingerprint is the key of the device that sent it; "" for none.
	Fingerprint chat.Fingerprint
	Hash        []byte      // SHA-256 of its ciphertext; nil: it was not encrypted
	Keys        *KeyChanges // what reading it did to keys; nil for nothing
	Error       chat.Code   // KindUndecryptable: why. Of CodeUnlisted Body is kept, and nobody sees it before it is revealed
	Seen        bool        // the person has seen it: does not count as unread
	Markable    bool        // its sender wants to know when it was seen (XEP-0333)
	ReplyTo     string      // the message that it answers, as its sender names it (XEP-0461); "" for none
	Unstyled    bool        // Body is to be shown as it was typed (XEP-0393 §6)
	Resent
}

// Stored is what became of one Incoming.
type Stored struct {
	ID        chat.MsgID // 0: the person has deleted it, or it is known as a change to another message
	Fresh     bool       // false: it was stored before, ID is the existing message
	Changed   bool       // it could not be read before and now it can: read it again
	Read      bool       // an archive has given it once more, and it has been read
	Moved     bool       // with Changed: it stands at the end now, and cursors that others hold are no longer right
	Errand    chat.MsgID // it is an errand of ours that our server has: it is no longer in the outbox
	Confirmed bool       // it was Queued here, or given up, and is in our archive: now it is Sent
}

// StatusChange moves an outgoing message, named by ID or by Conv and OriginID.
type StatusChange struct {
	ID        chat.MsgID
	Conv      chat.ConvID
	OriginID  string
	Status    chat.Status
	Error     chat.Code // with Failed
	ErrorText string
}

// StatusChanged is a message whose status moved.
type StatusChanged struct {
	ID     chat.MsgID
	Conv   chat.ConvID
	Status chat.Status // as it is now
}
