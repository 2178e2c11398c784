// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"encoding/base64"
	"strconv"

	"chatsecure.org/desktop/core/chat"
)

// encrypted writes XEP-0384 §5.5.3.
func (b *builder) encrypted(e Encrypted) {
	b.raw("<encrypted")
	b.attr("xmlns", e.Version.Namespace())
	b.raw("><header")
	b.attr("sid", number(e.Sender))
	b.raw(">")
	if e.Version == OMEMO03 {
		for _, k := range e.Keys {
			b.key(k, "prekey")
		}
		if e.IV != nil {
			b.text("iv", "", base64.StdEncoding.EncodeToString(e.IV))
		}
	} else {
		b.keys(e.Keys)
	}
	b.raw("</header>")
	if e.Payload != nil {
		b.text("payload", "", base64.StdEncoding.EncodeToString(e.Payload))
	}
	b.raw("</encrypted>")
}

// keys writes one <keys/> for each owner, in the order in which they come first.
func (b *builder) keys(all []EncryptedKey) {
	byOwner := map[chat.Address][]EncryptedKey{}
	var owners []chat.Address
	for _, k := range all {
		owner := k.Owner.Bare()
		if byOwner[owner] == nil {
			owners = append(owners, owner)
		}
		byOwner[owner] = append(byOwner[owner], k)
	}
	for _, owner := range owners {
		b.raw("<keys")
		b.attr("jid", owner.String())
		b.raw(">")
		for _, k := range byOwner[owner] {
			b.key(k, "kex")
		}
		b.raw("</keys>")
	}
}

func (b *builder) key(k EncryptedKey, kex string) {
	b.raw("<key")
	b.attr("rid", number(k.Device))
	if k.Kex {
		b.attr(kex, "true")
	}
	b.raw(">")
	b.escape(base64.StdEncoding.EncodeToString(k.Data))
	b.raw("</key>")
}

func number(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
