// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"unicode/utf8"

	"mellium.im/xmpp/jid"

	"chatsecure.org/desktop/core/chat"
)

// Canonical is an address in the one form in which servers write it (RFC 7622
// §3: widths, case and combining characters), so that what a person typed is the
// same as what comes in. What can not be prepared is returned as it is.
func Canonical(a chat.Address) chat.Address {
	if isASCII(a.Local) && isASCII(a.Domain) && isASCII(a.Resource) {
		return a // in lower case already, see chat.ParseAddress
	}
	j, err := jid.Parse(a.String())
	if err != nil {
		return a
	}
	if b, err := chat.ParseAddress(j.String()); err == nil {
		return b
	}
	return a
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
