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

// readBetween reads from the first of known to the last, both included: what is
// near known[at] if that is more than a window holds.
func readBetween(ctx context.Context, src TimelineSource, conv chat.ConvID, known []chat.Message, at int) (window, error) {
	first, last := known[0].Cursor, known[len(known)-1].Cursor
	msgs, below := known[at:at+1:at+1], maxLoaded-min(at, maxLoaded/2)
	for msgs[len(msgs)-1].Cursor < last && len(msgs) < below {
		page, err := src.PageAfter(ctx, conv, msgs[len(msgs)-1].Cursor, pageSize)
		if err != nil {
			return window{}, err
		}
		page = slices.DeleteFunc(page, func(m chat.Message) bool { return m.Cursor > last })
		if len(page) == 0 {
			break
		}
		msgs = append(msgs, page...)
	}
	for msgs[0].Cursor > first && len(msgs) < maxLoaded {
		page, err := src.Page(ctx, conv, msgs[0].Cursor, pageSize)
		if err != nil {
			return window{}, err
		}
		page = slices.DeleteFunc(page, func(m chat.Message) bool { return m.Cursor < first })
		if len(page) == 0 {
			break
		}
		msgs = append(page, msgs...)
	}
	return window{msgs: msgs}, nil // the archive may have brought older ones
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

// near drops what is far from a message that somebody reads: the newest where that
// is not loaded.
func (w window) near(id chat.MsgID) window {
	n, i := len(w.msgs)-maxLoaded, w.index(id)
	if n <= 0 || i < 0 {
		return w.dropNewest()
	}
	from := min(max(i-maxLoaded/2, 0), n)
	w.atStart, w.atEnd = w.atStart && from == 0, w.atEnd && from == n
	w.msgs = slices.Clone(w.msgs[from : from+maxLoaded])
	return w
}

// merge takes what was read again about ids: messages that changed, that are
// new, and (in ids but not in found) that are gone. It puts found in order, and drops
// nothing however much that is.
func (w window) merge(ids []chat.MsgID, found []chat.Message) window {
	byID := make(map[chat.MsgID]chat.Message, len(found))
	for _, m := range found {
		byID[m.ID] = m
	}
	again := make(map[chat.MsgID]bool, len(ids))
	for _, id := range ids {
		again[id] = true
	}
	msgs := make([]chat.Message, 0, len(w.msgs)+len(byID))
	for _, m := range w.msgs {
		if _, ok := byID[m.ID]; !ok && !again[m.ID] {
			msgs = append(msgs, m)
		}
	}
	slices.SortFunc(found, func(a, b chat.Message) int { return cmp.Compare(a.Cursor, b.Cursor) })
	for _, m := range byID {
		if n := len(w.msgs); n == 0 || (w.atStart || m.Cursor >= w.msgs[0].Cursor) && (w.atEnd || m.Cursor <= w.msgs[n-1].Cursor) {
			msgs = append(msgs, m)
		} // else it is outside of what is loaded
	}
	slices.SortFunc(msgs, func(a, b chat.Message) int { return cmp.Compare(a.Cursor, b.Cursor) })
	w.msgs, w.quoted = msgs, requote(w.quoted, ids, byID)
	return w
}

// keepChanges applies to w, which grew out of before, what happened to now
// meanwhile, to somebody who reads that message.
func (w window) keepChanges(before, now window, reads chat.MsgID) window {
	w = w.learn(now.quoted)
	if len(before.msgs) == len(now.msgs) && (len(now.msgs) == 0 || &before.msgs[0] == &now.msgs[0]) {
		return w
	}
	ids := make([]chat.MsgID, 0, len(before.msgs))
	for _, m := range before.msgs {
		ids = append(ids, m.ID)
	}
	return w.merge(ids, slices.Clone(now.msgs)).near(reads)
}
