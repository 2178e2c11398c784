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

// touch is called by whatever the person moves, presses or types into. Who touches what
// should be locked by now may be somebody else: the computer has slept meanwhile.
func (w *Window) touch() {
	if w.idle.stop != nil && w.untouched() >= w.idle.after {
		w.idle.stop()
		w.idle.stop = nil
		w.env.Dispatch(w.lockIdle) // not while what was touched is still at work
		return
	}
	w.idle.touched = w.idle.now()
}

// untouched is for how long nobody was there. Of the two clocks the monotonic one stands
// still while the computer sleeps, and the other can be set back: the longer time counts.
func (w *Window) untouched() time.Duration {
	now, then := w.idle.now(), w.idle.touched
	return max(now.Sub(then), now.Round(0).Sub(then.Round(0)))
}

// idleLook is how long the timer runs at most: it stands still, too, while the computer
// sleeps.
const idleLook = 15 * time.Second

// waitIdle looks again after that time: whatever was touched meanwhile puts it off.
func (w *Window) waitIdle(d time.Duration) {
	w.idle.stop = w.env.After(min(d, idleLook), func() {
		if left := w.idle.after - w.untouched(); left > 0 {
			w.waitIdle(left)
			return
		}
		w.idle.stop = nil
		w.lockIdle()
	})
}

// lockIdle locks, unless somebody else has done so.
func (w *Window) lockIdle() {
	if w.cfg.Lock != nil {
		w.cfg.Lock()
	}
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
