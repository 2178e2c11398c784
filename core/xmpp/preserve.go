// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"encoding/xml"
	"maps"
	"slices"
	"strings"
)

const maxExtra = 64 << 10 // bytes of what is preserved

// preserve writes an element that we do not know, so that it can be given back: each
// name says its namespace itself. Attributes of foreign namespaces are lost. It is
// false where what was written is over the bound or has names that are none; then
// nothing of b is to be used.
func (d *decoder) preserve(s xml.StartElement, b *builder) (ok bool, err error) {
	inner, ok := d.depth, b.open(s)
	for {
		t, err := d.token()
		if err != nil {
			return false, err
		}
		if ok = ok && b.Len() <= maxExtra; ok {
			switch t := t.(type) {
			case xml.StartElement:
				ok = b.open(t)
			case xml.CharData:
				b.escape(string(t))
			case xml.EndElement:
				b.raw("</" + t.Name.Local + ">")
			}
		}
		if d.depth < inner {
			return ok, nil
		}
	}
}

// open writes a start tag; false where a name could not be read back.
func (b *builder) open(s xml.StartElement) bool {
	if strings.Contains(s.Name.Local, ":") {
		return false
	}
	b.raw("<" + s.Name.Local + " xmlns='") // also where it is none
	b.escape(s.Name.Space)
	b.raw("'")
	attrs := map[string]string{}
	for _, a := range s.Attr {
		name := a.Name.Local
		switch {
		case a.Name.Space == nsXML:
			name = "xml:" + name
		case a.Name.Space != "", name == "xmlns", strings.Contains(name, ":"):
			continue
		}
		attrs[name] = a.Value
	}
	for _, name := range slices.Sorted(maps.Keys(attrs)) { // always the same for the same
		b.raw(" " + name + "='")
		b.escape(attrs[name])
		b.raw("'")
	}
	b.raw(">")
	return true
}

// elements writes elements that preserve has written before; false where they are
// something else.
func (b *builder) elements(raw []byte) bool {
	wrapped := slices.Concat([]byte("<x>"), raw, []byte("</x>"))
	x := xml.NewDecoder(bytes.NewReader(wrapped))
	d := &decoder{x: x}
	if _, err := d.token(); err != nil {
		return false
	}
	good := true
	err := d.children(func(s xml.StartElement) error {
		ok, err := d.preserve(s, b)
		good = good && ok
		return err
	})
	return good && err == nil && x.InputOffset() == int64(len(wrapped))
}
