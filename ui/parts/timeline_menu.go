// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/ui/model"
)

// TappedSecondary implements fyne.SecondaryTappable: the menu of a message.
func (t *Timeline) TappedSecondary(e *fyne.PointEvent) {
	row, s := t.find(e.Position)
	if i, _ := t.geometry.at(float64(e.Position.Y)); i >= 0 && t.entries[i] != row {
		row = nil // between messages
	}
	items := t.menu(row, s)
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	if len(items) == 0 || c == nil {
		return
	}
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, e.AbsolutePosition)
}

// menu is what can be done with a message, below how far it came and when; with
// the selection where row is nil.
func (t *Timeline) menu(row *entry, s spotInText) []*fyne.MenuItem {
	words := t.kit.Words
	var items []*fyne.MenuItem
	add := func(id string, do func()) { items = append(items, fyne.NewMenuItem(words.Text(id), do)) }
	if row == nil {
		if t.selection.some() {
			add("timeline.copy", func() { t.toClipboard(t.Copy()) })
		}
		return items
	}

	details := fyne.NewMenuItem(t.detailsOf(&row.row), nil)
	details.Disabled = true
	items = append(items, details, fyne.NewMenuItemSeparator())
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
	items = append(items, fyne.NewMenuItemSeparator())
	if isFailed(&row.row) {
		add("message.retry", func() { t.retry(row) })
	}
	add("message.delete", func() { t.remove(row) })
	return items
}

// detailsOf says in words how far a message came, and exactly when it was
// written.
func (t *Timeline) detailsOf(r *model.Row) string {
	words := t.kit.Words
	at := r.Time.Format(words.Text("format.date")) + " " + r.Time.Format(words.Text("format.time"))
	if !r.Own {
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
