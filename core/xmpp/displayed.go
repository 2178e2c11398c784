// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/xml"

	"chatsecure.org/desktop/core/chat"
)

// Displayed says up to where the person has read a conversation, on any device
// (XEP-0490 §4.1). It never moves back, and an id that nobody knows means nothing.
type Displayed struct {
	Peer     chat.Address // whose conversation: bare, or full for somebody in a room
	StanzaID string       // of the last message that was displayed, never ""
	By       chat.Address // who gave that id: our own account, or the room
}

// displayed reads the payload of an item.
func (d *decoder) displayed(item string, s xml.StartElement) (v Displayed, ok bool, err error) {
	peer, good := itemAddress(item)
	if !good || s.Name != (xml.Name{Space: nsDisplayed, Local: "displayed"}) {
		return v, false, nil
	}
	v.Peer = peer
	err = d.children(func(s xml.StartElement) error {
		if s.Name != (xml.Name{Space: nsStanzaID, Local: "stanza-id"}) || ok {
			return nil
		}
		by, bad := chat.ParseAddress(attr(s, "by"))
		if v.StanzaID = id(attr(s, "id")); bad == nil && v.StanzaID != "" {
			v.By, ok = by, true
		}
		return nil
	})
	return v, ok && err == nil, err
}

// itemAddress reads an item's id where that is an address.
func itemAddress(item string) (chat.Address, bool) {
	a, err := chat.ParseAddress(item)
	return a, err == nil
}

// PublishDisplayed tells our other devices that the conversation with peer is read
// up to the message with that id, which by gave it (XEP-0490 §4.2). Nobody else can
// see it; CodeUnsupported where the server can not promise that.
func (c *Conn) PublishDisplayed(ctx context.Context, peer chat.Address, stanzaID string, by chat.Address) error {
	if peer.IsZero() || by.IsZero() || id(stanzaID) == "" {
		return badInput("displayed", chat.CodeNotFound, nil)
	}
	var b builder
	b.raw("<displayed xmlns='" + nsDisplayed + "'>")
	b.empty("stanza-id", nsStanzaID, "by", by.String(), "id", stanzaID)
	b.raw("</displayed>")
	return c.publishPrivately(ctx, nsDisplayed, peer.String(), b.Bytes())
}

// FetchDisplayed fetches up to where every conversation is read (XEP-0490 §4.4);
// none where nothing was ever published.
func (c *Conn) FetchDisplayed(ctx context.Context) ([]Displayed, error) {
	return allItems(ctx, c, nsDisplayed, (*decoder).displayed)
}
