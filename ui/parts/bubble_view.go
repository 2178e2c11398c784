// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// bubbleView draws one row. It is used again for another row when the one that
// it drew has left the view: objects are moved and changed, not made.
type bubbleView struct {
	box    *fyne.Container // at the row's place; moving it is all that scrolling does
	shown  sign
	round  int // the last drawing that needed it
	bubble *canvas.Rectangle
	flash  *canvas.Rectangle // over the bubble, when the row was looked for
	rules  [2]*canvas.Rectangle
	text   textView
	stamp  *canvas.Text
	mark   *canvas.Image
	alert  *canvas.Image // before why it was not sent
	why    textView
	retry  *Button // nil until a row failed
	remove *Button
	look   *Button           // the third: what can be done besides
	ring   *canvas.Rectangle // nil until it was chosen
	guard  *canvas.Image
	plate  *canvas.Rectangle // under what the program says; nil until it has said something
	deeds  []textView
	spin   *widget.Activity // nil until something was loaded
	pills  []*pillView

	sticker              *canvas.Image // nil until there was one
	quotePlate, quoteBar *canvas.Rectangle
	quoteName, quoteText textView
}

// sign is everything that a drawing depends on: the same sign, the same drawing.
type sign struct {
	entry       *entry
	made        int
	look        *theme.Theme
	dark        bool
	scale       float32
	first, last int // the lines that are drawn
	from, to    int // what is selected, in bytes of the text
	link        int16
	flash       uint8 // how much of it is left
	hot         int8  // what is under the pointer
	chosen      bool  // the keyboard is here
}

func newBubbleView() *bubbleView {
	return &bubbleView{
		box:    &fyne.Container{},
		bubble: canvas.NewRectangle(nil), flash: canvas.NewRectangle(nil),
		rules: [2]*canvas.Rectangle{canvas.NewRectangle(nil), canvas.NewRectangle(nil)},
		stamp: canvas.NewText("", nil), quotePlate: canvas.NewRectangle(nil), quoteBar: canvas.NewRectangle(nil),
		mark:  &canvas.Image{FillMode: canvas.ImageFillContain},
		alert: &canvas.Image{FillMode: canvas.ImageFillContain},
		guard: &canvas.Image{FillMode: canvas.ImageFillContain},
	}
}

// lineStep is how many lines are drawn at once, so that a long text is not drawn
// anew at each step of scrolling.
const lineStep = 8

// linesIn are the lines of a row that stand between two heights in it, and some
// around them.
func (e *entry) linesIn(top, bottom float32) (first, last int) {
	step := e.text.step
	first = int((top-e.textAt.Y)/step)/lineStep*lineStep - lineStep
	last = (int((bottom-e.textAt.Y)/step)/lineStep + 2) * lineStep
	return max(first, 0), max(min(last, len(e.text.lines)), 0)
}

// draw shows a row as its sign says, unless it is shown already.
func (v *bubbleView) draw(s sign) {
	if s == v.shown {
		return
	}
	v.shown = s
	e := s.entry
	out := v.box.Objects[:0]
	switch e.row.Kind {
	case model.RowMessage:
		out = v.drawMessage(s, out)
	case model.RowUnread:
		out = v.drawUnread(s, out)
	case model.RowDay:
		out = v.drawPill(e, out)
		out = v.drawText(s, inkOf(theme.ColorTextMuted), out)
	case model.RowGap, model.RowTop:
		out = v.drawGap(s, out)
	case model.RowNotice:
		out = v.drawNotice(s, out)
	default:
		out = v.drawText(s, inkOf(theme.ColorTextMuted), out)
	}
	clear(out[len(out):cap(out)])
	v.box.Objects = out
	v.box.Resize(fyne.NewSize(e.on.width, e.height))
}

func (v *bubbleView) drawText(s sign, with ink, out []fyne.CanvasObject) []fyne.CanvasObject {
	with.scale = s.scale
	return v.text.draw(s.entry.text, s.entry.textAt, s.entry.textWidth, s.first, s.last, s.from, s.to, with, out)
}

func (v *bubbleView) drawPill(e *entry, out []fyne.CanvasObject) []fyne.CanvasObject {
	setRect(v.bubble, strength(theme.Color(theme.ColorDivider), 0.6), corners{e.box.h / 2, e.box.h / 2, e.box.h / 2, e.box.h / 2})
	place(v.bubble, e.box.x, e.box.y, e.box.w, e.box.h)
	return append(out, v.bubble)
}

