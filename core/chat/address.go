// SPDX-License-Identifier: MPL-2.0

package chat

import (
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxAddressPart is the longest that the local part, the domain and the
// resource of an address may each be, in bytes (RFC 7622 §3.1).
const MaxAddressPart = 1023

// ErrAddress is wrapped by every error that ParseAddress returns.
var ErrAddress = errors.New("malformed address")

// Address is an XMPP address (RFC 7622): local@domain/resource, of which only
// the domain is required. The zero value is no address. Addresses compare with
// == and serve as map keys; Local and Domain are held in lower case.
type Address struct {
	Local, Domain, Resource string
}

// ParseAddress reads an address as a person or a server writes it. Surrounding
// white space is not accepted: trim what a person typed. The check is the
// syntactic part of RFC 7622 (lengths, forbidden characters); the network layer
// applies the full string preparation. The error wraps ErrAddress.
func ParseAddress(s string) (Address, error) {
	var a Address
	rest := s
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		a.Resource, rest = rest[i+1:], rest[:i]
		if a.Resource == "" {
			return Address{}, addressError("empty resource")
		}
	}
	if i := strings.IndexByte(rest, '@'); i >= 0 {
		a.Local, rest = rest[:i], rest[i+1:]
		if a.Local == "" {
			return Address{}, addressError("empty local part")
		}
	}
	a.Domain = strings.TrimSuffix(dots.Replace(rest), ".")
	if a.Domain == "" {
		return Address{}, addressError("empty domain")
	}
	if !utf8.ValidString(s) { // before ToLower, which would make it valid
		return Address{}, addressError("not UTF-8")
	}
	a.Local, a.Domain = strings.ToLower(a.Local), strings.ToLower(a.Domain)
	for _, part := range []string{a.Local, a.Domain, a.Resource} {
		if len(part) > MaxAddressPart {
			return Address{}, addressError("part over 1023 bytes")
		}
	}
	if strings.ContainsFunc(a.Local, badLocal) {
		return Address{}, addressError("forbidden character in the local part")
	}
	if !validDomain(a.Domain) {
		return Address{}, addressError("no name of a domain")
	}
	if strings.ContainsFunc(a.Resource, unicode.IsControl) {
		return Address{}, addressError("control character in the resource")
	}
	return a, nil
}

// MustAddress is ParseAddress for constants and tests; it panics on an error.
func MustAddress(s string) Address {
	a, err := ParseAddress(s)
	if err != nil {
		panic(err)
	}
	return a
}

type addressError string

func (e addressError) Error() string { return "malformed address: " + string(e) }
func (e addressError) Unwrap() error { return ErrAddress }

// dots are what separates names in other scripts (RFC 5895 §2).
var dots = strings.NewReplacer("\u3002", ".", "\uFF0E", ".", "\uFF61", ".")

// badLocal are the characters that RFC 7622 §3.3.1 forbids, and what can not
// be seen.
func badLocal(r rune) bool {
	return strings.ContainsRune("\"&'/:<>@", r) || unseen(r)
}

// unseen are spaces, controls and whatever is drawn as nothing: of these no
// identifier is made (RFC 8264 §9.13), and none is told from another by them.
func unseen(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		unicode.IsSpace(r) || !unicode.IsGraphic(r) || r == 0x2800 // a Braille cell without dots
}

// validDomain wants names with dots between them, or an IPv6 address in
// brackets (RFC 7622 §3.2). A port is no part of an address.
func validDomain(s string) bool {
	if inside, ok := strings.CutPrefix(s, "["); ok {
		ip, err := netip.ParseAddr(strings.TrimSuffix(inside, "]"))
		return err == nil && ip.Is6() && ip.Zone() == "" && strings.HasSuffix(s, "]")
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || strings.ContainsFunc(label, badLabel) {
			return false
		}
	}
	return true
}

func badLabel(r rune) bool {
	if r < utf8.RuneSelf {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}
	return unseen(r)
}

// Bare returns the address without its resource.
func (a Address) Bare() Address { a.Resource = ""; return a }

// IsBare says whether the address has no resource.
func (a Address) IsBare() bool { return a.Resource == "" }

// IsZero says whether this is no address.
func (a Address) IsZero() bool { return a == Address{} }

// WithResource returns the address with the resource replaced.
func (a Address) WithResource(r string) Address { a.Resource = r; return a }

// String is the address as written on the wire; "" for the zero value.
func (a Address) String() string {
	if a.IsZero() {
		return ""
	}
	var b strings.Builder
	if a.Local != "" {
		b.WriteString(a.Local)
		b.WriteByte('@')
	}
	b.WriteString(a.Domain)
	if a.Resource != "" {
		b.WriteByte('/')
		b.WriteString(a.Resource)
	}
	return b.String()
}

// LogValue keeps addresses out of logs.
func (a Address) LogValue() slog.Value {
	if a.IsZero() {
		return slog.StringValue("none")
	}
	return slog.StringValue("redacted")
}
