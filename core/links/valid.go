// SPDX-License-Identifier: MPL-2.0

package links

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Each size function gets what follows a scheme, without the punctuation of the
// sentence around it, and returns how much of it is the link: all, or less where
// text of a script without spaces follows a name directly; 0 for no link.

// sizeWeb checks the authority of a web link (RFC 3986 §3.2). One that names
// a user is not linked: "https://bank.example@evil.example" deceives.
func sizeWeb(rest string) int { return sizeAuthority(rest, 1) }

// sizeWWW wants at least a name and a country after "www.".
func sizeWWW(rest string) int { return sizeAuthority(rest, 2) }

// sizeAuthority reads a host of at least that many labels, a port, and what
// follows.
func sizeAuthority(rest string, labels int) int {
	host, more := cutAny(rest, "/?#")
	if strings.HasPrefix(host, "[") { // RFC 3986 §3.2.2
		inside, port, ok := strings.Cut(host[1:], "]")
		ip, err := netip.ParseAddr(inside)
		if !ok || err != nil || !ip.Is6() || ip.Zone() != "" || port != "" && !validPort(port) {
			return 0
		}
		return len(rest)
	}
	name, port := cutAny(host, ":")
	if port != "" {
		digits := len(port) - len(strings.TrimLeft(port[1:], "0123456789"))
		if more == "" && foreign(port[digits:]) {
			port, rest = port[:digits], rest[:len(name)+digits]
		}
		if !validPort(port) {
			return 0
		}
	}
	n := sizeName(name, rest[len(name):])
	switch {
	case n == 0, strings.Count(strings.TrimSuffix(name[:n], "."), ".") < labels-1:
		return 0
	case n < len(name):
		return n
	}
	return len(rest)
}

// validPort checks a port with its colon.
func validPort(port string) bool {
	return len(port) >= 2 && len(port) <= 6 && port[0] == ':' && isDigits(port[1:])
}

// sizeName reads a name of any script (IDN, RFC 5890) or number. Where nothing
// of the link is left behind it, it ends before foreign punctuation
// ("example.org—see") and, in its last label, where letters of ASCII are
// followed by those of another alphabet ("example.org谢谢"): no domain of the
// top mixes these.
func sizeName(name, after string) int {
	if after == "" {
		if i := strings.IndexFunc(name, isForeignSign); i >= 0 && foreign(name[i:]) {
			name = name[:i]
		}
		label := strings.LastIndexByte(name, '.') + 1
		if label < len(name) && isWord(name[label]) {
			if i := strings.IndexFunc(name[label:], isOtherAlphabet); i >= 0 {
				name = name[:label+i]
			}
		}
	}
	if !validName(name) {
		return 0
	}
	return len(name)
}

// foreign says that s begins outside of ASCII and nobody would take it for a
// part of a link.
func foreign(s string) bool {
	return s != "" && s[0] >= utf8.RuneSelf && !strings.ContainsAny(s, ".:@/?#")
}

func isForeignSign(r rune) bool {
	return r >= utf8.RuneSelf && !isLetterOrDigit(r) && !unicode.IsMark(r)
}

func isOtherAlphabet(r rune) bool {
	return r >= utf8.RuneSelf && isLetterOrDigit(r) && !unicode.Is(unicode.Latin, r)
}

func validName(name string) bool {
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > 1023 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		first, _ := utf8.DecodeRuneInString(label)
		if !isLetterOrDigit(first) {
			return false
		}
		for _, r := range label {
			if !isLetterOrDigit(r) && !unicode.IsMark(r) && r != '-' && r != '_' {
				return false
			}
		}
	}
	return true
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// sizeXMPP wants an address (RFC 5122): local@domain or a domain, before the
// action.
func sizeXMPP(rest string) int {
	auth := len(rest) - len(strings.TrimPrefix(rest, "//"))
	address, more := cutAny(rest[auth:], "?#/")
	local, domain, ok := strings.Cut(address, "@")
	if !ok {
		local, domain = "", address
	}
	n := sizeName(domain, more)
	switch {
	case n == 0, ok && local == "", strings.ContainsAny(local, "&':"), !ok && !strings.Contains(domain[:n], "."):
		return 0
	case n < len(domain):
		return len(rest) - len(domain) + n
	}
	return len(rest)
}

// mailFields are what a link may fill in (RFC 6068 §2). Others make some mail
// programs attach a file of the person's or hide a receiver.
var mailFields = map[string]bool{"subject": true, "body": true, "cc": true}

// sizeMail wants one address with both halves.
func sizeMail(rest string) int {
	address, more := cutAny(rest, "?#")
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" || strings.Contains(local, "%0") || strings.Contains(more, "#") {
		return 0
	}
	for field := range strings.SplitSeq(strings.TrimPrefix(more, "?"), "&") {
		key, value, _ := strings.Cut(field, "=")
		key = strings.ToLower(key)
		if more != "" && !mailFields[key] || key != "body" && strings.Contains(value, "%0") {
			return 0 // a line end makes a header of what follows
		}
	}
	n := sizeName(domain, more)
	switch {
	case n == 0:
		return 0
	case n < len(domain):
		return len(rest) - len(domain) + n
	}
	return len(rest)
}

// sizeGeo wants two or three numbers (RFC 5870).
func sizeGeo(rest string) int {
	place, _ := cutAny(rest, ";?")
	coordinates := strings.Split(place, ",")
	if len(coordinates) < 2 || len(coordinates) > 3 {
		return 0
	}
	for _, c := range coordinates {
		whole, part, point := strings.Cut(strings.TrimPrefix(c, "-"), ".")
		if !isDigits(whole) || point && !isDigits(part) {
			return 0
		}
	}
	return len(rest)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// cutAny cuts before the first of some characters, which stays with the rest.
func cutAny(s, chars string) (before, from string) {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}
