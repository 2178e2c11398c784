// SPDX-License-Identifier: MPL-2.0

package links

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// validHost checks the authority of a web link (RFC 3986 §3.2). One that names
// a user is not linked: "https://bank.example@evil.example" deceives.
func validHost(rest string) bool {
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host = rest[:i]
	}
	if strings.HasPrefix(host, "[") { // IPv6
		inside, port, ok := strings.Cut(host[1:], "]")
		return ok && strings.Count(inside, ":") >= 2 && strings.Trim(inside, "0123456789abcdefABCDEF:.") == "" &&
			(port == "" || port[0] == ':' && validPort(port[1:]))
	}
	if name, port, ok := strings.Cut(host, ":"); ok {
		if !validPort(port) {
			return false
		}
		host = name
	}
	return validName(host)
}

func validPort(port string) bool {
	return port != "" && len(port) <= 5 && strings.Trim(port, "0123456789") == ""
}

// validName accepts names of any script (IDN, RFC 5890) and numbers.
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

// validWWW wants at least a name and a country after "www.".
func validWWW(rest string) bool {
	host := rest
	if i := strings.IndexAny(rest, ":/?#"); i >= 0 {
		host = rest[:i]
	}
	return strings.Contains(host, ".") && validHost(rest)
}

// validXMPP wants an address (RFC 5122): local@domain or a domain, before the
// action.
func validXMPP(rest string) bool {
	rest = strings.TrimPrefix(rest, "//")
	if i := strings.IndexAny(rest, "?#/"); i >= 0 {
		rest = rest[:i]
	}
	local, domain, ok := strings.Cut(rest, "@")
	if !ok {
		return strings.Contains(rest, ".") && validName(rest)
	}
	return local != "" && validName(domain)
}

// validMail wants one address with both halves (RFC 6068).
func validMail(rest string) bool {
	if i := strings.IndexByte(rest, '?'); i >= 0 {
		rest = rest[:i]
	}
	local, domain, ok := strings.Cut(rest, "@")
	return ok && local != "" && validName(domain)
}

// validGeo wants two numbers (RFC 5870).
func validGeo(rest string) bool {
	if i := strings.IndexAny(rest, ";?"); i >= 0 {
		rest = rest[:i]
	}
	lat, lon, ok := strings.Cut(rest, ",")
	return ok && isNumber(lat) && isNumber(lon)
}

func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	digits := strings.Replace(strings.Replace(s, ".", "", 1), ",", "", 1)
	return digits != "" && s[0] != '.' && strings.Trim(digits, "0123456789") == ""
}
