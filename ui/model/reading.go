// SPDX-License-Identifier: MPL-2.0

package model

import (
	"cmp"
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// Apply implements Listener.
func (t *Timeline) Apply(events []chat.Event) {
	if t.conv.ID.IsZero() {
		return
	}
	var ids []chat.MsgID
	known := map[chat.MsgID]bool{}
	header, all := false, false
	for _, e := range events {
		switch {
		case e.Kind == chat.Reload, e.Kind == chat.TrustChanged && (e.Conv == t.conv.ID || e.Account == t.conv.ID.Account):
			all = true // what is thought of keys stands at the messages
		case e.Kind == chat.MessagesChanged && e.Conv == t.conv.ID:
			for _, id := range e.IDs {
				if !known[id] {
					known[id] = true
					ids = append(ids, id)
				}
			}
		case e.Kind == chat.ConversationChanged && e.Conv == t.conv.ID,
			e.Kind == chat.ContactsChanged && e.Account == t.conv.ID.Account,
			e.Kind == chat.AccountChanged && e.Account == t.conv.ID.Account:
			header = true
		}
	}
	if all {
		t.reload()
	} else if len(ids) > 0 || header {
		t.reread(ids)
	}
}

// reread asks for the header and for the messages that an event named.
func (t *Timeline) reread(ids []chat.MsgID) {
	id := t.conv.ID
	t.lane.Run(func(ctx context.Context) func() {
		conv, err := t.src.Conversation(ctx, id)
		var found []chat.Message
		if err == nil && len(ids) > 0 {
			found, err = t.src.Messages(ctx, ids)
		}
		var quotes map[chat.MsgID]chat.Message
		if err == nil {
			quotes, err = quotesOf(ctx, t.src, found)
		}
		return func() {
			if id != t.conv.ID {
				return
			}
			if err != nil {
				t.err = asError("read messages", err)
			} else {
				t.window = t.window.learn(quotes)
				t.arrived(conv, ids, found)
			}
			call(t.OnChange)
		}
	})
}

func (t *Timeline) arrived(conv chat.Conversation, ids []chat.MsgID, found []chat.Message) {
	end := t.window.last()
	t.conv = conv
	if t.window = t.window.merge(ids, found); t.atEnd {
		t.window = t.window.dropOldest()
	} else {
		t.window = t.window.near(t.inView)
	}
	if t.line == 0 && !t.reading() {
		t.placeLine(found, end)
	}
}

// placeLine puts the unread line above the first message that came while
// nobody looked.
func (t *Timeline) placeLine(found []chat.Message, after chat.Cursor) {
	for _, m := range found { // in order: merge has sorted them
		if m.Direction == chat.In && m.Cursor > after && m.Kind != chat.KindNotice && m.Kind != chat.KindGap {
			t.line = m.Cursor
			return
		}
	}
}

// reads is the message at which a person is.
func (t *Timeline) reads() chat.MsgID {
	if n := len(t.window.msgs); n > 0 && t.atEnd {
		return t.window.msgs[n-1].ID
	}
	return t.inView
}

// reload reads again what is loaded, and what came after it.
func (t *Timeline) reload() {
	id, turn, before, reads := t.conv.ID, t.open, t.window, t.reads()
	t.lane.Run(func(ctx context.Context) func() {
		conv, w, found, err := t.readAgain(ctx, id, before, reads)
		if err == nil {
			w, err = w.withQuotes(ctx, t.src)
		}
		return func() {
			if turn != t.open {
				return
			}
			if t.err = asError("read messages", err); err == nil {
				end := t.window.last()
				t.conv, t.window = conv, w.keepChanges(before, t.window, t.reads())
				if t.line == 0 && !t.reading() {
					t.placeLine(found, end)
				}
			}
			call(t.OnChange)
		}
	})
}

// readAgain reads what lies between the first and the last of w, as far from what
// somebody reads as a window goes: a gap in it may have closed, places may be others.
func (t *Timeline) readAgain(ctx context.Context, id chat.ConvID, w window, reads chat.MsgID) (conv chat.Conversation, next window, found []chat.Message, err error) {
	if conv, err = t.src.Conversation(ctx, id); err != nil {
		return conv, w, nil, err
	}
	ids := make([]chat.MsgID, len(w.msgs))
	for i, m := range w.msgs {
		ids[i] = m.ID
	}
	if len(ids) > 0 {
		if found, err = t.src.Messages(ctx, ids); err != nil {
			return conv, w, nil, err
		}
	}
	if len(found) == 0 {
		next, err = readAround(ctx, t.src, id, chat.Message{})
		return conv, next, next.msgs, err
	}
	slices.SortFunc(found, func(a, b chat.Message) int { return cmp.Compare(a.Cursor, b.Cursor) })
	next, err = readBetween(ctx, t.src, id, found, max(0, slices.IndexFunc(found, func(m chat.Message) bool { return m.ID == reads })))
	if err == nil && w.atEnd && next.last() == found[len(found)-1].Cursor {
		next, err = next.newer(ctx, t.src, id)
	}
	return conv, next, next.msgs, err
}

// reading says whether a person can be taken to see the newest message.
func (t *Timeline) reading() bool { return t.focused && t.atEnd && t.window.atEnd }

// Seen is called by the part with the newest message that is in full view.
func (t *Timeline) Seen(id chat.MsgID) {
	if i := t.window.index(id); i >= 0 {
		t.inView = id
		t.seen = max(t.seen, t.window.msgs[i].Cursor)
		t.markRead()
	}
}

// AtEnd is called by the part when the end comes into view or leaves it.
func (t *Timeline) AtEnd(on bool) {
	if t.atEnd == on {
		return
	}
	t.atEnd = on
	if on && t.window.atEnd {
		t.seen = max(t.seen, t.window.last())
		t.markRead()
	}
	call(t.OnChange)
}

// Focus is called when the window gets or loses the focus. What arrives
// without it stays unread, with the line above.
func (t *Timeline) Focus(on bool) {
	if t.focused == on {
		return
	}
	t.focused = on
	switch {
	case on:
		t.markRead()
	case t.conv.Unread == 0:
		t.line = 0 // all was read: the next arrival gets a line of its own
	}
	call(t.OnChange)
}

// markRead marks what was seen while the window had the focus.
func (t *Timeline) markRead() {
	if !t.focused || t.seen <= t.read {
		return
	}
	var upTo chat.MsgID
	for _, m := range t.window.msgs {
		if m.Cursor > t.read && m.Cursor <= t.seen && m.Direction == chat.In && m.Kind != chat.KindGap {
			upTo = m.ID
		}
	}
	t.read = t.seen
	if upTo == 0 {
		return
	}
	conv := t.conv.ID
	t.marks.Run(func(ctx context.Context) func() {
		err := t.src.MarkRead(ctx, conv, upTo)
		return func() {
			if err != nil && conv == t.conv.ID {
				t.err = asError("mark as read", err)
				call(t.OnChange)
			}
		}
	})
}
