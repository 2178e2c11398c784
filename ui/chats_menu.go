// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
)

// menu offers what can be done with a conversation.
func (c *chats) menu(key string, at fyne.Position) {
	for _, r := range c.list.Rows() {
		if convKey(r.ID) != key {
			continue
		}
		words := c.w.words
		mute, pin := words.Text("chat.mute"), words.Text("chat.pin")
		if r.Muted {
			mute = words.Text("chat.unmute")
		}
		if r.Pinned {
			pin = words.Text("chat.unpin")
		}
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("",
			fyne.NewMenuItem(pin, func() { c.list.SetPinned(r.ID, !r.Pinned) }),
			fyne.NewMenuItem(mute, func() { c.list.SetMuted(r.ID, !r.Muted) }),
			fyne.NewMenuItem(words.Text("chat.details"), func() { c.w.showContact(r.ID) }),
			fyne.NewMenuItemSeparator(),
			fyne.NewMenuItem(words.Text("chat.remove"), func() { c.askRemove(r.ID, r.Title) }),
		), c.w.cfg.Window.Canvas(), at)
	}
}

func (c *chats) askRemove(id chat.ConvID, title string) {
	words := c.w.words
	c.w.ask(question{
		title: words.Text("chat.remove.title"), text: words.Text("chat.remove.text", "name", title),
		yes: words.Text("chat.remove.yes"), danger: true, do: func() { c.list.Remove(id) },
	})
}
