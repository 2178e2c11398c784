// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"image/color"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
)

// drawStatus draws the time, how far the message came, and under the bubble why
// it was not sent and what can be done.
func (v *bubbleView) drawStatus(e *entry, soft color.Color, out []fyne.CanvasObject) []fyne.CanvasObject {
	if e.stamp != "" {
		setText(v.stamp, e.stamp, stampFace(), soft)
		place(v.stamp, e.stampAt.X, e.stampAt.Y, e.stampSize, stampFace().line())
		out = append(out, v.stamp)
	}
	out = v.drawGuard(e, out)
	if e.mark.icon != "" {
		translucency := 0.0
		if e.mark.soft {
			translucency = 0.25
		}
		setIcon(v.mark, e.on.kit.icon(e.mark.icon, e.mark.token), translucency)
		place(v.mark, e.markAt.X, e.markAt.Y, e.markSide(), e.markSide())
		out = append(out, v.mark)
	}
	if e.failed == nil {
		return out
	}
	side := failedSide - theme.Size(theme.SizeGap)
	setIcon(v.alert, e.on.kit.icon("alert", theme.ColorDanger), 0)
	place(v.alert, e.failedAt.X-failedSide, e.failedAt.Y+middle(e.failed.step, side), side, side)
	out = append(out, v.alert)
	out = v.why.draw(e.failed, e.failedAt, e.failed.width, 0, len(e.failed.lines), 0, 0, inkOf(theme.ColorDanger), out)
	right, y := e.box.x+e.box.w, e.failedAt.Y+e.failed.height+failedGap
	buttons := []*Button{v.remove, v.retry, v.look}
	if e.row.Acts[0] == model.ActNone {
		buttons = buttons[:2]
	} else {
		v.look.SetText(actWords(e.on.kit, e.row.Acts[0], e.on.title))
	}
	for _, b := range buttons {
		w := b.MinSize().Width
		if b == v.look && e.failedRows() > 1 {
			right, y = e.box.x+e.box.w, y+failedButtonHeight()+theme.Size(theme.SizeGap)
		}
		right -= w
		place(b, right, y, w, failedButtonHeight())
		b.Refresh() // the theme may have changed while nobody saw it
		out = append(out, b)
		right -= theme.Size(theme.SizeGap)
	}
	return out
}

// buttons makes sure that there is something to press in a view; do is called
// with the row that it draws.
func (v *bubbleView) buttons(kit *Kit, retry, remove, look func(e *entry)) {
	if v.retry == nil {
		v.look = NewButton(kit, "", Secondary, func() { look(v.shown.entry) })
		v.retry = NewButton(kit, "", Secondary, func() { retry(v.shown.entry) })
		v.remove = NewButton(kit, "", Quiet, func() { remove(v.shown.entry) })
	}
	v.retry.SetText(kit.Words.Text("message.retry")) // the language may be another than before
	v.remove.SetText(kit.Words.Text("message.delete"))
}

// holds says whether one of the buttons is this.
func (v *bubbleView) holds(f fyne.Focusable) bool {
	return v.retry != nil && (f == fyne.Focusable(v.retry) || f == fyne.Focusable(v.remove) || f == fyne.Focusable(v.look))
}
