// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// chats is the main screen: the conversations on the left, one of them on the
// right.
type chats struct {
	w      *Window
	list   *model.Conversations
	rows   *parts.Conversations
	search *parts.Entry
	asking *requestCard
	none   *parts.Paragraph
	deep   *parts.Button // "search the messages too"
	banner *parts.Banner
	own    *model.OwnDevices
	device *parts.Banner // about a device that signed in to one's own account
	talk   *talk
	empty  *emptyPage
	right  *fyne.Container
	one    *onePane // nil where list and conversation stand beside each other
	screen fyne.CanvasObject
	ticks  func() // stops the clock
	stop   func() // hears no more of changes
	look   drawnLook
}

// showChats shows the main screen; it is built once and kept while there is an
// account.
func (w *Window) showChats() {
	if w.chats == nil {
		w.chats = newChats(w)
		w.chats.list.Load()
		w.chats.own.Load()
		w.chats.tick()
	}
	c := w.chats
	w.show(screen{body: c.screen, escape: c.escape, leave: func() { c.look = lookNow() }})
	if c.look != (drawnLook{}) && c.look != lookNow() {
		w.applyLook()
	}
	w.showBanner()
	w.chats.refresh()
	defer w.redeem()
	if w.chats.list.Selected().IsZero() {
		w.focus(w.chats.search)
	} else {
		w.focus(w.chats.talk.focusable())
	}
}

// dropChats forgets the main screen: the last account is gone.
func (w *Window) dropChats() {
	c := w.chats
	w.chats = nil
	c.ticks()
	c.stop()
	c.talk.open(chat.ConvID{})
	if w.cfg.SetTitle != nil {
		w.cfg.SetTitle(0)
	}
}

// tick shows again once a minute what says how long ago something was.
func (c *chats) tick() {
	c.ticks = c.w.env.After(time.Minute, func() {
		c.refresh()
		c.tick()
	})
}

func newChats(w *Window) *chats {
	c := &chats{w: w, list: model.NewConversations(w.env, w.core), talk: newTalk(w)}
	c.own = model.NewOwnDevices(w.env, w.core)
	c.own.OnChange = c.showOwnDevice
	c.list.OnChange = c.refresh
	c.list.OnSelect = c.selected
	c.build()
	c.stop = w.watch(c.refresh)
	return c
}

// build makes everything that can be seen, in the words of now.
func (c *chats) build() {
	w := c.w
	c.one = nil
	c.banner, c.device = parts.NewBanner(w.kit), parts.NewBanner(w.kit)
	relayout := func() { c.screen.Refresh() }
	c.banner.OnHeight, c.device.OnHeight = relayout, relayout
	c.rows = parts.NewConversations(w.kit)
	c.rows.OnSelect = func(key string) { c.selectKey(key) }
	c.rows.OnMenu = c.menu
	c.rows.OnHold = c.list.Hold
	c.rows.OnType = w.typed
	c.search = parts.NewSearch(w.kit, w.words.Text("chats.search"), c.filter, func() { w.focus(c.rows) })
	c.search.OnSubmitted = func(string) {
		c.list.SelectAt(0)
		c.search.SetText("") // found
	}
	c.deep = parts.NewButton(w.kit, "", parts.Quiet, func() { w.showFind(chat.ConvID{}, c.search.Text) }).Small()
	c.deep.Hide()
	c.asking = w.newRequestCard()
	c.none = parts.NewParagraph(w.kit, "", sidebarMin-32, parts.Style{Color: theme.ColorTextMuted, Align: fyne.TextAlignCenter})
	c.none.Hide()
	c.empty = newEmptyPage(w)

	compose := parts.NewIconButton(w.kit, "compose", w.words.Text("chats.new"), w.showNewChat)
	settings := parts.NewIconButton(w.kit, "settings", w.words.Text("settings.title"), w.showSettings)
	top := parts.Inset(theme.SizePad, parts.Row(theme.SizeGap, c.search, c.search, compose, settings))
	list := container.NewStack(c.rows, container.NewCenter(c.none))
	left := container.NewStack(parts.NewFill(w.kit, theme.ColorSidebar),
		container.NewBorder(container.NewVBox(top, c.asking.box), c.deep, nil, nil, list))
	c.right = container.NewStack(c.empty.body)
	var panes fyne.CanvasObject
	if w.scope().OnePane {
		list.Add(c.empty.body)
		panes = c.listPane(left)
		c.talk.header.SetLead(parts.NewIconButton(w.kit, "back", w.words.Text("action.back"), c.backToList))
	} else {
		panes = container.New(splitLayout{}, left, parts.NewRule(w.kit), c.right)
	}
	c.screen = container.NewBorder(container.New(stackLayout{}, c.banner, c.device), nil, nil, nil, panes)
}

// rebuild shows the same in other words. What is open, what is searched, what is being
// written and the reader's place stay as they are.
func (c *chats) rebuild() {
	search := c.search.Text
	c.talk.rebuild()
	c.build()
	c.search.SetText(search)
	c.place(!c.list.Selected().IsZero())
	c.showOwnDevice()
	c.refresh()
}

func convKey(id chat.ConvID) string { return id.Account.String() + " " + id.Peer.String() }

func (c *chats) selectKey(key string) {
	for _, row := range c.list.Rows() {
		if convKey(row.ID) == key {
			if c.list.Selected() == row.ID {
				c.w.focus(c.talk.focusable())
			}
			c.list.Select(row.ID)
			return
		}
	}
}

