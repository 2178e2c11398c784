// SPDX-License-Identifier: MPL-2.0

package chat

import "time"

// Typing is a chat state (XEP-0085).
type Typing int8

// The chat states that are shown; Idle stands for active, inactive and gone.
const (
	Idle Typing = iota
	Composing
	Paused
)

// Presence says how reachable a contact is: the best of its devices.
type Presence int8

// Presences, from none to most available (RFC 6121 §4.7.2.1).
const (
	Unavailable Presence = iota
	ExtendedAway
	Away
	DoNotDisturb
	Available
	FreeForChat
)

var presenceNames = [...]string{"unavailable", "xa", "away", "dnd", "available", "chat"}

func (p Presence) String() string { return word(presenceNames[:], int(p)) }

// Subscription says who sees whose presence (RFC 6121 §2.1.2.5).
type Subscription int8

// The states of a subscription. From: the contact sees us. To: we see it.
const (
	SubscriptionNone Subscription = iota
	SubscriptionTo
	SubscriptionFrom
	SubscriptionBoth
)

var subscriptionNames = [...]string{"none", "to", "from", "both"}

func (s Subscription) String() string { return word(subscriptionNames[:], int(s)) }

// Contact is an entry of an account's contact list, or somebody who asks to
// become one.
type Contact struct {
	Account, Address Address // both bare
	Name             string  // what the person calls it; "" for none
	Nick             string  // what the contact calls itself (XEP-0172); never trusted
	Groups           []string
	Subscription     Subscription
	Listed           bool // stands in the contact list on the server
	Asked            bool // we asked and wait for an answer
	Asking           bool // it asks us; Accept or Decline
	Blocked          bool // the server keeps everything of it from us (XEP-0191)
	Presence         Presence
	StatusText       string
	LastActive       time.Time // zero: unknown or available now
	Avatar           string    // SHA-1 of the picture in hex; "" for none
}

// Title is the name to show: the person's own, else the contact's, else the
// local part of the address.
func (c Contact) Title() string {
	switch {
	case c.Name != "":
		return c.Name
	case c.Nick != "":
		return c.Nick
	}
	return titleOf(c.Address)
}

func titleOf(a Address) string {
	if a.Local != "" {
		return a.Local
	}
	return a.Domain
}

// Bookmark is a room that an account has marked (XEP-0402).
type Bookmark struct {
	Address  Address // bare
	Name     string  // never trusted
	Nick     string  // what the person is called there
	Autojoin bool    // the person is to be in it whenever the account is online
}

// ConversationSettings are the person's choices for one conversation.
type ConversationSettings struct {
	Muted, Pinned bool
}

// Conversation is a row of the conversation list with what its header needs.
type Conversation struct {
	ID       ConvID
	Contact  Contact // as known now; Address is always set
	Last     Message // zero ID: none yet
	Time     time.Time
	Unread   int
	FirstNew MsgID // oldest unread message; 0 for none
	Draft    string
	Typing   Typing
	Settings ConversationSettings
}

// Title is the name to show for the conversation.
func (c Conversation) Title() string { return c.Contact.Title() }
