// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"math"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// The measures of a row that are not tokens.
const (
	columnMost    = 920  // wider timelines keep the two sides within sight of each other
	bubbleShare   = 0.74 // of the column's width, at most
	bubbleMost    = 560  // wider lines are hard to read
	bubbleLeast   = 220  // as far as the window allows
	bubblePadY    = 6
	groupGap      = 10 // above the first of a group
	memberGap     = 2  // above the others
	stampGap      = 10 // between the last word and the time
	innerRadius   = 5  // of corners where a group goes on
	markSide      = 15
	separatorGap  = 14
	scrollBarRoom = 6
)

// page is what rows are measured on.
type page struct {
	kit   *Kit
	look  *theme.Theme // its sizes
	width float32      // of the timeline
	scale float32      // pixels a unit
	day   int          // what is "today"
	title string       // the other side's name
}

func newPage(kit *Kit, width, scale float32) page {
	if scale <= 0 {
		scale = 1
	}
	today := now()
	return page{kit: kit, look: theme.Current(), width: width, scale: scale, day: today.Year()*366 + today.YearDay()}
}

// up is the next length that is whole pixels.
func (p page) up(v float32) float32 {
	return float32(math.Ceil(float64(v*p.scale)-0.01)) / p.scale
}

// column is the part of the width that rows stand in.
func (p page) column() (left, width float32) {
	width = min(p.width-scrollBarRoom, columnMost*max(theme.Scale(), 1))
	width = max(width, 80)
	return max(float32(int(middle(p.width-scrollBarRoom, width))), 0), width
}

// entry is a row with what was measured of it. It is measured again when the
// row or the page change.
type entry struct {
	row    model.Row
	on     page    // what it was measured on; the zero value: not measured
	made   int     // counts measurings
	height float32 // with the gap above
	gap    float32 // above what is drawn
	text   *layout

	box       frame // the bubble or pill, in the row
	textAt    fyne.Position
	textWidth float32
	pale      bool   // the text is the program's words in a bubble
	stamp     string // the time; "" for none
	stampAt   fyne.Position
	stampSize float32
	markAt    fyne.Position
	mark      mark
	failed    *layout // why it was not sent
	failedAt  fyne.Position
	quote     quote
	pills     []pill
	more      gapRow
	guard     mark // how it travelled; no icon: nothing is said
	guardAt   fyne.Position
	deeds     []deed        // what can be pressed about what it says
	sign      string        // the icon before the words; "" for none
	signAt    fyne.Position // its middle line is that of the first line of text
}

type frame struct{ x, y, w, h float32 }

func textFace() face { return faceOf(theme.Size(theme.SizeText), false) }

// measure finds out where everything in a row stands.
func (e *entry) measure(p page) {
	if e.on == p {
		return
	}
	*e = entry{row: e.row, on: p, made: e.made + 1, text: e.text, failed: e.failed}
	small := faceOf(theme.Size(theme.SizeSmall), false)
	switch e.row.Kind {
	case model.RowMessage:
		e.measureMessage()
	case model.RowUnread:
		small.bold = true
		e.measureCentred(p.kit.Words.Text("timeline.unread"), small)
	case model.RowDay:
		small.bold = true
		e.measureCentred(dayWords(p.kit, e.row.Time), small)
	case model.RowNotice:
		e.measureNotice(small)
	case model.RowGap, model.RowTop:
		e.measureGap()
	}
	if !isFailed(&e.row) {
		e.failed = nil
	}
	e.height = p.up(e.height)
}

// forget drops what was measured, which is a lot for a long text.
func (e *entry) forget() { e.text, e.failed, e.on = nil, nil, page{} }

// words are what a message says: its text, or that there is none to be seen.
func (e *entry) words(kit *Kit) (text string, pale bool) {
	switch {
	case e.row.Sealed:
		return kit.Words.Text(model.SealedWords(e.row.Error), e.row.Args...), true
	case e.row.Retracted:
		return kit.Words.Text("message.taken-back"), true
	case visible(e.row.Text) && e.row.Actor != "":
		return kit.Words.Text("message.action", "name", oneLine(e.row.Actor), "text", e.row.Text), false
	case visible(e.row.Text):
		return e.row.Text, false
	}
	return kit.Words.Text("message.undecryptable"), true
}

