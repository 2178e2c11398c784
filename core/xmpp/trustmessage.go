// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"encoding/base64"
	"encoding/xml"

	"chatsecure.org/desktop/core/chat"
)

// TrustMessage says which keys its sender trusts and which it does not (XEP-0434 §4).
// It is read only out of an envelope, and says nothing to who does not trust the
// sender's own key.
type TrustMessage struct {
	Usage      string       // the namespace of what it is for
	Encryption string       // the namespace of what the keys are for
	Owners     []TrustOwner // at most 256, none without keys
}

// TrustOwner are the keys of one account. They are as the encryption names them, as
// bytes: of OMEMO the identity key. At most 1,000 stand in one trust message, each of
// at most 64 bytes.
type TrustOwner struct {
	Owner           chat.Address // bare
	Trust, Distrust [][]byte
}

const (
	maxOwners    = 256
	maxTrustKeys = 1000
)

// trust reads XEP-0434 §4; nil where the element says nothing.
func (d *decoder) trust(s xml.StartElement) (*TrustMessage, error) {
	m := &TrustMessage{Usage: id(attr(s, "usage")), Encryption: id(attr(s, "encryption"))}
	keys := 0
	err := d.children(func(s xml.StartElement) error {
		owner, bad := chat.ParseAddress(attr(s, "jid"))
		if s.Name != (xml.Name{Space: nsTrust, Local: "key-owner"}) || bad != nil || len(m.Owners) == maxOwners {
			return nil
		}
		o := TrustOwner{Owner: owner.Bare()}
		err := d.children(func(s xml.StartElement) error {
			to := &o.Trust
			switch s.Name {
			case xml.Name{Space: nsTrust, Local: "trust"}:
			case xml.Name{Space: nsTrust, Local: "distrust"}:
				to = &o.Distrust
			default:
				return nil
			}
			key, err := d.base64(maxKeySize)
			if key != nil && keys < maxTrustKeys {
				keys++
				*to = append(*to, key)
			}
			return err
		})
		if len(o.Trust)+len(o.Distrust) > 0 {
			m.Owners = append(m.Owners, o)
		}
		return err
	})
	if len(m.Owners) == 0 {
		m = nil
	}
	return m, err
}

// trust writes XEP-0434 §4.
func (b *builder) trust(m TrustMessage) {
	b.raw("<trust-message")
	b.attr("xmlns", nsTrust)
	b.attr("usage", m.Usage)
	b.attr("encryption", m.Encryption)
	b.raw(">")
	for _, o := range m.Owners {
		b.raw("<key-owner")
		b.attr("jid", o.Owner.Bare().String())
		b.raw(">")
		for _, k := range o.Trust {
			b.text("trust", "", base64.StdEncoding.EncodeToString(k))
		}
		for _, k := range o.Distrust {
			b.text("distrust", "", base64.StdEncoding.EncodeToString(k))
		}
		b.raw("</key-owner>")
	}
	b.raw("</trust-message>")
}
