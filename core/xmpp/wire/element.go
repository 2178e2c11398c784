// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
)

const (
	nsClient   = "jabber:client"
	nsStream   = "http://etherx.jabber.org/streams"
	nsStreams  = "urn:ietf:params:xml:ns:xmpp-streams"
	nsStanzas  = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsTLS      = "urn:ietf:params:xml:ns:xmpp-tls"
	nsSASL     = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBind     = "urn:ietf:params:xml:ns:xmpp-bind"
	nsSASL2    = "urn:xmpp:sasl:2"
	nsBind2    = "urn:xmpp:bind:0"
	nsFast     = "urn:xmpp:fast:0"
	nsCarbons  = "urn:xmpp:carbons:2"
	nsSM       = "urn:xmpp:sm:3"
	nsRegister = "jabber:iq:register"
	nsForm     = "jabber:x:data"
	nsOOB      = "jabber:x:oob"
	nsMedia    = "urn:xmpp:media-element" // XEP-0221
	nsBoB      = "urn:xmpp:bob"           // XEP-0231
)

// root is what elements are read inside of: the two namespaces that every
// stream of ours has, whatever else the server declared (RFC 6120 §4.8).
const root = "<stream:stream xmlns='" + nsClient + "' xmlns:stream='" + nsStream + "'>"

// reader reads an element as if it stood on the stream.
func reader(el []byte) *xml.Decoder {
	d := xml.NewDecoder(&joined{el: el})
	_, _ = d.Token() // the root, which is ours
	return d
}

// joined reads the root, then an element. It is a ByteReader, so that the
// decoder needs no buffer.
type joined struct {
	el []byte
	at int
}

func (j *joined) ReadByte() (byte, error) {
	i := j.at
	j.at++
	switch {
	case i < len(root):
		return root[i], nil
	case i-len(root) < len(j.el):
		return j.el[i-len(root)], nil
	}
	return 0, io.EOF
}

func (j *joined) Read(p []byte) (int, error) {
	for n := range p {
		b, err := j.ReadByte()
		if err != nil {
			return n, err
		}
		p[n] = b
	}
	return len(p), nil
}

// start reads the opening tag of an element.
func start(el []byte) (xml.StartElement, error) {
	t, err := reader(el).Token()
	if err != nil {
		return xml.StartElement{}, errMalformed
	}
	s, ok := t.(xml.StartElement)
	if !ok {
		return xml.StartElement{}, errMalformed
	}
	return s, nil
}

// parse reads a whole element into a struct.
func parse(el []byte, v any) error {
	if err := reader(el).Decode(v); err != nil {
		return errMalformed
	}
	return nil
}

// attr is an attribute without a namespace.
func attr(s xml.StartElement, name string) string {
	for _, a := range s.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// escape makes text of anything, also inside an attribute.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

// checkHeader says whether a stream header is one that elements can be read
// behind (RFC 6120 §4.7, §4.8): of XMPP 1.0, and with the usual two namespaces.
func checkHeader(tag []byte) error {
	t, err := xml.NewDecoder(bytes.NewReader(tag)).Token()
	s, ok := t.(xml.StartElement)
	if err != nil || !ok || s.Name != (xml.Name{Space: nsStream, Local: "stream"}) {
		return errNotXMPP
	}
	if major, _, _ := strings.Cut(attr(s, "version"), "."); major == "" || major == "0" {
		return errNotXMPP
	}
	for _, a := range s.Attr {
		switch {
		case a.Name == (xml.Name{Local: "xmlns"}) && a.Value != nsClient,
			a.Name == (xml.Name{Space: "xmlns", Local: "stream"}) && a.Value != nsStream:
			return errNotXMPP
		}
	}
	return nil
}
