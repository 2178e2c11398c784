// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// account is the dialog about one of the person's own accounts: how it is, what
// others see of it, and how it is reached.
type account struct {
	w       *Window
	addr    chat.Address
	sheet   *parts.Sheet
	face    *parts.Avatar
	state   *fyne.Container
	says    string          // state
	mend    *fyne.Container // what can be done about the state
	trouble model.Banner    // what mend was made for
	enabled *check
	nick    *parts.Field
}

func (w *Window) showAccount(addr chat.Address) {
	a, ok := w.accounts.Account(addr)
	if !ok || !w.free() {
		return
	}
	d := &account{w: w, addr: addr, mend: parts.Flow(theme.SizePad, parts.SheetWidth)}
	d.face = parts.NewAvatar(w.kit, w.ownFace(a), 72, theme.ColorSurface)
	d.enabled = w.newCheck(w.words.Text("account.enabled"), a.Enabled, func(on bool) { w.accounts.SetEnabled(addr, on) })
	d.nick = parts.NewField(w.kit, w.words.Text("account.nick"), parts.SheetWidth)
	d.nick.SetHint(w.words.Text("account.nick.hint"))
	d.nick.Entry.SetText(a.Nick)
	d.nick.Entry.OnSubmitted = func(string) { d.save() }
	d.state = parts.Column("")
	pictures := parts.Column(theme.SizePad, left(d.button("account.picture", parts.Secondary, d.pickPicture).WithIcon("picture")))
	if a.Avatar != "" {
		pictures.Add(left(d.button("account.no-picture", parts.Quiet, func() { d.setPicture(nil) })))
	}
	body := parts.Column(theme.SizeInset,
		parts.Row(theme.SizeInset, pictures, d.face, pictures), d.nick.Box,
		parts.NewRule(w.kit), d.state, d.mend, d.enabled.fitted(parts.SheetWidth),
		parts.Flow(theme.SizePad, parts.SheetWidth,
			d.button("account.login", parts.Secondary, func() {
				if now, ok := w.accounts.Account(addr); ok {
					w.showEditAccount(now, func() { w.showSettingsAt(sectionAccounts) })
				}
			}),
			d.button("account.password", parts.Secondary, func() { w.showPassword(addr) }),
			d.button("block.list", parts.Secondary, func() { w.showBlockList(addr) }),
			d.button("account.remove", parts.Danger, func() { w.askRemoveAccount(addr) })))
	d.sheet = w.sheet(addr.String(), body, parts.NewButton(w.kit, w.words.Text("action.save"), parts.Primary, d.save))
	onClose(d.sheet, w.watch(d.refresh))
	d.refresh()
}

func (w *Window) ownFace(a chat.Account) parts.Face {
	return w.faces.of(a.Login.Address, nameOf(a), a.Avatar, chat.Unavailable)
}

func nameOf(a chat.Account) string {
	if a.Nick != "" {
		return a.Nick
	}
	return a.Login.Address.Local
}

// button closes the dialog and goes on with do.
func (d *account) button(id string, kind parts.ButtonKind, do func()) *parts.Button {
	return parts.NewButton(d.w.kit, d.w.words.Text(id), kind, func() {
		d.sheet.Close()
		do()
	})
}

// refresh follows the account: how it is, and its picture. What the person is
// typing stays.
func (d *account) refresh() {
	a, ok := d.w.accounts.Account(d.addr)
	if !ok {
		d.sheet.Close()
		return
	}
	d.face.Set(d.w.ownFace(a), theme.ColorSurface)
	text, token := d.w.accountState(a)
	b, _ := d.w.accounts.Trouble(d.addr)
	changed := text != d.says || b != d.trouble
	if text != d.says {
		d.says = text
		d.state.Objects = []fyne.CanvasObject{parts.NewParagraph(d.w.kit, text, parts.SheetWidth, parts.Style{Color: token})}
	}
	if d.enabled.Checked != a.Enabled {
		d.enabled.Checked = a.Enabled
		d.enabled.Refresh()
	}
	if b != d.trouble {
		d.trouble, d.mend.Objects = b, nil
		for _, each := range d.w.remedies(b, func() { d.w.showSettingsAt(sectionAccounts) }) {
			d.mend.Add(parts.NewButton(d.w.kit, each.Text, parts.Secondary, func() { d.sheet.Close(); each.Do() }))
		}
	}
	setVisible(d.mend, len(d.mend.Objects) > 0)
	if changed {
		d.sheet.Refresh()
	}
}

// save tells the server the name, if it is another one.
func (d *account) save() {
	d.sheet.Close()
	d.keepNick()
}

func (d *account) keepNick() {
	w, addr, name := d.w, d.addr, strings.TrimSpace(d.nick.Text())
	if a, ok := w.accounts.Account(addr); ok && a.Nick != name {
		core := w.core
		w.command(func(ctx context.Context) error { return core.SetNick(ctx, addr, name) }, func() { w.loadAccounts(nil) })
	}
}

func (w *Window) askRemoveAccount(addr chat.Address) {
	w.ask(question{
		title: w.words.Text("account.remove.title"), text: w.words.Text("account.remove.text", "address", addr.String()),
		yes: w.words.Text("account.remove"), danger: true, do: func() { w.accounts.Remove(addr) },
	})
}
