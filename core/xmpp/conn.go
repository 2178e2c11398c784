// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"errors"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp/wire"
)

// Config says how to connect and who we are.
type Config struct {
	wire.Config
	Nick            string // what the person calls itself; goes with subscription requests
	SoftwareName    string // XEP-0092 and XEP-0115; "" is "ChatSecure"
	SoftwareVersion string
	Lang            string    // prefers message bodies in this language; "" for none
	Caps            CapsCache // nil remembers for the life of the connection
}

// CapsCache remembers which features a verification string stands for. Only
// verified answers are put in (XEP-0115 §5.4). It is called from any goroutine.
type CapsCache interface {
	Caps(ctx context.Context, ver string) (features []string, ok bool, err error)
	PutCaps(ctx context.Context, ver string, features []string) error
}

var errNotYet = errors.New("not yet")

// Conn is a session of one account. All methods may be called from any
// goroutine, and all that ask something end by their context's deadline, or
// after 30 seconds where it has none. Every error is a *chat.Error.
type Conn struct{}

// Connect reaches the server, logs in and binds. Run must follow soon.
func Connect(ctx context.Context, cfg Config) (*Conn, error) { return nil, errNotYet }

// Address is the full address that the server gave us.
func (c *Conn) Address() chat.Address { return chat.Address{} }

// Mechanism is the login mechanism that was used.
func (c *Conn) Mechanism() string { return "" }

// Run hands every message, presence and roster push to deliver, one at a time
// and in order, until the connection ends or ctx does; it says why. It is called
// once. deliver must not wait for anything that this connection has to bring.
func (c *Conn) Run(ctx context.Context, deliver func(Inbound)) error { return errNotYet }

// Handled says that the element with this Seq, and all before it, are stored.
func (c *Conn) Handled(seq uint64) {}

// Write sends one finished element.
func (c *Conn) Write(ctx context.Context, stanza []byte) error { return errNotYet }

// Close says goodbye and ends the connection; Run returns.
func (c *Conn) Close(ctx context.Context) error { return errNotYet }

// Confirm returns nil once everything written before is with the server.
func (c *Conn) Confirm(ctx context.Context) error { return errNotYet }

// Ping asks to whether it is there (XEP-0199); zero is our own server.
func (c *Conn) Ping(ctx context.Context, to chat.Address) error { return errNotYet }

// Roster fetches the contact list; version is that of the stored one, "" for none.
func (c *Conn) Roster(ctx context.Context, version string) (RosterResult, error) {
	return RosterResult{}, errNotYet
}

// SetAudience says which bare addresses see our presence (subscription From or
// Both) when Roster answered Unchanged; only they get answers to ping, disco and
// version. Otherwise Conn keeps count by itself.
func (c *Conn) SetAudience(addrs []chat.Address) {}

// SetContact adds a contact to the list, or renames it.
func (c *Conn) SetContact(ctx context.Context, addr chat.Address, name string, groups []string) error {
	return errNotYet
}

// RemoveContact takes a contact off the list and ends both subscriptions.
func (c *Conn) RemoveContact(ctx context.Context, addr chat.Address) error { return errNotYet }

// SendPresence sends our presence; with our own caps where we are available.
func (c *Conn) SendPresence(ctx context.Context, p OutPresence) error { return errNotYet }

// Subscribe asks to see a contact's presence.
func (c *Conn) Subscribe(ctx context.Context, to chat.Address) error { return errNotYet }

// Subscribed lets a contact see our presence.
func (c *Conn) Subscribed(ctx context.Context, to chat.Address) error { return errNotYet }

// Unsubscribe no longer wants to see a contact's presence.
func (c *Conn) Unsubscribe(ctx context.Context, to chat.Address) error { return errNotYet }

// Unsubscribed refuses, or no longer lets, a contact see our presence.
func (c *Conn) Unsubscribed(ctx context.Context, to chat.Address) error { return errNotYet }

// Features asks to for what it supports (XEP-0030).
func (c *Conn) Features(ctx context.Context, to chat.Address) ([]string, error) {
	return nil, errNotYet
}

// FeaturesOf says what the client behind a presence supports, from memory where
// it can (XEP-0115).
func (c *Conn) FeaturesOf(ctx context.Context, caps Caps, from chat.Address) ([]string, error) {
	return nil, errNotYet
}

// Software asks to for its name and version (XEP-0092).
func (c *Conn) Software(ctx context.Context, to chat.Address) (name, version string, err error) {
	return "", "", errNotYet
}

// Picture fetches the picture of addr (bare) whose SHA-1 in hex is hash: from its
// account (XEP-0084), else from its vCard (XEP-0054). The bytes are what the hash
// promised and are otherwise unchecked.
func (c *Conn) Picture(ctx context.Context, addr chat.Address, hash string) ([]byte, error) {
	return nil, errNotYet
}

// SetPicture publishes our own picture (PNG or JPEG) and returns its SHA-1 in
// hex; nil takes it away and returns "".
func (c *Conn) SetPicture(ctx context.Context, picture []byte) (hash string, err error) {
	return "", errNotYet
}

// SetNick publishes what the person calls itself (XEP-0172); "" takes it away.
func (c *Conn) SetNick(ctx context.Context, nick string) error { return errNotYet }
