// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// showSwitcher goes to a conversation or a contact by a part of its name.
func (w *Window) showSwitcher() {
	if !w.toChats() {
		return
	}
	switcher := model.NewSwitcher(w.chats.list, w.contacts)
	p := w.newPick(w.words.Text("switcher.title"), w.words.Text("switcher.prompt"))
	show := func() {
		rows := switcher.Rows()
		out := make([]pickRow, len(rows))
		for i, c := range rows {
			v := parts.ConversationView{
				Face: w.faces.of(c.ID.Peer, c.Title, c.Avatar, chat.Unavailable), Title: c.Title, Last: w.scope().Called(c.ID.Peer),
			}
			if c.Account {
				v.Last = w.words.Text("switcher.as", "address", c.ID.Peer.String(), "account", c.ID.Account.String())
			}
			out[i] = pickRow{view: v, do: func() { w.chats.start(c.ID) }}
		}
		p.set(out, w.words.Text("chats.none-found"))
	}
	switcher.OnChange = show
	p.field.OnChanged = switcher.Set
	onClose(p.sheet, w.watch(show))
	show()
}

// newChat starts a conversation with a contact, or with an address that becomes
// one.
type newChat struct {
	*pick
	from chat.Address
}

func (w *Window) showNewChat() { w.newChatWith(chat.Address{}) }

// newChatWith is showNewChat with an address, if not zero, that the person has
// only to confirm.
func (w *Window) newChatWith(addr chat.Address) { w.newChatOf(addr.String()) }

func (w *Window) newChatOf(text string) {
	if !w.toChats() {
		return
	}
	n := w.newNewChat()
	n.field.SetText(text)
	n.refresh()
}

func (w *Window) newNewChat() *newChat {
	all := w.accounts.All()
	n := &newChat{from: w.chats.list.Selected().Account}
	if n.from.IsZero() && len(all) > 0 {
		n.from = all[0].Login.Address
	}
	var above []fyne.CanvasObject
	if len(all) > 1 {
		names := make([]string, len(all))
		for i, a := range all {
			names[i] = a.Login.Address.String()
		}
		account := w.newChooser(w.words.Text("new.from"), names, parts.SheetWidth, func(i int) {
			n.from = all[i].Login.Address
			if n.pick != nil {
				n.say("")
				n.refresh()
			}
		})
		account.SetSelected(n.from.String())
		above = append(above, account.box)
	}
	n.pick = w.newPick(w.words.Text("new.title"), w.words.Text("new.prompt"), above...)
	n.field.OnChanged = func(string) {
		n.say("")
		n.refresh()
	}
	stop := w.watch(n.refresh)
	onClose(n.sheet, func() {
		stop()
		if w.adding == n {
			w.adding = nil
		}
	})
	return n
}

func (n *newChat) refresh() {
	w := n.w
	if w.adding == n && !w.contacts.Busy() {
		w.adding = nil
		if t := w.contacts.Trouble(); t.Err != nil {
			w.said[t.Err] = true
			n.say(errorWords(w.words, t.Err))
		}
	}
	var rows []pickRow
	typed, isNew := n.typed()
	for _, c := range w.contacts.Listed(n.field.Text) {
		if c.Account != n.from {
			continue
		}
		isNew = isNew && c.Address != typed
		rows = append(rows, pickRow{view: parts.ConversationView{
			Face: w.faces.of(c.Address, c.Title(), c.Avatar, c.Presence), Title: c.Title(), Last: w.scope().Called(c.Address),
		}, do: func() { w.chats.start(chat.ConvID{Account: n.from, Peer: c.Address}) }})
	}
	if isNew {
		v := parts.ConversationView{
			Face: parts.Face{Key: typed.String(), Name: typed.Local}, Title: w.scope().Called(typed), Last: w.words.Text("new.add"), Strong: true,
		}
		if w.adding == n {
			v.Last = w.words.Text("new.adding")
		}
		rows = slices.Insert(rows, 0, pickRow{view: v, do: func() { n.add(typed) }, stays: true})
	}
	none := w.words.Text("new.none")
	if len(w.contacts.Listed("")) == 0 {
		none = w.words.Text("new.first")
	}
	n.set(rows, none)
}

// typed is the whole address that stands in the field; false where it is none that
// could become a contact.
func (n *newChat) typed() (chat.Address, bool) {
	if i, ok := n.invitation(); ok {
		return i.Inviter, i.Inviter != n.from
	}
	a, err := chat.ParseAddress(strings.TrimPrefix(n.w.scope().Person(n.field.Text), "xmpp:"))
	return a.Bare(), err == nil && a.Local != "" && a.Bare() != n.from
}

// invitation is the link of somebody that stands in the field.
func (n *newChat) invitation() (chat.Invitation, bool) {
	i, err := n.w.readInvitation(n.field.Text)
	return i, err == nil && !i.Inviter.IsZero()
}

// accept adds who has invited: they need not be asked.
func (n *newChat) accept(i chat.Invitation) {
	w, from := n.w, n.from
	n.sheet.Close()
	core := w.core
	w.command(func(ctx context.Context) error { return core.AcceptInvitation(ctx, from, i) },
		func() { w.startChat(chat.ConvID{Account: from, Peer: i.Inviter}) })
}

// add asks somebody to become a contact; the dialog stays until the server has
// answered, to say what is wrong where it was typed.
func (n *newChat) add(addr chat.Address) {
	if n.w.contacts.Busy() {
		return
	}
	n.say("")
	if i, ok := n.invitation(); ok && i.Token != "" {
		n.accept(i)
		return
	}
	n.w.adding = n
	n.w.addContact(chat.ConvID{Account: n.from, Peer: addr}, n.sheet.Close)
}

// addContact asks somebody to become a contact and goes to the conversation; first
// does what comes before that, and may be nil.
func (w *Window) addContact(id chat.ConvID, first func()) {
	c := w.contacts
	if c.Busy() {
		return
	}
	c.Account, c.Address, c.Name = id.Account, id.Peer.String(), ""
	c.OnAdded = func(id chat.ConvID) {
		if first != nil {
			first()
		}
		w.startChat(id)
	}
	c.Add()
}

// startChat goes to the conversation with somebody, new or not, unless the person
// is busy elsewhere by now.
func (w *Window) startChat(id chat.ConvID) {
	if w.showsChats() && !w.covered() {
		w.chats.start(id)
	}
}
