// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/xml"
	"errors"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// rosterQuery is RFC 6121 §2.1.1. Our own struct, because the library's leaves
// out ask and approved.
type rosterQuery struct {
	XMLName xml.Name        `xml:"jabber:iq:roster query"`
	Version *string         `xml:"ver,attr"`
	Items   []rosterElement `xml:"jabber:iq:roster item"`

	order uint64
}

// received is called in the moment of the answer, while no push can come.
func (q *rosterQuery) received(c *Conn) {
	q.order = c.order.Add(1)
	items, _ := q.items()
	c.audience.replace(items)
}

func (q *rosterQuery) items() (items []RosterItem, version string) {
	for _, e := range q.Items {
		if i, ok := e.item(); ok && !i.Removed {
			items = append(items, i)
		}
	}
	if q.Version != nil {
		version = *q.Version
	}
	return items, version
}

type rosterElement struct {
	JID          string   `xml:"jid,attr"`
	Name         string   `xml:"name,attr"`
	Subscription string   `xml:"subscription,attr"`
	Ask          string   `xml:"ask,attr"`
	Approved     string   `xml:"approved,attr"`
	Groups       []string `xml:"jabber:iq:roster group"`
}

// item reads RFC 6121 §2.1.2; false where the address is none.
func (e rosterElement) item() (RosterItem, bool) {
	addr, err := chat.ParseAddress(e.JID)
	if err != nil {
		return RosterItem{}, false
	}
	i := RosterItem{
		Address: addr.Bare(), Name: name(e.Name), Removed: e.Subscription == "remove",
		Asked: e.Ask == "subscribe", Approved: e.Approved == "true" || e.Approved == "1",
	}
	switch e.Subscription {
	case "to":
		i.Subscription = chat.SubscriptionTo
	case "from":
		i.Subscription = chat.SubscriptionFrom
	case "both":
		i.Subscription = chat.SubscriptionBoth
	}
	for _, g := range e.Groups {
		if g != "" {
			i.Groups = append(i.Groups, chat.Cut(g, maxName)) // as it is: with a change of the name it goes back
		}
	}
	return i, true
}

// Roster fetches the contact list; version is that of the stored one, "" for
// none. With a version a server may answer Unchanged and then sends what has
// changed since as pushes, in order, through Run (RFC 6121 §2.6, XEP-0237).
func (c *Conn) Roster(ctx context.Context, version string) (RosterResult, error) {
	var b builder
	b.raw("<query xmlns='" + nsRoster + "' ver='") // ver='' asks for versions
	b.escape(version)
	b.raw("'/>")
	var q rosterQuery
	err := c.ask(ctx, "contact list", stanza.GetIQ, chat.Address{}, b.Bytes(), &q)
	if errors.Is(err, errNoPayload) { // RFC 6121 §2.6.3
		return RosterResult{Version: version, Unchanged: version != ""}, nil
	}
	if err != nil {
		return RosterResult{}, err
	}
	r := RosterResult{Order: q.order}
	r.Items, r.Version = q.items()
	return r, nil
}

// SetContact adds a contact to the list, or changes its name and groups. What is
// new arrives as a push (RFC 6121 §2.3, §2.4).
func (c *Conn) SetContact(ctx context.Context, addr chat.Address, name string, groups []string) error {
	var b builder
	b.raw("<query xmlns='" + nsRoster + "'><item")
	b.attr("jid", addr.Bare().String())
	b.attr("name", name)
	b.raw(">")
	for _, g := range groups {
		b.text("group", "", g)
	}
	b.raw("</item></query>")
	return c.ask(ctx, "set contact", stanza.SetIQ, chat.Address{}, b.Bytes(), nil)
}

// RemoveContact takes a contact off the list and ends both subscriptions (RFC
// 6121 §2.5).
func (c *Conn) RemoveContact(ctx context.Context, addr chat.Address) error {
	var b builder
	b.raw("<query xmlns='" + nsRoster + "'>")
	b.empty("item", "", "jid", addr.Bare().String(), "subscription", "remove")
	b.raw("</query>")
	return c.ask(ctx, "remove contact", stanza.SetIQ, chat.Address{}, b.Bytes(), nil)
}

// handlePush takes a change of the contact list from our own account, which the
// library shows as no sender, and from nobody else (RFC 6121 §2.1.6). A stranger
// gets the answer that he would get if we were not there.
func (c *Conn) handlePush(iq stanza.IQ, t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	if !c.ownPush(iq) {
		c.forgery("contact list")
		return refuse(t, iq, stanza.ServiceUnavailable)
	}
	var q rosterQuery
	if err := read(t, start, &q); err != nil || len(q.Items) != 1 {
		return refuse(t, iq, stanza.BadRequest)
	}
	item, ok := q.Items[0].item()
	if !ok {
		return refuse(t, iq, stanza.BadRequest)
	}
	c.audience.put(item)
	p := RosterPush{Item: item, Order: c.order.Add(1)}
	if q.Version != nil {
		p.Version = *q.Version
	}
	if !c.tell(Inbound{Roster: &p}) {
		return nil
	}
	return reply(t, iq, nil)
}
