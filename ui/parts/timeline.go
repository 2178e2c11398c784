// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/model"
)

// Timeline shows the rows of a conversation.
type Timeline struct {
	widget.BaseWidget
	OnNeedOlder func()              // near the top of what is loaded; once until SetRows
	OnNeedNewer func()              // near the bottom of what is loaded; once until SetRows
	OnJumpToEnd func()              // the button; nil: JumpToEnd
	OnLink      func(url string)    // a link was clicked
	OnRetry     func(id chat.MsgID) // "try again" of a failed message
	OnDelete    func(id chat.MsgID) // "delete" of a message
	OnSeen      func(id chat.MsgID) // the newest message that is in full view
	OnAtEnd     func(on bool)       // the newest row came into view or left it
	kit         *Kit
	rows        []model.Row
}

// NewTimeline makes an empty timeline.
func NewTimeline(kit *Kit) *Timeline {
	t := &Timeline{kit: kit}
	t.ExtendBaseWidget(t)
	return t
}

// SetRows shows rows, oldest first, and keeps the place.
func (t *Timeline) SetRows(rows []model.Row, hasOlder, hasNewer bool) { t.rows = rows }

// SetNewCount sets the number on the "jump to end" button.
func (t *Timeline) SetNewCount(n int) {}

// SetTitle names the other side in what is copied.
func (t *Timeline) SetTitle(name string) {}

// JumpTo shows the row with that key.
func (t *Timeline) JumpTo(key string) {}

// JumpToEnd shows the newest row.
func (t *Timeline) JumpToEnd() {}

// Copy is the selected text; "" for none.
func (t *Timeline) Copy() string { return "" }

// ClearSelection selects nothing.
func (t *Timeline) ClearSelection() {}

// CreateRenderer implements fyne.Widget.
func (t *Timeline) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRectangle(nil))
}
