// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// Conversations is the list of conversations. Only the rows that can be seen
// exist as widgets.
type Conversations struct {
	widget.BaseWidget
	kit      *Kit
	OnSelect func(key string)
	OnMenu   func(key string, at fyne.Position)
	OnType   func(r rune) // something was typed here that belongs elsewhere

	// OnHold is called with true when the pointer comes onto the list or it gets
	// the focus, and with false when both are gone: between them no row should
	// change its place.
	OnHold func(bool)

	shown            []ConversationView
	selected         string
	cursor           int // the row that has the keyboard while focused
	focused, hovered bool
	held             bool
	scroll           *container.Scroll
	inside           *conversationRows
}

var _ fyne.Focusable = (*Conversations)(nil)

// NewConversations makes an empty list.
func NewConversations(kit *Kit) *Conversations {
	c := &Conversations{kit: kit}
	c.inside = &conversationRows{list: c}
	c.inside.ExtendBaseWidget(c.inside)
	c.scroll = container.NewVScroll(c.inside)
	c.scroll.OnScrolled = func(fyne.Position) { c.inside.Refresh() }
	c.ExtendBaseWidget(c)
	return c
}

// Set shows these rows.
func (c *Conversations) Set(rows []ConversationView) {
	before := len(c.shown)
	c.shown = slices.Clone(rows)
	c.cursor = min(c.cursor, max(len(c.shown)-1, 0))
	c.inside.Refresh()
	if len(c.shown) != before {
		c.scroll.Refresh() // its content has another height
	}
}

// Select marks the row with that key; "" marks none.
func (c *Conversations) Select(key string) {
	if key != c.selected {
		c.selected = key
		c.Refresh()
	}
}

// Keys are the rows in the order on the screen.
func (c *Conversations) Keys() []string {
	keys := make([]string, len(c.shown))
	for i, v := range c.shown {
		keys[i] = v.Key
	}
	return keys
}

func (c *Conversations) hover(in bool) {
	c.hovered = in
	c.hold()
}

// hold tells OnHold whether rows may change their places now.
func (c *Conversations) hold() {
	if now := c.hovered || c.focused; now != c.held {
		c.held = now
		if c.OnHold != nil {
			c.OnHold(now)
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (c *Conversations) CreateRenderer() fyne.WidgetRenderer {
	return &drawn{
		objects: []fyne.CanvasObject{c.scroll},
		min:     func() fyne.Size { return fyne.NewSize(180, conversationHeight()) },
		layout:  c.scroll.Resize,
		refresh: func() { c.inside.Refresh(); c.scroll.Refresh() },
	}
}

// FocusGained implements fyne.Focusable.
func (c *Conversations) FocusGained() {
	c.focused = true
	c.hold()
	c.cursor = max(slices.Index(c.Keys(), c.selected), 0)
	c.inside.Refresh()
}

// FocusLost implements fyne.Focusable.
func (c *Conversations) FocusLost() {
	c.focused = false
	c.inside.Refresh()
	c.hold()
}

// TypedRune implements fyne.Focusable: who types means something else.
func (c *Conversations) TypedRune(r rune) {
	c.kit.touched()
	if c.OnType != nil && r != ' ' {
		c.OnType(r)
	}
}

// TypedShortcut gives shortcuts back to the window.
func (c *Conversations) TypedShortcut(s fyne.Shortcut) {
	if c.kit.Shortcut != nil {
		c.kit.Shortcut(s)
	}
}

// TypedKey implements fyne.Focusable: arrows move, Enter opens.
func (c *Conversations) TypedKey(e *fyne.KeyEvent) {
	c.kit.touched()
	page := max(int(c.scroll.Size().Height/conversationHeight())-1, 1)
	switch e.Name {
	case fyne.KeyDown:
		c.moveTo(c.cursor + 1)
	case fyne.KeyUp:
		c.moveTo(c.cursor - 1)
	case fyne.KeyPageDown:
		c.moveTo(c.cursor + page)
	case fyne.KeyPageUp:
		c.moveTo(c.cursor - page)
	case fyne.KeyHome:
		c.moveTo(0)
	case fyne.KeyEnd:
		c.moveTo(len(c.shown) - 1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		if c.cursor < len(c.shown) && c.OnSelect != nil {
			c.OnSelect(c.shown[c.cursor].Key)
		}
	default:
		if c.kit.Key != nil {
			c.kit.Key(e)
		}
	}
}

func (c *Conversations) moveTo(i int) {
	c.cursor = min(max(i, 0), max(len(c.shown)-1, 0))
	h := conversationHeight()
	top, view := float32(c.cursor)*h, c.scroll.Size().Height
	switch {
	case top < c.scroll.Offset.Y:
		c.scroll.ScrollToOffset(fyne.NewPos(0, top))
	case top+h > c.scroll.Offset.Y+view:
		c.scroll.ScrollToOffset(fyne.NewPos(0, top+h-view))
	}
	c.inside.Refresh()
}

// conversationRows is what the list scrolls over: as high as all rows, with
// widgets for those that can be seen.
type conversationRows struct {
	widget.BaseWidget
	list  *Conversations
	pool  []*conversationRow
	drawn *drawn
}

// CreateRenderer implements fyne.Widget.
func (r *conversationRows) CreateRenderer() fyne.WidgetRenderer {
	// The toolkit drops the renderer of what has not been seen for a minute and
	// asks for another one: the rows of the pool go on.
	objects := make([]fyne.CanvasObject, len(r.pool))
	for i, row := range r.pool {
		objects[i] = row
	}
	r.drawn = &drawn{
		objects: objects,
		min: func() fyne.Size {
			return fyne.NewSize(160, conversationHeight()*float32(len(r.list.shown)))
		},
		layout:  func(fyne.Size) { r.arrange() },
		refresh: r.arrange,
	}
	return r.drawn
}

func (r *conversationRows) arrange() {
	l, h := r.list, conversationHeight()
	first := max(int(l.scroll.Offset.Y/h), 0)
	last := min(int((l.scroll.Offset.Y+l.scroll.Size().Height)/h)+1, len(l.shown))
	for len(r.pool) < last-first {
		row := newConversationRow(l.kit)
		row.onTap = func(key string) {
			if l.OnSelect != nil {
				l.OnSelect(key)
			}
		}
		row.onMenu = func(key string, at fyne.Position) {
			if l.OnMenu != nil {
				l.OnMenu(key, at)
			}
		}
		row.onHover = l.hover
		r.pool = append(r.pool, row)
		r.drawn.objects = append(r.drawn.objects, row)
	}
	side := theme.Size(theme.SizeGap)
	for i, row := range r.pool {
		at := first + i
		if at >= last {
			row.Hide()
			continue
		}
		v := l.shown[at]
		place(row, side, float32(at)*h, r.Size().Width-2*side, h)
		row.set(v, v.Key == l.selected, l.focused && at == l.cursor)
		row.Show()
	}
}
