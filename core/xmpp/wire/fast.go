// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Token is what a server gives for a login with the password, to log in with it
// the next time (XEP-0484). It is as secret as the password. The zero value is
// none.
type Token struct {
	Mechanism string // the only one that it is good for
	Secret    string
	Expiry    time.Time // zero: the server did not say
}

// String is what a log may have of it.
func (t Token) String() string { return "token for " + t.Mechanism }

// maxToken is the longest secret that is kept, in bytes.
const maxToken = 1024

// tokenMechanisms are those that we use, the best first: those that are bound to
// the connection, in the order of bindings. One that is not bound is a secret in
// the clear for whoever ends the TLS.
var tokenMechanisms = []struct{ name, kind string }{
	{"HT-SHA-256-EXPR", "tls-exporter"},
	{"HT-SHA-256-UNIQ", "tls-unique"},
	{"HT-SHA-256-ENDP", "tls-server-end-point"},
	{"HT-SHA-256-NONE", ""},
}

// pickToken is the best mechanism for tokens that both sides can do on a connection
// with those bindings, and the one that it takes; "" for none.
func pickToken(can []binding, offered []string) (name string, b binding) {
	for _, m := range tokenMechanisms {
		if !slices.Contains(offered, m.name) {
			continue
		}
		if m.kind == "" {
			return m.name, binding{flag: 'n'}
		}
		if i := slices.IndexFunc(can, func(b binding) bool { return b.kind == m.kind }); i >= 0 {
			return m.name, can[i]
		}
	}
	return "", binding{}
}

// usable says whether the token can be logged in with where best is the best
// mechanism: a server that has learned a better one gets the password, for a better
// token, and one that offers only a weaker one gets nothing that it could use.
func (t Token) usable(best string, now time.Time) bool {
	return t.Secret != "" && best != "" && t.Mechanism == best && (t.Expiry.IsZero() || now.Before(t.Expiry))
}

// hashed is the client's side of a login with a token by HT-SHA-256-*
// (draft-schmaus-kitten-sasl-ht §3). The server proves that it knows the token, too.
type hashed struct {
	user    string
	token   []byte
	binding []byte
	proven  bool
}

func newHashed(user string, t Token, b binding) *hashed {
	return &hashed{user: user, token: []byte(t.Secret), binding: b.data}
}

func (h *hashed) mac(who string) []byte {
	m := hmac.New(sha256.New, h.token)
	m.Write([]byte(who))
	m.Write(h.binding)
	return m.Sum(nil)
}

func (h *hashed) first() []byte {
	return append(append([]byte(h.user), 0), h.mac("Initiator")...)
}

// next reads what comes with success.
func (h *hashed) next(_ context.Context, proof []byte) ([]byte, error) {
	if h.proven || !hmac.Equal(proof, h.mac("Responder")) {
		return nil, fail(chat.Auth, "log in", chat.CodeServerNotProven, plainly("the server does not know the token"))
	}
	h.proven = true
	return nil, nil
}

func (h *hashed) done() bool { return h.proven }
func (h *hashed) wipe()      { clear(h.token) }
