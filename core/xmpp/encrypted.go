// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// OMEMOVersion is one of the two formats of XEP-0384 that are in use. Its numbers
// are those of package omemo.
type OMEMOVersion uint8

// The formats.
const (
	OMEMO03 OMEMOVersion = 1 + iota // till version 0.3.0: eu.siacs.conversations.axolotl
	OMEMO2                          // since version 0.8.0: urn:xmpp:omemo:2
)

// Namespace is the format's name on the wire; "" for none of ours.
func (v OMEMOVersion) Namespace() string {
	switch v {
	case OMEMO03:
		return nsAxolotl
	case OMEMO2:
		return nsOMEMO
	}
	return ""
}

// Encryption is the word of package chat for the format.
func (v OMEMOVersion) Encryption() chat.Encryption {
	switch v {
	case OMEMO03:
		return chat.EncryptionOMEMO
	case OMEMO2:
		return chat.EncryptionOMEMO2
	}
	return chat.EncryptionNone
}

// omemoVersion is the format that a namespace stands for; 0 for none.
func omemoVersion(ns string) OMEMOVersion {
	switch ns {
	case nsAxolotl:
		return OMEMO03
	case nsOMEMO:
		return OMEMO2
	}
	return 0
}

// MaxDevice is the largest id of a device and of a key; the smallest is 1 (XEP-0384
// §5.1, §5.3.2).
const MaxDevice = 1<<31 - 1

// Encrypted is what XEP-0384 §5.5.3 puts into a message. Where it was received it
// is there also if it is damaged, so that somebody can say so: what can not be read
// is zero, and whose it is has to be asked of the keys inside.
type Encrypted struct {
	Version OMEMOVersion
	Sender  uint32         // the device that sent it; 0 where it can not be read
	Keys    []EncryptedKey // in the order of the wire, at most 1,000
	IV      []byte         // of OMEMO03; OMEMO2 has none
	Payload []byte         // nil: there is none, the message only moves keys; empty: it can not be read
}

// EncryptedKey is the key of a message, for one device.
type EncryptedKey struct {
	Owner  chat.Address // bare; OMEMO03 does not say it, and it is zero
	Device uint32
	Kex    bool   // Data begins a session (XEP-0384 §5.5.3)
	Data   []byte // nil where it can not be read
}

// What EMEHint says of a message of OTR, and of OpenPGP in its two forms (XEP-0380 §3.2).
const (
	NamespaceOTR     = "urn:xmpp:otr:0"
	namespacePGP     = "jabber:x:encrypted" // XEP-0027
	namespaceOpenPGP = "urn:xmpp:openpgp:0" // XEP-0373
)

// EMEHint says how a message was encrypted (XEP-0380). Anybody can write it.
type EMEHint struct {
	Namespace string
	Name      string // for a namespace that nobody knows; "" for none, never trusted
	Part      bool   // the message came with a part of that namespace that is not read here
}

// Encryption is what the hint stands for; false where we do not know it.
func (h EMEHint) Encryption() (chat.Encryption, bool) {
	if h.Namespace == NamespaceOTR {
		return chat.EncryptionOTR, true
	}
	e := omemoVersion(h.Namespace).Encryption()
	return e, e != chat.EncryptionNone
}

// OpenPGP says whether the hint is about one of its two forms, which are not read here.
func (h EMEHint) OpenPGP() bool {
	return h.Namespace == namespacePGP || h.Namespace == namespaceOpenPGP
}

// Sealed returns the message's part of that format, nil where it has none.
func (m *Message) Sealed(v OMEMOVersion) *Encrypted {
	for i := range m.Encrypted {
		if m.Encrypted[i].Version == v {
			return &m.Encrypted[i]
		}
	}
	return nil
}

// Opened returns the message with the text that OMEMO03 or OTR has brought in place
// of its body. Everything beside the body is as it stood outside, where anybody on
// the way could write it. So nobody there can hide a part of the text: of Fallbacks
// only whole lines of a quotation are kept. The message itself stays as it is.
func (m *Message) Opened(body string) *Message {
	o := *m
	o.Body, o.HasBody, o.Encrypted, o.sealedParts = clean(body), true, nil, nil
	o.Fallbacks = slices.Clone(m.sealedParts)
	if m.sealedParts == nil {
		o.Fallbacks = slices.Clone(m.Fallbacks)
	}
	o.checkParts()
	text := []rune(o.Body)
	o.Fallbacks = slices.DeleteFunc(o.Fallbacks, func(f Fallback) bool {
		return f.For != nsReply || f.Whole || !quotes(text, f.Start, f.End)
	})
	return &o
}

// quotes says whether a part of a text is whole lines that all begin with ">".
func quotes(text []rune, start, end int) bool {
	if start > 0 && text[start-1] != '\n' || end < len(text) && text[end] != '\n' && text[end-1] != '\n' {
		return false
	}
	for i := start; i < end; i++ {
		if (i == start || text[i-1] == '\n') && text[i] != '>' {
			return false
		}
	}
	return true
}
