// SPDX-License-Identifier: MPL-2.0

package otr

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// Carries says whether a text is an encrypted message that somebody wrote, or the
// first part of one. It is for who has no part in the session: an archive, another
// device. The rest of what Looks finds there (queries, key exchanges, further parts,
// heartbeats) says nothing to people.
func Carries(text string) bool {
	switch formOf(text) {
	case formFragment:
		parts := strings.SplitN(text, ",", 5) // "?OTR|from|to" or "?OTR", number, of how many, piece
		if len(parts) != 5 || strings.TrimLeft(parts[1], "0") != "1" {
			return false
		}
		text = parts[3]
	case formEncoded:
	default:
		return false
	}
	return carries(text)
}

// Untagged says whether a text is a message of version 2 or a part of one: it does not
// say for which program of an account it is.
func Untagged(text string) bool {
	switch formOf(text) {
	case formFragment:
		return strings.HasPrefix(text, "?OTR,")
	case formEncoded:
		return strings.HasPrefix(text, "?OTR:AAI") // 0x0002, and a kind
	}
	return false
}

// carries looks at the beginning of an encoded message: its version, its kind, and
// what follows the instance tags of version 3, the flags of a data message.
func carries(text string) bool {
	const data, mayBeLost = 0x03, 0x01
	code, is := strings.CutPrefix(text, "?OTR:")
	if !is {
		return false
	}
	b, err := base64.StdEncoding.DecodeString(code[:min(len(code), 16)])
	if err != nil || len(b) < 12 || b[2] != data {
		return false
	}
	switch binary.BigEndian.Uint16(b) {
	case 2:
		return b[3]&mayBeLost == 0
	case 3:
		return b[11]&mayBeLost == 0
	}
	return false
}
