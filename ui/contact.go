// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// contact is the dialog about the other side of a conversation: who it is, and
// what the person calls it, mutes, pins and removes.
type contact struct {
	w     *Window
	conv  chat.Conversation
	sheet *parts.Sheet
	face  *parts.Avatar
	name  *parts.Field
}

// showContact reads what is known now and shows the dialog.
func (w *Window) showContact(id chat.ConvID) {
	if id.IsZero() || !w.free() {
		return
	}
	core := w.core
	w.env.Tasks.Run(func(ctx context.Context) func() {
		c, err := core.Conversation(ctx, id)
		return func() {
			switch {
			case w.covered() || !w.showsChats(): // something else was opened meanwhile
			case err != nil:
				w.say(w.words.Text("failed.title"), errorWords(w.words, err))
			default:
				newContact(w, c)
			}
		}
	})
}

func newContact(w *Window, conv chat.Conversation) *contact {
	c := &contact{w: w, conv: conv}
	c.face = parts.NewAvatar(w.kit, c.picture(), 72, theme.ColorSurface)
	body := parts.Column(theme.SizeInset, c.who(), c.choices())
	var buttons []fyne.CanvasObject
	switch who := conv.Contact; {
	case who.Listed:
		c.name = parts.NewField(w.kit, w.words.Text("contact.name"), parts.SheetWidth)
		c.name.Entry.SetText(who.Name)
		c.name.Entry.SetPlaceHolder(conv.Title())
		c.name.Entry.OnSubmitted = func(string) { c.save() }
		body.Objects = []fyne.CanvasObject{body.Objects[0], c.name.Box, body.Objects[1]}
		buttons = append(buttons,
			c.button("contact.remove", parts.Danger, c.askRemove),
			parts.NewButton(w.kit, w.words.Text("action.save"), parts.Primary, c.save))
	case who.Asking:
		buttons = append(buttons,
			c.button("request.decline", parts.Secondary, func() { w.contacts.Decline(conv.ID) }),
			c.button("request.accept", parts.Primary, func() { w.contacts.Accept(conv.ID) }))
	default:
		buttons = append(buttons, c.button("request.add", parts.Primary, c.add))
	}
	c.sheet = w.sheet(w.words.Text("contact.title"), body, buttons...)
	onClose(c.sheet, w.watch(func() { c.face.Set(c.picture(), theme.ColorSurface) }))
	return c
}

// button closes the dialog and goes on with do.
func (c *contact) button(id string, kind parts.ButtonKind, do func()) *parts.Button {
	return parts.NewButton(c.w.kit, c.w.words.Text(id), kind, func() {
		c.sheet.Close()
		do()
	})
}

func (c *contact) picture() parts.Face {
	return c.w.faces.of(c.conv.ID.Peer, c.conv.Title(), c.conv.Contact.Avatar, chat.Unavailable)
}

// who is the upper part: picture, name, address, presence.
func (c *contact) who() fyne.CanvasObject {
	w, who := c.w, c.conv.Contact
	muted := parts.Style{Color: theme.ColorTextMuted, Align: fyne.TextAlignCenter}
	address := c.conv.ID.Peer.String()
	column := parts.Column(theme.SizePad,
		container.NewCenter(c.face),
		parts.NewParagraph(w.kit, shorten(c.conv.Title(), 100), parts.SheetWidth, parts.Style{Size: theme.SizeTitle, Bold: true, Align: fyne.TextAlignCenter}),
		parts.NewParagraph(w.kit, address, parts.SheetWidth, parts.Style{Align: fyne.TextAlignCenter}),
		parts.NewParagraph(w.kit, presenceWords(w.words, who, w.env.Now()), parts.SheetWidth, muted))
	if who.Nick != "" && who.Nick != c.conv.Title() {
		column.Add(parts.NewLine(w.kit, w.words.Text("contact.nick", "nick", who.Nick), muted))
	}
	row := []fyne.CanvasObject{w.copyButton(address)}
	if who.Blocked {
		column.Add(parts.NewParagraph(w.kit, w.words.Text("block.is", "name", c.conv.Title()), parts.SheetWidth,
			parts.Style{Color: theme.ColorDanger, Align: fyne.TextAlignCenter}))
	}
	if who.Listed && !who.Asked && who.Subscription&chat.SubscriptionTo == 0 {
		row = append(row, c.button("contact.ask-again", parts.Quiet, c.add))
	}
	column.Add(container.NewCenter(parts.Row(theme.SizePad, nil, row...)))
	return column
}

// choices are those about the conversation; they hold at once.
func (c *contact) choices() fyne.CanvasObject {
	w, id, list := c.w, c.conv.ID, c.w.chats.list
	muted := w.newCheck(w.words.Text("chat.muted"), c.conv.Settings.Muted, func(on bool) { list.SetMuted(id, on) })
	pinned := w.newCheck(w.words.Text("chat.pinned"), c.conv.Settings.Pinned, func(on bool) { list.SetPinned(id, on) })
	devices := c.button("contact.devices", parts.Secondary, func() { w.showIdentity(id) }).WithIcon("shield")
	remove := c.button("chat.remove", parts.Secondary, func() { w.chats.askRemove(id, c.conv.Title()) }).WithIcon("trash")
	block := c.button("block.yes", parts.Secondary, func() { w.askBlock(id, c.conv.Title()) }).WithIcon("block")
	if c.conv.Contact.Blocked {
		block = c.button("block.unblock", parts.Secondary, func() { w.contacts.Unblock(id) }).WithIcon("block")
	}
	column := parts.Column(theme.SizePad, parts.Row(theme.SizeInset, nil, muted, pinned))
	if w.scope().Technical() {
		column.Add(left(devices))
	}
	column.Add(parts.Row(theme.SizePad, nil, remove, block))
	return column
}

// save renames the contact; the answer comes as a change, or as a dialog.
func (c *contact) save() {
	c.sheet.Close()
	if name := strings.TrimSpace(c.name.Text()); name != c.conv.Contact.Name {
		c.w.contacts.Rename(c.conv.ID, name)
	}
}

func (c *contact) add() { c.w.addContact(c.conv.ID, nil) }

func (c *contact) askRemove() {
	w := c.w
	w.ask(question{
		title: w.words.Text("contact.remove.title"), text: w.words.Text("contact.remove.text", "name", c.conv.Title()),
		yes: w.words.Text("contact.remove"), danger: true, do: func() { w.contacts.Remove(c.conv.ID) },
	})
}
