// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"encoding/xml"
	"strconv"

	"chatsecure.org/desktop/core/chat"
)

// builder writes XML by hand. Names are constants of this package; every value
// goes through the escaping of the standard library, which also replaces what
// XML can not hold (and bytes that are not UTF-8) by U+FFFD.
type builder struct{ bytes.Buffer }

func (b *builder) raw(s string) { b.WriteString(s) }

func (b *builder) escape(s string) { _ = xml.EscapeText(&b.Buffer, []byte(s)) }

// attr writes an attribute unless value is "".
func (b *builder) attr(name, value string) {
	if value == "" {
		return
	}
	b.raw(" " + name + "='")
	b.escape(value)
	b.raw("'")
}

// text writes an element with text unless value is "".
func (b *builder) text(name, ns, value string) {
	if value == "" {
		return
	}
	b.raw("<" + name)
	b.attr("xmlns", ns)
	b.raw(">")
	b.escape(value)
	b.raw("</" + name + ">")
}

// empty writes an element without content; attrs are name, value pairs.
func (b *builder) empty(name, ns string, attrs ...string) {
	b.raw("<" + name)
	b.attr("xmlns", ns)
	for i := 0; i+1 < len(attrs); i += 2 {
		b.attr(attrs[i], attrs[i+1])
	}
	b.raw("/>")
}

// field writes a field of a form (XEP-0004 §3.2) unless value is "".
func (b *builder) field(name, value string) {
	if value == "" {
		return
	}
	b.raw("<field")
	b.attr("var", name)
	b.raw(">")
	b.text("value", "", value)
	b.raw("</field>")
}

var chatStateNames = map[chat.Typing]string{chat.Idle: "active", chat.Composing: "composing", chat.Paused: "paused"}

// EncodeMessage writes a message as one element, without a sender: the server
// knows it. Characters that XML can not hold are replaced by U+FFFD.
func EncodeMessage(m OutMessage) []byte {
	var b builder
	b.raw("<message")
	b.attr("to", m.To.String())
	b.attr("type", m.Type)
	b.attr("id", m.ID)
	b.raw(">")
	b.content(m, "")
	if m.OriginID != "" {
		b.empty("origin-id", nsStanzaID, "id", m.OriginID)
	}
	b.payload(m)
	b.handling(m)
	b.raw("</message>")
	return b.Bytes()
}

// content writes the text of a message, and what is about the moment; ns is that of
// the body where the element around it has another one.
func (b *builder) content(m OutMessage, ns string) {
	b.text("body", ns, m.Body)
	b.text("nick", nsNick, m.Nick)
	if m.ChatState != nil {
		b.empty(chatStateNames[*m.ChatState], nsChatStates)
	}
	if m.RequestReceipt && m.ID != "" {
		b.empty("request", nsReceipts)
	}
	if m.ReceiptFor != "" {
		b.empty("received", nsReceipts, "id", m.ReceiptFor)
	}
}

var showNames = map[chat.Presence]string{
	chat.ExtendedAway: "xa", chat.Away: "away", chat.DoNotDisturb: "dnd", chat.FreeForChat: "chat",
}

// EncodePresence writes a presence as one element, like EncodeMessage.
func EncodePresence(p OutPresence) []byte {
	var b builder
	b.raw("<presence")
	b.attr("to", p.To.String())
	b.attr("type", p.Type)
	b.raw(">")
	if p.Type == "" {
		b.text("show", "", showNames[p.Show])
	}
	b.text("status", "", p.Status)
	if p.Type == "" {
		if p.Priority != 0 {
			b.text("priority", "", strconv.Itoa(int(p.Priority)))
		}
		if !p.Caps.IsZero() {
			b.empty("c", nsCaps, "hash", p.Caps.Hash, "node", p.Caps.Node, "ver", p.Caps.Ver)
		}
		b.photo(p.Photo)
		if !p.Idle.IsZero() {
			b.empty("idle", nsIdle, "since", p.Idle.UTC().Format(stampLayout))
		}
	}
	b.text("nick", nsNick, p.Nick)
	if p.Preauth != "" {
		b.empty("preauth", nsPreauth, "token", p.Preauth)
	}
	b.raw("</presence>")
	return b.Bytes()
}

// photo writes XEP-0153 §4.1: an empty x while the picture is not known, which
// also lets a server that converts fill it in (XEP-0398 §4).
func (b *builder) photo(hash *string) {
	if hash == nil {
		b.empty("x", nsVCardUpdate)
		return
	}
	b.raw("<x xmlns='" + nsVCardUpdate + "'>")
	if *hash == "" {
		b.raw("<photo/>")
	} else {
		b.text("photo", "", *hash)
	}
	b.raw("</x>")
}
