// SPDX-License-Identifier: MPL-2.0

package chat

// EventKind says what changed.
type EventKind int8

// What can change. An event names the thing; the reader asks for it again.
const (
	Reload               EventKind = iota // anything may have changed: read all again
	AccountChanged                        // Account
	ContactsChanged                       // Account's contacts
	ConversationsChanged                  // the list: a row came or went
	ConversationChanged                   // Conv: its row (last line, unread, draft, presence, typing)
	MessagesChanged                       // Conv and IDs: these messages are new, changed or gone
	SettingsChanged                       // a setting of the program
	TrustChanged                          // Conv's contact, or Account's own: keys or what is thought of them
	SecretAsked                           // Conv: the other side asks for the secret that both know (SMP)
	Raise                                 // another start of the program asks for the window
)

// Event says that something changed, never what it is now.
type Event struct {
	Kind    EventKind
	Account Address
	Conv    ConvID
	IDs     []MsgID // MessagesChanged; each once, order means nothing
}
