// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"slices"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// showProtection shows how the next message will go: the lock above, the words below,
// and what the other side asks.
func (t *talk) showProtection() {
	words, name := t.w.words, t.timeline.Conversation().Title()
	state, known := t.protect.State()
	mode := t.protect.Mode()
	icon, token := lockLook(mode.Lock)
	t.lock.SetIcon(icon, token)
	t.lock.SetText(words.Text("lock." + mode.Lock.String()))
	said := parts.ComposerMode{Icon: icon, Token: token}
	switch mode.Kind {
	case model.ModeUnknown: // for a moment
		t.lock.SetText(words.Text("lock.asking"))
	case model.ModePlain:
		said.Words = words.Text("composer.plain")
	case model.ModeEncrypted:
		said.Words = words.Text("composer.encrypted")
	case model.ModeVerified:
		said.Words = words.Text("composer.verified")
	case model.ModeAsking:
		said.Words = words.Text("composer.asking", "name", name)
	case model.ModeStopped:
		said.Token = theme.ColorDanger
		said.Words = words.Text("composer.stopped", "reason", stoppedWords(words, mode.Code, name))
		if id := outIDs[mode.WayOut]; id != "" {
			said.Out = parts.Action{Text: words.Text(id), Do: func() { t.wayOut(mode.WayOut) }}
		}
	}
	t.composer.SetMode(said)
	t.timeline.SetGuarded(known && state.Was)
	t.timeline.SetPlainBarred(known && (state.Required || slices.Contains(state.Forbidden, chat.ChoiceNone)))
	t.showSecret(state, name)
	t.w.sayOnce(t.protect.Err())
}

var outIDs = map[model.WayOut]string{
	model.OutDevices: "out.devices", model.OutPlain: "out.plain", model.OutOTR: "out.otr",
	model.OutEncrypt: "out.encrypt", model.OutAgain: "out.again", model.OutOwnDevices: "out.devices",
}

// wayOut does what the composer offers where nothing can be sent.
func (t *talk) wayOut(out model.WayOut) {
	switch out {
	case model.OutDevices:
		t.w.showIdentity(t.id())
	case model.OutOwnDevices:
		t.w.showOwnIdentity(t.id().Account, t.w.showChats)
	case model.OutPlain:
		t.w.askPlain(t.protect, t.timeline.Conversation().Title())
	case model.OutOTR:
		t.protect.StartOTR()
	case model.OutEncrypt:
		t.protect.Choose(chat.ChoiceAuto)
	case model.OutAgain:
		t.protect.Again()
	}
}

// send sends what is written. Where nothing can be sent it says why, and keeps the text
// where it is.
func (t *talk) send() {
	if t.protect.Mode().Stopped() {
		t.explainLock()
		return
	}
	t.draft.Send()
}

// askPlain asks before messages go without encryption: the decision stays with the
// conversation.
func (w *Window) askPlain(p *model.Protection, name string) {
	w.ask(question{
		title: w.words.Text("plain-choice.title"), text: w.words.Text("plain-choice.text", "name", name),
		yes: w.words.Text("plain-choice.yes"), danger: true, do: func() {
			p.Choose(chat.ChoiceNone)
			if w.showsChats() {
				w.focus(w.chats.talk.focusable())
			}
		},
	})
}

// showSecret says that the other side asks for a secret, or that we wait for theirs.
func (t *talk) showSecret(s chat.EncryptionState, name string) {
	was, words, id := t.secret.Visible(), t.w.words, t.id()
	switch {
	case s.Asked:
		text := words.Text("secret.asked-plain", "name", name)
		if s.Question != "" {
			text = words.Text("secret.asked", "name", name, "question", shorten(s.Question, 200))
		}
		t.secret.Set(parts.BannerQuestion, text,
			parts.Action{Text: words.Text("secret.reply.enter"), Do: func() { t.w.answerSecret(id, name, s.Question) }},
			parts.Action{Text: words.Text("action.not-now"), Do: func() { t.w.stopSecret(id) }})
	case s.Waiting:
		t.secret.Set(parts.BannerBusy, words.Text("secret.waiting", "name", name),
			parts.Action{Text: words.Text("secret.stop"), Do: func() { t.w.stopSecret(id) }})
	default:
		t.secret.Hide()
	}
	if was != t.secret.Visible() {
		t.screen.Refresh()
	}
}
