// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"encoding/base64"
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf8"

	"chatsecure.org/desktop/core/chat"
)

// Bounds of what is kept of an encrypted message, in bytes where nothing else is
// said. Real ones are far below: a key of a message that begins a session has less
// than 250.
const (
	maxKeys    = 1000 // keys of one message
	maxKeyData = 1024
	maxIV      = 64
	maxHints   = 8 // hints of XEP-0380
)

// encrypted reads XEP-0384 §5.5.3. Of several of one format the first counts.
func (r *messageReader) encrypted(v OMEMOVersion) error {
	if r.m.Sealed(v) != nil {
		return nil
	}
	e := Encrypted{Version: v}
	header := false
	err := r.children(func(s xml.StartElement) (err error) {
		switch {
		case s.Name.Space != v.Namespace():
		case s.Name.Local == "header" && !header:
			header = true
			e.Sender = deviceID(attr(s, "sid"))
			err = r.header(&e)
		case s.Name.Local == "payload" && e.Payload == nil:
			if e.Payload, err = r.base64(0); e.Payload == nil {
				e.Payload = []byte{}
			}
		}
		return err
	})
	r.m.Encrypted = append(r.m.Encrypted, e)
	return err
}

// header reads the keys: OMEMO03 has them directly in the header, OMEMO2 by owner.
func (r *messageReader) header(e *Encrypted) error {
	ns := e.Version.Namespace()
	return r.children(func(s xml.StartElement) (err error) {
		switch {
		case s.Name.Space != ns:
		case e.Version == OMEMO03 && s.Name.Local == "key":
			err = r.key(e, s, chat.Address{}, "prekey")
		case e.Version == OMEMO03 && s.Name.Local == "iv" && e.IV == nil:
			e.IV, err = r.base64(maxIV)
		case e.Version == OMEMO2 && s.Name.Local == "keys":
			owner, bad := chat.ParseAddress(attr(s, "jid"))
			if bad != nil {
				return nil
			}
			return r.children(func(s xml.StartElement) error {
				if s.Name != (xml.Name{Space: ns, Local: "key"}) {
					return nil
				}
				return r.key(e, s, owner.Bare(), "kex")
			})
		}
		return err
	})
}

func (r *messageReader) key(e *Encrypted, s xml.StartElement, owner chat.Address, kex string) (err error) {
	k := EncryptedKey{Owner: owner, Device: deviceID(attr(s, "rid")), Kex: isTrue(attr(s, kex))}
	if k.Device == 0 || len(e.Keys) == maxKeys {
		return nil
	}
	k.Data, err = r.base64(maxKeyData)
	e.Keys = append(e.Keys, k)
	return err
}

// eme reads a hint of XEP-0380.
func (r *messageReader) eme(s xml.StartElement) {
	h := EMEHint{Namespace: id(attr(s, "namespace")), Name: name(chat.Cut(attr(s, "name"), maxName))}
	if h.Namespace != "" && len(r.m.EME) < maxHints {
		r.m.EME = append(r.m.EME, h)
	}
}

// base64 reads the data of the open element up to its end, with or without white
// space; nil where it is none, where it is empty or has more than max bytes (0: no
// bound but the element's).
func (d *decoder) base64(max int) ([]byte, error) {
	s, err := d.text()
	if err != nil {
		return nil, err
	}
	return decodeBase64(s, max), nil
}

func decodeBase64(s string, max int) []byte {
	s = strings.Join(strings.Fields(s), "")
	if s == "" || max > 0 && base64.StdEncoding.DecodedLen(len(s)) > max+2 {
		return nil
	}
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil || max > 0 && len(data) > max {
		return nil
	}
	return data
}

// deviceID reads the id of a device or a key; 0 where it is none.
func deviceID(s string) uint32 {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// isTrue reads a boolean (XML Schema §3.2.2).
func isTrue(s string) bool {
	s = strings.TrimSpace(s)
	return s == "true" || s == "1"
}

// clean is a text that did not come through XML as it would have come through it:
// what can not stand there (XML 1.0 §2.2), and bytes that are no UTF-8, are U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r', r >= 0x20 && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000:
			return r
		}
		return utf8.RuneError
	}, s)
}
