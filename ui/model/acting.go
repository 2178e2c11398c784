// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// MessageActions are what can be done to one message; *core.Client meets it.
type MessageActions interface {
	Retry(ctx context.Context, conv chat.ConvID, id chat.MsgID) error
	RetryAs(ctx context.Context, conv chat.ConvID, id chat.MsgID, choice chat.EncryptionChoice) error
	DeleteMessage(ctx context.Context, conv chat.ConvID, id chat.MsgID) error
	Retract(ctx context.Context, conv chat.ConvID, id chat.MsgID) error
	React(ctx context.Context, conv chat.ConvID, id chat.MsgID, emoji []string) error
}

// Retry sends a failed message again, as new.
func (t *Timeline) Retry(id chat.MsgID) {
	conv := t.conv.ID
	t.act("send again", func(ctx context.Context) error { return t.actions.Retry(ctx, conv, id) })
}

// SendPlain sends a failed message again, not encrypted. Ask before.
func (t *Timeline) SendPlain(id chat.MsgID) {
	conv := t.conv.ID
	t.act("send again", func(ctx context.Context) error { return t.actions.RetryAs(ctx, conv, id, chat.ChoiceNone) })
}

// Delete removes a message from this computer.
func (t *Timeline) Delete(id chat.MsgID) {
	conv := t.conv.ID
	t.act("delete message", func(ctx context.Context) error { return t.actions.DeleteMessage(ctx, conv, id) })
}

// Retract takes an own message back: the other side is asked to forget it. Ask
// before.
func (t *Timeline) Retract(id chat.MsgID) {
	conv := t.conv.ID
	t.act("take back message", func(ctx context.Context) error { return t.actions.Retract(ctx, conv, id) })
}

// React puts an emoji under a message, or takes it away where it is the person's
// already. It shows at once: the next click counts from there.
func (t *Timeline) React(id chat.MsgID, emoji string) {
	i := t.window.index(id)
	if i < 0 || emoji == "" {
		return
	}
	m := t.window.msgs[i]
	m.Reactions = toggled(m.Reactions, emoji)
	t.window.msgs = slices.Clone(t.window.msgs)
	t.window.msgs[i] = m
	call(t.OnChange)
	mine := mineOf(m.Reactions)
	conv := t.conv.ID
	t.marks.Run(func(ctx context.Context) func() {
		err := t.actions.React(ctx, conv, id, mine)
		return func() {
			if err != nil && conv == t.conv.ID {
				t.err = asError("react", err)
				t.reread([]chat.MsgID{id}) // as it was
				call(t.OnChange)
			}
		}
	})
}

// toggled are reactions after the person pressed one.
func toggled(from []chat.Reaction, emoji string) []chat.Reaction {
	out := slices.Clone(from)
	i := slices.IndexFunc(out, func(r chat.Reaction) bool { return r.Emoji == emoji })
	switch {
	case i < 0:
		return append(out, chat.Reaction{Emoji: emoji, Mine: true})
	case out[i].Mine && !out[i].Theirs:
		return slices.Delete(out, i, i+1)
	}
	out[i].Mine = !out[i].Mine
	return out
}

// mineOf are the person's own.
func mineOf(all []chat.Reaction) []string {
	var mine []string
	for _, r := range all {
		if r.Mine {
			mine = append(mine, r.Emoji)
		}
	}
	return mine
}

// Message is one that is loaded.
func (t *Timeline) Message(id chat.MsgID) (chat.Message, bool) {
	if i := t.window.index(id); i >= 0 {
		return t.window.msgs[i], true
	}
	return chat.Message{}, false
}

// LastOwn finds the newest message that the person can change, and calls then
// with it, now or later; never where there is none.
func (t *Timeline) LastOwn(then func(m chat.Message)) {
	if m, ok := lastOwn(t.window.msgs); t.window.atEnd || t.conv.ID.IsZero() {
		if ok {
			then(m)
		}
		return
	}
	conv := t.conv.ID
	t.lane.Run(func(ctx context.Context) func() {
		page, err := t.src.Page(ctx, conv, 0, pageSize)
		m, ok := lastOwn(page)
		return func() {
			if err == nil && ok && conv == t.conv.ID {
				then(m)
			}
		}
	})
}

func lastOwn(msgs []chat.Message) (chat.Message, bool) {
	for _, m := range slices.Backward(msgs) {
		if Changeable(m) {
			return m, true
		}
	}
	return chat.Message{}, false
}

// Changeable says whether the person can change a message.
func Changeable(m chat.Message) bool {
	return m.Direction == chat.Out && m.Kind == chat.KindText && !m.Retracted && m.Status != chat.Failed
}

func (t *Timeline) act(op string, do func(context.Context) error) {
	t.marks.Run(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			if t.err = asError(op, err); err != nil {
				call(t.OnChange)
			}
		}
	})
}
