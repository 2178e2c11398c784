// SPDX-License-Identifier: MPL-2.0

package xmpp

import "encoding/xml"

// event reads a notification of a person's own account (XEP-0163 §4.3): a new
// picture or name. Other nodes are left.
func (r *messageReader) event() error {
	return r.children(func(s xml.StartElement) error {
		if s.Name.Space != nsEvent {
			return nil
		}
		node := attr(s, "node")
		switch s.Name.Local {
		case "purge", "delete": // XEP-0060 §8.4, §8.5
			r.gone(node)
		case "items":
			return r.children(func(item xml.StartElement) error {
				switch item.Name {
				case xml.Name{Space: nsEvent, Local: "retract"}:
					r.gone(node)
				case xml.Name{Space: nsEvent, Local: "item"}:
					return r.children(func(payload xml.StartElement) error { return r.news(node, payload) })
				}
				return nil
			})
		}
		return nil
	})
}

// gone notes that what a node said no longer holds.
func (r *messageReader) gone(node string) {
	var none string
	switch node {
	case nsAvatarMeta:
		r.avatar(&AvatarInfo{})
	case nsNick:
		r.m.NickEvent = &none
	}
}

func (r *messageReader) news(node string, s xml.StartElement) error {
	switch {
	case node == nsAvatarMeta && s.Name == xml.Name{Space: nsAvatarMeta, Local: "metadata"}:
		return r.metadata()
	case node == nsNick && s.Name == xml.Name{Space: nsNick, Local: "nick"}:
		name, err := r.nick()
		r.m.NickEvent = &name
		return err
	}
	return nil
}

// metadata reads XEP-0084 §4.2: of several forms of the picture the first that
// is kept by the account itself (one with a URL would be fetched from the web,
// which we do not). Without any form the picture was taken away.
func (r *messageReader) metadata() error {
	var info *AvatarInfo
	forms := 0
	err := r.children(func(s xml.StartElement) error {
		if s.Name != (xml.Name{Space: nsAvatarMeta, Local: "info"}) {
			return nil
		}
		forms++
		hash := sha1Hex(attr(s, "id"))
		if info != nil || hash == "" || attr(s, "url") != "" {
			return nil
		}
		info = &AvatarInfo{
			Hash: hash, Type: id(attr(s, "type")), Bytes: atoi(attr(s, "bytes")),
			Width: atoi(attr(s, "width")), Height: atoi(attr(s, "height")),
		}
		return nil
	})
	switch {
	case info != nil:
		r.avatar(info)
	case forms == 0:
		r.avatar(&AvatarInfo{})
	}
	return err
}

func (r *messageReader) avatar(a *AvatarInfo) { r.m.AvatarEvent, r.m.AvatarHash = a, &a.Hash }
