// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/xml"
	"strings"

	"mellium.im/xmpp/stanza"

	"chatsecure.org/desktop/core/chat"
)

// Bookmark is a room that a person wants to find again (XEP-0402 §2).
type Bookmark struct {
	Address  chat.Address // of the room, bare
	Name     string       // what the person calls it; "" for nothing
	Nick     string       // the person's name in it; "" for the usual one
	Password string       // of the room; whoever reads our account's data knows it
	Autojoin bool
	// Extra is what other programs keep with it, as well-formed elements, at most 64
	// KiB: it has to go back with every change.
	Extra []byte
}

// BookmarkNews is what another device of ours has changed (XEP-0402 §4).
type BookmarkNews struct {
	All     bool // what was there before is gone, but for Items
	Items   []Bookmark
	Removed []chat.Address
}

func (n *BookmarkNews) put(b Bookmark) {
	if len(n.Items) < maxNews {
		n.Items = append(n.Items, b)
	}
}

func (n *BookmarkNews) removed(a chat.Address) {
	if len(n.Removed) < maxNews {
		n.Removed = append(n.Removed, a.Bare())
	}
}

// bookmark reads the payload of an item.
func (d *decoder) bookmark(item string, s xml.StartElement) (v Bookmark, ok bool, err error) {
	room, good := itemAddress(item)
	if !good || s.Name != (xml.Name{Space: nsBookmarks, Local: "conference"}) {
		return v, false, nil
	}
	v.Address, v.Name = room.Bare(), name(attr(s, "name"))
	join := strings.TrimSpace(attr(s, "autojoin"))
	v.Autojoin = join == "true" || join == "1"
	var extra builder
	whole := true
	err = d.children(func(s xml.StartElement) (err error) {
		switch s.Name {
		case xml.Name{Space: nsBookmarks, Local: "nick"}:
			v.Nick, err = d.nick()
		case xml.Name{Space: nsBookmarks, Local: "password"}:
			v.Password, err = d.text()
			v.Password = id(v.Password)
		default:
			var kept bool
			kept, err = d.preserve(s, &extra)
			whole = whole && kept
		}
		return err
	})
	if whole && extra.Len() > 0 {
		v.Extra = extra.Bytes()
	}
	return v, err == nil, err
}

// FetchBookmarks fetches all bookmarks (XEP-0402 §3.2).
func (c *Conn) FetchBookmarks(ctx context.Context) ([]Bookmark, error) {
	return allItems(ctx, c, nsBookmarks, (*decoder).bookmark)
}

// PublishBookmark adds a bookmark or changes it (XEP-0402 §3.3, §3.4). Only our own
// devices can see it; CodeUnsupported where the server can not promise that.
func (c *Conn) PublishBookmark(ctx context.Context, v Bookmark) error {
	const op = "bookmark"
	var extra builder
	switch {
	case v.Address.IsZero():
		return badInput(op, chat.CodeAddress, nil)
	case len(v.Extra) > maxExtra || len(v.Name) > maxName || len(v.Nick) > maxName || len(v.Password) > maxID:
		return badInput(op, chat.CodeTooLarge, nil)
	case !extra.elements(v.Extra): // half an element would end the stream
		return badInput(op, chat.CodeUnknown, nil)
	}
	var b builder
	b.raw("<conference")
	b.attr("xmlns", nsBookmarks)
	b.attr("name", v.Name)
	if v.Autojoin {
		b.attr("autojoin", "true")
	}
	b.raw(">")
	b.text("nick", "", v.Nick)
	b.text("password", "", v.Password)
	b.Write(extra.Bytes())
	b.raw("</conference>")
	return c.publishPrivately(ctx, nsBookmarks, v.Address.Bare().String(), b.Bytes())
}

// RetractBookmark takes a bookmark away (XEP-0402 §3.5); one that is not there is no
// error. Not every server tells the other devices (ejabberd 23.01 does not): they
// see it in the next FetchBookmarks.
func (c *Conn) RetractBookmark(ctx context.Context, room chat.Address) error {
	var b builder
	b.raw("<pubsub xmlns='" + nsPubsub + "'><retract")
	b.attr("node", nsBookmarks)
	b.raw(" notify='true'>")
	b.empty("item", "", "id", room.Bare().String())
	b.raw("</retract></pubsub>")
	err := c.ask(ctx, "bookmark", stanza.SetIQ, chat.Address{}, b.Bytes(), nil)
	if chat.CodeOf(err) == chat.CodeNotFound {
		return nil
	}
	return err
}
