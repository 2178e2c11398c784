// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

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

	ways           []chat.EncryptionChoice // that are offered
	levels         []chat.TrustLevel       // likewise, besides the account's
	wayBy, levelBy *setByNote
}

// The choices, in the order in which they are offered.
var (
	wayChoices = []chat.EncryptionChoice{chat.ChoiceAuto, chat.ChoiceOMEMO, chat.ChoiceOTR, chat.ChoiceNone}
	levels     = []chat.TrustLevel{chat.Relaxed, chat.Careful, chat.Strict}
)

func newMessageChoices(w *Window, protect *model.Protection, name string) *messageChoices {
	m := &messageChoices{w: w, protect: protect, name: name}
	m.wayBy, m.levelBy = w.noteSetBy(""), w.noteSetBy("")
	m.ways, m.levels = wayChoices, levels
	m.way = w.newChooser(w.words.Text("choice.title"), m.wayTexts(), identityWidth, m.chooseWay)
	m.level = w.newChooser(w.words.Text("level.title"), m.levelTexts(chat.Careful), identityWidth, m.chooseLevel)
	muted := parts.Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}
	m.wayText = parts.NewParagraph(w.kit, "", identityWidth, muted)
	m.text = parts.NewParagraph(w.kit, "", identityWidth, muted)
	m.box = parts.Column(theme.SizePad, parts.Gap(theme.SizeGap),
		parts.NewLine(w.kit, w.words.Text("identity.messages", "name", name), parts.Style{Size: theme.SizeTitle, Bold: true}),
		m.way.box, m.wayText, m.wayBy.box, parts.Gap(""), m.level.box, m.text, m.levelBy.box)
	m.box.Hide() // until it is known
	return m
}

func (m *messageChoices) wayTexts() (texts []string) {
	for _, c := range m.ways {
		texts = append(texts, m.w.words.Text("choice."+c.String()))
	}
	return texts
}

// levelTexts are the levels with, before them, that of the account.
func (m *messageChoices) levelTexts(account chat.TrustLevel) []string {
	texts := []string{m.w.words.Text("level.account", "level", m.w.words.Text("level."+account.String()))}
	for _, l := range m.levels {
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
	// What a policy does not allow is not offered, unless it is what was chosen before.
	m.ways = slices.DeleteFunc(slices.Clone(wayChoices), func(c chat.EncryptionChoice) bool { return c != s.Choice && slices.Contains(s.Forbidden, c) })
	m.levels = slices.DeleteFunc(slices.Clone(levels), func(l chat.TrustLevel) bool { return !mayChoose(l, s) })
	m.way.Options = m.wayTexts()
	m.way.SetSelectedIndex(slices.Index(m.ways, s.Choice))
	setEnabled(&m.way.Select, len(m.ways) > 1)
	m.wayBy.set(s.ChoiceBy)
	m.levelBy.set(s.LevelBy)
	m.wayText.Set(m.w.words.Text("choice."+s.Choice.String()+".text", "name", m.name))
	m.level.Options = m.levelTexts(m.protect.AccountLevel())
	at := 0
	if s.OwnLevel {
		at = slices.Index(m.levels, s.Level) + 1
	}
	m.level.SetSelectedIndex(at)
	setEnabled(&m.level.Select, len(m.levels) > 1)
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
	if m.ways[i] == chat.ChoiceNone {
		m.refresh() // as it was, until the person has said so
		m.w.askPlain(m.protect, m.name)
		return
	}
	m.protect.Choose(m.ways[i])
}

func (m *messageChoices) chooseLevel(i int) {
	if m.quiet || i < 0 {
		return
	}
	level := chat.AsAccount
	if i > 0 {
		level = m.levels[i-1]
	}
	m.protect.SetLevel(level)
}

// setEnabled says whether something can be chosen at all.
func setEnabled(s *widget.Select, on bool) {
	if on {
		s.Enable()
	} else {
		s.Disable()
	}
}
