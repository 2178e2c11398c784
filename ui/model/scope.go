// SPDX-License-Identifier: MPL-2.0

package model

import (
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// Scope is how much of the program a person sees. What a bundle says goes in, decisions
// come out; the zero value is the whole program.
type Scope struct {
	Simple       bool     // one account, plain words, nothing about encryption but the lock
	OnePane      bool     // the list or the conversation, never both
	MostAccounts int      // 0 is any number
	Cards        []string // what the first page offers; nil is all
	Home         string   // the domain on which accounts are made; "" lets the person choose
	NicknameOnly bool     // accounts are made by a name alone
}

// Card is something that the first page offers.
type Card int8

// The cards.
const (
	CardInvite Card = iota // "I have an invitation"
	CardSignIn
	CardCreate
)

var cardNames = map[string]Card{"invite": CardInvite, "sign-in": CardSignIn, "create": CardCreate}

// Welcome are the cards of the first page, in the bundle's order. What this version does
// not know is left out; a page with nothing on it would be a dead end.
func (s Scope) Welcome() []Card {
	var cards []Card
	for _, name := range s.Cards {
		if c, known := cardNames[name]; known && !slices.Contains(cards, c) {
			cards = append(cards, c)
		}
	}
	if len(cards) == 0 {
		return []Card{CardInvite, CardSignIn, CardCreate}
	}
	return cards
}

// Way is how an account is made.
type Way int8

// The ways.
const (
	WayChoose   Way = iota // a server is chosen first
	WayHome                // on the bundle's own, by a name and a password
	WayNickname            // on the bundle's own, by a name alone
)

// Create is how somebody without an account gets one.
func (s Scope) Create() Way {
	switch {
	case s.Home == "":
		return WayChoose
	case s.NicknameOnly:
		return WayNickname
	}
	return WayHome
}

// MayAdd says whether there may be another account.
func (s Scope) MayAdd(accounts int) bool {
	return s.most() == 0 || accounts < s.most()
}

func (s Scope) most() int {
	if s.Simple && s.MostAccounts == 0 {
		return 1
	}
	return s.MostAccounts
}

// AsksForKey says whether a person is asked where the key of their messages lives, even
// where the computer can keep it.
func (s Scope) AsksForKey() bool { return !s.Simple }

// Technical says whether what only some understand is offered: kinds of encryption,
// keys, devices, servers.
func (s Scope) Technical() bool { return !s.Simple }

// Person completes what was typed for an address: at home a name will do.
func (s Scope) Person(typed string) string {
	typed = strings.TrimSpace(typed)
	if s.Home == "" || typed == "" || strings.ContainsAny(typed, "@/:") {
		return typed
	}
	return typed + "@" + s.Home
}

// Called is an address as it is shown: at home, in plain words, the name alone.
func (s Scope) Called(a chat.Address) string {
	if s.Simple && a.Domain == s.Home && a.Local != "" {
		return a.Local
	}
	return a.Bare().String()
}

// InviteLink is the link by which somebody invites others to become contacts: on the
// bundle's page where there is one (XEP-0379 §3.3).
func InviteLink(base string, a chat.Account) string {
	link := escapeLink(a.Login.Address.Bare().String()) + "?roster"
	if a.Nick != "" {
		link += ";name=" + escapeLink(a.Nick)
	}
	if base == "" {
		return "xmpp:" + link
	}
	if !strings.ContainsAny(base, "#?") {
		base += "#"
	}
	return base + link
}

// escapeLink writes a text as part of a link; letters, digits and what never ends a
// part stay (RFC 3986 §2.3).
func escapeLink(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~@", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}
