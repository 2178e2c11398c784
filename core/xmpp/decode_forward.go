// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"encoding/xml"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// carbon reads a copy of what another device of ours received or sent. It is one
// only where our own account says so (XEP-0280 §11: whoever is believed in this
// can put words into anybody's mouth), and where the message inside is from us or
// to us as the copy claims.
func (r *messageReader) carbon(sent bool) error {
	if !r.forwards() {
		return errForged
	}
	if r.m.Carbon != nil {
		return nil
	}
	m, stamp, err := r.unwrap()
	switch {
	case err != nil:
		return err
	case m == nil, sent && m.From.Bare() != r.own.Bare(), !sent && m.To.Bare() != r.own.Bare():
		return errForged
	}
	if m.Delay.IsZero() {
		m.Delay = stamp // a copy is live: what it says of typing holds
	}
	r.m.Carbon = &Carbon{Sent: sent, Message: m}
	return nil
}

// result reads one message of our archive. Whether anybody has asked for it is for
// Archive to know (XEP-0313 §8.2). What is inside can be missing or be nobody's
// business; its place in the archive is known all the same.
func (r *messageReader) result(s xml.StartElement) error {
	a := &Archived{Query: id(attr(s, "queryid")), ID: id(attr(s, "id"))}
	if !r.forwards() || a.ID == "" {
		return errForged
	}
	if r.m.Archived != nil {
		return nil
	}
	m, stamp, err := r.unwrap()
	if err != nil {
		return err
	}
	if a.Stamp = stamp; m != nil && (m.From.Bare() == r.own.Bare() || m.To.Bare() == r.own.Bare()) {
		if a.Message = m; !stamp.IsZero() {
			m.Delay, m.ChatState = stamp, nil // our server's word goes before the sender's
		}
	}
	r.m.Archived = a
	return nil
}

// forwards says whether this message may forward others: it is our own account's,
// and not itself in another.
func (r *messageReader) forwards() bool {
	return !r.forwarded && r.m.From == r.own.Bare() && r.m.Type != "groupchat"
}

// unwrap reads the one <forwarded/> of the open element (XEP-0297 §4). The message
// is nil where there is none that can be read.
func (r *messageReader) unwrap() (m *Message, stamp time.Time, err error) {
	found := false
	err = r.children(func(s xml.StartElement) error {
		if s.Name != (xml.Name{Space: nsForward, Local: "forwarded"}) || found {
			return nil
		}
		found = true
		inside := false
		return r.children(func(s xml.StartElement) (err error) {
			switch s.Name {
			case xml.Name{Space: nsDelay, Local: "delay"}:
				if stamp.IsZero() {
					stamp = r.delay(s)
				}
			case xml.Name{Space: nsClient, Local: "message"}:
				if !inside {
					inside = true
					m, err = r.inside(s)
				}
			}
			return err
		})
	})
	return m, stamp, err
}

// inside reads a forwarded message; nil for one whose addresses can not be read, or
// that forwards again. Where an address is missing it is our own account's, as on
// our stream (RFC 6120 §8.1.1.1, §8.1.2.1).
func (r *messageReader) inside(s xml.StartElement) (*Message, error) {
	own := r.own.Bare()
	m := &Message{From: own, To: own}
	for name, addr := range map[string]*chat.Address{"from": &m.From, "to": &m.To} {
		text := attr(s, name)
		if text == "" {
			continue
		}
		var err error
		if *addr, err = chat.ParseAddress(text); err != nil {
			return nil, nil
		}
	}
	inner := messageReader{decoder: r.decoder, m: m, forwarded: true}
	if err := inner.message(s); errors.Is(err, errForged) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return m, nil
}