// guess is the height of a row that nobody has seen yet.
func (e *entry) guess(p page) float64 {
	if e.on == p {
		return float64(e.height)
	}
	line := float64(theme.Size(theme.SizeText)) * 1.4
	if e.row.Kind != model.RowMessage {
		return 2*separatorGap + line
	}
	if e.sticker() {
		return stickerSide + 2*line
	}
	_, most := e.room(p)
	lines := 1 + strings.Count(e.row.Text, "\n") + int(float32(min(len(e.row.Text), maxShown))*theme.Size(theme.SizeText)*0.5/most)
	if e.row.Quote.Shown {
		lines += 2
	}
	if len(e.row.Reactions) > 0 {
		lines++
	}
	return memberGap + 2*bubblePadY + line*float64(lines)
}

// measureCentred is for what the program says itself, in the middle.
func (e *entry) measureCentred(text string, f face) {
	padX, padY := theme.Size(theme.SizeInset), theme.Size(theme.SizeGap)
	left, column := e.on.column()
	e.gap = separatorGap
	e.text = e.text.again(text, f, max(column-6*padX, 80), false)
	w, h := e.text.width+2*padX, e.text.height+2*padY
	e.box = frame{left + float32(int(middle(column, w))), e.gap, w, h}
	e.textAt, e.textWidth = fyne.NewPos(e.box.x+padX, e.gap+padY), e.text.width
	e.height = e.gap + h + separatorGap - groupGap
}

// room is where a bubble may stand: the left edge of the column's inside, and
// the width that a bubble may have.
func (e *entry) room(p page) (column, most float32) {
	_, width := p.column()
	column = max(width-2*theme.Size(theme.SizeInset), 60)
	scale := max(theme.Scale(), 1)
	return column, min(max(min(column*bubbleShare, bubbleMost*scale), bubbleLeast*scale), column)
}

func (e *entry) measureMessage() {
	p, padX := e.on, theme.Size(theme.SizeInset)
	left, _ := p.column()
	column, most := e.room(p)
	e.gap = memberGap
	if e.row.First {
		e.gap = groupGap
	}
	var words string
	words, e.pale = e.words(p.kit)
	inside := float32(int(most - 2*padX))
	if e.sticker() {
		e.measureSticker(column, left, inside)
		e.measureReactions(most)
		e.measureFailed(most)
		return
	}
	f := textFace()
	f.italic = e.row.Retracted || e.row.Actor != ""
	before := e.signRoom()
	e.text = e.text.againAs(words, request{face: f, width: inside - before, grow: !e.pale, typed: e.row.Unstyled})
	quoteWidth, above := e.measureQuote(inside)
	w, h := max(e.text.width+before, quoteWidth), e.text.height+above
	if e.row.Sealed {
		deedsWidth, deedsHeight := e.measureDeeds(inside - before)
		w, h = max(w, before+deedsWidth), h+deedsHeight
	}
	stamp := e.measureStamp()
	if last := e.text.lines[len(e.text.lines)-1]; stamp > 0 {
		if end := e.deedsEnd(); end > 0 && before+end+stampGap+stamp <= inside {
			w = max(w, before+end+stampGap+stamp)
		} else if end == 0 && last.base == 0 && last.width+last.indent()+stampGap+stamp <= inside && e.text.face == f {
			w = max(w, last.width+last.indent()+stampGap+stamp)
		} else {
			w, h = max(w, stamp), h+stampFace().line()
		}
	}
	w = p.up(max(w, theme.Size(theme.SizeText)*0.8))
	x := left + theme.Size(theme.SizeInset)
	if e.row.Own {
		x += column - w - 2*padX
	}
	e.box = frame{x, e.gap, w + 2*padX, p.up(h + 2*bubblePadY)}
	e.textAt, e.textWidth = fyne.NewPos(x+padX+before, e.gap+bubblePadY+above), w-before
	e.signAt = fyne.NewPos(x+padX, e.textAt.Y+e.text.step/2)
	e.placeDeeds(e.textAt.X, e.textAt.Y+e.text.height)
	e.placeQuote()
	e.placeStamp(stamp)
	e.height = e.gap + e.box.h
	e.measureReactions(most)
	e.measureFailed(most)
}

// visible says whether there is anything to see in a text.
func visible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}
