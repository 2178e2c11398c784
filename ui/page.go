// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// pageWidth is the width of everything on a page of the first start. It grows
// with the text, as far as the smallest window lets it.
func pageWidth() float32 { return min(400*max(theme.Scale(), 1), 560) }

// page is one step of the first start: a picture or a way back, what it is
// about, and its content, in the middle of the window.
type page struct {
	title string
	text  string
	back  func() // also what Escape does; nil: the program's icon stands there instead
	leave func() // another screen takes its place; may be nil
	body  []fyne.CanvasObject
}

func (w *Window) showPage(p page) {
	body, scroll := p.build(w.kit)
	s := screen{body: body, scroll: scroll, leave: p.leave}
	if p.back != nil {
		s.escape = func() bool { p.back(); return true }
	}
	w.show(s)
}

func (p page) build(kit *parts.Kit) (body fyne.CanvasObject, scroll *container.Scroll) {
	objects := []fyne.CanvasObject{
		parts.NewParagraph(kit, p.title, pageWidth(), parts.Style{Size: theme.SizeHeadline, Bold: true, Align: fyne.TextAlignCenter}),
	}
	if p.text != "" {
		objects = append(objects, parts.NewParagraph(kit, p.text, pageWidth(),
			parts.Style{Color: theme.ColorTextMuted, Align: fyne.TextAlignCenter}))
	}
	objects = append(objects, parts.Gap(theme.SizeGap))
	objects = append(objects, p.body...)
	column := parts.Column(theme.SizeInset, objects...)
	if p.back == nil {
		icon := parts.NewPicture(kit, "app", 84)
		column.Objects = append([]fyne.CanvasObject{container.NewCenter(icon)}, column.Objects...)
	}
	middle := container.NewVScroll(parts.Centered(pageWidth(), parts.InsetXY("", theme.SizeInset, column)))
	layers := []fyne.CanvasObject{parts.NewFill(kit, theme.ColorBackground), middle}
	if p.back != nil {
		button := parts.NewIconButton(kit, "back", kit.Words.Text("action.back"), p.back)
		layers = append(layers, container.NewVBox(container.NewHBox(parts.Inset(theme.SizePad, button))))
	}
	return container.NewStack(layers...), middle
}

// follow keeps a field in view when it gets the focus: in a small window, or with
// large text, it may stand below. What is wrong with it stands below it again.
func (w *Window) follow(f *parts.Field) {
	f.Entry.OnFocus = func(on bool) {
		if on {
			w.reveal(f.Box)
		}
	}
}

// bring is reveal for what stands on the screen itself: what is on a dialog has its own
// place.
func (w *Window) bring(o fyne.CanvasObject) {
	if w.screen.scroll != nil && !w.covered() {
		w.reveal(o)
	}
}

func (w *Window) reveal(o fyne.CanvasObject) {
	scroll := w.screen.scroll
	if scroll == nil {
		return
	}
	driver := fyne.CurrentApp().Driver()
	margin := theme.Size(theme.SizeInset)
	top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(scroll).Y
	over, under := margin-top, top+o.MinSize().Height+margin-scroll.Size().Height
	switch {
	case over > 0:
		scroll.ScrollToOffset(scroll.Offset.SubtractXY(0, over))
	case under > 0:
		scroll.ScrollToOffset(scroll.Offset.AddXY(0, min(under, -over)))
	}
}

// waiting is a button that starts something, shows that it is going on, and
// stops it.
type waiting struct {
	box    *fyne.Container // what to put on a screen
	button *parts.Button
	bar    *widget.ProgressBarInfinite
	text   string
	stop   string // "" where it can not be stopped
	on     bool
}

// newWaiting makes the button. cancel may be nil for what is soon over.
func newWaiting(kit *parts.Kit, text string, do, cancel func()) *waiting {
	w := &waiting{text: text, bar: widget.NewProgressBarInfinite()}
	if cancel != nil {
		w.stop = kit.Words.Text("action.cancel")
	}
	w.button = parts.NewButton(kit, text, parts.Primary, func() {
		if w.on {
			cancel()
		} else {
			do()
		}
	})
	w.bar.Stop()
	w.bar.Hide()
	w.box = container.NewStack(w.button, container.New(thinBottom{}, w.bar))
	return w
}

func (w *waiting) set(on bool) {
	w.on = on
	if !on {
		w.button.Enable()
		w.button.SetText(w.text)
		w.button.SetKind(parts.Primary)
		w.bar.Stop()
		w.bar.Hide()
		return
	}
	if w.stop == "" {
		w.button.Disable()
	} else {
		w.button.SetText(w.stop)
		w.button.SetKind(parts.Secondary)
	}
	w.bar.Show()
	w.bar.Start()
}

// thinBottom puts its only thing as a thin stripe along the lower edge.
type thinBottom struct{}

func (thinBottom) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (thinBottom) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	objects[0].Move(fyne.NewPos(4, s.Height-4))
	objects[0].Resize(fyne.NewSize(s.Width-8, 3))
}
