// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// findHere searches the messages of the open conversation; of all, without one.
func (w *Window) findHere() {
	if w.free() {
		in := chat.ConvID{}
		if w.showsChats() {
			in = w.chats.list.Selected()
		}
		w.showFind(in, "")
	}
}

// findEverywhere searches the messages of all conversations.
func (w *Window) findEverywhere() {
	if w.free() {
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
	title := w.words.Text("find.everywhere")
	if !in.IsZero() {
		title = w.words.Text("find.here")
	}
	f := &find{pick: w.newPick(title, w.words.Text("find.prompt")), model: model.NewSearch(w.env, w.core)}
	f.more.SetText(w.words.Text("find.more"))
	f.onMore = f.model.More
	f.model.OnChange = f.refresh
	f.field.OnChanged = func(text string) { f.model.Set(text, in) }
	stop := w.watch(f.refresh)
	onClose(f.sheet, func() {
		stop()
		f.model.Set("", in) // ends a query under way
	})
	f.field.SetText(text)
	f.field.CursorColumn = len([]rune(text))
	f.field.Refresh()
	f.refresh()
	return f
}

// refresh shows the messages that were found, newest first.
func (f *find) refresh() {
	hits := f.model.Hits()
	if f.model.Busy() && len(hits) == 0 {
		return // a moment: nothing flickers
	}
	rows := make([]pickRow, len(hits))
	for i, hit := range hits {
		v := parts.ConversationView{Face: parts.Face{Key: hit.Conv.Peer.String(), Name: hit.Conv.Peer.Local}, Title: hit.Conv.Peer.String()}
		if r, ok := f.w.chats.list.Row(hit.Conv); ok {
			v.Face, v.Title = f.w.faces.of(r.ID.Peer, r.Title, r.Avatar, r.Presence), r.Title
		}
		v.Last, v.Time = hit.Text, shortTime(f.w.words, hit.Time, f.w.env.Now())
		if hit.Own {
			v.Last = f.w.words.Text("chats.you", "text", hit.Text)
		}
		rows[i] = pickRow{view: v, do: func() { f.w.goTo(hit.Conv, hit.ID) }}
	}
	none := ""
	switch {
	case f.model.Err() != nil:
		none = errorWords(f.w.words, f.model.Err())
	case f.model.Text() != "":
		none = f.w.words.Text("find.none")
	}
	f.set(rows, none)
	f.showMore(f.model.HasMore())
}

func (f *find) showMore(yes bool) {
	if yes == f.more.Visible() {
		return
	}
	if yes {
		f.more.Show()
	} else {
		f.more.Hide()
	}
	f.sheet.Refresh()
}

// goTo opens a conversation at a message.
func (w *Window) goTo(conv chat.ConvID, id chat.MsgID) {
	if !w.showsChats() {
		w.showChats()
	}
	w.chats.search.SetText("")
	w.chats.list.Select(conv)
	w.chats.talk.timeline.JumpTo(id)
}
