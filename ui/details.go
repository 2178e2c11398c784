// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// details is the dialog about one message: when, how far it came, how it travelled and
// by which key; of one that could not be read, why.
func (t *talk) details(m chat.Message) {
	w, words, name := t.w, t.w.words, t.timeline.Conversation().Title()
	if w.covered() {
		return
	}
	para := func(text string, style parts.Style) fyne.CanvasObject {
		return parts.NewParagraph(w.kit, text, parts.SheetWidth, style)
	}
	at := m.Time.Local()
	when := parts.DateTime(words, at)
	id := "details.received"
	if m.Direction == chat.Out {
		id = "details.sent"
	}
	body := parts.Column(theme.SizeInset)
	muted := parts.Style{Color: theme.ColorTextMuted}
	if m.Kind == chat.KindUndecryptable {
		sealed := model.SealedWords(m.Error)
		body.Add(para(words.Text(sealed, "name", name), parts.Style{Bold: true}))
		body.Add(para(words.Text(sealed+".text", "name", name), parts.Style{}))
	} else {
		body.Add(t.travelled(m))
	}
	if m.Fingerprint != "" && w.scope().Technical() {
		body.Add(parts.Column(theme.SizeGap, para(words.Text("details.key"), muted),
			container.NewHBox(parts.NewFingerprint(m.Fingerprint, parts.SheetWidth)), t.trusted(m)))
	}
	said := words.Text(id, "time", when)
	if m.Direction == chat.Out && m.Kind != chat.KindUndecryptable {
		said += " · " + words.Text("status."+m.Status.String())
	}
	body.Add(para(said, muted))

	var sheet *parts.Sheet
	var buttons []fyne.CanvasObject
	if m.Kind == chat.KindUndecryptable && m.Direction == chat.In && t.composer.Visible() {
		buttons = append(buttons, parts.NewButton(w.kit, words.Text("act.ask-again", "name", name), parts.Secondary, func() {
			sheet.Close()
			t.askAgain(m)
		}))
	}
	devices := parts.NewButton(w.kit, words.Text("lock.devices"), parts.Primary, func() {
		sheet.Close()
		if m.Direction == chat.Out {
			w.showOwnIdentity(m.Conv.Account, w.showChats)
		} else {
			w.showIdentity(m.Conv)
		}
	})
	if !w.scope().Technical() {
		devices = parts.NewButton(w.kit, words.Text("action.ok"), parts.Primary, func() { sheet.Close() })
	}
	sheet = w.sheet(words.Text("details.title"), body, append(buttons, devices)...)
	w.focus(devices)
}

// travelled says how a message was protected on its way.
func (t *talk) travelled(m chat.Message) fyne.CanvasObject {
	words := t.w.words
	icon, token := lockLook(chat.LockClosed)
	switch {
	case m.Encryption == chat.EncryptionNone:
		icon, token = lockLook(chat.LockOpen)
	case m.Trust == chat.TrustVerified && m.Direction == chat.In:
		icon, token = lockLook(chat.LockVerified)
	case m.Trust == chat.TrustDistrusted, m.Doubtful:
		icon, token = lockLook(chat.LockWarning)
	}
	way := "way." + m.Encryption.String()
	if !t.w.scope().Technical() {
		if way = "composer.encrypted"; m.Encryption == chat.EncryptionNone {
			way = "composer.plain"
		}
	}
	text := parts.NewParagraph(t.w.kit, words.Text(way), parts.SheetWidth-40, parts.Style{Bold: true})
	return parts.Row(theme.SizeInset, text, parts.NewGlyph(t.w.kit, icon, token, 24), text)
}

// trusted says what is thought of the key of a message.
func (t *talk) trusted(m chat.Message) fyne.CanvasObject {
	id := "details." + m.Trust.String()
	switch {
	case m.Direction == chat.Out:
		id = "details.own"
	case !t.w.words.Has(id):
		id = "details." + chat.TrustUndecided.String()
	}
	return parts.NewLine(t.w.kit, t.w.words.Text(id), parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted})
}
