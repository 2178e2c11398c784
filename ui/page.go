// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// pageWidth is the width of everything on a page of the first start.
const pageWidth = 400

// page is one step of the first start: a picture or a way back, what it is
// about, and its content, in the middle of the window.
type page struct {
	kit   *parts.Kit
	title string
	text  string
	back  func() // nil: the program's icon stands there instead
	body  []fyne.CanvasObject
}

func (p page) build() fyne.CanvasObject {
	title := parts.NewLine(p.kit, p.title, parts.Style{Size: theme.SizeHeadline, Bold: true, Align: fyne.TextAlignCenter})
	objects := []fyne.CanvasObject{title}
	if p.text != "" {
		objects = append(objects, parts.NewParagraph(p.kit, p.text, pageWidth,
			parts.Style{Color: theme.ColorTextMuted, Align: fyne.TextAlignCenter}))
	}
	objects = append(objects, parts.Gap(theme.SizeGap))
	objects = append(objects, p.body...)
	column := parts.Column(theme.SizeInset, objects...)
	if p.back == nil {
		icon := parts.NewPicture(p.kit, "app", 84)
		column.Objects = append([]fyne.CanvasObject{container.NewCenter(icon)}, column.Objects...)
	}
	middle := container.NewVScroll(parts.Centered(pageWidth, parts.InsetXY("", theme.SizeInset, column)))
	layers := []fyne.CanvasObject{parts.NewFill(p.kit, theme.ColorBackground), middle}
	if p.back != nil {
		button := parts.NewIconButton(p.kit, "back", p.kit.Words.Text("action.back"), p.back)
		layers = append(layers, container.NewVBox(container.NewHBox(parts.Inset(theme.SizePad, button))))
	}
	return container.NewStack(layers...)
}

// waiting is a button that starts something and shows that it is going on.
type waiting struct {
	box    *fyne.Container // what to put on a screen
	button *parts.Button
	bar    *widget.ProgressBarInfinite
}

func newWaiting(kit *parts.Kit, text string, do func()) *waiting {
	w := &waiting{button: parts.NewButton(kit, text, parts.Primary, do), bar: widget.NewProgressBarInfinite()}
	w.bar.Stop()
	w.bar.Hide()
	w.box = container.NewStack(w.button, container.New(thinBottom{}, w.bar))
	return w
}

func (w *waiting) set(on bool) {
	if on {
		w.button.Disable()
		w.bar.Show()
		w.bar.Start()
	} else {
		w.button.Enable()
		w.bar.Stop()
		w.bar.Hide()
	}
}

// thinBottom puts its only thing as a thin stripe along the lower edge.
type thinBottom struct{}

func (thinBottom) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (thinBottom) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	objects[0].Move(fyne.NewPos(4, s.Height-4))
	objects[0].Resize(fyne.NewSize(s.Width-8, 3))
}
