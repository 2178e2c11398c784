// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"net/url"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// KeyLink is what a link, or the QR code that shows one, says of a person's keys.
// Whoever made it may lie: nothing of it counts before the person has said so.
type KeyLink struct {
	Owner chat.Address // bare
	Keys  []LinkedKey  // each once, at most 256; none: it is only somebody's address
}

// LinkedKey is a key in a link.
type LinkedKey struct {
	Device uint32 // that has the key; 0 where it is not said
	// Fingerprint is as it was written. Of OMEMO that should be the Curve25519 form
	// (XEP-0384 §8), but XEP-0434 does not say so of its links.
	Fingerprint chat.Fingerprint
	Distrust    bool // not to be trusted (XEP-0434)
}

const (
	maxLink       = 32 << 10 // bytes
	maxLinkedKeys = 256
	sidPrefix     = "omemo-sid-"
	otrParameter  = "otr-fingerprint"
	trustQuery    = "trust-message"
)

// ParseKeyLink reads, with space around it,
//   - xmpp:bob@example.org?omemo-sid-123=HEX;omemo-sid-456=HEX as Conversations and
//     others write it (it is in no XEP), with a query type in front of it (Gajim:
//     message) or without, with ; or & between the keys,
//   - https://conversations.im/i/bob@example.org?omemo-sid-123=HEX,
//   - xmpp:bob@example.org?trust-message;encryption=NS;trust=HEX;distrust=HEX (XEP-0434
//     §9.1) where NS is one of OMEMO's.
//
// Other parameters are left out. The error is CodeAddress for what is no such link,
// CodeFingerprint where a key can not be read or two contradict each other: half of a
// link is not believed.
func ParseKeyLink(text string) (KeyLink, error) {
	const op = "read link"
	text = strings.TrimSpace(text)
	if len(text) > maxLink {
		return KeyLink{}, badInput(op, chat.CodeTooLarge, nil)
	}
	address, query, ok := splitLink(text)
	if !ok {
		return KeyLink{}, badInput(op, chat.CodeAddress, nil)
	}
	owner, err := chat.ParseAddress(address)
	if err != nil {
		return KeyLink{}, badInput(op, chat.CodeAddress, nil)
	}
	keys, ok := parseQuery(query)
	if !ok {
		return KeyLink{}, badInput(op, chat.CodeFingerprint, nil)
	}
	return KeyLink{Owner: Canonical(owner).Bare(), Keys: keys}, nil
}

// splitLink finds the address, unescaped, and the query, which still is escaped.
func splitLink(text string) (address, query string, ok bool) {
	text, _, _ = strings.Cut(text, "#")
	text, query, _ = strings.Cut(text, "?")
	scheme, path, ok := strings.Cut(text, ":")
	if !ok {
		return "", "", false
	}
	switch rest, authority := strings.CutPrefix(path, "//"); {
	case strings.EqualFold(scheme, "xmpp") && authority:
		// RFC 5122 §2.2: who is meant stands behind the account that is to be used. Where
		// nobody stands there, many mean the account.
		if account, who, both := strings.Cut(rest, "/"); both && who != "" {
			rest = who
		} else {
			rest = account
		}
		path = rest
	case strings.EqualFold(scheme, "xmpp"):
	case strings.EqualFold(scheme, "https") && authority:
		host, rest, _ := strings.Cut(rest, "/")
		kind, who, _ := strings.Cut(rest, "/")
		if !strings.EqualFold(host, "conversations.im") || kind != "i" {
			return "", "", false
		}
		if local, domain, two := strings.Cut(who, "/"); two && domain != "" && !strings.Contains(local, "@") {
			who = local + "@" + domain // as it was written till 2018
		}
		path = who
	default:
		return "", "", false
	}
	address, err := url.PathUnescape(path)
	return address, query, err == nil
}

// parseQuery reads the keys; false where one is none, or two contradict each other.
func parseQuery(query string) ([]LinkedKey, bool) {
	var keys []LinkedKey
	parts := strings.FieldsFunc(query, func(r rune) bool { return r == ';' || r == '&' })
	trust := len(parts) > 0 && strings.EqualFold(parts[0], trustQuery)
	encryption := OMEMOVersion(0)
	for _, part := range parts {
		name, value, has := strings.Cut(part, "=")
		name, errName := url.PathUnescape(name)
		value, errValue := url.PathUnescape(value)
		if !has || errName != nil || errValue != nil {
			continue
		}
		var k LinkedKey
		kind := chat.KeyOMEMO
		switch name = strings.ToLower(name); {
		case trust && name == "encryption" && encryption == 0:
			if encryption = omemoVersion(value); encryption == 0 {
				return nil, true // keys of something else
			}
			continue
		case trust && (name == "trust" || name == "distrust") && encryption != 0:
			k.Distrust = name == "distrust"
		case !trust && strings.HasPrefix(name, sidPrefix):
			if k.Device = deviceID(name[len(sidPrefix):]); k.Device == 0 {
				return nil, false
			}
		case !trust && name == otrParameter:
			kind = chat.KeyOTR
		default:
			continue
		}
		var err error
		k.Fingerprint, err = chat.ParseFingerprint(value)
		if err != nil || k.Fingerprint.Kind() != kind {
			return nil, false
		}
		var ok bool
		if keys, ok = addKey(keys, k); !ok {
			return nil, false
		}
	}
	return keys, true
}

// addKey adds a key that is not there yet; false where it contradicts another.
func addKey(keys []LinkedKey, k LinkedKey) ([]LinkedKey, bool) {
	for _, other := range keys {
		switch {
		case other == k:
			return keys, true
		case other.Fingerprint == k.Fingerprint, k.Device != 0 && other.Device == k.Device:
			return keys, false
		}
	}
	return append(keys, k), len(keys) < maxLinkedKeys
}

// URI is the link in the form that most programs read: xmpp:bob@example.org?omemo-sid-…
// Keys whose device is not known, and those that are not to be trusted, have no place in
// it.
func (l KeyLink) URI() string {
	var parts []string
	for _, k := range l.Keys {
		switch {
		case k.Distrust:
		case k.Fingerprint.Kind() == chat.KeyOTR:
			parts = append(parts, otrParameter+"="+string(k.Fingerprint))
		case k.Device != 0:
			parts = append(parts, sidPrefix+number(k.Device)+"="+string(k.Fingerprint))
		}
	}
	if len(parts) == 0 {
		return "xmpp:" + escapeAddress(l.Owner.Bare())
	}
	return "xmpp:" + escapeAddress(l.Owner.Bare()) + "?" + strings.Join(parts, ";")
}

// escapeAddress writes an address into a link (RFC 5122 §2.2).
func escapeAddress(a chat.Address) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	s := a.String()
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~!$()*+,@:[]", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}
