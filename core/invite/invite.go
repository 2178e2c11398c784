// SPDX-License-Identifier: MPL-2.0

package invite

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/links"
)

// Limits of a link.
const (
	maxText  = 16 << 10 // bytes of what is pasted
	maxLink  = 4096     // bytes
	maxToken = 256      // bytes
	maxName  = 64       // letters
)

// Parse reads an invitation out of what a person has pasted: a link, or a text with
// one in it. It knows
//   - xmpp:romeo@example.org?roster;preauth=TOKEN;ibr=y (XEP-0401 §3.1), also without ibr,
//     and without a token the plain address of somebody,
//   - xmpp:example.org?register;preauth=TOKEN and xmpp:juliet@example.org?register;preauth=TOKEN
//     (XEP-0445 §2),
//   - https://HOST/any/path#LINK and ?LINK where HOST is one of hosts, and LINK one of
//     these, with xmpp: before it or without (XEP-0379 §3.3), or what the older mobile
//     programs wrote there: an address and its parameters in base64url.
//
// Parameters that it does not know are left out. One that is there twice makes it no
// invitation: two readers could take it for two things. The error is of kind Input with
// CodeNoInvitation.
func Parse(text string, hosts []string) (chat.Invitation, error) {
	text = strings.TrimSpace(text)
	if len(text) > maxText {
		return chat.Invitation{}, none()
	}
	if !strings.ContainsFunc(text, unicode.IsSpace) {
		return parse(strings.Trim(text, "<>"), hosts)
	}
	shown, _ := links.Shown(text)
	for _, l := range links.Find(shown) {
		if i, err := parse(l.Target, hosts); err == nil {
			return i, nil
		}
	}
	return chat.Invitation{}, none()
}

func none() error {
	return &chat.Error{Kind: chat.Input, Op: "read invitation", Code: chat.CodeNoInvitation}
}

func parse(link string, hosts []string) (chat.Invitation, error) {
	if len(link) > maxLink {
		return chat.Invitation{}, none()
	}
	scheme, rest, ok := strings.Cut(link, ":")
	switch {
	case ok && strings.EqualFold(scheme, "xmpp"):
		return fromXMPP(rest)
	case ok && strings.EqualFold(scheme, "https"):
		return fromWeb(link, hosts)
	}
	return chat.Invitation{}, none()
}

// fromWeb reads the link that a page's address carries.
func fromWeb(link string, hosts []string) (chat.Invitation, error) {
	u, err := url.Parse(link)
	if err != nil || u.User != nil || !slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, u.Hostname()) }) {
		return chat.Invitation{}, none()
	}
	carried, fragment := u.EscapedFragment(), true
	if carried == "" {
		carried, fragment = u.RawQuery, false
	}
	for _, way := range []func(string) (string, bool){literally, unescaped, base64url} {
		inner, ok := way(carried)
		if !ok {
			continue
		}
		if scheme, rest, has := strings.Cut(inner, ":"); has && strings.EqualFold(scheme, "xmpp") {
			inner = rest
		}
		if i, err := fromXMPP(inner); err == nil && (fragment || i.Token != "") {
			return i, nil
		}
	}
	return chat.Invitation{}, none()
}

// fromXMPP reads what stands behind "xmpp:" (RFC 5122, XEP-0147).
func fromXMPP(rest string) (chat.Invitation, error) {
	rest, _, _ = strings.Cut(rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	if authority, ok := strings.CutPrefix(path, "//"); ok {
		// The account that is to be used stands before who is meant (RFC 5122 §2.2);
		// alone, many mean who is meant.
		path = authority
		if _, who, both := strings.Cut(authority, "/"); both && who != "" {
			path = who
		}
	}
	path, err := url.PathUnescape(path)
	if err != nil {
		return chat.Invitation{}, none()
	}
	address, err := chat.ParseAddress(path)
	if err != nil || !address.IsBare() {
		return chat.Invitation{}, none()
	}
	action, values, ok := parameters(query)
	if !ok {
		return chat.Invitation{}, none()
	}
	i := chat.Invitation{Token: values["preauth"], Name: plain(values["name"])}
	switch {
	case action == "register" && i.Token != "":
		i.Server = address
	case address.Local == "":
		return chat.Invitation{}, none()
	case action == "" || action == "roster" || action == "subscribe":
		i.Inviter = address
		if yes := values["ibr"]; i.Token != "" && (yes == "y" || yes == "1" || yes == "true") {
			i.Server = chat.Address{Domain: address.Domain}
		}
	default:
		return chat.Invitation{}, none()
	}
	return i, nil
}

// parameters reads action;key=value;key=value. Some write & between them, and some
// leave the action out.
func parameters(query string) (action string, values map[string]string, ok bool) {
	values = map[string]string{}
	for n, part := range strings.FieldsFunc(query, func(r rune) bool { return r == ';' || r == '&' }) {
		key, value, has := strings.Cut(part, "=")
		key = strings.ToLower(key)
		if !has {
			if n == 0 {
				action = key
			}
			continue
		}
		if key == "name" {
			value = strings.ReplaceAll(value, "+", " ")
		}
		value, err := url.PathUnescape(value)
		if _, twice := values[key]; twice || err != nil {
			return "", nil, false
		}
		values[key] = value
	}
	return action, values, validToken(values["preauth"])
}

// validToken wants what can be seen and stands for itself. None at all is valid too.
func validToken(token string) bool {
	return len(token) <= maxToken && !strings.ContainsFunc(token, func(r rune) bool {
		return r <= ' ' || r >= unicode.MaxASCII || strings.ContainsRune("<>'\"&\\", r)
	})
}
