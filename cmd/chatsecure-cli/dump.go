// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/links"
)

// The objects of dump: everything that the profile holds for a person.
type (
	dumpMessage struct {
		Dump string `json:"kind"`
		messageObject
		Kind     string   `json:"message_kind"` // dump's own "kind" takes its place
		ChatType string   `json:"chat_type"`
		Shown    string   `json:"shown"`
		Links    []string `json:"links"`
	}
	dumpContact struct {
		Dump    string `json:"kind"`
		Account string `json:"account"`
		JID     string `json:"jid"`
		Name    string `json:"name"`
	}
	dumpBookmark struct {
		Dump    string `json:"kind"`
		Account string `json:"account"`
		JID     string `json:"jid"`
	}
	dumpDevice struct {
		Dump    string `json:"kind"`
		Account string `json:"account"`
		JID     string `json:"jid"`
		keyObject
	}
	dumpConversation struct {
		Dump    string `json:"kind"`
		Account string `json:"account"`
		JID     string `json:"jid"`
	}
)

// dump prints one JSON object a line, with or without --json.
func dump(ctx context.Context, c *call) error {
	return c.with(ctx, func(s *session) error {
		if err := s.MayExport(); err != nil {
			return err
		}
		contacts, err := s.Contacts(ctx, chat.Address{})
		if err != nil {
			return err
		}
		for _, o := range contacts {
			c.value(dumpContact{"contact", o.Account.String(), o.Address.String(), o.Name})
		}
		accounts, err := s.Accounts(ctx)
		if err != nil {
			return err
		}
		for _, a := range accounts {
			rooms, err := s.Bookmarks(ctx, a.Login.Address)
			if err != nil {
				return err
			}
			for _, room := range rooms {
				c.value(dumpBookmark{"bookmark", a.Login.Address.String(), room.Address.String()})
			}
		}
		conversations, err := s.Conversations(ctx)
		if err != nil {
			return err
		}
		if err := c.dumpKeys(ctx, s, accounts, contacts, conversations); err != nil {
			return err
		}
		for _, o := range conversations {
			c.value(dumpConversation{"conversation", o.ID.Account.String(), o.ID.Peer.String()})
		}
		for _, o := range conversations {
			own := ownName(accounts, o.ID.Account)
			err := s.eachPage(ctx, o.ID, 0, func(m chat.Message) {
				if m.Kind != chat.KindGap {
					c.value(dumped(m, o.Title(), own))
				}
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// dumpKeys prints the devices of all whom the profile knows, as device, and their keys
// of OTR, as key.
func (c *call) dumpKeys(ctx context.Context, s *session, accounts []chat.Account, contacts []chat.Contact, conversations []chat.Conversation) error {
	var owners []chat.ConvID
	for _, a := range accounts {
		owners = append(owners, chat.ConvID{Account: a.Login.Address, Peer: a.Login.Address})
	}
	for _, o := range contacts {
		owners = append(owners, chat.ConvID{Account: o.Account, Peer: o.Address})
	}
	for _, o := range conversations {
		owners = append(owners, o.ID)
	}
	done := map[chat.ConvID]bool{}
	for _, o := range owners {
		if done[o] {
			continue
		}
		done[o] = true
		all, err := s.Keys(ctx, o.Account, o.Peer)
		if err != nil {
			return err
		}
		for _, k := range all {
			kind := "device"
			if k.Fingerprint.Kind() == chat.KeyOTR {
				kind = "key"
			}
			c.value(dumpDevice{kind, k.Account.String(), k.Owner.String(), keyOf(k)})
		}
	}
	return nil
}

// ownName is what a window calls the person of an account.
func ownName(accounts []chat.Account, a chat.Address) string {
	i := slices.IndexFunc(accounts, func(o chat.Account) bool { return o.Login.Address == a })
	if i >= 0 && accounts[i].Nick != "" {
		return accounts[i].Nick
	}
	return a.Local
}

// dumped is a message with what a window draws of it, which calls the other side who and
// the person own.
func dumped(m chat.Message, who, own string) dumpMessage {
	o := objectOf(m)
	shown, done := what(m)
	if short := strings.TrimRightFunc(shown, unicode.IsSpace); short != "" {
		shown = short
	}
	if done {
		if m.Direction == chat.Out {
			who = own
		}
		shown = bundle().Text("message.action", "name", oneLine(who), "text", shown)
	}
	switch {
	case m.Retracted:
		shown = bundle().Text("message.taken-back")
	case m.Kind == chat.KindUndecryptable, m.Kind == chat.KindNotice && m.Error != "":
		shown = rowWords(m)
	}
	shown, _ = links.Shown(shown)
	d := dumpMessage{Dump: "message", messageObject: o, Kind: o.Kind, ChatType: "direct", Shown: shown, Links: []string{}}
	for _, l := range links.Find(shown) {
		d.Links = append(d.Links, l.Target)
	}
	return d
}
