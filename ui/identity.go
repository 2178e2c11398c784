// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// identityWidth is the width of what stands on a page of keys.
const identityWidth = 540

// identity is the page of all keys of a contact, or of oneself: whose they are, what is
// thought of them, and the ways to make sure.
type identity struct {
	w        *Window
	conv     chat.ConvID // Peer is the account itself on one's own page
	name     string      // of the contact
	keys     *model.Identity
	mine     *model.Identity   // one's own, beside a contact's
	protect  *model.Protection // nil on one's own page
	face     *parts.Avatar     // nil on one's own page
	summary  *fyne.Container
	devices  *fyne.Container
	own      *fyne.Container
	messages *messageChoices
	ask      *parts.Button
	body     *fyne.Container
	scroll   *container.Scroll
	old      bool // keys that are not used any more are shown
	then     func()
}

// showIdentity shows the page of the contact of a conversation.
func (w *Window) showIdentity(id chat.ConvID) { w.openIdentity(id, w.showChats, nil) }

// showOwnIdentity shows the page of an account's own keys; back is where it goes back to.
func (w *Window) showOwnIdentity(account chat.Address, back func()) {
	w.openIdentity(chat.ConvID{Account: account, Peer: account}, back, nil)
}

// openIdentity shows a page of keys, and goes on with then (may be nil) once they are
// there.
func (w *Window) openIdentity(id chat.ConvID, back func(), then func(p *identity)) {
	if id.IsZero() || w.chats == nil || w.covered() {
		return
	}
	core := w.core
	w.env.Tasks.Run(func(ctx context.Context) func() {
		name, hash := "", ""
		if id.Peer != id.Account {
			if c, err := core.Conversation(ctx, id); err == nil {
				name, hash = c.Title(), c.Contact.Avatar
			}
		}
		return func() {
			if w.covered() || w.chats == nil { // something else was opened meanwhile
				return
			}
			if name == "" {
				name = w.nameOf(id)
			}
			newIdentity(w, id, name, hash, back, then)
		}
	})
}

func newIdentity(w *Window, id chat.ConvID, name, hash string, back func(), then func(p *identity)) *identity {
	p := &identity{
		w: w, conv: id, name: name, keys: model.NewIdentity(w.env, w.core, id.Account, id.Peer),
		summary: parts.Column(theme.SizeGap), devices: parts.Column(theme.SizeInset), own: parts.Column(theme.SizePad),
	}
	if then != nil {
		p.then = func() { then(p) }
	}
	body := parts.Column(theme.SizeInset, p.head(hash), p.ways(), parts.Gap(theme.SizeGap), p.devices)
	stops := []func(){w.listen(p.keys)}
	p.keys.OnChange = p.refresh
	if !p.isOwn() {
		p.mine = model.NewIdentity(w.env, w.core, id.Account, id.Account)
		p.mine.OnChange = p.refresh
		p.protect = model.NewProtection(w.env, w.core, w.core)
		p.messages = newMessageChoices(w, p.protect, name)
		p.protect.OnChange = p.messages.refresh
		stops = append(stops, w.listen(p.mine), w.listen(p.protect), w.watch(func() { p.face.Set(p.faceOf(hash), theme.ColorBackground) }))
		body.Add(p.own)
		body.Add(p.messages.box)
	}
	title := "identity.title"
	if p.isOwn() {
		title = "identity.own"
	}
	top := container.NewStack(parts.NewFill(w.kit, theme.ColorBackground), container.NewBorder(nil, parts.NewRule(w.kit), nil, nil,
		parts.Inset(theme.SizePad, parts.Row(theme.SizePad, nil, parts.NewIconButton(w.kit, "back", w.words.Text("action.back"), back),
			fixed(parts.NewLine(w.kit, w.words.Text(title), parts.Style{Size: theme.SizeTitle, Bold: true}))))))
	p.body = body
	p.scroll = container.NewVScroll(container.New(topCenter{identityWidth}, parts.InsetXY("", theme.SizeHeadline, body)))
	p.refresh()
	w.show(screen{
		body:   container.NewStack(parts.NewFill(w.kit, theme.ColorBackground), container.NewBorder(top, nil, nil, nil, p.scroll)),
		scroll: p.scroll, escape: func() bool { back(); return true },
		leave: func() {
			for _, stop := range stops {
				stop()
			}
			p.keys.OnChange = nil
			if p.mine != nil {
				p.mine.OnChange, p.protect.OnChange = nil, nil
			}
		},
	})
	p.keys.Load()
	if p.mine != nil {
		p.mine.Load()
		p.protect.Open(id)
	}
	return p
}

func (p *identity) isOwn() bool { return p.conv.Account == p.conv.Peer }

func (p *identity) faceOf(hash string) parts.Face {
	return p.w.faces.of(p.conv.Peer, p.name, hash, chat.Unavailable)
}

// head says whose keys these are.
func (p *identity) head(hash string) fyne.CanvasObject {
	w := p.w
	if p.isOwn() {
		return parts.Column(theme.SizePad, parts.NewLine(w.kit, p.conv.Account.String(), parts.Style{Size: theme.SizeHeadline, Bold: true}),
			parts.NewParagraph(w.kit, w.words.Text("identity.own.text"), identityWidth, parts.Style{Color: theme.ColorTextMuted}), p.summary)
	}
	p.face = parts.NewAvatar(w.kit, p.faceOf(hash), 64, theme.ColorBackground)
	names := parts.Column(theme.SizeGap,
		parts.NewLine(w.kit, p.name, parts.Style{Size: theme.SizeHeadline, Bold: true}),
		parts.NewLine(w.kit, p.conv.Peer.String(), parts.Style{Color: theme.ColorTextMuted}), p.summary)
	return parts.Row(theme.SizeInset, names, p.face, names)
}

