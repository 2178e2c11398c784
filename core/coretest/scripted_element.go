// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"bufio"
	"encoding/xml"
	"io"
	"strings"
)

// Namespaces that the scripted server speaks.
const (
	nsClient   = "jabber:client"
	nsTLS      = "urn:ietf:params:xml:ns:xmpp-tls"
	nsSASL     = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBind     = "urn:ietf:params:xml:ns:xmpp-bind"
	nsStanzas  = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsSM       = "urn:xmpp:sm:3"
	nsRoster   = "jabber:iq:roster"
	nsInfo     = "http://jabber.org/protocol/disco#info"
	nsPing     = "urn:xmpp:ping"
	nsCarbons  = "urn:xmpp:carbons:2"
	nsArchive  = "urn:xmpp:mam:2"
	nsRSM      = "http://jabber.org/protocol/rsm"
	nsStanzaID = "urn:xmpp:sid:0"
	nsForward  = "urn:xmpp:forward:0"
	nsDelay    = "urn:xmpp:delay"
)

// Element is an element of a client. A nil one has nothing.
type Element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []*Element `xml:",any"`
	Raw      string     `xml:"-"` // as it came; only of a whole element
}

// Is says whether it has this name.
func (e *Element) Is(space, local string) bool {
	return e != nil && e.XMLName == xml.Name{Space: space, Local: local}
}

// Attr is an attribute without a namespace; "" for none.
func (e *Element) Attr(name string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.Attrs {
		if a.Name == (xml.Name{Local: name}) {
			return a.Value
		}
	}
	return ""
}

// Find returns the first element of this name inside, at any depth; nil for none.
func (e *Element) Find(space, local string) *Element {
	if e == nil {
		return nil
	}
	for _, c := range e.Children {
		if c.Is(space, local) {
			return c
		}
		if found := c.Find(space, local); found != nil {
			return found
		}
	}
	return nil
}

// Asks returns the payload of an IQ of that type; nil for anything else.
func (e *Element) Asks(typ, space, local string) *Element {
	if !e.Is(nsClient, "iq") || e.Attr("type") != typ {
		return nil
	}
	for _, c := range e.Children {
		if c.Is(space, local) {
			return c
		}
	}
	return nil
}

func (e *Element) isStanza() bool {
	return e.Is(nsClient, "message") || e.Is(nsClient, "presence") || e.Is(nsClient, "iq")
}

// elements reads a client's stream, element by element.
type elements struct {
	from  *bufio.Reader
	d     *xml.Decoder
	kept  []byte // what the decoder has read from place begins
	begin int64
}

func newElements(r io.Reader) *elements {
	e := &elements{from: bufio.NewReaderSize(r, 64<<10)}
	e.restart()
	return e
}

// restart expects a new stream on the same connection.
func (e *elements) restart() {
	e.kept, e.begin = nil, 0
	e.d = xml.NewDecoder(e)
}

// ReadByte makes the decoder read no further than it needs.
func (e *elements) ReadByte() (byte, error) {
	b, err := e.from.ReadByte()
	if err == nil {
		e.kept = append(e.kept, b)
	}
	return b, err
}

// Read is for the decoder's signature only.
func (e *elements) Read([]byte) (int, error) { return 0, io.ErrNoProgress }

// next returns the next element: the header of a stream without what follows, or a
// whole one; nil at the stream's end.
func (e *elements) next() (*Element, error) {
	for {
		n := e.d.InputOffset()
		e.kept = append(e.kept[:0], e.kept[n-e.begin:]...)
		e.begin = n
		t, err := e.d.Token()
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local == "stream" {
				return &Element{XMLName: t.Name, Attrs: t.Attr}, nil
			}
			var el Element
			if err := e.d.DecodeElement(&el, &t); err != nil {
				return nil, err
			}
			el.Raw = string(e.kept[:e.d.InputOffset()-e.begin])
			return &el, nil
		case xml.EndElement:
			return nil, nil
		}
	}
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&apos;", `"`, "&quot;")

// Escape makes text what can stand in an element or an attribute.
func Escape(s string) string { return escaper.Replace(s) }
