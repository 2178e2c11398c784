// SPDX-License-Identifier: MPL-2.0

package chat

import (
	"bytes"
	"strings"
	"time"
)

// KeyKind says what a key is for.
type KeyKind int8

// The kinds of keys.
const (
	KeyOMEMO KeyKind = iota // an identity key, of one device (XEP-0384)
	KeyOTR                  // a DSA key, of one person's program (OTRv3)
)

var keyKindNames = [...]string{"omemo", "otr"}

func (k KeyKind) String() string { return word(keyKindNames[:], int(k)) }

// Fingerprint names a key, in lower-case hex: 64 digits are an OMEMO identity key
// itself in its Curve25519 form (XEP-0384 §8), 40 the SHA-1 of an OTR key. Only
// ParseFingerprint makes one of what somebody typed.
type Fingerprint string

// Kind is the kind of key that it names.
func (f Fingerprint) Kind() KeyKind {
	if len(f) == 40 {
		return KeyOTR
	}
	return KeyOMEMO
}

// ParseFingerprint reads a fingerprint in any spelling that people use: in groups,
// with colons, in capitals. The error is of kind Input, CodeFingerprint.
func ParseFingerprint(s string) (Fingerprint, error) {
	s = strings.ToLower(strings.Map(func(r rune) rune {
		switch r {
		case ' ', ':', '-', '\n', '\r', '\t', '\u00a0', '\u202f':
			return -1
		}
		return r
	}, s))
	if len(s) != 64 && len(s) != 40 || strings.Trim(s, "0123456789abcdef") != "" {
		return "", &Error{Kind: Input, Op: "parse fingerprint", Code: CodeFingerprint}
	}
	return Fingerprint(s), nil
}

// SealedKeysMark is how a file of keys begins that is under a passphrase.
const SealedKeysMark = "XMPP identity keys 1\n"

// SealedKeys says whether a file of keys can only be read with a passphrase: ours are so,
// those of other programs are not.
func SealedKeys(file []byte) bool { return bytes.HasPrefix(file, []byte(SealedKeysMark)) }

// Groups are the fingerprint's digits in groups of eight: eight for OMEMO, five for OTR.
func (f Fingerprint) Groups() []string {
	var groups []string
	for s := string(f); s != ""; {
		n := min(8, len(s))
		groups, s = append(groups, s[:n]), s[n:]
	}
	return groups
}

// Trust is what the person, or a rule in the person's name, thinks of a key.
type Trust int8

// The trusts. TrustNone stands at what has no key.
const (
	TrustNone       Trust = iota
	TrustUndecided        // nobody has decided
	TrustTrusted          // used, and not compared
	TrustVerified         // compared by the person, or vouched for by a key that was
	TrustDistrusted       // never to be used
)

var trustNames = [...]string{"none", "undecided", "trusted", "verified", "distrusted"}

func (t Trust) String() string { return word(trustNames[:], int(t)) }

// TrustLevel is how much has to be known of a key before a message goes to it.
type TrustLevel int8

// The levels of product.md. Careful is the default.
const (
	Careful TrustLevel = iota // new keys are used until one of the contact's is verified; from then on only verified ones
	Relaxed                   // the same, but those that were used before go on being used
	Strict                    // a key that is not verified, and nothing is sent at all
)

// AsAccount is no level: set for a conversation it takes the conversation's own away,
// so that the account's counts again.
const AsAccount TrustLevel = -1

var trustLevelNames = [...]string{"careful", "relaxed", "strict"}

func (l TrustLevel) String() string { return word(trustLevelNames[:], int(l)) }

// EncryptionChoice is what the person wants for a conversation or a message.
type EncryptionChoice int8

// The choices. ChoiceAuto is the best that both sides can do.
const (
	ChoiceAuto EncryptionChoice = iota
	ChoiceOMEMO
	ChoiceOTR
	ChoiceNone // not encrypted, decided by the person
)

var choiceNames = [...]string{"auto", "omemo", "otr", "none"}

func (c EncryptionChoice) String() string { return word(choiceNames[:], int(c)) }

// ParseEncryptionChoice is the inverse of String.
func ParseEncryptionChoice(s string) (EncryptionChoice, bool) {
	for i, name := range choiceNames {
		if s == name {
			return EncryptionChoice(i), true
		}
	}
	return 0, false
}

// Key is a key of a contact or of one's own account, and the device that has it.
type Key struct {
	Account     Address // whose view this is
	Owner       Address // bare; Account itself for one's own
	Device      uint32  // OMEMO's device id; 0 for OTR
	Fingerprint Fingerprint
	Label       string // what its owner calls the device; "" for nothing, never trusted
	Trust       Trust
	By          TrustSource
	WasVerified bool      // it was verified once, whatever is thought of it now: from then on its owner's other keys need it too
	OMEMO       bool      // the device speaks eu.siacs.conversations.axolotl
	OMEMO2      bool      // the device speaks urn:xmpp:omemo:2
	Listed      bool      // the device is on its owner's list now; for OTR: a session is open
	Unlisted    bool      // a message came with it, and no device that has it was ever on its owner's list
	Own         bool      // it is this computer's
	Used        bool      // a message sent now goes to it
	FirstSeen   time.Time // UTC
	LastSeen    time.Time // when a message last came from it; zero for never
}

// deadAfter is how long a device may give no sign before it is called dead.
const deadAfter = 30 * 24 * time.Hour

// Dead says whether it is of another device of one's own that is on the list and has given
// no sign for 30 days: what is sent to us is still encrypted for it.
func (k Key) Dead(now time.Time) bool {
	sign := k.LastSign()
	return k.Owner == k.Account && !k.Own && k.Listed && !sign.IsZero() && now.Sub(sign) > deadAfter
}

// LastSign is when a message last came from it, or without any when it was first seen; zero
// for not known.
func (k Key) LastSign() time.Time {
	if k.LastSeen.After(k.FirstSeen) {
		return k.LastSeen
	}
	return k.FirstSeen
}

// TrustSource is who or what gave a key its trust.
type TrustSource int8

// The sources.
const (
	ByNobody  TrustSource = iota
	ByRule                // new, and used as the level allows
	ByCompare             // the person compared the digits
	ByCode                // the person read a QR code or a link
	BySecret              // a secret that both know (SMP)
	ByMessage             // a message of a verified device (XEP-0450)
	ByChoice              // the person said so and compared nothing
)

var trustSourceNames = [...]string{"nobody", "rule", "compare", "code", "secret", "message", "choice"}

func (s TrustSource) String() string { return word(trustSourceNames[:], int(s)) }
