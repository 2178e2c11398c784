// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
)

// The room of reactions under a bubble.
const (
	pillPadX  = 7
	pillPadY  = 2
	pillGap   = 4
	pillAbove = 3
	maxPills  = 24 // more than that nobody puts there in earnest
	maxEmoji  = 32 // bytes of one that are shown: it comes from outside
)

// pill is one reaction under a bubble.
type pill struct {
	reaction chat.Reaction
	text     *layout
	box      frame // in the row
}

// measureReactions makes room for the reactions under the bubble, in rows as wide
// as a bubble may be.
func (e *entry) measureReactions(most float32) {
	all := e.row.Reactions
	if len(all) == 0 {
		e.pills = nil
		return
	}
	all = all[:min(len(all), maxPills)]
	e.pills = make([]pill, len(all))
	f := smallFace()
	height := e.on.up(max(f.line(), emojiSide(f.size)) + 2*pillPadY)
	x, y := float32(0), e.height+pillAbove
	first := 0 // of the row
	end := func(next int) {
		shift := e.box.x
		if e.row.Own {
			shift = e.box.x + e.box.w - (x - pillGap)
		}
		for i := first; i < next; i++ {
			e.pills[i].box.x += shift
		}
		first = next
	}
	for i, r := range all {
		text := cutEmoji(r.Emoji)
		if r.Mine && r.Theirs {
			text += " " + strconv.Itoa(2)
		}
		l := newLine(text, f)
		w := max(e.on.up(min(l.width, most-2*pillPadX)+2*pillPadX), height*1.25)
		if x > 0 && x+w > most {
			end(i)
			x, y = 0, y+height+pillGap
		}
		e.pills[i] = pill{r, l, frame{x, y, w, height}}
		x += w + pillGap
	}
	end(len(all))
	e.height = y + height
}

func cutEmoji(s string) string {
	s = oneLine(s)
	return s[:cutRune(s, maxEmoji)]
}

// pillView draws one reaction.
type pillView struct {
	plate, over *canvas.Rectangle
	text        textView
}

// drawReactions draws the pills; those of the person stand out by their border too,
// not by colour alone.
func (v *bubbleView) drawReactions(s sign, out []fyne.CanvasObject) []fyne.CanvasObject {
	for i := range s.entry.pills {
		p := &s.entry.pills[i]
		if i == len(v.pills) {
			v.pills = append(v.pills, &pillView{plate: canvas.NewRectangle(nil), over: canvas.NewRectangle(nil)})
		}
		view, round := v.pills[i], p.box.h/2
		all := corners{round, round, round, round}
		fill, edge, width := theme.ColorSurface, theme.ColorDivider, float32(1)
		if p.reaction.Mine {
			fill, edge, width = theme.ColorSelected, theme.ColorAccent, 1.5
		}
		view.plate.StrokeColor, view.plate.StrokeWidth = theme.Color(edge), width
		view.plate.FillColor = nil
		setRect(view.plate, theme.Color(fill), all)
		place(view.plate, p.box.x, p.box.y, p.box.w, p.box.h)
		out = append(out, view.plate)
		if s.hot == int8(i) {
			setRect(view.over, theme.Color(theme.ColorHover), all)
			place(view.over, p.box.x, p.box.y, p.box.w, p.box.h)
			out = append(out, view.over)
		}
		at := fyne.NewPos(p.box.x+middle(p.box.w, p.text.width), p.box.y+middle(p.box.h, p.text.step))
		with := inkOf(theme.ColorText)
		with.scale = s.scale
		out = view.text.draw(p.text, at, p.text.width, 0, 1, 0, 0, with, out)
	}
	return out
}

// whoReacted says who put a reaction there.
func whoReacted(kit *Kit, r chat.Reaction, other string) string {
	switch {
	case r.Mine && r.Theirs:
		return kit.Words.Text("reaction.both", "name", oneLine(other))
	case r.Mine:
		return kit.Words.Text("reaction.you")
	}
	return oneLine(other)
}
