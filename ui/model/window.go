// SPDX-License-Identifier: MPL-2.0

package model

import (
	"cmp"
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// window is a run of consecutive messages of one conversation, oldest first.
// Its methods return a new value and leave the old one as it was, so that jobs
// may read it.
type window struct {
	msgs           []chat.Message
	atStart, atEnd bool // nothing older, nothing newer exists here
	// quoted are messages outside of the window that some in it answer.
	quoted map[chat.MsgID]chat.Message
}

func compareCursor(m chat.Message, c chat.Cursor) int { return cmp.Compare(m.Cursor, c) }

// readAround reads the pages around a message, or the last page for none.
func readAround(ctx context.Context, src TimelineSource, conv chat.ConvID, target chat.Message) (window, error) {
	if target.ID == 0 {
		msgs, err := src.Page(ctx, conv, 0, pageSize)
		return window{msgs: msgs, atStart: len(msgs) < pageSize, atEnd: true}, err
	}
	above, err := src.Page(ctx, conv, target.Cursor, pageSize)
	if err != nil {
		return window{}, err
	}
	below, err := src.PageAfter(ctx, conv, target.Cursor, pageSize)
	if err != nil {
		return window{}, err
	}
	msgs := append(append(slices.Clone(above), target), below...)
	return window{msgs: msgs, atStart: len(above) < pageSize, atEnd: len(below) < pageSize}, nil
}

func (w window) older(ctx context.Context, src TimelineSource, conv chat.ConvID) (window, error) {
	if len(w.msgs) == 0 {
		return w, nil
	}
	page, err := src.Page(ctx, conv, w.msgs[0].Cursor, pageSize)
	if err != nil {
		return w, err
	}
	w.msgs = append(slices.Clone(page), w.msgs...)
	w.atStart = len(page) < pageSize
	return w.dropNewest(), nil
}

func (w window) newer(ctx context.Context, src TimelineSource, conv chat.ConvID) (window, error) {
	if len(w.msgs) == 0 {
		return w, nil
	}
	page, err := src.PageAfter(ctx, conv, w.msgs[len(w.msgs)-1].Cursor, pageSize)
	if err != nil {
		return w, err
	}
	w.msgs = append(slices.Clone(w.msgs), page...)
	w.atEnd = len(page) < pageSize
	return w.dropOldest(), nil
}

func (w window) dropNewest() window {
	if len(w.msgs) > maxLoaded {
		w.msgs, w.atEnd = w.msgs[:maxLoaded:maxLoaded], false
	}
	return w
}

func (w window) dropOldest() window {
	if n := len(w.msgs) - maxLoaded; n > 0 {
		w.msgs, w.atStart = slices.Clone(w.msgs[n:]), false
	}
	return w
}

func (w window) index(id chat.MsgID) int {
	return slices.IndexFunc(w.msgs, func(m chat.Message) bool { return m.ID == id })
}

func (w window) last() chat.Cursor {
	if len(w.msgs) == 0 {
		return 0
	}
	return w.msgs[len(w.msgs)-1].Cursor
}

// merge takes what was read again about ids: messages that changed, that are
// new, and (in ids but not in found) that are gone. follow says that the reader
// is at the end and wants to stay there.
func (w window) merge(ids []chat.MsgID, found []chat.Message, follow bool) window {
	msgs := slices.Clone(w.msgs)
	byID := make(map[chat.MsgID]chat.Message, len(found))
	for _, m := range found {
		byID[m.ID] = m
	}
	gone := func(m chat.Message) bool {
		_, ok := byID[m.ID]
		return !ok && slices.Contains(ids, m.ID)
	}
	msgs = slices.DeleteFunc(msgs, gone)
	slices.SortFunc(found, func(a, b chat.Message) int { return cmp.Compare(a.Cursor, b.Cursor) })
	for _, m := range found {
		i, here := slices.BinarySearchFunc(msgs, m.Cursor, compareCursor)
		switch {
		case here:
			msgs[i] = m
		case i == 0 && len(msgs) > 0 && !w.atStart, i == len(msgs) && !w.atEnd:
			// Outside of what is loaded.
		default:
			// A retry may give a message another place: the old one goes.
			if j := slices.IndexFunc(msgs, func(o chat.Message) bool { return o.ID == m.ID }); j >= 0 {
				msgs = slices.Delete(msgs, j, j+1)
				i, _ = slices.BinarySearchFunc(msgs, m.Cursor, compareCursor)
			}
			msgs = slices.Insert(msgs, i, m)
		}
	}
	w.msgs, w.quoted = msgs, requote(w.quoted, ids, byID)
	if follow {
		return w.dropOldest()
	}
	return w.dropNewest()
}

// keepChanges applies to w, which grew out of before, what happened to now
// meanwhile.
func (w window) keepChanges(before, now window) window {
	w = w.learn(now.quoted)
	if len(before.msgs) == len(now.msgs) && (len(now.msgs) == 0 || &before.msgs[0] == &now.msgs[0]) {
		return w
	}
	ids := make([]chat.MsgID, 0, len(before.msgs))
	for _, m := range before.msgs {
		ids = append(ids, m.ID)
	}
	return w.merge(ids, slices.Clone(now.msgs), false)
}
