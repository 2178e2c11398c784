// SPDX-License-Identifier: MPL-2.0

package core

import (
	"regexp"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp/wire"
)

// A token is kept for the next login, replaced, and forgotten with the account.
func TestToken(t *testing.T) {
	c, a := oneAccount(t) // has a passphrase: the encrypted database is the place
	ctx := t.Context()
	if got := c.token(ctx, a.addr); got != (wire.Token{}) {
		t.Errorf("at first there is %v", got.Mechanism)
	}
	one := wire.Token{Mechanism: "HT-SHA-256-EXPR", Secret: "one", Expiry: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	two := wire.Token{Mechanism: "HT-SHA-256-EXPR", Secret: "two"}
	c.keepToken(ctx, a.addr, wire.Token{}, one)
	if got := c.token(ctx, a.addr); got != one {
		t.Error("another token than was kept")
	}
	c.keepToken(ctx, a.addr, one, two)
	if got := c.token(ctx, a.addr); got != two {
		t.Error("not the new token")
	}
	if got := c.token(ctx, chat.MustAddress("other@example.test")); got != (wire.Token{}) {
		t.Error("another account has it, too")
	}
	c.keepToken(ctx, a.addr, two, wire.Token{}) // the server has refused it
	if got := c.token(ctx, a.addr); got != (wire.Token{}) {
		t.Error("a refused token is kept")
	}
	c.keepToken(ctx, a.addr, wire.Token{}, one)
	if err := c.RemoveAccount(ctx, a.addr); err != nil {
		t.Fatal(err)
	}
	if got := c.token(ctx, a.addr); got != (wire.Token{}) {
		t.Error("the token outlives the account")
	}
}

// The name for servers stays, tells accounts apart, and is a UUID.
func TestUserAgent(t *testing.T) {
	c, a := oneAccount(t)
	one := c.userAgent(a.addr)
	if one != c.userAgent(a.addr) || one == c.userAgent(chat.MustAddress("other@example.test")) {
		t.Error(one)
	}
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(one) {
		t.Error(one)
	}
}
