// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/xml"
	"errors"
	"math/rand/v2"
	"time"

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
	err := c.putItem(ctx, node, item, payload, options)
	if said := conditionOf(err); len(options) > 0 && (said == "conflict" || said == "not-acceptable") {
		err = c.putItem(ctx, node, item, payload, nil)
	}
	return err
}

// How often a server is asked to publish that could not make the node, and how long it is
// left in peace in between, the first time.
const (
	putTries = 4
	putAgain = 100 * time.Millisecond
)

// putItem publishes one item, after what is being published on the node: what was asked
// for last stays. Where several accounts make nodes at the same time the
// database of ejabberd gives some of them up, and it says then that there is no node.
func (c *Conn) putItem(ctx context.Context, node, item string, payload []byte, options []option) (err error) {
	lock, _ := c.nodes.LoadOrStore(node, make(chan struct{}, 1))
	turn := lock.(chan struct{})
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return ctxError("publish", ctx.Err())
	}
	question := encodePublish(node, item, payload, options)
	for try := 0; ; try++ {
		err = c.ask(ctx, "publish", stanza.SetIQ, chat.Address{}, question, nil)
		if said := conditionOf(err); try == putTries-1 || said != "item-not-found" && said != "internal-server-error" {
			return err
		}
		select {
		case <-time.After(putAgain<<try + rand.N(putAgain)):
		case <-ctx.Done():
			return err
		}
	}
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
	var p pepItems
	err := c.ask(ctx, "fetch", stanza.GetIQ, owner.Bare(), wanted{node: node, item: item, newest: item == ""}.encode(), &p)
	return p, err
}

// everyItem reads all items of a node, whatever they hold (XEP-0060 §6.5).
type everyItem struct {
	item func(d *decoder, item string, payload xml.StartElement) error
}

// UnmarshalXML reads the answer.
func (e *everyItem) UnmarshalXML(x *xml.Decoder, start xml.StartElement) error {
	if start.Name != (xml.Name{Space: nsPubsub, Local: "pubsub"}) {
		return errors.New("unexpected payload")
	}
	d := &decoder{x: x}
	return d.children(func(items xml.StartElement) error {
		if items.Name != (xml.Name{Space: nsPubsub, Local: "items"}) {
			return nil
		}
		return d.children(func(item xml.StartElement) error {
			if item.Name != (xml.Name{Space: nsPubsub, Local: "item"}) {
				return nil
			}
			return d.children(func(payload xml.StartElement) error {
				return e.item(d, attr(item, "id"), payload)
			})
		})
	})
}

// wanted says which items of a node are asked for: the one with this id, the newest,
// or all where neither is set.
type wanted struct {
	owner  chat.Address // bare; zero is our own account
	node   string
	item   string
	newest bool
}

func (w wanted) encode() []byte {
	var b builder
	b.raw("<pubsub xmlns='" + nsPubsub + "'><items")
	b.attr("node", w.node)
	if w.newest {
		b.attr("max_items", "1")
	}
	b.raw(">")
	if w.item != "" {
		b.empty("item", "", "id", w.item)
	}
	b.raw("</items></pubsub>")
	return b.Bytes()
}

// readItems asks an account for items; a node that does not exist has none. read is
// called for each payload, on the goroutine of the exchange; what it says is none is
// left out.
func readItems[T any](ctx context.Context, c *Conn, w wanted, read func(*decoder, string, xml.StartElement) (T, bool, error)) ([]T, error) {
	var all []T
	err := c.ask(ctx, "fetch", stanza.GetIQ, w.owner, w.encode(), &everyItem{func(d *decoder, item string, s xml.StartElement) error {
		v, ok, err := read(d, item, s)
		if ok {
			all = append(all, v)
		}
		return err
	}})
	switch {
	case conditionOf(err) == "item-not-found":
		return nil, nil
	case err != nil:
		return nil, err // the exchange may still be at it
	}
	return all, nil
}

// allItems asks our own account for every item of a node.
func allItems[T any](ctx context.Context, c *Conn, node string, read func(*decoder, string, xml.StartElement) (T, bool, error)) ([]T, error) {
	return readItems(ctx, c, wanted{node: node}, read)
}
