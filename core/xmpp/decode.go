// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"bytes"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Bounds of what is kept of a stanza. Over them an id is no id, and text meant
// for people is cut.
const (
	maxID       = 1024 // bytes of an id, a hash, a node
	maxName     = 1024 // bytes of a nickname
	maxLine     = 4096 // bytes of a status text, a subject, an error's text
	maxStampIDs = 32   // stanza-ids of one message
)

var errNoStanza = errors.New("not that kind of stanza")

// errForged is about an element that claims to forward something for our account
// and does not come from it.
var errForged = errors.New("forged")

// decoder reads one element of the wire in one pass. It never panics, never
// fails on a wrong value (the field is left out) and does not look into
// elements that it was not asked for. A forwarded message inside is read only in
// what our own account sends (XEP-0297 §7), and nothing forwarded in that.
type decoder struct {
	x     *xml.Decoder
	depth int          // of open elements
	own   chat.Address // our own address, bare or full
	now   time.Time
	lang  string
	// bounded holds what did not come through our reader of the wire to its bounds.
	bounded bool
}

// Bounds of an element that the wire keeps to, and of what was encrypted.
const (
	maxNesting    = 64
	maxAttributes = 128
)

var errBounds = errors.New("over a bound")

func newDecoder(raw []byte, own chat.Address, now time.Time, lang string) *decoder {
	d := &decoder{x: xml.NewDecoder(bytes.NewReader(raw)), own: own, now: now, lang: lang}
	d.x.DefaultSpace = nsClient // declared on the stream, RFC 6120 §4.8.2
	return d
}

// root reads the start of the element and its addresses. A missing sender is
// our own account (RFC 6120 §8.1.2.1); one that can not be read is an error,
// because nothing can be said of such a stanza.
func (d *decoder) root(name string) (start xml.StartElement, from, to chat.Address, err error) {
	t, err := d.token()
	if err != nil {
		return start, from, to, err
	}
	start, ok := t.(xml.StartElement)
	if !ok || start.Name.Space != nsClient || start.Name.Local != name {
		return start, from, to, errNoStanza
	}
	from = d.own.Bare()
	if s := attr(start, "from"); s != "" {
		if from, err = chat.ParseAddress(s); err != nil {
			return start, from, to, err
		}
	}
	to, _ = chat.ParseAddress(attr(start, "to"))
	return start, from, to, nil
}

// token reads on and keeps count of the open elements.
func (d *decoder) token() (xml.Token, error) {
	t, err := d.x.Token()
	switch t := t.(type) {
	case xml.StartElement:
		if d.depth++; d.bounded && (d.depth > maxNesting || len(t.Attr) > maxAttributes) {
			return nil, errBounds
		}
	case xml.EndElement:
		d.depth--
	case xml.Directive:
		if d.bounded {
			return nil, errBounds
		}
	}
	return t, err
}

// skip reads on until no more than depth elements are open.
func (d *decoder) skip(depth int) error {
	for d.depth > depth {
		if _, err := d.token(); err != nil {
			return err
		}
	}
	return nil
}

// children calls f for each child element of the open one until that ends. f may
// read its child to the end or leave it; what it leaves is skipped.
func (d *decoder) children(f func(xml.StartElement) error) error {
	outer := d.depth
	for {
		t, err := d.token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := f(t); err != nil {
				return err
			}
			if err := d.skip(outer); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// text reads the character data of the open element up to its end; elements
// inside are skipped.
func (d *decoder) text() (string, error) {
	var all []byte
	inner := d.depth
	for {
		t, err := d.token()
		if err != nil {
			return "", err
		}
		if c, ok := t.(xml.CharData); ok && d.depth == inner {
			all = append(all, c...)
		}
		if d.depth < inner {
			return string(all), nil
		}
	}
}

// line is text for people, plain and cut to max bytes.
func (d *decoder) line(max int) (string, error) {
	s, err := d.text()
	return plain(chat.Cut(s, max)), err
}

// attr returns an attribute without a namespace; the first one where, against
// the rules of XML, there are two.
func attr(s xml.StartElement, name string) string {
	for _, a := range s.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// langOf is the element's own xml:lang.
func langOf(s xml.StartElement) string {
	for _, a := range s.Attr {
		if a.Name.Local == "lang" && a.Name.Space == nsXML {
			return a.Value
		}
	}
	return ""
}

// id returns s where it can be an identifier, else "".
func id(s string) string {
	if len(s) > maxID {
		return ""
	}
	return s
}

// sha1Hex returns s in lower case if it is a SHA-1 in hex, else "".
func sha1Hex(s string) string {
	if len(s) != 40 {
		return ""
	}
	if _, err := hex.DecodeString(s); err != nil {
		return ""
	}
	return strings.ToLower(s)
}

// stanzaError reads an <error/> (RFC 6120 §8.3.2).
func (d *decoder) stanzaError(start xml.StartElement) (*StanzaError, error) {
	e := &StanzaError{Condition: "undefined-condition"}
	switch t := attr(start, "type"); t {
	case "cancel", "continue", "modify", "auth", "wait":
		e.Type = t
	default:
		e.Type = "cancel"
	}
	err := d.children(func(s xml.StartElement) (err error) {
		switch {
		case s.Name.Space != nsStanzas:
		case s.Name.Local == "text":
			e.Text, err = d.line(maxLine)
		case len(s.Name.Local) <= 64:
			e.Condition = s.Name.Local
		}
		return err
	})
	e.Code = codeOf(e.Condition)
	return e, err
}

// delay returns the stamp of a <delay/> (XEP-0203 §2), or zero if nobody can
// believe it. A stamp decides what time is shown, never the order. One in the
// future (a wrong clock) counts as now.
func (d *decoder) delay(start xml.StartElement) time.Time { return d.stamp(attr(start, "stamp")) }

// stamp reads a time (XEP-0082 §3.2) that can be believed to be past.
func (d *decoder) stamp(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(s))
	if err != nil || t.Year() < 1999 {
		return time.Time{}
	}
	if t.After(d.now) {
		t = d.now
	}
	return t.UTC()
}

// ours says whether the stamp was put on by our own server or account, which
// is believed before the sender's.
func (d *decoder) ours(start xml.StartElement) bool {
	by, err := chat.ParseAddress(attr(start, "from"))
	return err == nil && (by == d.own.Bare() || by == chat.Address{Domain: d.own.Domain})
}
