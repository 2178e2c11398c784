// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// onePane shows the list or the conversation, in a window that has no room for both.
type onePane struct {
	box  *fyne.Container // what to put on a screen
	list fyne.CanvasObject
}

// newOnePane takes the list; what a conversation is shown in is the right pane of
// other windows.
func newOnePane(list fyne.CanvasObject) *onePane {
	return &onePane{box: container.NewStack(list), list: list}
}

func (o *onePane) show(conversation fyne.CanvasObject) {
	if conversation == nil {
		conversation = o.list
	}
	o.box.Objects = []fyne.CanvasObject{conversation}
	o.box.Refresh()
}

// single says whether the window shows one thing at a time.
func (c *chats) single() bool { return c.one != nil }

// backToList leaves the conversation for the list.
func (c *chats) backToList() {
	c.leave()
	c.list.Select(chat.ConvID{})
	c.w.focus(c.rows)
}

// listPane is the list with what stands above and below it, as wide as the window.
func (c *chats) listPane(left fyne.CanvasObject) fyne.CanvasObject {
	c.one = newOnePane(container.NewStack(left))
	c.empty.narrow()
	return c.one.box
}

// narrow makes the page fit over the list: it says the same, and nothing of a choice
// beside it.
func (e *emptyPage) narrow() { e.single = true }

// invitePart is the button by which a person gives others the way to them.
func (w *Window) invitePart(a chat.Account) fyne.CanvasObject {
	link := inviteLink(w, a)
	return parts.Column(theme.SizePad,
		parts.NewParagraph(w.kit, w.words.Text("you.invite.text"), settingsWidth, parts.Style{Color: theme.ColorTextMuted}),
		left(w.copyAs("you.invite", parts.Primary, link).WithIcon("link")))
}
