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

// plate puts something on a plate as wide as the page.
func (p *identity) plate(o fyne.CanvasObject) fyne.CanvasObject { return p.w.plate(o) }

func (w *Window) plate(o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(parts.NewPlate(w.kit, theme.ColorSurface, theme.ColorDivider, theme.SizeRadius), parts.Inset(theme.SizeInset, o))
}

// cardWidth is the room inside of a key's plate.
func cardWidth() float32 { return identityWidth - 2*theme.Size(theme.SizeInset) }

// keyHead is the upper part of a key's plate: which device it is, and what is thought of
// its key.
func (w *Window) keyHead(r model.KeyRow, own bool) fyne.CanvasObject {
	icon, token := keyLook(r.State)
	words := parts.Column("", parts.NewLine(w.kit, deviceName(w.words, r.Key), parts.Style{Bold: true}))
	if r.State != model.KeyOwn || r.Label != "" {
		words.Add(parts.NewLine(w.kit, keyWords(w.words, r, own), parts.Style{Size: theme.SizeSmall, Color: wordsToken(token)}))
	}
	return parts.Row(theme.SizeInset, words, parts.NewGlyph(w.kit, icon, token, 26), words)
}

// wordsToken is the colour of words beside an icon: none is said by colour alone, and
// what is nothing to look at is quiet.
func wordsToken(icon theme.Token) theme.Token {
	if icon == theme.ColorAccent {
		return theme.ColorTextMuted
	}
	return icon
}

// keyFacts say what it speaks and when it gave a sign.
func (w *Window) keyFacts(r model.KeyRow) string {
	facts := kindWords(w.words, r.Key)
	add := func(text string) { facts = w.words.Text("device.facts", "one", facts, "other", text) }
	now := w.env.Now()
	switch {
	case r.Own: // it gives no sign to itself
	case r.Dead, r.Quiet >= 30:
		add(w.words.Text("device.quiet", "count", r.Quiet))
	case !r.LastSeen.IsZero():
		add(w.words.Text("device.seen", "when", shortTime(w.words, r.Sign, now)))
	case !r.Sign.IsZero():
		add(w.words.Text("device.since", "when", shortTime(w.words, r.Sign, now)))
	}
	return facts
}

// card is the plate of one key, with what can be done about it.
func (p *identity) card(r model.KeyRow) fyne.CanvasObject {
	w := p.w
	digits := parts.NewFingerprint(r.Fingerprint, cardWidth())
	column := parts.Column(theme.SizePad, w.keyHead(r, p.isOwn()), digits,
		parts.NewLine(w.kit, w.keyFacts(r), parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}))
	if row := p.deeds(r, digits.Text()); len(row) > 0 {
		column.Add(parts.Flow(theme.SizePad, cardWidth(), row...))
	}
	return p.plate(column)
}

// mineCard is the plate of this computer's key on a contact's page.
func (p *identity) mineCard(r model.KeyRow) fyne.CanvasObject {
	digits := parts.NewFingerprint(r.Fingerprint, cardWidth())
	return p.plate(parts.Column(theme.SizePad, digits, parts.Row(theme.SizePad, nil,
		p.w.smallCopy(digits.Text()),
		fixed(parts.NewLine(p.w.kit, kindWords(p.w.words, r.Key), parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted})))))
}

func (w *Window) smallCopy(text string) fyne.CanvasObject {
	return w.copyAs("device.copy", parts.Quiet, text).Small()
}

// deeds are what can be done about a key.
func (p *identity) deeds(r model.KeyRow, digits string) []fyne.CanvasObject {
	w := p.w
	var row []fyne.CanvasObject
	add := func(id string, kind parts.ButtonKind, do func()) {
		b := parts.NewButton(w.kit, w.words.Text(id), kind, do).Small()
		if p.keys.Waiting() {
			b.Disable()
		}
		row = append(row, b)
	}
	of := r.Fingerprint
	if r.Compare && r.State != model.KeyGone {
		add("device.compare", parts.Secondary, func() { p.compare(r) })
	}
	switch {
	case r.Own:
	case r.State == model.KeyUnused:
		add("device.use", parts.Quiet, func() {
			w.ask(question{
				title: w.words.Text("device.use.title"), text: w.words.Text("device.use.text", "name", p.whose()),
				yes: w.words.Text("device.use"), danger: true, do: func() { p.keys.Decide(of, chat.TrustTrusted, chat.ByChoice) },
			})
		})
		fallthrough
	case r.State == model.KeyUsed, r.State == model.KeyVerified:
		add("device.distrust", parts.Quiet, func() { p.askDistrust(of) })
	case r.State == model.KeyDistrusted:
		add("device.again", parts.Quiet, func() { p.keys.Decide(of, chat.TrustUndecided, chat.ByChoice) })
	}
	if r.Renew {
		add("device.renew", parts.Quiet, func() { p.keys.Renew(of) })
	}
	if p.isOwn() && !r.Own && r.Listed && r.Device != 0 {
		add("device.remove", parts.Quiet, func() { w.askRemoveDevice(p.keys, r.Device) })
	}
	return append(row, w.smallCopy(digits))
}

// whose is the name of whom a key is said to be.
func (p *identity) whose() string {
	if p.isOwn() {
		return p.conv.Account.String()
	}
	return p.name
}

func (p *identity) askDistrust(of chat.Fingerprint) {
	w := p.w
	w.ask(question{
		title: w.words.Text("device.distrust.title"), text: w.words.Text("device.distrust.text"),
		yes: w.words.Text("device.distrust"), danger: true,
		do: func() { p.keys.Decide(of, chat.TrustDistrusted, chat.ByChoice) },
	})
}

// askRemoveDevice asks before one of one's own devices goes off the list.
func (w *Window) askRemoveDevice(keys *model.Identity, device uint32) {
	w.ask(question{
		title: w.words.Text("device.remove.title"), text: w.words.Text("device.remove.text", "account", keys.Account().String()),
		yes: w.words.Text("device.remove.yes"), danger: true, do: func() { keys.Remove(device) },
	})
}

// compare is the dialog in which the digits of a key are compared.
func (p *identity) compare(r model.KeyRow) {
	w, of := p.w, r.Fingerprint
	text := w.words.Text("compare.text", "name", p.name)
	if p.isOwn() {
		text = w.words.Text("compare.own.text")
	}
	body := parts.Column(theme.SizeInset,
		parts.NewParagraph(w.kit, text, parts.SheetWidth, parts.Style{}),
		parts.NewLine(w.kit, deviceName(w.words, r.Key), parts.Style{Bold: true}),
		container.NewCenter(parts.NewFingerprint(of, parts.SheetWidth)))
	var sheet *parts.Sheet
	later := parts.NewButton(w.kit, w.words.Text("action.not-now"), parts.Quiet, func() { sheet.Close() })
	differ := parts.NewButton(w.kit, w.words.Text("compare.no"), parts.Danger, func() {
		sheet.Close()
		w.ask(question{
			title: w.words.Text("compare.differ.title"), text: w.words.Text("compare.differ.text"),
			yes: w.words.Text("device.distrust"), danger: true,
			do: func() { p.keys.Decide(of, chat.TrustDistrusted, chat.ByCompare) },
		})
	})
	same := parts.NewButton(w.kit, w.words.Text("compare.yes"), parts.Primary, func() {
		sheet.Close()
		p.keys.Decide(of, chat.TrustVerified, chat.ByCompare)
	})
	sheet = w.sheet(w.words.Text("compare.title"), body, later, differ, same)
	w.focus(later)
}
