// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// showOwnDevice asks above everything about a device that signed in to one's own account.
func (c *chats) showOwnDevice() {
	was := c.device.Visible()
	k, ok := c.own.Asking()
	if !ok {
		c.device.Hide()
	} else {
		words := c.w.words
		at := parts.DayTime(words, k.FirstSeen)
		c.device.Set(parts.BannerWarn, words.Text("own-device.banner", "account", k.Account.String(), "time", at),
			parts.Action{Text: words.Text("act.verify-own"), Do: func() { c.w.verifyOwn(k.Account, k.Fingerprint) }},
			parts.Action{Text: words.Text("act.remove-own"), Do: func() { c.w.removeOwn(k) }})
	}
	if was != c.device.Visible() {
		c.screen.Refresh()
	}
}

// verifyOwn goes to one's own keys and compares one of them. Who does not do it now is
// not asked about it again: the page of keys says it.
func (w *Window) verifyOwn(account chat.Address, of chat.Fingerprint) {
	w.openIdentity(chat.ConvID{Account: account, Peer: account}, w.showChats, func(p *identity) {
		if w.chats != nil {
			w.chats.own.Later(of)
		}
		if r, ok := p.keys.Key(of); ok && r.Compare {
			p.compare(r)
		}
	})
}

// removeOwn asks before a device goes off one's own account.
func (w *Window) removeOwn(k chat.Key) {
	keys := model.NewIdentity(w.env, w.core, k.Account, k.Account)
	keys.OnChange = func() { w.sayOnce(keys.Err()) }
	w.askRemoveDevice(keys, k.Device)
}

// act does what was chosen of what a row of the timeline offers.
func (t *talk) act(id chat.MsgID, act model.Act) {
	w, conv := t.w, t.id()
	m, ok := t.timeline.Message(id)
	if !ok {
		return
	}
	switch act {
	case model.ActCheck, model.ActDevices:
		if m.Error == chat.CodeOwnUnchecked {
			w.showOwnIdentity(conv.Account, w.showChats)
		} else {
			w.showIdentity(conv)
		}
	case model.ActVerify:
		w.openIdentity(conv, w.showChats, func(p *identity) {
			if r, ok := p.keys.Key(m.Fingerprint); ok && r.Compare {
				p.compare(r)
			}
		})
	case model.ActNotNow:
		t.timeline.Dismiss(id)
	case model.ActVerifyOwn:
		w.verifyOwn(conv.Account, m.Fingerprint)
	case model.ActRemoveOwn:
		w.findOwn(conv.Account, m.Fingerprint, w.removeOwn)
	case model.ActAskAgain:
		t.askAgain(m)
	case model.ActRenew:
		t.renew(m)
	case model.ActOTR:
		t.protect.StartOTR()
	case model.ActPlain:
		t.askPlain(id)
	case model.ActDetails:
		if m.Status == chat.Failed && m.Direction == chat.Out || m.Error == chat.CodeOptOut {
			t.explainLock()
		} else {
			t.details(m)
		}
	}
}

// askPlain asks whether a message is to be sent that everybody on the way can read.
func (t *talk) askPlain(id chat.MsgID) {
	w := t.w
	if s, known := t.protect.State(); known && s.Required {
		t.explainLock() // which says why not
		return
	}
	w.ask(question{
		title: w.words.Text("plain-one.title"), text: w.words.Text("plain-one.text"),
		yes: w.words.Text("act.plain"), danger: true, do: func() { t.timeline.SendPlain(id) },
	})
}

// findOwn finds one of one's own devices by its key.
func (w *Window) findOwn(account chat.Address, of chat.Fingerprint, then func(k chat.Key)) {
	keys := model.NewIdentity(w.env, w.core, account, account)
	keys.OnChange = func() {
		keys.OnChange = nil
		w.sayOnce(keys.Err())
		if r, ok := keys.Key(of); ok && r.Listed {
			then(r.Key)
		} else if keys.Loaded() {
			w.say(w.words.Text("failed.title"), w.words.Text("error.not-found"))
		}
	}
	keys.Load()
}

// renew begins the session anew in which a message could not be read. Then the other side
// can be asked for it.
func (t *talk) renew(m chat.Message) {
	core, shown := t.w.core, t.id()
	conv := shown
	if m.Direction == chat.Out { // another device of one's own wrote it
		conv.Peer = conv.Account
	}
	t.w.command(func(ctx context.Context) error { return core.RenewSession(ctx, conv, "") }, func() {
		switch {
		case t.id() != shown:
		case conv != shown:
			t.timeline.Dismiss(m.ID)
		default:
			t.askAgain(m)
		}
	})
}

// askAgain writes into the composer that a message could not be read. Whether it is
// sent is the person's decision.
func (t *talk) askAgain(m chat.Message) {
	if !t.composer.Visible() {
		return
	}
	words := t.w.words
	at := m.Time.Local()
	text := words.Text("composer.ask-again", "time", parts.DayTime(words, at))
	if before := t.draft.Text(); before != "" {
		text = before + "\n" + text
	}
	t.composer.Entry.SetText(text)
	t.w.focus(t.composer.Entry)
	t.timeline.Dismiss(m.ID)
}
