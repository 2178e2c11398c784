// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// ConversationView is a row of the conversation list, ready to be shown: every word is chosen.
type ConversationView struct {
	Key    string // names the row for ever
	Face   Face
	Title  string
	Prefix string // before the last line, in its own colour: "Draft:"
	Last   string
	Time   string
	Unread string // "" for none
	Muted  bool
	Pinned bool
	// Strong makes the last line accented: somebody is typing.
	Strong bool
	Own    string // the own account, where there are several
	Lock   string // the icon of how the last message travelled; "" for none
}

// conversationRow is one row of the list.
type conversationRow struct {
	widget.BaseWidget
	kit               *Kit
	view              ConversationView
	selected, hovered bool
	focused           bool
	onTap             func(key string)
	onMenu            func(key string, at fyne.Position)
	onHover           func(bool)
	plate, over       *canvas.Rectangle
	avatar            *Avatar
	title, prefix     *Line
	last, time, own   *Line
	badge             *canvas.Rectangle
	count             *canvas.Text
	muted, pinned     *Glyph
	lock              *Glyph
}

func newConversationRow(kit *Kit) *conversationRow {
	r := &conversationRow{
		kit: kit, plate: canvas.NewRectangle(nil), over: canvas.NewRectangle(nil),
		avatar: NewAvatar(kit, Face{}, 0, theme.ColorSidebar),
		title:  NewLine(kit, "", Style{Bold: true}),
		prefix: NewLine(kit, "", Style{Size: theme.SizeSmall, Color: theme.ColorUnread, Bold: true}),
		last:   NewLine(kit, "", Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}),
		time:   NewLine(kit, "", Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}),
		own:    NewLine(kit, "", Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted}),
		badge:  canvas.NewRectangle(nil), count: canvas.NewText("", nil),
		muted:  NewGlyph(kit, "muted", theme.ColorTextMuted, 14),
		pinned: NewGlyph(kit, "pin", theme.ColorTextMuted, 14),
		lock:   NewGlyph(kit, "lock-closed", theme.ColorTextMuted, 12),
	}
	r.time.Fit, r.prefix.Fit = true, true
	r.count.TextStyle.Bold = true
	r.ExtendBaseWidget(r)
	return r
}

// ownLeast is the room that the own account needs to say anything.
const ownLeast = 48

// conversationHeight is the height of every row.
func conversationHeight() float32 {
	line := fyne.MeasureText("Mg", theme.Size(theme.SizeText), fyne.TextStyle{}).Height
	small := fyne.MeasureText("Mg", theme.Size(theme.SizeSmall), fyne.TextStyle{}).Height
	return max(theme.Size(theme.SizeAvatar), line+small+2) + 2*theme.Size(theme.SizePad) + 2
}

func (r *conversationRow) set(v ConversationView, selected, focused bool) {
	if v == r.view && selected == r.selected && focused == r.focused {
		return
	}
	r.view, r.selected, r.focused = v, selected, focused
	r.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *conversationRow) CreateRenderer() fyne.WidgetRenderer {
	r.draw()
	return &drawn{
		objects: []fyne.CanvasObject{
			r.plate, r.over, r.avatar, r.title, r.own, r.prefix, r.last, r.time, r.badge, r.count, r.muted, r.pinned, r.lock,
		},
		min:     func() fyne.Size { return fyne.NewSize(160, conversationHeight()) },
		layout:  r.arrange,
		refresh: func() { r.draw(); r.arrange(r.Size()); canvas.Refresh(r) },
	}
}

