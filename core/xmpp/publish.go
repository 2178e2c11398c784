// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"errors"
	"slices"

	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// forUs lets nobody but our own devices read a node, keeps its items and sends none
// of them unasked (XEP-0223 §3, XEP-0402 §3.3, XEP-0490 §4.2). The first two are
// those without which nothing private is published.
var forUs = []option{
	{"pubsub#access_model", "whitelist"},
	{"pubsub#persist_items", "true"},
	{"pubsub#send_last_published_item", "never"},
}

// forAll lets everybody read a node (XEP-0384 §5.3) and keeps its item.
var forAll = []option{{"pubsub#access_model", "open"}, {"pubsub#persist_items", "true"}}

// maxItems makes a node keep as many items as the server allows.
func (a Abilities) maxItems() option {
	if a.NodeMax {
		return option{"pubsub#max_items", "max"}
	}
	return option{"pubsub#max_items", manyItems}
}

// manyItems is what is asked for where a server does not know "max".
const manyItems = "1000"

// publishPrivately puts an item on a node that only our own devices may read. It is
// never published without that: a server that does not know of it is refused, a node
// that has other settings gets the right ones first (XEP-0223 §3).
func (c *Conn) publishPrivately(ctx context.Context, node, item string, payload []byte) error {
	ctx, cancel := withDeadline(ctx) // for all steps together
	defer cancel()
	able, err := c.able(ctx)
	if err != nil {
		return err
	}
	if !able.PublishOptions {
		return &chat.Error{Kind: chat.Rejected, Op: "publish", Code: chat.CodeUnsupported, Err: errors.New("no publish-options")}
	}
	p := publication{Conn: c, node: node, item: item, payload: payload, settings: append(slices.Clone(forUs), able.maxItems())}
	return p.put(ctx, able)
}

// publishOpenly puts an item on a node that everybody may read; many says that it
// keeps more than one. A node that has other settings gets the right ones. Where the
// server does not let us choose, what is published can still be read by the contacts,
// which is better than by nobody.
func (c *Conn) publishOpenly(ctx context.Context, node, item string, payload []byte, many bool) error {
	ctx, cancel := withDeadline(ctx) // for all steps together
	defer cancel()
	able, err := c.able(ctx)
	if err != nil {
		return err
	}
	p := publication{Conn: c, node: node, item: item, payload: payload, settings: forAll}
	if many {
		p.settings = append(slices.Clone(forAll), able.maxItems())
	}
	if able.PublishOptions {
		if err := p.put(ctx, able); err == nil || chat.KindOf(err) != chat.Rejected {
			return err
		}
	}
	if err := p.publish(ctx, nil); err != nil {
		return err
	}
	if err = p.configure(ctx); err != nil && chat.KindOf(err) == chat.Rejected {
		c.log.Warn("a node keeps the settings of the server", "error", err)
		return nil
	}
	return err
}

// publication is an item that is to stand on a node with certain settings. The first
// two of them are those without which it is not to be there.
type publication struct {
	*Conn
	node, item string
	payload    []byte
	settings   []option
	configured bool
}

// put publishes, on a node that has the settings. Of some servers the
// publish-options know only a few settings (ejabberd till 23.04), or conflict with
// themselves (23.10): these get the others by a configuration.
func (p *publication) put(ctx context.Context, able Abilities) error {
	needed := p.settings[:2]
	if few := len(p.settings) == len(needed); few || !able.fewOptions {
		err := p.set(ctx, p.settings)
		if few {
			return err
		}
		switch conditionOf(err) {
		case "conflict", "resource-constraint", "not-acceptable", "bad-request":
		default:
			return err
		}
	}
	if err := p.set(ctx, needed); err != nil {
		return err
	}
	able.fewOptions = true
	p.abilities.Store(&able)
	return p.configure(ctx)
}

// set publishes with options, after the node has got its settings if it had others
// (XEP-0060 §7.1.5).
func (p *publication) set(ctx context.Context, options []option) error {
	err := p.publish(ctx, options)
	if conditionOf(err) != "conflict" || p.configured {
		return err
	}
	if err := p.configure(ctx); err != nil {
		return err
	}
	return p.publish(ctx, options)
}

func (p *publication) publish(ctx context.Context, options []option) error {
	return p.putItem(ctx, p.node, p.item, p.payload, options)
}

// configure gives the node all settings, once.
func (p *publication) configure(ctx context.Context) error {
	if p.configured {
		return nil
	}
	err := p.ask(ctx, "publish", stanza.SetIQ, chat.Address{}, encodeConfigure(p.node, p.settings), nil)
	p.configured = err == nil
	return err
}

// conditionOf is what the other side said; "" where it was no error of its.
func conditionOf(err error) string {
	var said *StanzaError
	if errors.As(err, &said) {
		return said.Condition
	}
	return ""
}

// encodeConfigure is XEP-0060 §8.2; without options it asks for those that there are.
func encodeConfigure(node string, options []option) []byte {
	var b builder
	b.raw("<pubsub xmlns='" + nsOwner + "'><configure")
	b.attr("node", node)
	if len(options) == 0 {
		b.raw("/></pubsub>")
		return b.Bytes()
	}
	b.raw("><x xmlns='" + nsForm + "' type='submit'>" +
		"<field var='FORM_TYPE' type='hidden'><value>" + nsNodeConfig + "</value></field>")
	for _, o := range options {
		b.field(o.name, o.value)
	}
	b.raw("</x></configure></pubsub>")
	return b.Bytes()
}
