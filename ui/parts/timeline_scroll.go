// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
)

const (
	wheelNotch = 25 // what the toolkit makes of one notch of a wheel
	wheelLines = 3  // what people expect of one
	glideTime  = 130 * time.Millisecond
)

// Scrolled implements fyne.Scrollable: the wheel and the touchpad.
func (t *Timeline) Scrolled(e *fyne.ScrollEvent) {
	t.kit.touched()
	dy := float64(e.Scrolled.DY)
	if dy == 0 {
		return
	}
	t.told.scrolled()
	if math.Mod(dy, wheelNotch) == 0 {
		t.scrollSoftly(dy / wheelNotch * wheelLines * float64(t.lineStep()))
		return
	}
	t.glide.stop() // a touchpad moves softly by itself
	t.scrollBy(dy)
}

// scrollBy moves the rows down by dy, and says whether they could not.
func (t *Timeline) scrollBy(dy float64) (stuck bool) {
	stuck = t.geometry.scroll(dy)
	t.pointer.moved(t)
	t.draw()
	t.tell()
	return stuck
}

// scrollSoftly moves the rows down by dy within a moment.
func (t *Timeline) scrollSoftly(dy float64) {
	if !fyne.CurrentApp().Settings().ShowAnimations() {
		t.scrollBy(dy)
		return
	}
	t.glide.start(dy, t.scrollBy)
}

// glide spreads scrolling over some frames. More of it while it runs is added.
type glide struct {
	owed, done float64
	animation  *fyne.Animation
}

func (g *glide) start(dy float64, scroll func(dy float64) (stuck bool)) {
	left := g.owed - g.done
	if left*dy < 0 {
		left = 0 // the other way: at once
	}
	g.stop()
	g.owed, g.done = left+dy, 0
	a := fyne.NewAnimation(glideTime, nil)
	a.Curve = fyne.AnimationEaseOut
	a.Tick = func(part float32) {
		if g.animation != a {
			return
		}
		by := g.owed*float64(part) - g.done
		g.done += by
		if stuck := scroll(by); stuck || part >= 1 {
			g.stop()
		}
	}
	g.animation = a
	a.Start()
}

func (g *glide) stop() {
	if g.animation != nil {
		g.animation.Stop()
	}
	*g = glide{}
}

// lineStep is the height of a line of text.
func (t *Timeline) lineStep() float32 { return float32(int(textFace().line()*lineFactor + 0.5)) }

// scrollKey scrolls by a key, and says whether it is one for that.
func (t *Timeline) scrollKey(name fyne.KeyName) bool {
	page := t.geometry.view - 2*float64(t.lineStep())
	switch name {
	case fyne.KeyUp:
		t.scrollSoftly(2 * float64(t.lineStep()))
	case fyne.KeyDown:
		t.scrollSoftly(-2 * float64(t.lineStep()))
	case fyne.KeyPageUp:
		t.scrollSoftly(page)
	case fyne.KeyPageDown, fyne.KeySpace:
		t.scrollSoftly(-page)
	case fyne.KeyHome:
		t.scrollTo(0)
	case fyne.KeyEnd:
		t.told.scrolled()
		t.endWanted()
	default:
		return false
	}
	t.told.scrolled()
	return true
}

// scrollTo goes to an offset from the top of what is loaded.
func (t *Timeline) scrollTo(offset float64) {
	t.glide.stop()
	t.told.scrolled()
	t.geometry.scrollTo(offset)
	t.draw()
	t.tell()
}

// endWanted is the press of "jump to end".
func (t *Timeline) endWanted() {
	if t.OnJumpToEnd != nil {
		t.OnJumpToEnd()
		return
	}
	t.JumpToEnd()
}
