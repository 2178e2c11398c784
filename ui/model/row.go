// SPDX-License-Identifier: MPL-2.0

package model

import (
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// RowKind says what a timeline row is.
type RowKind int8

// The kinds of rows.
const (
	RowMessage RowKind = iota
	RowDay             // separator: Time is that day
	RowUnread          // the line above the first unread message
	RowNotice          // said by the program; Text is a resource id, Args its arguments
	RowGap             // messages are missing here; Busy while they are being loaded
	RowTop             // above the oldest message: Busy, Error, or neither where the conversation begins
)

// Row is one row of a timeline, ready to be shown. It holds no translated word:
// the part that draws it has the bundle.
type Row struct {
	Key   string // names the row for ever: "m42", "d2026-11-24", "unread"
	ID    chat.MsgID
	Kind  RowKind
	Text  string
	Args  []any
	Own   bool
	First bool      // first of a group of consecutive messages of one sender
	Last  bool      // last of such a group: carries the time
	Time  time.Time // local time
	// Status is meaningful on own messages only. A Failed row shows Error's
	// words with "try again" and "delete".
	Status chat.Status
	Error  chat.Code
	// Actor is who does what Text says (XEP-0245); "" for what is just said.
	Actor     string
	Edited    bool
	Retracted bool // its sender took it back; Text is "" then
	Unstyled  bool // Text is shown as it was typed
	Quote     Quote
	Reactions []chat.Reaction
	Busy      bool
	Sealed    bool    // it arrived encrypted and could not be read: Error says why; Text is ""
	Sticker   Sticker // the picture that Text stands for, if it is nothing else
	Guard     Guard   // how it travelled
	Acts      Acts    // what can be done about what it says
}

// Guard is how a message travelled, as its mark says it.
type Guard int8

// The guards. In a conversation in which nothing was ever encrypted, no message has a
// mark.
const (
	GuardNone     Guard = iota
	GuardOpen           // not encrypted, before anything was
	GuardPlain          // not encrypted, after others were: said in words
	GuardClosed         // encrypted
	GuardVerified       // encrypted, by a key that is verified now
	GuardDoubtful       // encrypted, by a key that the person distrusts, or that nobody has decided about where that matters
)

// Act is something that can be done about what a row says.
type Act int8

// The acts; each has its words in resource "act.NAME".
const (
	ActNone      Act = iota
	ActCheck         // look at a new device
	ActVerify        // the same, where nothing is sent to it before
	ActNotNow        // take the offer away
	ActVerifyOwn     // look at a new device of one's own
	ActRemoveOwn     // take it off the account
	ActAskAgain      // ask the other side to send a message again
	ActDetails       // how a message travelled, and why it can not be read
	ActDevices       // look at all devices of the contact
	ActOTR           // begin an OTR session
	ActPlain         // send this message not encrypted
	ActRenew         // begin the session anew in which a message could not be read
)

var actNames = [...]string{
	"", "check", "verify", "not-now", "verify-own", "remove-own", "ask-again", "details", "devices", "otr", "plain",
	"renew",
}

// String is the part of its words' id that stands for it.
func (a Act) String() string { return actNames[a] }

// Acts are at most two of them; ActNone is none.
type Acts [2]Act

// Quote is the message that another one answers; the zero value is none.
type Quote struct {
	Shown bool       // there is one, known here or not
	ID    chat.MsgID // 0: it is not here
	Text  string     // the beginning of it in one line; "" where it is not here or was taken back
	Own   bool
}

// maxQuote is how many characters of an answered message are kept for its quote.
const maxQuote = 200

// Same says whether two rows look the same.
func (r *Row) Same(o *Row) bool {
	return r.Key == o.Key && r.ID == o.ID && r.Kind == o.Kind && r.Text == o.Text && slices.Equal(r.Args, o.Args) &&
		r.Own == o.Own && r.First == o.First && r.Last == o.Last && r.Time.Equal(o.Time) && r.Status == o.Status &&
		r.Error == o.Error && r.Actor == o.Actor && r.Edited == o.Edited && r.Retracted == o.Retracted && r.Unstyled == o.Unstyled &&
		r.Quote == o.Quote && r.Busy == o.Busy && r.Sealed == o.Sealed && r.Guard == o.Guard && r.Acts == o.Acts && slices.Equal(r.Reactions, o.Reactions)
}

// There says whether the message stands on both sides: it can be answered and
// reacted to.
func (r *Row) There() bool {
	return r.Kind == RowMessage && r.Text != "" && !r.Retracted && !(r.Own && r.Status == chat.Failed)
}

// Mine says whether the person can change the message, or take it back.
func (r *Row) Mine() bool { return r.Own && r.There() }
