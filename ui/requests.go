// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// requestButtons are the three buttons under a contact request: yes, no, and nothing at
// all.
type requestButtons struct {
	accept, decline, ignore, block *parts.Button

	row *fyne.Container
}

func (w *Window) newRequestButtons(accept parts.ButtonKind, id func() chat.ConvID) *requestButtons {
	words := w.words
	b := &requestButtons{
		accept:  parts.NewButton(w.kit, words.Text("request.accept"), accept, func() { w.contacts.Accept(id()) }),
		decline: parts.NewButton(w.kit, words.Text("request.decline"), parts.Secondary, func() { w.contacts.Decline(id()) }),
		block:   parts.NewButton(w.kit, words.Text("block.yes"), parts.Quiet, func() { w.askBlock(id(), w.nameOf(id())) }),
		ignore:  parts.NewButton(w.kit, words.Text("request.ignore"), parts.Quiet, func() { w.contacts.Ignore(id()) }),
	}
	b.row = parts.Row(theme.SizePad, nil, b.accept, b.decline, b.ignore, b.block)
	return b
}

// set shows what can be done now: while the server is asked, nothing.
func (b *requestButtons) set(waiting, ignored bool) {
	for _, each := range []*parts.Button{b.accept, b.decline, b.ignore, b.block} {
		if waiting {
			each.Disable()
		} else {
			each.Enable()
		}
	}
	setVisible(b.ignore, !ignored)
}

// nameOf is what somebody is called, contact or not.
func (w *Window) nameOf(id chat.ConvID) string {
	if c, ok := w.contacts.Contact(id); ok {
		return c.Title()
	}
	return chat.Contact{Address: id.Peer}.Title()
}

func setVisible(o fyne.CanvasObject, yes bool) {
	if yes != o.Visible() {
		if yes {
			o.Show()
		} else {
			o.Hide()
		}
	}
}

// requestBar stands above a conversation with somebody who wants to become a
// contact.
type requestBar struct {
	box     *fyne.Container // what to put on a screen; hidden until set
	text    *parts.Line
	buttons *requestButtons
	id      chat.ConvID
}

func (w *Window) newRequestBar() *requestBar {
	b := &requestBar{text: parts.NewLine(w.kit, "", parts.Style{Bold: true})}
	b.buttons = w.newRequestButtons(parts.Primary, func() chat.ConvID { return b.id })
	words := parts.Row(theme.SizePad, b.text, parts.NewGlyph(w.kit, "person-add", theme.ColorAccent, 0), b.text)
	b.box = container.NewStack(parts.NewFill(w.kit, theme.ColorSurface), container.NewBorder(nil, parts.NewRule(w.kit), nil, nil,
		parts.InsetXY(theme.SizeInset, theme.SizePad, parts.Column(theme.SizePad, words, b.buttons.row))))
	b.box.Hide()
	return b
}

func (b *requestBar) set(id chat.ConvID, text string, waiting bool) {
	b.id = id
	b.text.Set(text)
	b.buttons.set(waiting, false)
	b.box.Show()
}

// requests is the dialog of all who ask to become contacts.
type requests struct {
	w     *Window
	sheet *parts.Sheet
	list  *fyne.Container
	shown []requestRow
	done  map[chat.ConvID]bool // accepted, and the list does not know it yet
}

// requestRow is one of them.
type requestRow struct {
	id      chat.ConvID
	ignored bool
	face    *parts.Avatar
	buttons *requestButtons
}

func (w *Window) showRequests() {
	if !w.free() {
		return
	}
	r := &requests{w: w, list: parts.Column(theme.SizeInset), done: map[chat.ConvID]bool{}}
	r.build()
	r.sheet = w.sheet(w.words.Text("requests.title"), r.list)
	w.requests = r
	stop := w.watch(r.refresh)
	onClose(r.sheet, func() {
		stop()
		w.requests = nil
	})
}

// open are those to show.
func (r *requests) open() []chat.Contact {
	var out []chat.Contact
	for _, c := range r.w.contacts.Requests() {
		if !r.done[requestID(c)] {
			out = append(out, c)
		}
	}
	return out
}

