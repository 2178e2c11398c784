// SPDX-License-Identifier: MPL-2.0

package nickname

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The length of a name, in letters. The program's own ending comes besides.
const (
	least = 3
	most  = 24
)

// nameless is what those are called of whose name no letter could be written.
const nameless = "friend"

// Base is the name of an account for a nickname: small letters of the Latin alphabet,
// digits, and single dots where words meet, so that every server takes it and everybody
// can type it. Letters of Latin, Greek and Cyrillic are written with their nearest
// ones, others are dropped. enough is false where it can not stand alone: it is shorter than
// three letters, has none, or is one by which people would take somebody for the server's keeper.
func Base(nick string) (base string, enough bool) {
	var b strings.Builder
	gap := false
	put := func(s string) {
		if gap && b.Len() > 0 {
			b.WriteByte('.')
		}
		gap = false
		b.WriteString(s)
	}
	for _, r := range norm.NFKD.String(strings.ToLower(nick)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			put(string(r))
		case unicode.In(r, unicode.Mn, unicode.Cf) || r == '\'' || r == '’':
		case letters[r] != "":
			put(letters[r])
		case silent[r]:
		default:
			gap = true
		}
		if b.Len() >= most {
			break
		}
	}
	base = strings.Trim(b.String()[:min(b.Len(), most)], ".")
	named := strings.ContainsFunc(base, func(r rune) bool { return r >= 'a' && r <= 'z' })
	if base == "" || !named && len(base) < least {
		return nameless, false
	}
	return base, named && len(base) >= least && !reserved[base]
}

// With is a name with an ending that tells it from others of that name.
func With(base, ending string) string { return base + "." + ending }

// Ending is the n-th ending to try, from 1: four digits at first, which people can
// remember, then more. random gives a number from 0 up to, not including, its argument.
func Ending(n int, random func(int) int) string {
	digits := 4
	if n > 2 {
		digits = 8
	}
	b := make([]byte, digits)
	for i := range b {
		b[i] = byte('0' + random(10))
	}
	return string(b)
}

// reserved are the names of those who keep a server (RFC 2142 and habit).
var reserved = map[string]bool{
	"abuse": true, "admin": true, "administrator": true, "help": true, "helpdesk": true, "hostmaster": true, "info": true, "moderator": true,
	"news": true, "noc": true, "operator": true, "postmaster": true, "root": true, "security": true, "server": true, "service": true,
	"support": true, "system": true, "team": true, "webmaster": true, "xmpp": true, "jabber": true, nameless: true,
}
