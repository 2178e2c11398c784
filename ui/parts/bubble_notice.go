// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// noticeMost is the width of what the program says itself with something to do, at most:
// it stands among the messages and is not one of them.
const noticeMost = 460

// noticeSigns are the icons before what the program says, where it is about safety.
var noticeSigns = map[chat.Code]mark{
	chat.CodeDeviceAdded:     {icon: "device", token: theme.ColorTextMuted},
	chat.CodeDeviceGone:      {icon: "device", token: theme.ColorTextMuted},
	chat.CodeDeviceUnchecked: {icon: "lock-warning", token: theme.ColorWarning},
	chat.CodeKeyChanged:      {icon: "lock-warning", token: theme.ColorDanger},
	chat.CodeOwnDevice:       {icon: "lock-warning", token: theme.ColorWarning},
	chat.CodePlainInside:     {icon: "lock-open", token: theme.ColorWarning},
	chat.CodeSessionRepaired: {icon: "sync", token: theme.ColorTextMuted},
	chat.CodeOTRStarted:      {icon: "lock-closed", token: theme.ColorTextMuted},
	chat.CodeOTRStartedOld:   {icon: "lock-closed", token: theme.ColorTextMuted},
	chat.CodeOTRDowngrade:    {icon: "lock-warning", token: theme.ColorDanger},
	chat.CodeOTRNewKey:       {icon: "lock-closed", token: theme.ColorWarning},
	chat.CodeOTRFinished:     {icon: "lock-open", token: theme.ColorWarning},
	chat.CodeOTREnded:        {icon: "lock-open", token: theme.ColorTextMuted},
	chat.CodeSecretProven:    {icon: "lock-verified", token: theme.ColorSuccess},
	chat.CodeSecretFailed:    {icon: "lock-warning", token: theme.ColorDanger},
	chat.CodeSecretStopped:   {icon: "question", token: theme.ColorTextMuted},
	chat.CodeSecretAnswered:  {icon: "question", token: theme.ColorTextMuted},
}

// signSide is the width of the icon before words.
const signSide = 18

// signOf is the icon before the words of a row; no icon: none.
func signOf(r *model.Row) mark {
	switch {
	case r.Sealed:
		return mark{icon: "lock-warning", token: theme.ColorWarning}
	case r.Kind == model.RowNotice:
		return noticeSigns[r.Error]
	}
	return mark{}
}

// signRoom is the width that the icon takes from the words.
func (e *entry) signRoom() float32 {
	if e.sign = signOf(&e.row).icon; e.sign == "" {
		return 0
	}
	return signSide + theme.Size(theme.SizePad)
}

// noticeWords are what the program says. What it has no words of its own for is said as
// an error is.
func (e *entry) noticeWords() string {
	words, id := e.on.kit.Words, e.row.Text
	if e.row.Error != "" && !words.Has(id) {
		if id = "error." + string(e.row.Error); !words.Has(id) {
			id = "error." + string(chat.CodeUnknown)
		}
	}
	at := DayTime(words, e.row.Time)
	return words.Text(id, append([]any{"time", at}, e.row.Args...)...)
}

// measureNotice puts the words in the middle; with an icon, or with something to do, on
// a plate.
func (e *entry) measureNotice(f face) {
	before := e.signRoom()
	if before == 0 && e.row.Acts[0] == model.ActNone {
		e.measureCentred(e.noticeWords(), f)
		return
	}
	padX, padY := theme.Size(theme.SizeInset), theme.Size(theme.SizePad)
	left, column := e.on.column()
	most := max(min(column-2*padX, noticeMost*max(theme.Scale(), 1))-2*padX-before, 80)
	e.gap = separatorGap
	e.text = e.text.again(e.noticeWords(), f, most, false)
	deedsWidth, deedsHeight := e.measureDeeds(most)
	w, h := before+max(e.text.width, deedsWidth)+2*padX, max(e.text.height, signSide)+deedsHeight+2*padY
	e.box = frame{left + float32(int(middle(column, w))), e.gap, e.on.up(w), e.on.up(h)}
	top := e.gap + padY
	e.textAt, e.textWidth = fyne.NewPos(e.box.x+padX+before, top), e.text.width
	if e.text.height < signSide {
		e.textAt.Y += middle(signSide, e.text.height)
	}
	e.signAt = fyne.NewPos(e.box.x+padX, e.textAt.Y+e.text.step/2)
	e.placeDeeds(e.textAt.X, top+max(e.text.height, signSide))
	e.height = e.gap + e.box.h + separatorGap - groupGap
}

// drawNotice draws what the program says.
func (v *bubbleView) drawNotice(s sign, out []fyne.CanvasObject) []fyne.CanvasObject {
	e := s.entry
	if e.sign == "" && len(e.deeds) == 0 {
		return v.drawText(s, inkOf(theme.ColorTextMuted), out)
	}
	round := theme.Size(theme.SizeRadius)
	all := corners{round, round, round, round}
	if v.plate == nil {
		v.plate = canvas.NewRectangle(nil)
	}
	v.plate.StrokeColor, v.plate.StrokeWidth = theme.Color(theme.ColorDivider), 1
	setRect(v.plate, theme.Color(theme.ColorBackground), all)
	place(v.plate, e.box.x, e.box.y, e.box.w, e.box.h)
	out = append(out, v.plate)
	if s.chosen {
		out = v.drawRing(e, out)
	}
	out = v.drawSign(e, out)
	with := inkOf(theme.ColorText)
	out = v.drawText(s, with, out)
	with.link = theme.Color(theme.ColorLink)
	return v.drawDeeds(s, with, out)
}

// drawSign draws the icon before the words.
func (v *bubbleView) drawSign(e *entry, out []fyne.CanvasObject) []fyne.CanvasObject {
	if e.sign == "" {
		return out
	}
	is := signOf(&e.row)
	setIcon(v.alert, e.on.kit.icon(is.icon, is.token), 0)
	place(v.alert, e.signAt.X, e.signAt.Y-signSide/2, signSide, signSide)
	return append(out, v.alert)
}