func requestID(c chat.Contact) chat.ConvID { return chat.ConvID{Account: c.Account, Peer: c.Address} }

func (r *requests) build() {
	r.shown, r.list.Objects = nil, nil
	for i, c := range r.open() {
		if i > 0 {
			r.list.Add(parts.NewRule(r.w.kit))
		}
		r.add(c)
	}
}

func (r *requests) add(c chat.Contact) {
	w, id := r.w, requestID(c)
	row := requestRow{id: id, ignored: w.contacts.Ignored(id), face: parts.NewAvatar(w.kit, r.face(c), 0, theme.ColorSurface)}
	row.buttons = w.newRequestButtons(parts.Primary, func() chat.ConvID { return id })
	row.buttons.set(w.contacts.Waiting(id), row.ignored)
	small := parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}
	names := parts.Column(theme.SizeGap, parts.NewLine(w.kit, c.Title(), parts.Style{Bold: true}), parts.NewLine(w.kit, c.Address.String(), small))
	if len(w.accounts.All()) > 1 {
		names.Add(parts.NewLine(w.kit, w.words.Text("requests.to", "account", c.Account.String()), small))
	}
	if row.ignored {
		names.Add(parts.NewLine(w.kit, w.words.Text("requests.ignored"), small))
	}
	r.list.Add(parts.Column(theme.SizePad, parts.Row(theme.SizeInset, names, row.face, names), row.buttons.row))
	r.shown = append(r.shown, row)
}

func (r *requests) face(c chat.Contact) parts.Face {
	return r.w.faces.of(c.Address, c.Title(), c.Avatar, chat.Unavailable)
}

// refresh follows what became of the requests; without any it closes. The rows
// stay the same while the same people ask: one of their buttons may have the focus.
func (r *requests) refresh() {
	open := r.open()
	if len(open) == 0 {
		r.sheet.Close()
		return
	}
	same := len(open) == len(r.shown)
	for i := 0; same && i < len(open); i++ {
		id := requestID(open[i])
		same = r.shown[i].id == id && r.shown[i].ignored == r.w.contacts.Ignored(id)
	}
	if !same {
		r.build()
		r.sheet.Refresh()
		return
	}
	for i, c := range open {
		r.shown[i].face.Set(r.face(c), theme.ColorSurface)
		r.shown[i].buttons.set(r.w.contacts.Waiting(r.shown[i].id), r.shown[i].ignored)
	}
}

// accepted goes to the conversation with a new contact, if the person has nothing
// else to do.
func (w *Window) accepted(id chat.ConvID) {
	if w.requests != nil {
		w.requests.done[id] = true
		w.requests.refresh()
	}
	w.startChat(id)
}

// requestCard stands above the conversations while somebody waits for an answer.
type requestCard struct {
	w    *Window
	box  *fyne.Container // what to put on a screen
	room *fyne.Container
	text string // what it says now
}

func (w *Window) newRequestCard() *requestCard {
	c := &requestCard{w: w, room: container.NewStack()}
	c.box = parts.InsetXY(theme.SizePad, theme.SizeGap, c.room)
	c.box.Hide()
	return c
}

// refresh says how many ask, and who.
func (c *requestCard) refresh() {
	w, n := c.w, c.w.contacts.OpenRequests()
	setVisible(c.box, n > 0)
	if n == 0 {
		return
	}
	var names []string
	for _, each := range w.contacts.Requests()[:min(n, maxNames)] {
		names = append(names, each.Title())
	}
	title, text := w.words.Text("requests.count", "count", n), parts.List(w.words, names...)
	if c.text == title+text {
		return
	}
	c.text = title + text
	c.room.Objects = []fyne.CanvasObject{
		parts.NewCard(w.kit, parts.NewGlyph(w.kit, "person-add", theme.ColorAccent, 0), title, text, nil, w.showRequests),
	}
	c.room.Refresh()
}

// maxNames is how many names the card has room for.
const maxNames = 3
