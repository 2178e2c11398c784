// SPDX-License-Identifier: MPL-2.0

package xmpp

import "encoding/xml"

// event reads a notification of a person's own account (XEP-0163 §4.3): a new
// picture or name, new devices; of our own account also what other devices have displayed and
// bookmarked. Other nodes are left.
func (r *messageReader) event() error {
	return r.children(func(s xml.StartElement) error {
		if s.Name.Space != nsEvent {
			return nil
		}
		node := attr(s, "node")
		switch s.Name.Local {
		case "purge", "delete": // XEP-0060 §8.4, §8.5
			r.emptied(node)
		case "items":
			return r.children(func(item xml.StartElement) error {
				switch item.Name {
				case xml.Name{Space: nsEvent, Local: "retract"}:
					r.retracted(node, attr(item, "id"))
				case xml.Name{Space: nsEvent, Local: "item"}:
					return r.children(func(payload xml.StartElement) error {
						return r.news(node, attr(item, "id"), payload)
					})
				}
				return nil
			})
		}
		return nil
	})
}

// private says whether the event is our own account's.
func (r *messageReader) private() bool { return r.m.From == r.own.Bare() }

// retracted notes that an item is gone. The nodes of a picture and a name have one.
func (r *messageReader) retracted(node, item string) {
	if node != nsBookmarks {
		r.emptied(node)
		return
	}
	if addr, ok := itemAddress(item); ok && r.private() {
		r.bookmarkNews().removed(addr)
	}
}

// emptied notes that what a node said no longer holds.
func (r *messageReader) emptied(node string) {
	var none string
	switch {
	case node == nsAvatarMeta:
		r.avatar(&AvatarInfo{})
	case node == nsNick:
		r.m.NickEvent = &none
	case deviceVersion(node) != 0:
		r.m.Devices = &DeviceNews{Version: deviceVersion(node), Owner: r.m.From}
	case node == nsBookmarks && r.private():
		*r.bookmarkNews() = BookmarkNews{All: true}
	case isBundleNode(node) && r.private():
		r.m.BundleGone = true
	}
}

func (r *messageReader) news(node, item string, s xml.StartElement) error {
	switch {
	case node == nsAvatarMeta && s.Name == xml.Name{Space: nsAvatarMeta, Local: "metadata"}:
		return r.metadata()
	case node == nsNick && s.Name == xml.Name{Space: nsNick, Local: "nick"}:
		name, err := r.nick()
		r.m.NickEvent = &name
		return err
	case deviceVersion(node) != 0:
		list, ok, err := r.devices(deviceVersion(node), s)
		if ok {
			r.m.Devices = &DeviceNews{Version: deviceVersion(node), Owner: r.m.From, Devices: list}
		}
		return err
	case !r.private():
	case node == nsDisplayed && len(r.m.Displayed) < maxNews:
		d, ok, err := r.displayed(item, s)
		if ok {
			r.m.Displayed = append(r.m.Displayed, d)
		}
		return err
	case node == nsBookmarks:
		b, ok, err := r.bookmark(item, s)
		if ok {
			r.bookmarkNews().put(b)
		}
		return err
	}
	return nil
}

// maxNews is how many items of one event are kept; servers send one.
const maxNews = 256

func (r *messageReader) bookmarkNews() *BookmarkNews {
	if r.m.Bookmarks == nil {
		r.m.Bookmarks = &BookmarkNews{}
	}
	return r.m.Bookmarks
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