// selected shows the conversation that was opened.
func (c *chats) selected(id chat.ConvID) {
	c.talk.open(id)
	c.place(!id.IsZero()) // first: the toolkit focuses only what it has drawn
	if !id.IsZero() && c.w.showsChats() && !c.w.covered() {
		c.w.focus(c.talk.focusable())
	}
}

// place puts the conversation, or what stands there without one, where it is seen.
func (c *chats) place(open bool) {
	var what fyne.CanvasObject
	if open {
		what = c.talk.screen
	}
	if c.single() {
		c.one.show(what)
		return
	}
	if what == nil {
		what = c.empty.body
	}
	c.right.Objects = []fyne.CanvasObject{what}
	c.right.Refresh()
}

// start opens a conversation with somebody, new or not.
func (c *chats) start(id chat.ConvID) {
	c.search.SetText("")
	c.list.Start(id)
}

func (c *chats) apply(events []chat.Event) {
	c.list.Apply(events)
	c.talk.timeline.Apply(events)
	c.talk.protect.Apply(events)
	c.own.Apply(events)
}

// leave saves what is being written.
func (c *chats) leave() { c.talk.draft.Flush() }

func (c *chats) escape() bool {
	if c.talk.cancel() {
		c.w.focus(c.talk.focusable())
		return true
	}
	switch {
	case c.list.Selected().IsZero():
		return false
	case c.single():
		c.backToList()
	default:
		c.w.focus(c.talk.focusable())
	}
	return true
}

// nextPane moves the focus on: search, list, messages, composer.
func (c *chats) nextPane() {
	panes := []fyne.Focusable{c.search, c.rows}
	if !c.list.Selected().IsZero() {
		if c.single() {
			panes = nil
		}
		if panes = append(panes, c.talk.rows); c.talk.composer.Visible() {
			panes = append(panes, c.talk.composer.Entry)
		}
	}
	at := slices.Index(panes, c.w.cfg.Window.Canvas().Focused())
	c.w.focus(panes[(at+1)%len(panes)])
}

func (c *chats) filter(text string) {
	c.list.Filter(text)
	if len([]rune(text)) > 1 {
		c.deep.SetText(c.w.words.Text("chats.search-messages"))
		c.deep.Show()
	} else {
		c.deep.Hide()
	}
	c.screen.Refresh()
}

// refresh binds the list and the header again.
func (c *chats) refresh() {
	now := c.w.env.Now()
	rows := c.list.Rows()
	views := make([]parts.ConversationView, len(rows))
	for i, r := range rows {
		views[i] = c.view(r)
		views[i].Time = shortTime(c.w.words, r.Time, now)
	}
	c.rows.Set(views)
	selected := ""
	if id := c.list.Selected(); !id.IsZero() {
		selected = convKey(id)
	}
	c.rows.Select(selected)
	c.showNone(len(rows))
	c.empty.set(c.list.Loaded() && len(rows) == 0 && c.search.Text == "")
	c.w.sayOnce(c.list.Err())
	c.showRequests()
	c.talk.refreshHeader()
	if c.w.cfg.SetTitle != nil {
		c.w.cfg.SetTitle(c.list.Unread())
	}
}

// showRequests shows or hides the card above the list.
func (c *chats) showRequests() {
	was := c.asking.box.Visible()
	c.asking.refresh()
	if was != c.asking.box.Visible() {
		c.screen.Refresh()
	}
}

func (c *chats) showNone(rows int) {
	text := ""
	if rows == 0 && c.search.Text != "" { // without a search, the page on the right says it
		text = c.w.words.Text("chats.none-found")
	}
	c.none.Set(text)
	if text == "" {
		c.none.Hide()
	} else {
		c.none.Show()
	}
}

func (c *chats) view(r model.ConversationRow) parts.ConversationView {
	words := c.w.words
	v := parts.ConversationView{
		Key: convKey(r.ID), Title: r.Title, Muted: r.Muted, Pinned: r.Pinned,
		Face: c.w.faces.of(r.ID.Peer, r.Title, r.Avatar, r.Presence),
		Last: c.w.kit.Plainly(r.Text),
	}
	if r.Kind != chat.EncryptionNone {
		v.Lock, _ = lockLook(chat.LockClosed)
	}
	if r.Unread > 99 {
		v.Unread = words.Text("chats.unread-many")
	} else if r.Unread > 0 {
		v.Unread = strconv.Itoa(r.Unread)
	}
	switch r.Line {
	case model.LineSealed:
		v.Last = words.Text("sealed.line")
	case model.LineNotice:
		v.Last = words.Text("chats.notice")
		if words.Has(r.Text) {
			v.Last = words.Text(r.Text, "name", r.Title, "time", shortTime(words, r.Time, c.w.env.Now()))
		}
	case model.LineTaken:
		v.Last = words.Text("message.taken-back")
	case model.LineActor:
		name := r.Actor
		if a, ok := c.w.accounts.Account(r.ID.Account); ok && name == "" {
			name = nameOf(a)
		}
		v.Last = words.Text("message.action", "name", name, "text", r.Text)
	case model.LineYou:
		v.Last = words.Text("chats.you", "text", v.Last)
	case model.LineDraft:
		v.Prefix = words.Text("chats.draft")
	case model.LineTyping:
		v.Last, v.Strong = words.Text("presence.typing"), true
	case model.LineNone:
		v.Last = c.w.scope().Called(r.ID.Peer)
	}
	if r.Asking && !c.w.contacts.Ignored(r.ID) {
		v.Last, v.Strong = words.Text("chats.asking"), true
	}
	if r.ShowAccount {
		v.Own = r.ID.Account.String()
	}
	return v
}
