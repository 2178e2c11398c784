// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
)

// bindMessages joins what can be done with one message.
func (t *talk) bindMessages() {
	t.rows.OnRetry = t.timeline.Retry
	t.rows.OnDelete = t.askDelete
	t.rows.OnTakeBack = t.askTakeBack
	t.rows.OnReact = t.timeline.React
	t.rows.OnQuote = t.timeline.JumpTo
	t.rows.OnAct = t.act
	t.rows.OnReply = func(id chat.MsgID) { t.about(id, t.draft.Reply) }
	t.rows.OnEdit = func(id chat.MsgID) { t.about(id, t.draft.Edit) }
}

// about begins to write about a message.
func (t *talk) about(id chat.MsgID, do func(m chat.Message)) {
	if m, ok := t.timeline.Message(id); ok && !t.timeline.Conversation().Contact.Blocked {
		do(m)
		t.w.focus(t.composer.Entry)
	}
}

// editLast changes the last own message: the up arrow where nothing is written.
func (t *talk) editLast() {
	conv := t.id()
	t.timeline.LastOwn(func(m chat.Message) {
		if conv == t.id() && t.draft.Text() == "" && t.draft.Subject().Kind == model.SubjectNone {
			t.draft.Edit(m)
		}
	})
}

// showSubject says above the composer what is being answered or changed.
func (t *talk) showSubject() {
	was, words := t.subject.Visible(), t.w.words
	switch s := t.draft.Subject(); s.Kind {
	case model.SubjectReply:
		title := words.Text("composer.reply", "name", t.timeline.Conversation().Title())
		if s.Own {
			title = words.Text("composer.reply-own")
		}
		t.subject.Set("reply", title, s.Text)
	case model.SubjectEdit:
		t.subject.Set("edit", words.Text("composer.edit"), s.Text)
	default:
		t.subject.Hide()
	}
	if was != t.subject.Visible() {
		t.screen.Refresh()
	}
}

// cancel ends an answer or a change that is being written, and says whether there
// was one.
func (t *talk) cancel() bool { return t.draft.Cancel() }

// askDelete asks before a message goes for good.
func (t *talk) askDelete(id chat.MsgID) {
	words := t.w.words
	t.w.ask(question{
		title: words.Text("message.delete.title"), text: words.Text("message.delete.text"),
		yes: words.Text("message.delete.yes"), danger: true, do: func() { t.timeline.Delete(id) },
	})
}

// askTakeBack asks before the other side is told to forget a message.
func (t *talk) askTakeBack(id chat.MsgID) {
	words := t.w.words
	t.w.ask(question{
		title: words.Text("message.take-back.title"),
		text:  words.Text("message.take-back.text", "name", t.timeline.Conversation().Title()),
		yes:   words.Text("message.take-back.yes"), danger: true, do: func() { t.timeline.Retract(id) },
	})
}
