// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"
	"strings"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/parts"
)

// findAfter is the pause in typing after which a search starts.
const findAfter = 150 * time.Millisecond

// findHere searches the messages of the open conversation.
func (w *Window) findHere() {
	if w.chats != nil && !w.chats.list.Selected().IsZero() {
		w.showFind(w.chats.list.Selected(), "")
	}
}

// findEverywhere searches the messages of all conversations.
func (w *Window) findEverywhere() {
	if w.chats != nil {
		w.showFind(chat.ConvID{}, "")
	}
}

// showFind searches in one conversation, or everywhere with the zero id.
func (w *Window) showFind(in chat.ConvID, text string) {
	w.closeSheet()
	title, prompt := w.words.Text("find.everywhere"), w.words.Text("find.prompt")
	if !in.IsZero() {
		title = w.words.Text("find.here")
	}
	var p *pick
	stop, turn := func() {}, 0
	search := func(text string) {
		stop()
		turn++
		mine := turn
		if strings.TrimSpace(text) == "" {
			if p != nil {
				p.set(nil, nil, "")
			}
			return
		}
		stop = w.env.After(findAfter, func() {
			w.find(chat.SearchQuery{Text: text, In: in}, func(found []chat.Message, err error) {
				if mine == turn {
					p.found(found, err)
				}
			})
		})
	}
	p = w.newPick(title, prompt, text, search)
}

func (w *Window) find(q chat.SearchQuery, then func([]chat.Message, error)) {
	core := w.core
	w.env.Tasks.Run(func(ctx context.Context) func() {
		found, err := core.Search(ctx, q)
		return func() { then(found, err) }
	})
}

// found shows the messages that were found, newest first.
func (p *pick) found(found []chat.Message, err error) {
	if err != nil {
		p.set(nil, nil, errorWords(p.w.words, err))
		return
	}
	titles := map[chat.ConvID]parts.ConversationView{}
	for _, r := range p.w.chats.list.Rows() {
		titles[r.ID] = p.w.chats.view(r)
	}
	views, do := make([]parts.ConversationView, len(found)), make([]func(), len(found))
	for i, m := range found {
		v, ok := titles[m.Conv]
		if !ok {
			v = parts.ConversationView{Face: parts.Face{Key: m.Conv.Peer.String(), Name: m.Conv.Peer.Local}, Title: m.Conv.Peer.String()}
		}
		v.Last, v.Prefix, v.Strong, v.Unread, v.Pinned, v.Muted = m.Body, "", false, "", false, false
		if m.Direction == chat.Out {
			v.Last = p.w.words.Text("chats.you", "text", m.Body)
		}
		v.Time = shortTime(p.w.words, m.Time.Local(), p.w.env.Now())
		views[i] = v
		do[i] = func() { p.w.goTo(m.Conv, m.ID) }
	}
	p.set(views, do, p.w.words.Text("find.none"))
}

// goTo opens a conversation at a message.
func (w *Window) goTo(conv chat.ConvID, id chat.MsgID) {
	w.showChats()
	w.chats.search.SetText("")
	w.chats.list.Select(conv)
	w.chats.talk.timeline.JumpTo(id)
}
