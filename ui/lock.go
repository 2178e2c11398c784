// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// maxReaders is how many devices the lock names; the page of keys has all of them.
const maxReaders = 6

// stoppedWords say in a few words why nothing can be sent.
func stoppedWords(words *resources.Bundle, code chat.Code, name string) string {
	id := "stopped." + string(code)
	if !words.Has(id) {
		id = "stopped.unknown"
	}
	return words.Text(id, "name", name)
}

// lockWords are the headline and the sentence of a lock.
func lockWords(words *resources.Bundle, m model.Mode, name string) (title, text string) {
	switch {
	case m.Kind == model.ModeStopped:
		title = words.Text("composer.stopped", "reason", stoppedWords(words, m.Code, name))
		if id := "stopped." + string(m.Code) + ".text"; words.Has(id) {
			text = words.Text(id, "name", name)
		}
		return title, text
	case m.Kind == model.ModeAsking, m.Kind == model.ModeUnknown:
		return words.Text("lock.asking"), words.Text("lock.asking.text", "name", name)
	}
	id := "lock." + m.Lock.String()
	return words.Text(id), words.Text(id+".text", "name", name)
}

// requiredWords say who wants it encrypted where nothing goes because of that, and whether
// that can be changed; "" where it is not because of that.
func requiredWords(words *resources.Bundle, m model.Mode, s chat.EncryptionState) string {
	switch m.Code {
	case chat.CodeNoDevice, chat.CodeNoKeyOf, chat.CodeNotEncrypted:
	default:
		return ""
	}
	switch {
	case s.RequiredBy != "":
		return words.Text("lock.required-by", "by", s.RequiredBy)
	case s.Required:
		return words.Text("lock.required")
	}
	return ""
}

// explainLock says in words who can read what is written here, and what can be done.
func (t *talk) explainLock() {
	w, id, name := t.w, t.id(), t.timeline.Conversation().Title()
	if id.IsZero() || w.covered() {
		return
	}
	state, _ := t.protect.State()
	mode := t.protect.Mode()
	if !w.scope().Technical() && !w.more {
		t.explainSimply(mode, name)
		return
	}
	w.more = false
	title, text := lockWords(w.words, mode, name)
	icon, token := lockLook(mode.Lock)
	head := parts.Column(theme.SizeGap, parts.NewParagraph(w.kit, title, parts.SheetWidth-44, parts.Style{Bold: true}))
	if text != "" {
		head.Add(parts.NewParagraph(w.kit, text, parts.SheetWidth-44, parts.Style{}))
	}
	if why := requiredWords(w.words, mode, state); why != "" {
		head.Add(parts.NewParagraph(w.kit, why, parts.SheetWidth-44, parts.Style{}))
	}
	body := parts.Column(theme.SizeInset, parts.Row(theme.SizeInset, head, parts.NewGlyph(w.kit, icon, token, 32), head))
	if mode.Kind != model.ModePlain {
		w.addDevices(body, "lock.readers", state.Readers, id.Account, name)
	}
	w.addDevices(body, "lock.skipped", state.Skipped, id.Account, name)

	var sheet *parts.Sheet
	var buttons []fyne.CanvasObject
	add := func(text string, kind parts.ButtonKind, do func()) {
		buttons = append(buttons, parts.NewButton(w.kit, text, kind, func() { sheet.Close(); do() }))
	}
	devices := func(kind parts.ButtonKind) { add(w.words.Text("lock.devices"), kind, func() { w.showIdentity(id) }) }
	wayOut := func(kind parts.ButtonKind) {
		add(w.words.Text(outIDs[mode.WayOut]), kind, func() { t.wayOut(mode.WayOut) })
	}
	switch mode.WayOut {
	case model.OutOTR, model.OutEncrypt, model.OutAgain, model.OutOwnDevices:
		devices(parts.Secondary)
		wayOut(parts.Primary)
	case model.OutPlain: // never what Enter does
		wayOut(parts.Secondary)
		devices(parts.Primary)
	default:
		if state.OTROpen {
			add(w.words.Text("lock.end-otr"), parts.Secondary, t.protect.EndOTR)
		} else if state.CanOTR && mode.Kind == model.ModePlain {
			add(w.words.Text("out.otr"), parts.Secondary, t.protect.StartOTR)
		}
		devices(parts.Primary)
	}
	sheet = w.sheet(w.words.Text("choice.title"), body, buttons...)
	if last, ok := buttons[len(buttons)-1].(*parts.Button); ok {
		w.focus(last)
	}
}

// addDevices adds a list of devices to a dialog.
func (w *Window) addDevices(to *fyne.Container, title string, keys []chat.Key, account chat.Address, name string) {
	if len(keys) == 0 {
		return
	}
	list := parts.Column(theme.SizeGap,
		parts.NewLine(w.kit, w.words.Text(title), parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted, Bold: true}))
	for _, k := range keys[:min(len(keys), maxReaders)] {
		id := "lock.them"
		if k.Owner == account {
			id = "lock.you"
		}
		row := model.KeyRow{Key: k, State: model.StateOf(k)}
		icon, token := keyLook(row.State)
		who := parts.NewLine(w.kit, w.words.Text(id, "name", name, "device", deviceName(w.words, k)), parts.Style{})
		list.Add(parts.Row(theme.SizePad, who, parts.NewGlyph(w.kit, icon, token, 16), who,
			fixed(parts.NewLine(w.kit, w.shortTrust(row), parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}))))
	}
	if more := len(keys) - maxReaders; more > 0 {
		list.Add(parts.NewLine(w.kit, w.words.Text("lock.more", "count", more), parts.Style{Color: theme.ColorTextMuted}))
	}
	to.Add(list)
}

// shortTrust says in a word or two what is thought of a key.
func (w *Window) shortTrust(r model.KeyRow) string {
	switch r.State {
	case model.KeyOwn:
		return ""
	case model.KeyVerified:
		return w.words.Text("device.verified")
	case model.KeyDistrusted:
		return w.words.Text("device.short-distrusted")
	}
	return w.words.Text("device.short-open")
}
