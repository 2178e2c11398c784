// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// askBlock asks before nothing comes from somebody any more.
func (w *Window) askBlock(id chat.ConvID, name string) {
	w.ask(question{
		title: w.words.Text("block.title", "name", name), text: w.words.Text("block.text", "name", name),
		yes: w.words.Text("block.yes"), danger: true, do: func() { w.contacts.Block(id) },
	})
}

// showBlocked puts the reason in the composer's place while the other side is
// blocked: an answer would not come.
func (t *talk) showBlocked(c chat.Conversation) {
	setVisible(t.composer, !c.Contact.Blocked)
	if !c.Contact.Blocked {
		t.blocked.Hide()
		return
	}
	t.cancel()
	var actions []parts.Action
	if !t.w.contacts.Waiting(c.ID) {
		actions = append(actions, parts.Action{Text: t.w.words.Text("block.unblock"), Do: func() { t.w.contacts.Unblock(c.ID) }})
	}
	t.blocked.Set(parts.BannerBlocked, t.w.words.Text("block.composer", "name", c.Title()), actions...)
}

// blockList is the dialog of all whom an account has blocked.
type blockList struct {
	w     *Window
	addr  chat.Address
	list  *model.BlockList
	rows  *fyne.Container
	none  *parts.Paragraph
	sheet *parts.Sheet
}

func (w *Window) showBlockList(account chat.Address) {
	if !w.free() {
		return
	}
	b := &blockList{w: w, addr: account, list: model.NewBlockList(w.env, w.core, account), rows: parts.Column(theme.SizePad)}
	b.none = parts.NewParagraph(w.kit, w.words.Text("block.loading"), parts.SheetWidth, parts.Style{Color: theme.ColorTextMuted})
	b.list.OnChange = b.refresh
	b.sheet = w.sheet(w.words.Text("block.list"), parts.Column(theme.SizeInset, b.none, b.rows))
	stop := w.watch(b.list.Load) // unblocked here, or on another device
	onClose(b.sheet, func() {
		stop()
		b.list.OnChange = nil
	})
	b.list.Load()
}

func (b *blockList) refresh() {
	w, all := b.w, b.list.All()
	switch err := b.list.Err(); {
	case err != nil:
		b.none.Set(errorWords(w.words, err))
	case b.list.Loaded() && len(all) == 0:
		b.none.Set(w.words.Text("block.none"))
	}
	setVisible(b.none, len(all) == 0 || b.list.Err() != nil)
	b.rows.Objects = nil
	for _, addr := range all {
		id := chat.ConvID{Account: b.addr, Peer: addr}
		unblock := parts.NewButton(w.kit, w.words.Text("block.unblock"), parts.Secondary, func() { w.contacts.Unblock(id) })
		if w.contacts.Waiting(id) {
			unblock.Disable()
		}
		name := parts.NewLine(w.kit, addr.String(), parts.Style{})
		b.rows.Add(parts.Row(theme.SizePad, name, name, unblock))
	}
	b.sheet.Refresh()
}
