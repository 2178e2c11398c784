// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/xml"
	"errors"
	"slices"

	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// option is a setting of a node that a publisher wants (XEP-0060 §7.1.5).
type option struct{ name, value string }

// forContacts lets who sees our presence read a node, nobody else, and keeps its
// item. It is what PEP does by default (XEP-0163 §5), but not every server.
var forContacts = []option{{"pubsub#access_model", "presence"}, {"pubsub#persist_items", "true"}}

// forUs lets nobody but our own devices read a node, keeps all its items and sends
// none of them unasked (XEP-0223 §3, XEP-0402 §3.3, XEP-0490 §4.2). The first two are
// those without which nothing private is published.
var forUs = []option{
	{"pubsub#access_model", "whitelist"},
	{"pubsub#persist_items", "true"},
	{"pubsub#send_last_published_item", "never"},
	{"pubsub#max_items", "max"},
}

// publishPrivately puts an item on a node that only our own devices may read. It is
// never published without that: a server that does not know of it is refused, a node
// that has other settings gets the right ones first (XEP-0223 §3). Of some servers
// the publish-options know only a few settings (ejabberd till 23.04), or conflict
// with themselves (23.10): these get the others by a configuration.
func (c *Conn) publishPrivately(ctx context.Context, node, item string, payload []byte) error {
	const op = "publish"
	ctx, cancel := withDeadline(ctx) // for all steps together
	defer cancel()
	able, err := c.able(ctx)
	if err != nil {
		return err
	}
	if !able.PublishOptions {
		return &chat.Error{Kind: chat.Rejected, Op: op, Code: chat.CodeUnsupported, Err: errors.New("no publish-options")}
	}
	all := forUs
	if !able.NodeMax {
		all = append(slices.Clone(forUs[:3]), option{"pubsub#max_items", manyItems})
	}
	publish := func(options []option) error {
		return c.ask(ctx, op, stanza.SetIQ, chat.Address{}, encodePublish(node, item, payload, options), nil)
	}
	configured := false
	configure := func() error {
		if configured {
			return nil
		}
		err := c.ask(ctx, op, stanza.SetIQ, chat.Address{}, encodeConfigure(node, all), nil)
		configured = err == nil
		return err
	}
	// set publishes, on a node that has the settings (XEP-0060 §7.1.5).
	set := func(options []option) error {
		err := publish(options)
		if conditionOf(err) != "conflict" || configured {
			return err
		}
		if err := configure(); err != nil {
			return err
		}
		return publish(options)
	}
	if !able.fewOptions {
		err := set(all)
		switch conditionOf(err) {
		case "conflict", "resource-constraint", "not-acceptable", "bad-request":
		default:
			return err
		}
	}
	if err := set(all[:2]); err != nil {
		return err
	}
	able.fewOptions = true
	c.abilities.Store(&able)
	return configure()
}

// conditionOf is what the other side said; "" where it was no error of its.
func conditionOf(err error) string {
	var said *StanzaError
	if errors.As(err, &said) {
		return said.Condition
	}
	return ""
}

// manyItems is what is asked for where a server does not know "max".
const manyItems = "1000"

// encodeConfigure is XEP-0060 §8.2.
func encodeConfigure(node string, options []option) []byte {
	var b builder
	b.raw("<pubsub xmlns='" + nsOwner + "'><configure")
	b.attr("node", node)
	b.raw("><x xmlns='" + nsForm + "' type='submit'>" +
		"<field var='FORM_TYPE' type='hidden'><value>" + nsNodeConfig + "</value></field>")
	for _, o := range options {
		b.field(o.name, o.value)
	}
	b.raw("</x></configure></pubsub>")
	return b.Bytes()
}

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

// allItems asks our own account for every item of a node; a node that does not exist
// has none. read is called for each payload, on the goroutine of the exchange; what
// it says is none is left out.
func allItems[T any](ctx context.Context, c *Conn, node string, read func(*decoder, string, xml.StartElement) (T, bool, error)) ([]T, error) {
	var all []T
	var b builder
	b.raw("<pubsub xmlns='" + nsPubsub + "'><items")
	b.attr("node", node)
	b.raw("/></pubsub>")
	err := c.ask(ctx, "fetch", stanza.GetIQ, chat.Address{}, b.Bytes(), &everyItem{func(d *decoder, item string, s xml.StartElement) error {
		v, ok, err := read(d, item, s)
		if ok {
			all = append(all, v)
		}
		return err
	}})
	switch {
	case chat.CodeOf(err) == chat.CodeNotFound:
		return nil, nil
	case err != nil:
		return nil, err // the exchange may still be at it
	}
	return all, nil
}
