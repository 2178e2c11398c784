// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"encoding/xml"
	"errors"
	"strconv"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
)

var errPresenceType = errors.New("unknown type of presence")

// DecodePresence reads a <presence/> as it came from the wire; see
// DecodeMessage. A type that RFC 6121 §4.7.1 does not know is an error.
func DecodePresence(raw []byte, own chat.Address, now time.Time) (*Presence, error) {
	d := newDecoder(raw, own, now, "")
	start, from, to, err := d.root("presence")
	if err != nil {
		return nil, err
	}
	p := &Presence{From: from, To: to, Type: attr(start, "type")}
	switch p.Type {
	case "":
		p.Show = chat.Available
	case "unavailable", "subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe", "error":
	default:
		return nil, errPresenceType
	}
	r := presenceReader{decoder: d, p: p}
	if err := d.children(r.child); err != nil {
		return nil, err
	}
	return p, nil
}

type presenceReader struct {
	*decoder
	p *Presence
}

func (r *presenceReader) child(s xml.StartElement) (err error) {
	p := r.p
	switch s.Name {
	case xml.Name{Space: nsClient, Local: "show"}:
		err = r.show()
	case xml.Name{Space: nsClient, Local: "status"}:
		if p.Status == "" {
			p.Status, err = r.line(maxLine)
		}
	case xml.Name{Space: nsClient, Local: "priority"}:
		var t string
		t, err = r.text()
		if n, bad := strconv.ParseInt(strings.TrimSpace(t), 10, 8); bad == nil {
			p.Priority = int8(n)
		}
	case xml.Name{Space: nsClient, Local: "error"}:
		if p.Type == "error" && p.Error == nil {
			p.Error, err = r.stanzaError(s)
		}
	case xml.Name{Space: nsCaps, Local: "c"}:
		p.Caps = Caps{Node: id(attr(s, "node")), Ver: id(attr(s, "ver")), Hash: id(attr(s, "hash"))}
	case xml.Name{Space: nsVCardUpdate, Local: "x"}:
		err = r.photo()
	case xml.Name{Space: nsNick, Local: "nick"}:
		if p.Nick == "" {
			p.Nick, err = r.nick()
		}
	case xml.Name{Space: nsIdle, Local: "idle"}:
		if t := r.stamp(attr(s, "since")); p.Type == "" && p.Idle.IsZero() {
			p.Idle = t
		}
	case xml.Name{Space: nsDelay, Local: "delay"}:
		if t := r.delay(s); p.Delay.IsZero() {
			p.Delay = t
		}
	}
	return err
}

// show reads RFC 6121 §4.7.2.1; it counts only in available presence.
func (r *presenceReader) show() error {
	t, err := r.text()
	if r.p.Type != "" {
		return err
	}
	switch strings.TrimSpace(t) {
	case "away":
		r.p.Show = chat.Away
	case "xa":
		r.p.Show = chat.ExtendedAway
	case "dnd":
		r.p.Show = chat.DoNotDisturb
	case "chat":
		r.p.Show = chat.FreeForChat
	}
	return err
}

// photo reads XEP-0153 §4.1: no <photo/> says nothing, an empty one that there
// is no picture.
func (r *presenceReader) photo() error {
	return r.children(func(s xml.StartElement) error {
		if s.Name != (xml.Name{Space: nsVCardUpdate, Local: "photo"}) || r.p.VCardPhoto != nil {
			return nil
		}
		t, err := r.text()
		t = strings.TrimSpace(t)
		if hash := sha1Hex(t); hash != "" || t == "" {
			r.p.VCardPhoto = &hash
		}
		return err
	})
}
