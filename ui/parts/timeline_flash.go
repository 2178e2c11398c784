// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"time"

	"fyne.io/fyne/v2"
)

// flashSteps is how many strengths a flash goes through: each draws its row anew.
const flashSteps = 16

const flashTime = 1400 * time.Millisecond

// flash lights up the row that was looked for.
type flash struct {
	key       string
	left      uint8
	animation *fyne.Animation
}

func (t *Timeline) lightUp(key string) {
	if t.flash.animation != nil {
		t.flash.animation.Stop()
	}
	if !fyne.CurrentApp().Settings().ShowAnimations() {
		return
	}
	a := fyne.NewAnimation(flashTime, nil)
	a.Curve = fyne.AnimationEaseIn // bright for a while, then gone
	a.Tick = func(part float32) {
		if t.flash.animation != a {
			return
		}
		left := uint8(flashSteps * (1 - part))
		if part >= 1 {
			t.flash = flash{}
		} else if left == t.flash.left {
			return
		} else {
			t.flash.left = left
		}
		t.draw()
	}
	t.flash = flash{key, flashSteps, a}
	a.Start()
}
