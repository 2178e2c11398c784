// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// showContact tells all about the other side of a conversation, and lets the
// person name, mute and remove it.
func (w *Window) showContact(id chat.ConvID) {
	if id.IsZero() || w.closeSheet() {
		return
	}
	core := w.core
	w.env.Tasks.Run(func(ctx context.Context) func() {
		c, err := core.Conversation(ctx, id)
		return func() {
			if err != nil {
				w.say(w.words.Text("failed.title"), errorWords(w.words, err))
				return
			}
			w.showContactOf(c)
		}
	})
}

func (w *Window) showContactOf(c chat.Conversation) {
	words := w.words
	face := w.faces.of(c.ID.Peer, c.Title(), c.Contact.Avatar, chat.Unavailable)
	address := widget.NewLabelWithStyle(c.ID.Peer.String(), fyne.TextAlignCenter, fyne.TextStyle{})
	address.Selectable = true
	var sheet *parts.Sheet
	name := parts.NewField(w.kit, words.Text("contact.name"), parts.SheetWidth)
	name.Entry.SetText(c.Contact.Name)
	name.Entry.SetPlaceHolder(c.Title())
	rename := func() { w.rename(c, name.Text()); sheet.Close() }
	name.Entry.OnSubmitted = func(string) { rename() }
	body := parts.Column(theme.SizeInset,
		container.NewCenter(parts.NewAvatar(w.kit, face, 88, theme.ColorSurface)),
		parts.NewLine(w.kit, c.Title(), parts.Style{Size: theme.SizeTitle, Bold: true, Align: fyne.TextAlignCenter}),
		address,
		parts.NewParagraph(w.kit, presenceWords(words, c.Contact, w.env.Now()), parts.SheetWidth,
			parts.Style{Color: theme.ColorTextMuted, Align: fyne.TextAlignCenter}),
	)
	if c.Contact.Nick != "" && c.Contact.Nick != c.Title() {
		body.Add(parts.NewLine(w.kit, words.Text("contact.nick", "nick", c.Contact.Nick),
			parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted, Align: fyne.TextAlignCenter}))
	}
	if c.Contact.Listed {
		body.Add(name.Box)
	}
	muted := widget.NewCheck(words.Text("chat.muted"), nil)
	muted.SetChecked(c.Settings.Muted)
	muted.OnChanged = func(on bool) { w.chats.list.SetMuted(c.ID, on) }
	pinned := widget.NewCheck(words.Text("chat.pinned"), nil)
	pinned.SetChecked(c.Settings.Pinned)
	pinned.OnChanged = func(on bool) { w.chats.list.SetPinned(c.ID, on) }
	body.Add(container.NewHBox(muted, pinned))

	var buttons []fyne.CanvasObject
	if c.Contact.Listed {
		buttons = append(buttons,
			parts.NewButton(w.kit, words.Text("contact.remove"), parts.Danger, func() { sheet.Close(); w.askRemoveContact(c) }),
			parts.NewButton(w.kit, words.Text("action.save"), parts.Primary, rename))
	} else {
		buttons = append(buttons, parts.NewButton(w.kit, words.Text("request.add"), parts.Primary, func() {
			sheet.Close()
			w.chats.talk.add(c)
		}))
	}
	sheet = w.sheet(words.Text("contact.title"), body, buttons...)
}

func (w *Window) rename(c chat.Conversation, name string) {
	if strings.TrimSpace(name) != c.Contact.Name {
		w.contacts.Rename(c.ID, name)
	}
}

func (w *Window) askRemoveContact(c chat.Conversation) {
	w.ask(question{
		title: w.words.Text("contact.remove.title"), text: w.words.Text("contact.remove.text", "name", c.Title()),
		yes: w.words.Text("contact.remove"), danger: true, do: func() { w.contacts.Remove(c.ID) },
	})
}