// ways are the ways to make sure whose keys these are, besides comparing digits.
func (p *identity) ways() fyne.CanvasObject {
	w := p.w
	row := []fyne.CanvasObject{
		parts.NewButton(w.kit, w.words.Text("identity.show-code"), parts.Secondary, func() { w.showCode(p.conv.Account) }).WithIcon("qr"),
		parts.NewButton(w.kit, w.words.Text("identity.read-code"), parts.Secondary, func() { w.readCode(p.keys, p.name) }).WithIcon("picture"),
	}
	if !p.isOwn() {
		p.ask = parts.NewButton(w.kit, w.words.Text("identity.ask"), parts.Secondary, func() { w.askSecret(p.protect, p.name) }).WithIcon("question")
		row = append(row, p.ask)
	}
	return parts.Flow(theme.SizePad, identityWidth, row...)
}

// refresh draws what is known now.
func (p *identity) refresh() {
	p.summarise()
	p.devices.Objects = nil
	if title := p.title(); title != "" {
		p.devices.Add(parts.NewLine(p.w.kit, title, parts.Style{Size: theme.SizeTitle, Bold: true}))
	}
	p.addDead()
	for _, r := range p.keys.Current() {
		p.devices.Add(p.card(r))
	}
	if old := p.keys.Old(); len(old) > 0 && p.old {
		for _, r := range old {
			p.devices.Add(p.card(r))
		}
	} else if len(old) > 0 {
		p.devices.Add(parts.Flow("", cardWidth(), parts.NewButton(p.w.kit, p.w.words.Text("identity.old", "count", len(old)), parts.Quiet, func() {
			p.old = true
			p.refresh()
		}).Small()))
	}
	p.showMine()
	p.body.Refresh()
	p.scroll.Refresh()
	p.w.sayOnce(p.keys.Err())
	if p.then != nil && p.keys.Loaded() {
		then := p.then
		p.then = nil
		then()
	}
}

func (p *identity) title() string {
	if p.isOwn() || len(p.keys.Current()) == 0 && len(p.keys.Old()) == 0 {
		return ""
	}
	return p.w.words.Text("identity.devices", "name", p.name)
}

// summarise says in a sentence how sure one can be.
func (p *identity) summarise() {
	words := p.w.words
	open, all := p.keys.Unverified()
	icon, token, text := "lock-closed", theme.ColorTextMuted, words.Text("identity.loading")
	switch {
	case !p.keys.Loaded():
	case p.isOwn() && all == 0:
		icon, text = "device", words.Text("identity.own-alone")
	case p.isOwn() && open > 0:
		icon, token, text = "lock-closed", theme.ColorTextMuted, words.Text("identity.own-open", "count", open)
	case p.isOwn():
		icon, token, text = "lock-verified", theme.ColorSuccess, words.Text("identity.own-verified")
	case all == 0:
		icon, text = "lock-open", words.Text("identity.none", "name", p.name)
	case open == 0:
		icon, token, text = "lock-verified", theme.ColorSuccess, words.Text("identity.all-verified", "name", p.name, "count", all)
	case open == all:
		text = words.Text("identity.open-all", "name", p.name, "count", all)
	default:
		text = words.Text("identity.open", "name", p.name, "count", open, "all", all)
	}
	width := float32(identityWidth - 64 - 40)
	line := parts.NewParagraph(p.w.kit, text, width, parts.Style{})
	p.summary.Objects = []fyne.CanvasObject{parts.Row(theme.SizePad, line, parts.NewGlyph(p.w.kit, icon, token, 18), line)}
}

// addDead offers to remove own devices that give no sign any more.
func (p *identity) addDead() {
	dead := p.keys.Dead()
	if len(dead) == 0 {
		return
	}
	w := p.w
	p.devices.Add(p.plate(parts.Column(theme.SizePad,
		parts.NewParagraph(w.kit, w.words.Text("dead.text", "count", len(dead)), cardWidth(), parts.Style{}),
		left(parts.NewButton(w.kit, w.words.Text("dead.remove", "count", len(dead)), parts.Secondary, func() {
			w.ask(question{
				title: w.words.Text("dead.title", "count", len(dead)),
				text:  w.words.Text("device.remove.text", "account", p.conv.Account.String()),
				yes:   w.words.Text("device.remove.yes"), danger: true, do: func() { p.keys.Remove(devicesOf(dead)...) },
			})
		})))))
}

func devicesOf(rows []model.KeyRow) []uint32 {
	var out []uint32
	for _, r := range rows {
		out = append(out, r.Device)
	}
	return out
}

// showMine shows this computer's key beside the contact's, who wants to compare it too.
func (p *identity) showMine() {
	if p.mine == nil {
		return
	}
	p.own.Objects = nil
	for _, r := range p.mine.Current() {
		if r.State != model.KeyOwn {
			continue
		}
		if len(p.own.Objects) == 0 {
			p.own.Add(parts.Gap(theme.SizeGap))
			p.own.Add(parts.NewLine(p.w.kit, p.w.words.Text("identity.mine", "name", p.name), parts.Style{Size: theme.SizeTitle, Bold: true}))
		}
		p.own.Add(p.mineCard(r))
	}
}
