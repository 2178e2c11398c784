// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// idle locks the program when nobody has touched it for as long as a policy allows.
type idle struct {
	after   time.Duration // 0: never
	touched time.Time
	now     func() time.Time
	stop    func() // ends the timer; nil for none
}

// watchIdle begins to wait, now that something could be read, or for as long as another
// policy wants.
func (w *Window) watchIdle() {
	if w.idle.stop != nil {
		w.idle.stop()
		w.idle.stop = nil
	}
	w.idle.after = time.Duration(w.locks().After()) * time.Minute
	if w.idle.after == 0 || w.cfg.Lock == nil {
		return
	}
	w.touch()
	w.waitIdle(w.idle.after)
}

// touch is called by whatever the person moves, presses or types into.
func (w *Window) touch() { w.idle.touched = w.idle.now() }

// waitIdle looks again after that time: whatever was touched meanwhile puts it off.
func (w *Window) waitIdle(d time.Duration) {
	w.idle.stop = w.env.After(d, func() {
		if left := w.idle.after - w.idle.now().Sub(w.idle.touched); left > 0 {
			w.waitIdle(left)
			return
		}
		w.cfg.Lock()
	})
}

// floor lies below everything and feels the pointer where nothing above does.
type floor struct {
	widget.BaseWidget
	touch func()
}

var _ desktop.Hoverable = (*floor)(nil)

func newFloor(touch func()) *floor {
	f := &floor{touch: touch}
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer implements fyne.Widget: there is nothing to see.
func (f *floor) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{})
}

// MouseIn implements desktop.Hoverable.
func (f *floor) MouseIn(*desktop.MouseEvent) { f.touch() }

// MouseMoved implements desktop.Hoverable.
func (f *floor) MouseMoved(*desktop.MouseEvent) { f.touch() }

// MouseOut implements desktop.Hoverable.
func (f *floor) MouseOut() {}
