// SPDX-License-Identifier: MPL-2.0

package omemo

import "chatsecure.org/desktop/core/chat"

// Version is one of OMEMO's two forms.
type Version uint8

// The forms.
const (
	V03 Version = 1 + iota // eu.siacs.conversations.axolotl
	V2                     // urn:xmpp:omemo:2
)

// Namespace is the XML namespace of the form's elements; "" for no form.
func (v Version) Namespace() string {
	switch v {
	case V03:
		return "eu.siacs.conversations.axolotl"
	case V2:
		return "urn:xmpp:omemo:2"
	}
	return ""
}

// Encryption is the domain's word for the form.
func (v Version) Encryption() chat.Encryption {
	switch v {
	case V03:
		return chat.EncryptionOMEMO
	case V2:
		return chat.EncryptionOMEMO2
	}
	return chat.EncryptionNone
}

func (v Version) String() string {
	switch v {
	case V03:
		return "0.3"
	case V2:
		return "2"
	}
	return "?"
}

func (v Version) known() bool { return v == V03 || v == V2 }

// dialect is where the forms differ though they do the same: the names under which
// keys are derived and the length of a message's tag. V03's are libsignal's.
type dialect struct {
	agreement, root, message string // HKDF's info
	tag                      int    // bytes of a message's HMAC that are sent
}

func (v Version) dialect() dialect {
	if v == V03 {
		return dialect{agreement: "WhisperText", root: "WhisperRatchet", message: "WhisperMessageKeys", tag: 8}
	}
	return dialect{agreement: "OMEMO X3DH", root: "OMEMO Root Chain", message: "OMEMO Message Key Material", tag: 16}
}

// keyType stands before each public key of V03 (libsignal's type of Curve25519).
const keyType = 0x05

// encode is a public key as it stands in V03's formats (33 bytes) or V2's (32).
func (v Version) encode(key [32]byte) []byte {
	if v == V03 {
		return append([]byte{keyType}, key[:]...)
	}
	return append([]byte(nil), key[:]...)
}

// decode is the inverse of encode.
func (v Version) decode(b []byte) (key [32]byte, ok bool) {
	if v == V03 {
		if len(b) != 33 || b[0] != keyType {
			return key, false
		}
		b = b[1:]
	}
	if len(b) != 32 {
		return key, false
	}
	return [32]byte(b), true
}
