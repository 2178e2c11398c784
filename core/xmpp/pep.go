// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/xml"
	"errors"

	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// option is a setting of a node that a publisher wants (XEP-0060 §7.1.5).
type option struct{ name, value string }

// forContacts lets who sees our presence read a node, nobody else, and keeps its
// item. It is what PEP does by default (XEP-0163 §5), but not every server.
var forContacts = []option{{"pubsub#access_model", "presence"}, {"pubsub#persist_items", "true"}}

// publish puts an item on a node of our own account (XEP-0163 §3). With options
// a node that does not exist is made so; one that the person has set otherwise,
// with another client, keeps its settings.
func (c *Conn) publish(ctx context.Context, node, item string, payload []byte, options []option) error {
	err := c.ask(ctx, "publish", stanza.SetIQ, chat.Address{}, encodePublish(node, item, payload, options), nil)
	var said *StanzaError
	if len(options) > 0 && errors.As(err, &said) && (said.Condition == "conflict" || said.Condition == "not-acceptable") {
		err = c.ask(ctx, "publish", stanza.SetIQ, chat.Address{}, encodePublish(node, item, payload, nil), nil)
	}
	return err
}

func encodePublish(node, item string, payload []byte, options []option) []byte {
	var b builder
	b.raw("<pubsub xmlns='" + nsPubsub + "'><publish")
	b.attr("node", node)
	b.raw("><item")
	b.attr("id", item)
	b.raw(">")
	b.Write(payload)
	b.raw("</item></publish>")
	if len(options) > 0 {
		b.raw("<publish-options><x xmlns='" + nsForm + "' type='submit'>" +
			"<field var='FORM_TYPE' type='hidden'><value>" + nsPublishOpts + "</value></field>")
		for _, o := range options {
			b.field(o.name, o.value)
		}
		b.raw("</x></publish-options>")
	}
	b.raw("</pubsub>")
	return b.Bytes()
}

// pepItems is the answer to a question for items (XEP-0060 §6.5), with the
// payloads that we read.
type pepItems struct {
	XMLName xml.Name `xml:"http://jabber.org/protocol/pubsub pubsub"`
	Items   struct {
		Items []struct {
			ID     string `xml:"id,attr"`
			Avatar string `xml:"urn:xmpp:avatar:data data"`
			Nick   string `xml:"http://jabber.org/protocol/nick nick"`
		} `xml:"http://jabber.org/protocol/pubsub item"`
	} `xml:"http://jabber.org/protocol/pubsub items"`
}

// items asks an account (bare) for the item with this id, or for the newest
// where it is "".
func (c *Conn) items(ctx context.Context, owner chat.Address, node, item string) (pepItems, error) {
	var b builder
	b.raw("<pubsub xmlns='" + nsPubsub + "'><items")
	b.attr("node", node)
	if item == "" {
		b.raw(" max_items='1'/>")
	} else {
		b.raw(">")
		b.empty("item", "", "id", item)
		b.raw("</items>")
	}
	b.raw("</pubsub>")
	var p pepItems
	err := c.ask(ctx, "fetch", stanza.GetIQ, owner.Bare(), b.Bytes(), &p)
	return p, err
}
