// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// gapRow is what is measured of a row about messages that are not here.
type gapRow struct {
	act    *layout // what can be pressed; nil for nothing
	actAt  fyne.Position
	actBox frame // what can be hit
	spin   frame // where something turns; no width: nothing does
}

// spinSide is the width of what turns while messages are being loaded.
const spinSide = 16

// gapWords are what a row about missing messages says, and what can be pressed.
func gapWords(kit *Kit, r *model.Row) (text, act string) {
	words := kit.Words
	if r.Busy {
		return words.Text("timeline.older-loading"), ""
	}
	offline := r.Error == chat.CodeNoNetwork
	switch {
	case r.Kind == model.RowTop && r.Error == "":
		return words.Text("timeline.begins"), ""
	case r.Kind == model.RowTop && offline:
		return words.Text("timeline.older-offline"), ""
	case r.Kind == model.RowTop:
		return words.Text("timeline.older-failed"), ""
	case offline:
		return words.Text("timeline.gap-offline"), words.Text("timeline.gap-load")
	case r.Error != "":
		return words.Text("timeline.gap-failed"), words.Text("timeline.gap-load")
	}
	return words.Text("timeline.gap"), words.Text("timeline.gap-load")
}

// measureGap puts the words in the middle, with what can be pressed behind them, or
// below where there is no room.
func (e *entry) measureGap() {
	f := smallFace()
	padX, padY := theme.Size(theme.SizeInset), theme.Size(theme.SizeGap)
	text, act := gapWords(e.on.kit, &e.row)
	left, column := e.on.column()
	most := max(column-4*padX, 80)
	e.gap, e.more = separatorGap, gapRow{}
	e.text = e.text.again(text, f, most, false)
	w, h := e.text.width, e.text.height
	if act != "" {
		bold := f
		bold.bold = true
		e.more.act = newLine(act, bold)
	}
	space := f.word(" ")
	beside := act != "" && len(e.text.lines) == 1 && w+space+e.more.act.width <= most
	switch {
	case beside:
		w += space + e.more.act.width
	case act != "":
		w, h = max(w, e.more.act.width), h+e.more.act.step
	case e.row.Busy:
		w += spinSide + padY
	}
	e.box = frame{left + float32(int(middle(column, w+2*padX))), e.gap, w + 2*padX, h + 2*padY}
	x, y := e.box.x+padX, e.gap+padY
	if e.row.Busy {
		e.more.spin = frame{x, y + middle(h, spinSide), spinSide, spinSide}
		x += spinSide + padY
	}
	e.textAt, e.textWidth = fyne.NewPos(x, y), e.text.width
	if act != "" {
		e.more.actAt = fyne.NewPos(e.box.x+middle(e.box.w, e.more.act.width), y+e.text.height)
		if beside {
			e.more.actAt = fyne.NewPos(x+e.text.width+space, y)
		}
		e.more.actBox = frame{e.more.actAt.X - padY, e.more.actAt.Y - padY, e.more.act.width + 2*padY, e.more.act.step + 2*padY}
	}
	e.height = e.gap + e.box.h + separatorGap - groupGap
}

// drawGap draws quiet words; what can be pressed is a link.
func (v *bubbleView) drawGap(s sign, out []fyne.CanvasObject) []fyne.CanvasObject {
	e := s.entry
	out = v.drawText(s, inkOf(theme.ColorTextMuted), out)
	if act := e.more.act; act != nil {
		with := inkOf(theme.ColorLink)
		out = v.why.draw(act, e.more.actAt, act.width, 0, 1, 0, 0, with, out)
		if s.hot == hotAct {
			r := v.rules[0]
			setRect(r, theme.Color(theme.ColorLink), corners{})
			place(r, e.more.actAt.X, e.more.actAt.Y+act.step-2, act.width, 1)
			out = append(out, r)
		}
	}
	if e.more.spin.w == 0 {
		v.still()
		return out
	}
	if v.spin == nil {
		v.spin = widget.NewActivity()
	}
	v.spin.Start()
	place(v.spin, e.more.spin.x, e.more.spin.y, e.more.spin.w, e.more.spin.h)
	return append(out, v.spin)
}

// still stops what turns.
func (v *bubbleView) still() {
	if v.spin != nil {
		v.spin.Stop()
	}
}
