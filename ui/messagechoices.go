// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// messageChoices are what the person chose about the messages of one conversation: how
// they are encrypted, and what new devices get.
type messageChoices struct {
	w       *Window
	box     *fyne.Container
	protect *model.Protection
	name    string
	way     *chooser
	wayText *parts.Paragraph
	level   *chooser
	text    *parts.Paragraph
	quiet   bool
}

// The choices, in the order in which they are offered.
var (
	wayChoices = []chat.EncryptionChoice{chat.ChoiceAuto, chat.ChoiceOMEMO, chat.ChoiceOTR, chat.ChoiceNone}
	levels     = []chat.TrustLevel{chat.Relaxed, chat.Careful, chat.Strict}
)

func newMessageChoices(w *Window, protect *model.Protection, name string) *messageChoices {
	m := &messageChoices{w: w, protect: protect, name: name}
	ways := make([]string, len(wayChoices))
	for i, c := range wayChoices {
		ways[i] = w.words.Text("choice." + c.String())
	}
	m.way = w.newChooser(w.words.Text("choice.title"), ways, identityWidth, m.chooseWay)
	m.level = w.newChooser(w.words.Text("level.title"), m.levelTexts(chat.Careful), identityWidth, m.chooseLevel)
	muted := parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}
	m.wayText = parts.NewParagraph(w.kit, "", identityWidth, muted)
	m.text = parts.NewParagraph(w.kit, "", identityWidth, muted)
	m.box = parts.Column(theme.SizePad, parts.Gap(theme.SizeGap),
		parts.NewLine(w.kit, w.words.Text("identity.messages", "name", name), parts.Style{Size: theme.SizeTitle, Bold: true}),
		m.way.box, m.wayText, parts.Gap(""), m.level.box, m.text)
	m.box.Hide() // until it is known
	return m
}

// levelTexts are the levels with, before them, that of the account.
func (m *messageChoices) levelTexts(account chat.TrustLevel) []string {
	texts := []string{m.w.words.Text("level.account", "level", m.w.words.Text("level."+account.String()))}
	for _, l := range levels {
		texts = append(texts, m.w.words.Text("level."+l.String()))
	}
	return texts
}

// refresh shows what is kept.
func (m *messageChoices) refresh() {
	m.w.sayOnce(m.protect.Err())
	s, ok := m.protect.State()
	if !ok {
		return
	}
	m.quiet = true
	for i, c := range wayChoices {
		if c == s.Choice {
			m.way.SetSelectedIndex(i)
		}
	}
	m.wayText.Set(m.w.words.Text("choice."+s.Choice.String()+".text", "name", m.name))
	m.level.Options = m.levelTexts(m.protect.AccountLevel())
	at := 0
	for i, l := range levels {
		if s.OwnLevel && l == s.Level {
			at = i + 1
		}
	}
	m.level.SetSelectedIndex(at)
	m.text.Set(m.w.words.Text("level." + s.Level.String() + ".text"))
	m.quiet = false
	m.box.Show()
	m.box.Refresh()
	m.w.root.Refresh()
}

func (m *messageChoices) chooseWay(i int) {
	if m.quiet || i < 0 {
		return
	}
	if wayChoices[i] == chat.ChoiceNone {
		m.refresh() // as it was, until the person has said so
		m.w.askPlain(m.protect, m.name)
		return
	}
	m.protect.Choose(wayChoices[i])
}

func (m *messageChoices) chooseLevel(i int) {
	if m.quiet || i < 0 {
		return
	}
	level := chat.AsAccount
	if i > 0 {
		level = levels[i-1]
	}
	m.protect.SetLevel(level)
}
