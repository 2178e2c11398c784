// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Inbound is one thing that came in. At most one of its pointers is set. An
// Inbound with none of them is an element that could not be read, that was forged,
// that nobody needs or that Archive waits for; it is delivered so that its Seq is
// marked as handled in order. Seq is 0 for pushes, which are not counted here.
type Inbound struct {
	Seq      uint64
	Message  *Message
	Presence *Presence
	Roster   *RosterPush
	Blocked  *BlockPush
}

// Message is a message stanza as it stands on the wire (RFC 6121 §5). Every
// string is valid UTF-8 and at most as long as the element was; nothing in it
// is trusted except From, which the server has stamped.
type Message struct {
	From, To  chat.Address // From is our own bare address where the server left it out
	Type      string       // normal, chat, groupchat, headline or error; never ""
	ID        string
	OriginID  string     // XEP-0359 §3.1
	StanzaIDs []StanzaID // XEP-0359 §3; see StanzaIDBy
	Body      string     // without a language, else in ours, else the first
	HasBody   bool       // an empty body is a body
	Subject   string
	Thread    string
	Delay     time.Time // XEP-0203: when it was sent; zero without a believable stamp
	ChatState *chat.Typing
	// ReceiptRequest says that the sender asks for a receipt for ID; whether it
	// gets one is for the core to decide (contacts only).
	ReceiptRequest bool
	ReceiptFor     string // XEP-0184: the message with this ID has arrived
	Error          *StanzaError
	Nick           string // XEP-0172 §4.2, beside a message of a stranger

	// What it says of another message: "" and nil for nothing, never set in one of
	// type error. The other may be anybody's or nobody's: whose it has to be is for
	// who knows the messages (a correction and a retraction: the same sender's).
	Markable     bool       // XEP-0333 §4.1: the sender wants to know when it is displayed; has an ID
	DisplayedFor string     // XEP-0333 §4.2: all up to the message with this ID were displayed
	Replaces     string     // XEP-0308 §3: the ID of the first form of the message
	Retracts     string     // XEP-0424 §3: the ID of the message that its sender takes back
	Tombstone    bool       // XEP-0424 §4: this one was taken back, which is all that an archive says of it
	Reactions    *Reactions // XEP-0444 §3
	Reply        *Reply     // XEP-0461 §3
	Fallbacks    []Fallback // XEP-0428 §2.2: parts of Body; see Text
	Hints        Hints      // XEP-0334 §4
	Unstyled     bool       // XEP-0393 §6: the body is to be shown as it is

	// How it was encrypted; empty in one of type error.
	Encrypted []Encrypted // XEP-0384: at most one of each format; Body is then for who can not read it
	EME       []EMEHint   // XEP-0380: what anybody says of it, at most 8
	Private   bool        // XEP-0280 §9: other devices were to get no copy; some servers take it away

	sealedParts []Fallback // of the text inside, not checked; see Opened

	// Events of the sender's own account (XEP-0163). They are set only when the
	// stanza comes from a bare address, which a person's client can not forge.
	AvatarEvent *AvatarInfo // XEP-0084; its Hash is "" when the picture was taken away
	AvatarHash  *string     // AvatarEvent's Hash, for who needs no more
	NickEvent   *string     // XEP-0172; "" when the name was taken away
	Devices     *DeviceNews // XEP-0384 §5.2
	// Events of our own account and of no other.
	Displayed  []Displayed   // XEP-0490 §4.3
	Bookmarks  *BookmarkNews // XEP-0402 §4
	BundleGone bool          // XEP-0384 §5.3.2: one was taken away, of a device of ours

	// What our own account forwards. A message with one of them says nothing
	// else; what it carries has neither of them and no events.
	Carbon   *Carbon
	Archived *Archived // Run keeps these for Archive
}

// Carbon is a copy of a message that another device of our account received or
// sent (XEP-0280 §7, §8). Our own account has said so, and the message is to us
// where it was received, from us where it was sent.
type Carbon struct {
	Sent    bool
	Message *Message
}

// Archived is a message out of our own archive (XEP-0313 §4).
type Archived struct {
	Query   string    // names the question; "" for none
	ID      string    // in the archive, never ""; what StanzaIDBy says of the live message
	Stamp   time.Time // when the archive got it; zero without a believable one
	Message *Message  // from or to us; its Delay is Stamp. nil where it can not be read or was taken out
}

// StanzaID is an id that By gave to a message (XEP-0359 §3).
type StanzaID struct {
	ID string
	By chat.Address
}

// AvatarInfo is what a person's account says about its picture (XEP-0084 §4.2).
type AvatarInfo struct {
	Hash          string // SHA-1 of the picture in lower-case hex
	Type          string // media type, as claimed
	Bytes         int    // size as claimed; 0 unknown
	Width, Height int    // as claimed; 0 unknown
}

// StanzaError is an error that came back (RFC 6120 §8.3).
type StanzaError struct {
	Type      string    // cancel, continue, modify, auth or wait
	Condition string    // "item-not-found", ...; "undefined-condition" if not said
	Text      string    // the other side's words, never trusted; "" for none
	Code      chat.Code // what the condition means to us
}

// Presence is a presence stanza (RFC 6121 §4).
type Presence struct {
	From, To   chat.Address
	Type       string // "" or unavailable, subscribe, subscribed, unsubscribe, unsubscribed, probe, error
	Show       chat.Presence
	Status     string
	Priority   int8
	Caps       Caps    // zero when not said
	VCardPhoto *string // XEP-0153 §3: nil not said, "" no picture, else SHA-1 in lower-case hex
	Nick       string
	Delay      time.Time // since when; zero for now
	Idle       time.Time // XEP-0319: nobody has touched the device since; zero not said
	Error      *StanzaError
}

// Caps is what a client says about its abilities (XEP-0115 §4).
type Caps struct {
	Node, Ver, Hash string
}

// IsZero says whether nothing was said.
func (c Caps) IsZero() bool { return c == Caps{} }

// RosterPush is a change of the contact list that our own server reports
// (RFC 6121 §2.1.6).
type RosterPush struct {
	Item    RosterItem
	Version string // "" where the server has no versions
	Order   uint64 // see RosterResult.Order
}

// BlockPush is a change of whom the person has blocked that our own server reports
// (XEP-0191 §3.3 to §3.5), and the list that Blocked has fetched, in its place
// among the changes. An address can be of a person, a server, or of one device.
type BlockPush struct {
	None           bool // nobody that was blocked before is now, but for Added
	Added, Removed []chat.Address
}

// RosterItem is an entry of the contact list (RFC 6121 §2.1.2).
type RosterItem struct {
	Address      chat.Address // bare
	Name         string
	Groups       []string
	Subscription chat.Subscription
	Removed      bool // the entry is gone; only in a push
	Asked        bool // ask='subscribe': we asked and wait
	Approved     bool // approved='true': we agreed before being asked
}

// RosterResult is the answer to Conn.Roster.
type RosterResult struct {
	Items     []RosterItem
	Version   string
	Unchanged bool // what is stored for the version asked with is still right; Items is empty
	// Order is the place of the answer among the pushes: one with a higher Order
	// came later, whatever the order in which they were worked on, and one with a
	// lower is already in Items.
	Order uint64
}