// drawUnread is a line across the column with words in it.
func (v *bubbleView) drawUnread(s sign, out []fyne.CanvasObject) []fyne.CanvasObject {
	e := s.entry
	left, width := e.on.column()
	side := theme.Size(theme.SizeInset)
	y := e.box.y + e.box.h/2
	for i, r := range v.rules {
		setRect(r, strength(theme.Color(theme.ColorUnread), 0.5), corners{})
		x1, x2 := left+side, e.box.x
		if i == 1 {
			x1, x2 = e.box.x+e.box.w, left+width-side
		}
		place(r, x1, y, max(x2-x1, 0), 1)
		out = append(out, r)
	}
	return v.drawText(s, inkOf(theme.ColorUnread), out)
}

func (v *bubbleView) drawMessage(s sign, out []fyne.CanvasObject) []fyne.CanvasObject {
	e := s.entry
	fill, with := theme.ColorBubbleOther, inkOn(e.row.Own && !e.row.Sealed)
	soft := theme.Color(theme.ColorTextMuted)
	if e.row.Own && !e.row.Sealed {
		fill, soft = theme.ColorBubbleOwn, strength(theme.Color(theme.ColorOnBubbleOwn), 0.75)
	}
	if e.pale {
		with.text = soft
	}
	with.hovered = s.link
	top, bottom := e.box.y, e.box.y+e.box.h
	if n := len(e.text.lines); n > 4*lineStep { // draw no more of the plate than can be seen
		if s.first > 0 {
			top = e.textAt.Y + float32(s.first)*e.text.step - innerRadius
		}
		if s.last < n {
			bottom = e.textAt.Y + float32(s.last)*e.text.step + innerRadius
		}
	}
	shape := bubbleCorners(&e.row)
	setRect(v.bubble, theme.Color(fill), shape)
	place(v.bubble, e.box.x, top, e.box.w, bottom-top)
	if e.bare() {
		soft = theme.Color(theme.ColorTextMuted)
	} else {
		out = append(out, v.bubble)
	}
	if s.flash > 0 {
		setRect(v.flash, strength(theme.Color(theme.ColorSelection), float32(s.flash)/flashSteps), shape)
		place(v.flash, e.box.x, top, e.box.w, bottom-top)
		out = append(out, v.flash)
	}
	if s.chosen {
		out = v.drawRing(e, out)
	}
	out = v.drawQuote(s, with, out)
	out = v.drawSign(e, out)
	if e.sticker() {
		out = v.drawSticker(s, with, out)
	} else {
		out = v.drawText(s, with, out)
	}
	out = v.drawDeeds(s, with, out)
	out = v.drawReactions(s, out)
	return v.drawStatus(e, soft, out)
}

// corners are the radii of a rectangle.
type corners struct{ topLeft, topRight, bottomLeft, bottomRight float32 }

// bubbleCorners are round, but for those where a group goes on.
func bubbleCorners(r *model.Row) corners {
	round := theme.Size(theme.SizeRadius)
	c := corners{round, round, round, round}
	first, last := &c.topLeft, &c.bottomLeft
	if r.Own {
		first, last = &c.topRight, &c.bottomRight
	}
	if !r.First {
		*first = innerRadius
	}
	if !r.Last {
		*last = innerRadius
	}
	return c
}

func setRect(r *canvas.Rectangle, fill color.Color, c corners) {
	if r.FillColor == fill && r.TopLeftCornerRadius == c.topLeft && r.TopRightCornerRadius == c.topRight &&
		r.BottomLeftCornerRadius == c.bottomLeft && r.BottomRightCornerRadius == c.bottomRight {
		return
	}
	r.FillColor = fill
	r.TopLeftCornerRadius, r.TopRightCornerRadius = c.topLeft, c.topRight
	r.BottomLeftCornerRadius, r.BottomRightCornerRadius = c.bottomLeft, c.bottomRight
	r.Refresh()
}

// setIcon changes what is different only: an icon is drawn anew from its lines.
func setIcon(m *canvas.Image, icon fyne.Resource, translucency float64) {
	if m.Resource == nil || m.Resource.Name() != icon.Name() || m.Translucency != translucency {
		m.Resource, m.Translucency = icon, translucency
		m.Refresh()
	}
}