func (r *conversationRow) draw() {
	under := theme.ColorSidebar
	r.plate.FillColor = theme.Color(theme.ColorSidebar)
	if r.selected {
		under = theme.ColorSelected
		r.plate.FillColor = theme.Color(theme.ColorSelected)
	}
	r.plate.CornerRadius, r.over.CornerRadius = theme.Size(theme.SizeFieldRadius), theme.Size(theme.SizeFieldRadius)
	r.plate.StrokeWidth = 0
	if r.focused {
		r.plate.StrokeColor, r.plate.StrokeWidth = theme.Color(theme.ColorLink), 2
	}
	r.over.FillColor = theme.Color(theme.ColorHover)
	show(r.hovered && !r.selected, r.over)
	v := r.view
	r.avatar.Set(v.Face, under)
	r.title.Set(v.Title)
	r.time.Set(v.Time)
	r.own.Set(v.Own)
	r.prefix.Set(v.Prefix)
	r.last.Set(v.Last)
	r.last.SetStyle(Style{Size: theme.SizeSmall, Color: theme.ColorTextMuted})
	if v.Strong {
		r.last.SetStyle(Style{Size: theme.SizeSmall, Color: theme.ColorAccent})
	}
	show(v.Prefix != "", r.prefix)
	show(v.Muted, r.muted)
	show(v.Pinned, r.pinned)
	show(v.Own != "", r.own)
	show(v.Lock != "", r.lock)
	if v.Lock != "" {
		r.lock.Set(v.Lock, theme.ColorTextMuted)
	}
	show(v.Unread != "", r.badge, r.count)
	r.count.Text, r.count.TextSize = v.Unread, theme.Size(theme.SizeSmall)-1
	back, front := theme.ColorUnread, theme.ColorOnUnread
	if v.Muted {
		back, front = theme.ColorTextMuted, theme.ColorSidebar
	}
	r.badge.FillColor, r.count.Color = theme.Color(back), theme.Color(front)
}

func (r *conversationRow) arrange(s fyne.Size) {
	pad, gap := theme.Size(theme.SizePad), theme.Size(theme.SizeGap)
	place(r.plate, 0, 1, s.Width, s.Height-2)
	place(r.over, 0, 1, s.Width, s.Height-2)
	side := r.avatar.MinSize().Height
	place(r.avatar, pad, middle(s.Height, side), side, side)
	left, right := pad+side+pad+gap/2, s.Width-pad
	title, small := r.title.MinSize().Height, r.last.MinSize().Height
	top := middle(s.Height, title+small+2)

	when := r.time.MinSize()
	place(r.time, right-when.Width, top+title-when.Height-1, when.Width, when.Height)
	if r.lock.Visible() {
		place(r.lock, right-when.Width-12-gap, top+title-when.Height-1+middle(when.Height, 12), 12, 12)
		when.Width += 12 + gap
	}
	room := max(right-when.Width-pad-left, 0)
	name := min(r.title.layout().width+0.5, room)
	if r.view.Own == "" || room-name < ownLeast {
		name = room
	}
	place(r.title, left, top, name, title)
	place(r.own, left+name+pad, top+title-when.Height-1, max(room-name-pad, 0), when.Height)

	bottom := top + title + 2
	end := right
	if r.badge.Visible() {
		text := measure(r.count.Text, r.count.TextSize, r.count.TextStyle)
		h := text.Height + 1
		w := max(text.Width+2*gap+2, h)
		place(r.badge, end-w, bottom+middle(small, h), w, h)
		place(r.count, end-w+middle(w, text.Width), bottom+middle(small, text.Height), text.Width, text.Height)
		r.badge.CornerRadius = h / 2
		end -= w + gap
	}
	for _, g := range []*Glyph{r.pinned, r.muted} {
		if g.Visible() {
			place(g, end-14, bottom+middle(small, 14), 14, 14)
			end -= 14 + gap
		}
	}
	x := left
	if r.prefix.Visible() {
		w := r.prefix.MinSize().Width
		place(r.prefix, x, bottom, w, small)
		x += w + gap
	}
	place(r.last, x, bottom, max(end-gap-x, 0), small)
}

// Tapped implements fyne.Tappable.
func (r *conversationRow) Tapped(*fyne.PointEvent) {
	r.kit.touched()
	if r.onTap != nil {
		r.onTap(r.view.Key)
	}
}

// TappedSecondary implements fyne.SecondaryTappable.
func (r *conversationRow) TappedSecondary(e *fyne.PointEvent) {
	if r.onMenu != nil {
		r.onMenu(r.view.Key, e.AbsolutePosition)
	}
}

// MouseIn implements desktop.Hoverable.
func (r *conversationRow) MouseIn(*desktop.MouseEvent) { r.hover(true) }

// MouseMoved implements desktop.Hoverable.
func (r *conversationRow) MouseMoved(*desktop.MouseEvent) { r.kit.touched() }

// MouseOut implements desktop.Hoverable.
func (r *conversationRow) MouseOut() { r.hover(false) }

func (r *conversationRow) hover(in bool) {
	r.hovered = in
	r.Refresh()
	if r.onHover != nil {
		r.onHover(in)
	}
}
