// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"crypto/x509"
	"log/slog"
	"net"
	"time"

	"mellium.im/xmpp/jid"

	"chatsecure.org/desktop/core/chat"
)

// What a server may send in one top-level element. Over it the stream ends with
// CodeStreamLimit, whose Detail names the limit.
const (
	MaxBeforeLogin = 64 << 10 // bytes
	MaxAfterLogin  = 10 << 20 // bytes
	MaxDepth       = 64       // elements inside each other, the outermost counts
	MaxAttributes  = 128      // of a tag; an element with more is passed over, once logged in
)

const (
	dialPatience  = 60 * time.Second // where the context has no deadline
	writePatience = 30 * time.Second // a link that takes nothing for so long is dead
	lastWords     = time.Second      // for what is said before a stream is closed
	tokenPatience = 10 * time.Second // a login with a token; then the password is tried
	askAgain      = 5 * time.Second  // after an ack that did not cover the question
	leastProof    = 2 * time.Second  // for the first ack after a resumption,
	mostProof     = 10 * time.Second // by how long the resumption took
)

// Config says where to connect and as whom.
type Config struct {
	Login     chat.Login
	Password  []byte         // read during Dial only; the caller wipes it
	Resource  string         // wanted; the server may give another. "" lets it choose
	Strongest string         // the mechanism of the last login with it; a weaker one is refused
	Token     Token          // in place of the password, where the server takes it
	UserAgent string         // names this installation to its server: a random UUID that stays; "" for no tokens
	Software  string         // the program's name for the server, and for the resource that it chooses
	Archived  bool           // the caller reads the server's archive: it need not keep messages beside that (Bind 2)
	Roots     *x509.CertPool // whom to trust to vouch for servers; nil: the system's
	TLS13     bool           // nothing older than TLS 1.3
	Pinned    bool           // only where one of Pins is in the certificate's chain, besides all else
	Pins      []string       // SHA-256 of public keys (SPKI) in lower-case hex; none: nobody is trusted
	Log       *slog.Logger   // nil: nothing is logged
	Previous  *Stream        // a suspended stream to resume; nil, or one that has ended, for none

	resolver *net.Resolver // nil: the system's; tests set it
	start    uint32        // what h begins with (XEP-0198 §4); tests set it
	proof    time.Duration // for the first ack after a resumption; tests set it
	token    time.Duration // for a login with a token; tests set it
}

func (c *Config) log() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Log
}

// own is the account's bare address as it stands on the wire (RFC 7622).
func (c *Config) own() (jid.JID, error) {
	j, err := jid.Parse(c.Login.Address.Bare().String())
	if err != nil {
		return jid.JID{}, fail(chat.Input, "connect", chat.CodeAddress, plainly("malformed address"))
	}
	return j, nil
}
