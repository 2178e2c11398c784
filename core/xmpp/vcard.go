// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"

	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// node is an element with everything in it. The vCard is the one thing that we
// have to give back as we got it, apart from one field.
type node struct {
	name     xml.Name
	attrs    []xml.Attr // without a namespace, or of xml:
	text     []byte     // of the element, without that of its children
	children []*node
}

// Bounds of a vCard that is worth keeping.
const (
	maxNodes = 10_000
	maxDepth = 32
)

var errBigCard = errors.New("vCard over a limit")

// UnmarshalXML reads an element of any kind.
func (n *node) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	nodes := 0
	return n.read(d, start, maxDepth, &nodes)
}

func (n *node) read(d *xml.Decoder, start xml.StartElement, depth int, nodes *int) error {
	if *nodes++; depth == 0 || *nodes > maxNodes {
		return errBigCard
	}
	n.name = start.Name
	for _, a := range start.Attr {
		if a.Name.Space == nsXML || a.Name.Space == "" && a.Name.Local != "xmlns" {
			n.attrs = append(n.attrs, a)
		}
	}
	for {
		t, err := d.Token()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			child := &node{}
			if err := child.read(d, t, depth-1, nodes); err != nil {
				return err
			}
			n.children = append(n.children, child)
		case xml.CharData:
			n.text = append(n.text, t...)
		case xml.EndElement:
			return nil
		}
	}
}

// write is the inverse: text of an element that has children is white space.
func (b *builder) node(n *node) {
	b.raw("<")
	b.raw(n.name.Local)
	b.attr("xmlns", n.name.Space)
	for _, a := range n.attrs {
		if a.Name.Space == nsXML {
			a.Name.Local = "xml:" + a.Name.Local
		}
		b.attr(a.Name.Local, a.Value)
	}
	b.raw(">")
	if len(n.children) == 0 {
		b.escape(string(n.text))
	}
	for _, c := range n.children {
		b.node(c)
	}
	b.raw("</" + n.name.Local + ">")
}

func (n *node) child(name string) *node {
	for _, c := range n.children {
		if c.name == (xml.Name{Space: nsVCard, Local: name}) {
			return c
		}
	}
	return nil
}

// picture is the base64 of the picture; "" for none. One that is kept elsewhere
// (EXTVAL, a URL) is none.
func (n *node) picture() string {
	if p := n.child("PHOTO"); p != nil {
		if b := p.child("BINVAL"); b != nil {
			return string(b.text)
		}
	}
	return ""
}

// setPicture replaces the picture; nil takes it away.
func (n *node) setPicture(png []byte) {
	var kept []*node
	for _, c := range n.children {
		if c.name.Local != "PHOTO" {
			kept = append(kept, c)
		}
	}
	if len(png) > 0 {
		leaf := func(name, text string) *node {
			return &node{name: xml.Name{Space: nsVCard, Local: name}, text: []byte(text)}
		}
		photo := leaf("PHOTO", "")
		photo.children = []*node{leaf("TYPE", "image/png"), leaf("BINVAL", base64.StdEncoding.EncodeToString(png))}
		kept = append(kept, photo)
	}
	n.children = kept
}

// vCard fetches the card of addr (bare); our own is asked for without an address
// (XEP-0054 §3.1, §3.3). Somebody without a card has an empty one.
func (c *Conn) vCard(ctx context.Context, addr chat.Address) (*node, error) {
	to := addr.Bare()
	if to == c.own.Bare() {
		to = chat.Address{}
	}
	empty := &node{name: xml.Name{Space: nsVCard, Local: "vCard"}}
	card := &node{}
	err := c.ask(ctx, "vCard", stanza.GetIQ, to, []byte("<vCard xmlns='"+nsVCard+"'/>"), card)
	switch {
	case chat.CodeOf(err) == chat.CodeNotFound, errors.Is(err, errNoPayload):
		return empty, nil
	case err != nil:
		return nil, err
	case card.name != empty.name:
		return empty, nil
	}
	return card, nil
}

// setVCardPicture changes the picture of our vCard and leaves the other fields
// as they are (XEP-0054 §3.2 replaces the whole card). A server without vCards
// is no error.
func (c *Conn) setVCardPicture(ctx context.Context, png []byte) error {
	card, err := c.vCard(ctx, c.own)
	if err == nil {
		if old := card.picture(); old == "" && len(png) == 0 {
			return nil
		}
		card.setPicture(png)
		var b builder
		b.node(card)
		err = c.ask(ctx, "set vCard", stanza.SetIQ, chat.Address{}, b.Bytes(), nil)
	}
	switch chat.CodeOf(err) {
	case chat.CodeServiceUnavailable, chat.CodeUnsupported:
		return nil
	}
	return err
}
