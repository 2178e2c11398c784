// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"maps"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// withQuotes reads the messages that some of the window answer and that are not
// in it.
func (w window) withQuotes(ctx context.Context, src TimelineSource) (window, error) {
	var missing []chat.MsgID
	for _, m := range w.msgs {
		if _, known := w.quoted[m.ReplyID]; m.ReplyID != 0 && !known && w.index(m.ReplyID) < 0 && !slices.Contains(missing, m.ReplyID) {
			missing = append(missing, m.ReplyID)
		}
	}
	found, err := readQuotes(ctx, src, missing)
	return w.learn(found), err
}

// quotesOf reads the messages that these answer.
func quotesOf(ctx context.Context, src TimelineSource, msgs []chat.Message) (map[chat.MsgID]chat.Message, error) {
	var ids []chat.MsgID
	for _, m := range msgs {
		if m.ReplyID != 0 && !slices.Contains(ids, m.ReplyID) {
			ids = append(ids, m.ReplyID)
		}
	}
	return readQuotes(ctx, src, ids)
}

func readQuotes(ctx context.Context, src TimelineSource, ids []chat.MsgID) (map[chat.MsgID]chat.Message, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := src.Messages(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[chat.MsgID]chat.Message, len(found))
	for _, m := range found {
		out[m.ID] = m
	}
	return out, nil
}

// learn is the window with more answered messages known. Those that nobody in it
// answers any more are forgotten when there are too many.
func (w window) learn(more map[chat.MsgID]chat.Message) window {
	if len(more) == 0 {
		return w
	}
	known := make(map[chat.MsgID]chat.Message, len(w.quoted)+len(more))
	maps.Copy(known, w.quoted)
	maps.Copy(known, more)
	if len(known) > maxLoaded {
		needed := map[chat.MsgID]bool{}
		for _, m := range w.msgs {
			needed[m.ReplyID] = true
		}
		maps.DeleteFunc(known, func(id chat.MsgID, _ chat.Message) bool { return !needed[id] })
	}
	w.quoted = known
	return w
}

// requote follows what became of the answered messages among ids: changed as in
// found, or gone.
func requote(quoted map[chat.MsgID]chat.Message, ids []chat.MsgID, found map[chat.MsgID]chat.Message) map[chat.MsgID]chat.Message {
	var next map[chat.MsgID]chat.Message
	for _, id := range ids {
		if _, known := quoted[id]; !known {
			continue
		}
		if next == nil {
			next = maps.Clone(quoted)
		}
		if m, ok := found[id]; ok {
			next[id] = m
		} else {
			delete(next, id)
		}
	}
	if next == nil {
		return quoted
	}
	return next
}
