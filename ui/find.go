// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

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

// find is the dialog that looks for messages.
type find struct {
	*pick
	model *model.Search
}

// showFind searches in one conversation, or everywhere with the zero id.
func (w *Window) showFind(in chat.ConvID, text string) *find {
	w.closeSheet()
	title := w.words.Text("find.everywhere")
	if !in.IsZero() {
		title = w.words.Text("find.here")
	}
	f := &find{pick: w.newPick(title, w.words.Text("find.prompt")), model: model.NewSearch(w.env, w.core)}
	f.model.OnChange = f.refresh
	f.field.OnChanged = func(text string) { f.model.Set(text, in) }
	f.field.SetText(text)
	return f
}

// refresh shows the messages that were found, newest first.
func (f *find) refresh() {
	hits := f.model.Hits()
	if f.model.Busy() && len(hits) == 0 {
		return // a moment: nothing flickers
	}
	known := map[chat.ConvID]parts.ConversationView{}
	for _, r := range f.w.chats.list.Rows() {
		known[r.ID] = f.w.chats.view(r)
	}
	views, do := make([]parts.ConversationView, len(hits)), make([]func(), len(hits))
	for i, hit := range hits {
		v := parts.ConversationView{Face: known[hit.Conv].Face, Title: known[hit.Conv].Title, Last: hit.Text}
		if v.Title == "" {
			v.Face, v.Title = parts.Face{Key: hit.Conv.Peer.String(), Name: hit.Conv.Peer.Local}, hit.Conv.Peer.String()
		}
		if hit.Own {
			v.Last = f.w.words.Text("chats.you", "text", hit.Text)
		}
		v.Time = shortTime(f.w.words, hit.Time, f.w.env.Now())
		views[i] = v
		do[i] = func() { f.w.goTo(hit.Conv, hit.ID) }
	}
	none := ""
	switch {
	case f.model.Err() != nil:
		none = errorWords(f.w.words, f.model.Err())
	case f.model.Text() != "":
		none = f.w.words.Text("find.none")
	}
	f.set(views, do, none)
}

// goTo opens a conversation at a message.
func (w *Window) goTo(conv chat.ConvID, id chat.MsgID) {
	w.showChats()
	w.chats.search.SetText("")
	w.chats.list.Select(conv)
	w.chats.talk.timeline.JumpTo(id)
}
