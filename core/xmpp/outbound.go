// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"time"

	"chatsecure.org/desktop/core/chat"
)

// OutMessage is a message to encode. Zero fields are left out.
type OutMessage struct {
	To             chat.Address
	Type           string // "" is normal
	ID             string
	OriginID       string // XEP-0359
	Body           string
	RequestReceipt bool         // XEP-0184; needs ID
	ReceiptFor     string       // XEP-0184: a receipt for the message with this ID
	ChatState      *chat.Typing // XEP-0085: Idle is written as active
	Nick           string       // XEP-0172: only in the first message to a stranger

	Markable     bool       // XEP-0333; needs ID
	DisplayedFor string     // XEP-0333 §4.2: the last message that was displayed
	Replaces     string     // XEP-0308: the ID of the first form of what is corrected
	Retracts     string     // XEP-0424: the ID of what is taken back
	Reactions    *Reactions // XEP-0444: all that there are now
	Reply        *Reply     // XEP-0461
	Fallbacks    []Fallback // XEP-0428: parts of Body
	// Hints are XEP-0334's. Store goes by itself with what has no body and has to be
	// kept: a retraction, reactions, a marker, anything Encrypted; NoStore with what is
	// only typing.
	Hints    Hints
	Unstyled bool // XEP-0393 §6

	// Encrypted goes beside what the other fields say, which is not
	// encrypted; Body is for who can not read it. At most one of each format.
	Encrypted []Encrypted
	EME       []EMEHint // XEP-0380; nil: those of Encrypted
	Private   bool      // XEP-0280 §9: no copies for other devices; to be used with Hints.NoCopy
}

// OutPresence is a presence to encode.
type OutPresence struct {
	To       chat.Address // zero: everybody who may see us
	Type     string       // "" or unavailable, subscribe, subscribed, unsubscribe, unsubscribed, probe
	Show     chat.Presence
	Status   string
	Priority int8
	Photo    *string // XEP-0153: nil not known yet, "" no picture, else SHA-1 in hex
	Nick     string  // XEP-0172 §4.2: beside a subscription request
	Preauth  string  // XEP-0379 §3.4: the token of an invitation, beside a subscription request
	Caps     Caps    // filled in by Conn.SendPresence
	// Idle is since when nobody has touched the computer (XEP-0319 §2.1); zero is not
	// told. It tells when a person left: never to be set where that is to be hidden.
	Idle time.Time
}
