// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
)

// TappedSecondary implements fyne.SecondaryTappable: the menu of a message.
func (t *Timeline) TappedSecondary(e *fyne.PointEvent) {
	row, s := t.find(e.Position)
	if i, _ := t.geometry.at(float64(e.Position.Y)); i >= 0 && t.entries[i] != row {
		row = nil // between messages
		if choosable(&t.entries[i].row) {
			row = t.entries[i]
		}
	}
	items := t.menu(row, s, e.AbsolutePosition)
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	if len(items) == 0 || c == nil {
		return
	}
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, e.AbsolutePosition)
}

// menu is what can be done with a message, below how far it came and when; with
// the selection where row is nil. At is where another choice opens.
func (t *Timeline) menu(row *entry, s spotInText, at fyne.Position) []*fyne.MenuItem {
	words := t.kit.Words
	var items []*fyne.MenuItem
	add := func(id string, do func()) { items = append(items, fyne.NewMenuItem(words.Text(id), do)) }
	rule := func() { items = append(items, fyne.NewMenuItemSeparator()) }
	if row == nil {
		if t.selection.some() {
			add("timeline.copy", func() { t.toClipboard(t.Copy()) })
		}
		return items
	}
	r := row.row
	if r.Kind == model.RowNotice {
		return t.actItems(&r)
	}
	details := fyne.NewMenuItem(t.detailsOf(&r), nil)
	details.Disabled = true
	items = append(items, details)
	rule()
	if r.Sealed {
		items = append(items, t.actItems(&r)...)
	}
	if r.There() {
		add("message.reply", func() { tellID(t.OnReply, r.ID) })
		add("message.react", func() { t.chooseReaction(r, at) })
		if r.Own {
			add("message.edit", func() { tellID(t.OnEdit, r.ID) })
		}
	}
	if !r.Retracted && !r.Sealed {
		t.addCopies(row, s, add)
	}
	if !r.Sealed {
		add("message.details", func() { t.act(r.ID, model.ActDetails) })
	}
	rule()
	if isFailed(&r) {
		add("message.retry", func() { t.retry(row) })
	}
	if r.Mine() {
		add("message.take-back", func() { tellID(t.OnTakeBack, r.ID) })
	}
	if isFailed(&r) {
		add("message.delete", func() { t.remove(row) })
	} else {
		add("message.delete-here", func() { t.remove(row) })
	}
	return items
}

// addCopies adds what can be copied.
func (t *Timeline) addCopies(row *entry, s spotInText, add func(id string, do func())) {
	text := t.textOf(row, 0, endOfText)
	if t.isSelected(s.caret) {
		add("timeline.copy", func() { t.toClipboard(t.Copy()) })
		add("timeline.copy-message", func() { t.toClipboard(text) })
	} else {
		add("timeline.copy", func() { t.toClipboard(text) })
	}
	if s.link >= 0 {
		link := row.text.links[s.link].Target
		add("timeline.copy-link", func() { t.toClipboard(link) })
	}
}

func tellID(f func(chat.MsgID), id chat.MsgID) {
	if f != nil {
		f(id)
	}
}

// chooseReaction opens the emoji to choose one from.
func (t *Timeline) chooseReaction(r model.Row, at fyne.Position) {
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	if c == nil {
		return
	}
	var mine []string
	for _, each := range r.Reactions {
		if each.Mine {
			mine = append(mine, each.Emoji)
		}
	}
	ShowEmojiBar(t.kit, c, at, mine, func(emoji string) {
		if t.OnReact != nil {
			t.OnReact(r.ID, emoji)
		}
	})
}

// detailsOf says in words how far a message came, and exactly when it was
// written.
func (t *Timeline) detailsOf(r *model.Row) string {
	words := t.kit.Words
	at := DateTime(words, r.Time)
	if r.Edited {
		at = words.Text("message.edited-at", "time", at)
	}
	if !r.Own || r.Retracted || r.Sealed {
		return at
	}
	return words.Text("status."+r.Status.String()) + " – " + at
}

// isSelected says whether a caret is inside the selection.
func (t *Timeline) isSelected(c caret) bool {
	i, ok := t.index[c.key]
	from, to := t.selection.in(i)
	return ok && from < to && c.at >= from && c.at <= to
}

func (t *Timeline) retry(e *entry) {
	if t.OnRetry != nil && isFailed(&e.row) {
		t.OnRetry(e.row.ID)
	}
}

func (t *Timeline) remove(e *entry) {
	if t.OnDelete != nil {
		t.OnDelete(e.row.ID)
	}
}
