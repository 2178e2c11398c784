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

// askSecret is the dialog in which the person asks the other side what only they can
// know. It needs an OTR session, and offers to begin one.
func (w *Window) askSecret(p *model.Protection, name string) {
	words := w.words
	state, ok := p.State()
	if !ok || !state.OTROpen {
		w.ask(question{
			title: words.Text("secret.title", "name", name), text: words.Text("secret.needs", "name", name),
			yes: words.Text("out.otr"), do: p.StartOTR,
		})
		return
	}
	s := newSecretForm(w, p.Conv(), true)
	s.question = parts.NewField(w.kit, words.Text("secret.question"), parts.SheetWidth)
	s.question.SetHint(words.Text("secret.question.hint", "name", name))
	s.question.Entry.OnSubmitted = func(string) { w.focus(s.answer.Entry) }
	s.answer.SetHint(words.Text("secret.answer.hint"))
	s.open(words.Text("secret.title", "name", name), words.Text("secret.enter"),
		parts.NewParagraph(w.kit, words.Text("secret.text", "name", name), parts.SheetWidth, parts.Style{}), s.question.Box)
	w.focus(s.question.Entry)
}

// answerSecret is the dialog in which the person answers. What is asked is a stranger's
// words until the answer has proved otherwise.
func (w *Window) answerSecret(id chat.ConvID, name, asked string) {
	if w.covered() {
		return
	}
	words := w.words
	s := newSecretForm(w, id, false)
	what := parts.NewParagraph(w.kit, words.Text("secret.reply.none"), parts.SheetWidth, parts.Style{})
	if asked != "" {
		what = parts.NewParagraph(w.kit, shorten(asked, 600), parts.SheetWidth, parts.Style{Bold: true})
	}
	s.open(words.Text("secret.reply", "name", name), words.Text("secret.reply.enter"), what,
		parts.NewParagraph(w.kit, words.Text("secret.reply.text", "name", name), parts.SheetWidth, parts.Style{Color: theme.ColorTextMuted}))
	w.focus(s.answer.Entry)
}

// secretForm is either of the two.
type secretForm struct {
	w                *Window
	model            *model.Secret
	question, answer *parts.Field
	wrong            *parts.Paragraph
	enter            *parts.Button
	sheet            *parts.Sheet
}

func newSecretForm(w *Window, id chat.ConvID, asking bool) *secretForm {
	s := &secretForm{w: w, model: model.NewSecret(w.env, w.core, id, asking)}
	s.answer = parts.NewField(w.kit, w.words.Text("secret.answer"), parts.SheetWidth)
	s.answer.Entry.OnSubmitted = func(string) { s.submit() }
	s.wrong = parts.NewParagraph(w.kit, "", parts.SheetWidth, parts.Style{Color: theme.ColorDanger})
	s.wrong.Hide()
	s.model.OnChange = s.refresh
	s.model.OnDone = func() {
		s.answer.Entry.SetText("")
		s.sheet.Close()
	}
	return s
}

func (s *secretForm) open(title, enter string, above ...fyne.CanvasObject) {
	s.enter = parts.NewButton(s.w.kit, enter, parts.Primary, s.submit)
	s.sheet = s.w.sheet(title, parts.Column(theme.SizeInset, append(above, s.answer.Box, s.wrong)...), s.enter)
}

func (s *secretForm) submit() {
	if s.question != nil {
		s.model.Question = s.question.Text()
	}
	s.model.Answer = s.answer.Text()
	s.model.Submit()
}

func (s *secretForm) refresh() {
	if s.model.Busy() {
		s.enter.Disable()
	} else {
		s.enter.Enable()
	}
	t := s.model.Trouble()
	s.answer.SetError("")
	s.wrong.Hide()
	switch {
	case t.Err == nil:
	case t.Place == model.PlaceField:
		s.answer.SetError(errorWords(s.w.words, t.Err))
		s.w.focus(s.answer.Entry)
	default:
		s.wrong.Set(errorWords(s.w.words, t.Err))
		s.wrong.Show()
	}
	s.sheet.Refresh()
}

// stopSecret ends what is being compared, on both sides.
func (w *Window) stopSecret(id chat.ConvID) {
	core := w.core
	w.command(func(ctx context.Context) error { return core.AbortSecret(ctx, id) }, nil)
}
