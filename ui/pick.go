// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// pickHeight is the room for the rows of a pick.
const pickHeight = 330

// pick is a dialog with a field and the rows that match what is typed there:
// the way to go to a conversation, to start one, and to find a message.
type pick struct {
	w     *Window
	sheet *parts.Sheet
	field *parts.Entry
	rows  *parts.Conversations
	none  *parts.Line
	do    []func()
}

func (w *Window) newPick(title, prompt, text string, change func(string), above ...fyne.CanvasObject) *pick {
	p := &pick{w: w, rows: parts.NewConversations(w.kit)}
	p.field = parts.NewSearch(w.kit, prompt, change, func() { w.focus(p.rows) })
	p.field.OnSubmitted = func(string) { p.choose(strconv.Itoa(0)) }
	p.rows.OnSelect = p.choose
	p.none = parts.NewLine(w.kit, "", parts.Style{Color: theme.ColorTextMuted, Align: fyne.TextAlignCenter})
	room := container.New(roomLayout{}, parts.NewPlate(w.kit, theme.ColorSidebar, "", theme.SizeFieldRadius), p.rows, p.none)
	column := parts.Column(theme.SizePad, append(above, p.field, room)...)
	p.sheet = w.sheet(title, column)
	w.focus(p.field)
	if text != "" {
		p.field.SetText(text)
	}
	return p
}

// choose does what the row with that key stands for and closes the dialog.
func (p *pick) choose(key string) {
	i := slices.IndexFunc(p.rows.Keys(), func(k string) bool { return k == key })
	if i >= 0 && i < len(p.do) {
		p.sheet.Close()
		p.do[i]()
	}
}

// set shows rows and what each does. Their keys are made here.
func (p *pick) set(views []parts.ConversationView, do []func(), none string) {
	for i := range views {
		views[i].Key = strconv.Itoa(i)
	}
	p.do = do
	p.rows.Set(views)
	p.none.Set("")
	if len(views) == 0 {
		p.none.Set(none)
	}
}

// roomLayout gives rows a fixed height.
type roomLayout struct{}

func (roomLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(parts.SheetWidth, pickHeight)
}

func (roomLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	for _, each := range o[:2] {
		each.Resize(s)
	}
	h := o[2].MinSize().Height
	o[2].Move(fyne.NewPos(0, s.Height/3))
	o[2].Resize(fyne.NewSize(s.Width, h))
}

// showSwitcher goes to a conversation by a part of its name.
func (w *Window) showSwitcher() {
	if w.chats == nil || w.closeSheet() {
		return
	}
	w.showChats()
	var p *pick
	show := func(text string) {
		if p == nil {
			return
		}
		var views []parts.ConversationView
		var do []func()
		words := strings.Fields(strings.ToLower(text))
		for _, r := range w.chats.list.Rows() {
			if hasWords(words, r.Title, r.ID.Peer.String()) {
				v := w.chats.view(r)
				v.Time = shortTime(w.words, r.Time, w.env.Now())
				views, do = append(views, v), append(do, func() { w.chats.list.Select(r.ID) })
			}
		}
		p.set(views, do, w.words.Text("chats.none-found"))
	}
	p = w.newPick(w.words.Text("switcher.title"), w.words.Text("switcher.prompt"), "", show)
	show("")
}

func hasWords(words []string, in ...string) bool {
	text := strings.ToLower(strings.Join(in, " "))
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

// showNewChat starts a conversation with a contact, or with an address that
// becomes one.
func (w *Window) showNewChat() {
	if w.chats == nil || w.closeSheet() || len(w.accounts) == 0 {
		return
	}
	w.showChats()
	from := w.accounts[0].Login.Address
	var contacts []chat.Contact
	var p *pick
	show := func(text string) {
		if p != nil {
			p.newChatRows(from, contacts, text)
		}
	}
	var above []fyne.CanvasObject
	if len(w.accounts) > 1 {
		var names []string
		for _, a := range w.accounts {
			names = append(names, a.Login.Address.String())
		}
		account := widget.NewSelect(names, nil)
		account.SetSelectedIndex(0)
		account.OnChanged = func(string) {
			from = w.accounts[account.SelectedIndex()].Login.Address
			show(p.field.Text)
		}
		above = append(above, parts.Row(theme.SizePad, account,
			fixed(parts.NewLine(w.kit, w.words.Text("new.from"), parts.Style{Color: theme.ColorTextMuted})), account))
	}
	p = w.newPick(w.words.Text("new.title"), w.words.Text("new.prompt"), "", show, above...)
	core := w.core
	w.env.Tasks.Run(func(ctx context.Context) func() {
		all, err := core.Contacts(ctx, chat.Address{})
		return func() {
			if err == nil {
				contacts = all
			}
			show(p.field.Text)
		}
	})
}

// fixed makes a line as wide as its text.
func fixed(l *parts.Line) *parts.Line {
	l.Fit = true
	return l
}

func (p *pick) newChatRows(from chat.Address, contacts []chat.Contact, text string) {
	w := p.w
	var views []parts.ConversationView
	var do []func()
	words := strings.Fields(strings.ToLower(text))
	typed, err := chat.ParseAddress(strings.TrimSpace(text))
	isAddress := err == nil && typed.Local != "" && typed.IsBare() && typed != from
	for _, c := range contacts {
		if c.Account != from || c.Asking || !hasWords(words, c.Title(), c.Address.String()) {
			continue
		}
		isAddress = isAddress && c.Address != typed
		views = append(views, parts.ConversationView{
			Face: w.faces.of(c.Address, c.Title(), c.Avatar, c.Presence), Title: c.Title(), Last: c.Address.String(),
		})
		do = append(do, func() { w.chats.start(chat.ConvID{Account: from, Peer: c.Address}) })
	}
	if isAddress {
		views = slices.Insert(views, 0, parts.ConversationView{
			Face: parts.Face{Key: typed.String(), Name: typed.Local}, Title: typed.String(), Last: w.words.Text("new.add"), Strong: true,
		})
		do = slices.Insert(do, 0, func() { w.addContact(from, typed) })
	}
	none := w.words.Text("new.none")
	if len(contacts) == 0 {
		none = w.words.Text("new.first")
	}
	p.set(views, do, none)
}

// addContact asks somebody to become a contact and opens the conversation.
func (w *Window) addContact(account, addr chat.Address) {
	core := w.core
	w.command(func(ctx context.Context) error { return core.AddContact(ctx, account, addr, "") }, func() {
		w.chats.start(chat.ConvID{Account: account, Peer: addr})
	})
}
