// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"time"

	"fyne.io/fyne/v2"
)

// Dragged implements fyne.Draggable: it selects.
func (t *Timeline) Dragged(e *fyne.DragEvent) {
	t.kit.touched()
	p := &t.pointer
	if !p.pressed || p.pressedHot.at != hotNone || !p.dragged && near(e.Position, p.clickedAt) {
		return // a hand that shakes while it clicks
	}
	p.at, p.dragged = e.Position, true
	t.dragTo(e.Position)
	t.pullAtEdges()
}

// DragEnd implements fyne.Draggable.
func (t *Timeline) DragEnd() {
	t.pointer.pressed, t.pointer.dragged = false, false
	t.stopPull()
}

// dragTo extends the selection to a position, that may be outside the view.
func (t *Timeline) dragTo(at fyne.Position) {
	at.Y = min(max(at.Y, 0), float32(t.geometry.view)-1)
	if _, s := t.find(at); s.caret.key != "" {
		t.selectTo(s.caret)
	}
}

// How fast rows move while something is dragged outside the view, in units a
// second: the farther, the faster.
const (
	pullLeast = 80
	pullMost  = 2400
	pullRate  = 12 // for each unit of distance
	pullEdge  = 2  // inside the view: the screen may end there
)

// pullAtEdges scrolls on while the pointer is held above or below the view.
func (t *Timeline) pullAtEdges() {
	if t.pullSpeed() == 0 {
		t.stopPull()
		return
	}
	if t.pointer.pull != nil {
		return
	}
	last := now()
	a := fyne.NewAnimation(time.Second, nil)
	a.RepeatCount = fyne.AnimationRepeatForever
	a.Tick = func(float32) {
		at := now()
		t.pull(at.Sub(last))
		last = at
	}
	t.pointer.pull = a
	a.Start()
}

// pull scrolls as far as it goes in a time.
func (t *Timeline) pull(d time.Duration) {
	if speed := t.pullSpeed(); speed != 0 && t.pointer.dragged {
		t.told.scrolled()
		t.scrollBy(speed * d.Seconds())
	}
}

func (t *Timeline) pullSpeed() float64 {
	y := float64(t.pointer.at.Y)
	speed := func(distance float64) float64 { return min(max(distance*pullRate, pullLeast), pullMost) }
	switch {
	case y < pullEdge:
		return speed(-y)
	case y > t.geometry.view-pullEdge:
		return -speed(y - t.geometry.view)
	}
	return 0
}

func (t *Timeline) stopPull() {
	if t.pointer.pull != nil {
		t.pointer.pull.Stop()
		t.pointer.pull = nil
	}
}
