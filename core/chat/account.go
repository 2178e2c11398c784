// SPDX-License-Identifier: MPL-2.0

package chat

// Login is how to reach and enter an account; what `account add` takes.
type Login struct {
	Address    Address // bare
	Host       string  // "" looks the server up (SRV)
	Port       int     // 0 with a Host: 5222, or 5223 with DirectTLS
	DirectTLS  bool    // TLS from the first byte (XEP-0368)
	Proxy      string  // "socks5://host:port"; "" connects directly
	Tor        bool    // like Proxy with the local Tor, and nothing beside it
	AllowPlain bool    // the person agreed that this server gets the password itself
}

// AccountState is what an account is doing.
type AccountState int8

// The states; StateFailed needs the person, StateOffline does not.
const (
	StateOffline AccountState = iota
	StateConnecting
	StateOnline
	StateFailed
)

var accountStateNames = [...]string{"offline", "connecting", "online", "failed"}

func (s AccountState) String() string { return word(accountStateNames[:], int(s)) }

// Account is an account of the profile as it is now.
type Account struct {
	Login   Login
	Nick    string // what the person calls itself (XEP-0172)
	Avatar  string // SHA-1 of one's own picture in hex
	Enabled bool   // should be connected whenever the program runs
	State   AccountState
	Error   *Error // why State is failed or it is offline; nil otherwise
	// CatchingUp says that messages of before are still being loaded from the
	// server's archive.
	CatchingUp bool
}

// Field is one input of a form that a server asks to be filled in.
type Field struct {
	Name     string // the wire's name; the key of the answer
	Label    string // the server's words; may be ""
	Secret   bool
	Required bool
	Value    string
	Options  []string // choose one; empty: free text
	Picture  []byte   // a picture to answer about (XEP-0158), PNG or JPEG, unchecked
}

// Form is what a server asks before it makes an account (XEP-0077, XEP-0004).
// Username and password are not in it: they come from the Login.
type Form struct {
	Instructions string // the server's words
	Fields       []Field
	URL          string // registration happens on this page instead; "" for here
}
