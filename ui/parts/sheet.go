// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// SheetWidth is the room for the content of a sheet.
const SheetWidth = 420

// Sheet is a dialog: a plate in the middle of the window that has to be answered
// or closed before the rest can be used.
type Sheet struct {
	pop     *widget.PopUp
	OnClose func() // after it was closed, however that came
	closed  bool
}

// ShowSheet opens a sheet with a title, a content that is SheetWidth wide, and
// its buttons, the most wanted one last. Content higher than the window scrolls.
func ShowSheet(kit *Kit, over fyne.Canvas, title string, content fyne.CanvasObject, buttons ...fyne.CanvasObject) *Sheet {
	s := &Sheet{}
	head := NewLine(kit, title, Style{Size: theme.SizeTitle, Bold: true})
	closer := NewIconButton(kit, "close", kit.Words.Text("action.close"), s.Close)
	spacer := container.NewWithoutLayout()
	end := Row(theme.SizePad, spacer, append([]fyne.CanvasObject{spacer}, buttons...)...)
	var bottom fyne.CanvasObject = container.NewWithoutLayout()
	if len(buttons) > 0 {
		bottom = Column(theme.SizeGap, Gap(theme.SizeGap), end)
	}
	scroll := container.NewVScroll(content)
	inside := container.New(&sheetLayout{canvas: over, content: content},
		Column(theme.SizePad, Row(theme.SizePad, head, head, closer), NewRule(kit)), scroll, bottom)
	plate := NewFill(kit, theme.ColorSurface)
	s.pop = widget.NewModalPopUp(container.NewStack(plate, Inset(theme.SizeInset, inside)), over)
	s.pop.Show()
	return s
}

// Close takes the sheet away.
func (s *Sheet) Close() {
	if s.closed {
		return
	}
	s.closed = true
	s.pop.Hide()
	if s.OnClose != nil {
		s.OnClose()
	}
}

// Refresh lays the sheet out again after its content changed its height.
func (s *Sheet) Refresh() {
	s.pop.Content.Refresh()
	s.pop.Resize(s.pop.MinSize())
	s.pop.Refresh()
}

// sheetLayout stacks head, scrolling content and buttons, no higher than the
// window.
type sheetLayout struct {
	canvas  fyne.Canvas
	content fyne.CanvasObject
}

func (l *sheetLayout) heights(o []fyne.CanvasObject) (head, content, foot float32) {
	gap := theme.Size(theme.SizePad)
	head, foot = o[0].MinSize().Height+gap, o[2].MinSize().Height
	content = l.content.MinSize().Height
	room := l.canvas.Size().Height - 2*theme.Size(theme.SizeInset) - 6*gap - head - foot
	return head, max(min(content, room), 60), foot
}

func (l *sheetLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	head, content, foot := l.heights(o)
	return fyne.NewSize(SheetWidth+theme.Size(theme.SizeInset), head+content+foot)
}

func (l *sheetLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	head, content, foot := l.heights(o)
	place(o[0], 0, 0, s.Width, head-theme.Size(theme.SizePad))
	place(o[1], 0, head, s.Width, content)
	place(o[2], 0, head+content, s.Width, foot)
}
