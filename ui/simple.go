// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// showSimpleKey leaves the key of the messages to the computer's keyring without a
// question. Where there is none, or it does not answer, a passphrase is asked for.
func (w *Window) showSimpleKey(next func()) {
	if w.making {
		return
	}
	w.making = true
	w.env.Tasks.Run(func(ctx context.Context) func() {
		var core Core
		err := error(&chat.Error{Kind: chat.Storage, Op: "make profile", Code: chat.CodeNoKeyring})
		if w.cfg.Vault.KeyringWorks(ctx) {
			core, err = w.cfg.Vault.Create(ctx, nil)
		}
		return func() {
			w.making = false
			switch {
			case err == nil:
				w.take(core)
				next()
			case chat.CodeOf(err) == chat.CodeNoKeyring, chat.CodeOf(err) == chat.CodePolicyKey:
				k := newKeyChoice(w, next)
				k.keyring.Hide()
				k.phrase.Hide()
				k.choose(true)
			default:
				w.say(w.words.Text("failed.title"), errorWords(w.words, err))
			}
		}
	})
}

// explainSimply says of the lock in one sentence who can read what is written here. Who
// wants to know more is shown the rest.
func (t *talk) explainSimply(mode model.Mode, name string) {
	w := t.w
	title, text := lockWords(w.words, mode, name)
	if text == "" {
		text = title
	}
	icon, token := lockLook(mode.Lock)
	said := parts.NewParagraph(w.kit, text, parts.SheetWidth-60, parts.Style{})
	body := parts.Row(theme.SizeInset, said, parts.NewGlyph(w.kit, icon, token, 40), said)
	var sheet *parts.Sheet
	more := parts.NewButton(w.kit, w.words.Text("lock.more-about"), parts.Secondary, func() {
		sheet.Close()
		w.more = true
		t.explainLock()
	})
	ok := parts.NewButton(w.kit, w.words.Text("action.ok"), parts.Primary, func() { sheet.Close() })
	sheet = w.sheet(name, body, more, ok)
	w.focus(ok)
}

// chooseSticker lets the person pick a sticker, which is sent at once: it is a message as
// any other.
func (t *talk) chooseSticker() {
	w := t.w
	if t.id().IsZero() || !t.composer.Visible() || !w.free() {
		return
	}
	grid := parts.NewStickerGrid(w.kit)
	sheet := w.sheet(w.words.Text("stickers.title"), grid.Box)
	grid.OnPick = func(s model.Sticker) {
		sheet.Close()
		if t.protect.Mode().Stopped() {
			t.explainLock()
			return
		}
		t.draft.SendSticker(s)
		w.focus(t.composer.Entry)
	}
	if first := grid.First(); first != nil {
		w.focus(first)
	}
}

// inviteLink is the link by which others become contacts of an account.
func inviteLink(w *Window, a chat.Account) string {
	return model.InviteLink(w.words.Invite().Base, a)
}

// simpleYou is what a person sees of themselves: name, picture, and the way to invite.
func (s *settings) simpleYou() fyne.CanvasObject {
	w := s.w
	column := parts.Column(theme.SizeInset, s.head("settings.accounts"))
	all := w.accounts.All()
	if len(all) == 0 {
		return column
	}
	a := all[0]
	d := &account{w: w, addr: a.Login.Address}
	d.face = parts.NewAvatar(w.kit, w.ownFace(a), 72, theme.ColorBackground)
	d.nick = parts.NewField(w.kit, w.words.Text("account.nick"), settingsWidth)
	d.nick.SetHint(w.words.Text("you.name.hint", "name", w.scope().Called(a.Login.Address)))
	d.nick.Entry.SetText(nameOf(a))
	save := func() { d.keepNick() }
	d.nick.Entry.OnSubmitted = func(string) { save() }
	picture := parts.NewButton(w.kit, w.words.Text("account.picture"), parts.Secondary, d.pickPicture).WithIcon("picture")
	stop := w.watch(func() {
		if now, ok := w.accounts.Account(d.addr); ok {
			d.face.Set(w.ownFace(now), theme.ColorBackground)
		}
	})
	s.closing = stop
	column.Add(parts.Row(theme.SizeInset, nil, d.face, picture))
	column.Add(d.nick.Box)
	column.Add(left(parts.NewButton(w.kit, w.words.Text("action.save"), parts.Secondary, save)))
	column.Add(parts.NewRule(w.kit))
	column.Add(w.invitePart(a))
	column.Add(parts.NewRule(w.kit))
	column.Add(parts.Flow(theme.SizePad, settingsWidth,
		parts.NewButton(w.kit, w.words.Text("account.password"), parts.Secondary, func() { w.showPassword(a.Login.Address) }),
		parts.NewButton(w.kit, w.words.Text("block.list"), parts.Secondary, func() { w.showBlockList(a.Login.Address) }),
		parts.NewButton(w.kit, w.words.Text("account.remove"), parts.Danger, func() { w.askRemoveAccount(a.Login.Address) })))
	return column
}
