// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// showSwitcher goes to a conversation or a contact by a part of its name.
func (w *Window) showSwitcher() {
	if w.chats == nil || w.closeSheet() {
		return
	}
	w.showChats()
	switcher := model.NewSwitcher(w.chats.list, w.contacts)
	p := w.newPick(w.words.Text("switcher.title"), w.words.Text("switcher.prompt"))
	switcher.OnChange = func() {
		rows := switcher.Rows()
		views, do := make([]parts.ConversationView, len(rows)), make([]func(), len(rows))
		for i, c := range rows {
			views[i] = parts.ConversationView{
				Face: w.faces.of(c.ID.Peer, c.Title, c.Avatar, chat.Unavailable), Title: c.Title, Last: c.ID.Peer.String(),
			}
			do[i] = func() { switcher.Open(i) }
		}
		p.set(views, do, w.words.Text("chats.none-found"))
	}
	p.field.OnChanged = switcher.Set
	switcher.Set("")
}

// newChat starts a conversation with a contact, or with an address that becomes
// one.
type newChat struct {
	*pick
	from chat.Address
}

func (w *Window) showNewChat() {
	if w.chats == nil || w.closeSheet() {
		return
	}
	all := w.accounts.All()
	if len(all) == 0 {
		return
	}
	w.showChats()
	n := &newChat{from: all[0].Login.Address}
	var above []fyne.CanvasObject
	if len(all) > 1 {
		names := make([]string, len(all))
		for i, a := range all {
			names[i] = a.Login.Address.String()
		}
		account := widget.NewSelect(names, nil)
		account.SetSelectedIndex(0)
		account.OnChanged = func(string) {
			n.from = all[account.SelectedIndex()].Login.Address
			n.refresh()
		}
		above = append(above, parts.Row(theme.SizePad, account,
			fixed(parts.NewLine(w.kit, w.words.Text("new.from"), parts.Style{Color: theme.ColorTextMuted})), account))
	}
	n.pick = w.newPick(w.words.Text("new.title"), w.words.Text("new.prompt"), above...)
	n.field.OnChanged = func(string) { n.refresh() }
	w.onContacts = n.refresh
	n.sheet.OnClose = func() { w.onContacts = nil; w.forget(n.sheet) }
	n.refresh()
}

func (n *newChat) refresh() {
	w, text := n.w, n.field.Text
	var views []parts.ConversationView
	var do []func()
	typed, err := chat.ParseAddress(strings.TrimSpace(text))
	isNew := err == nil && typed.Local != "" && typed.IsBare() && typed != n.from
	for _, c := range w.contacts.Listed(text) {
		if c.Account != n.from {
			continue
		}
		isNew = isNew && c.Address != typed
		views = append(views, parts.ConversationView{
			Face: w.faces.of(c.Address, c.Title(), c.Avatar, c.Presence), Title: c.Title(), Last: c.Address.String(),
		})
		do = append(do, func() { w.chats.start(chat.ConvID{Account: n.from, Peer: c.Address}) })
	}
	if isNew {
		views = slices.Insert(views, 0, parts.ConversationView{
			Face: parts.Face{Key: typed.String(), Name: typed.Local}, Title: typed.String(), Last: w.words.Text("new.add"), Strong: true,
		})
		do = slices.Insert(do, 0, func() { w.addContact(chat.ConvID{Account: n.from, Peer: typed}) })
	}
	none := w.words.Text("new.none")
	if len(w.contacts.Listed("")) == 0 {
		none = w.words.Text("new.first")
	}
	n.set(views, do, none)
}

// addContact asks somebody to become a contact and opens the conversation.
func (w *Window) addContact(id chat.ConvID) {
	c := w.contacts
	c.Account, c.Address, c.Name = id.Account, id.Peer.String(), ""
	c.OnAdded = w.chats.start
	c.Add()
}
