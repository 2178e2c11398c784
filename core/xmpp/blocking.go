// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/xml"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// blockList is the list itself, and what a push changes (XEP-0191 §3.2 to §3.5).
type blockList struct {
	XMLName xml.Name
	Items   []struct {
		JID string `xml:"jid,attr"`
	} `xml:"urn:xmpp:blocking item"`
}

func (l *blockList) addresses() []chat.Address {
	var all []chat.Address
	for _, i := range l.Items {
		if a, err := chat.ParseAddress(i.JID); err == nil {
			all = append(all, a)
		}
	}
	return all
}

// received is called in the moment of the answer, while no push can come.
func (l *blockList) received(c *Conn) {
	if l.XMLName == (xml.Name{Space: nsBlocking, Local: "blocklist"}) {
		c.tell(Inbound{Blocked: &BlockPush{None: true, Added: l.addresses()}})
	}
}

// Blocked fetches whom the person has blocked; from then on changes come as pushes
// (XEP-0191 §3.2). The list also comes through Run, before the changes after it.
func (c *Conn) Blocked(ctx context.Context) ([]chat.Address, error) {
	const op = "blocked"
	var l blockList
	err := c.ask(ctx, op, stanza.GetIQ, chat.Address{}, []byte("<blocklist xmlns='"+nsBlocking+"'/>"), &l)
	if err == nil && l.XMLName != (xml.Name{Space: nsBlocking, Local: "blocklist"}) {
		err = badAnswer(op, "unexpected payload")
	}
	if err != nil {
		return nil, err
	}
	return l.addresses(), nil
}

// Block lets nothing of addr reach us (XEP-0191 §3.3): bare for a person with all
// devices, a domain for a server with all its accounts. Our own is CodeOwnAddress.
func (c *Conn) Block(ctx context.Context, addr chat.Address) error {
	const op = "block"
	if addr.Bare() == c.own.Bare() {
		return badInput(op, chat.CodeOwnAddress, nil)
	}
	return c.setBlocked(ctx, op, addr)
}

// Unblock ends a block of just this address (XEP-0191 §3.4).
func (c *Conn) Unblock(ctx context.Context, addr chat.Address) error {
	return c.setBlocked(ctx, "unblock", addr)
}

// setBlocked sends the command of that name. Without an address the server would
// take it for all.
func (c *Conn) setBlocked(ctx context.Context, command string, addr chat.Address) error {
	if addr.IsZero() {
		return badInput(command, chat.CodeAddress, nil)
	}
	var b builder
	b.raw("<" + command + " xmlns='" + nsBlocking + "'>")
	b.empty("item", "", "jid", addr.String())
	b.raw("</" + command + ">")
	return c.ask(ctx, command, stanza.SetIQ, chat.Address{}, b.Bytes(), nil)
}

// handleBlocking takes a change from our own account and from nobody else, as
// handlePush does.
func (c *Conn) handleBlocking(iq stanza.IQ, t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	if !c.ownPush(iq) {
		c.forgery("block list")
		return refuse(t, iq, stanza.ServiceUnavailable)
	}
	var l blockList
	if err := read(t, start, &l); err != nil {
		return refuse(t, iq, stanza.BadRequest)
	}
	addrs := l.addresses()
	p := &BlockPush{}
	switch {
	case l.XMLName.Local == "block" && len(addrs) > 0:
		p.Added = addrs
	case l.XMLName.Local == "unblock" && len(l.Items) == 0:
		p.None = true
	case l.XMLName.Local == "unblock" && len(addrs) > 0:
		p.Removed = addrs
	default:
		return refuse(t, iq, stanza.BadRequest)
	}
	if !c.tell(Inbound{Blocked: p}) {
		return nil
	}
	return reply(t, iq, nil)
}

// ownPush says whether our own server speaks for our own account: the library shows
// its address as none.
func (c *Conn) ownPush(iq stanza.IQ) bool {
	s := iq.From.String()
	if s == "" {
		return true
	}
	from, err := chat.ParseAddress(s)
	return err == nil && from == c.own.Bare()
}

// tell hands something to Run; false where the connection has ended.
func (c *Conn) tell(in Inbound) bool {
	select {
	case c.pushes <- in:
		return true
	case <-c.life.Done():
		return false
	}
}
