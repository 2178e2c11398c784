// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// What is wrong with a field is said below it: that must not move the field.
func TestCenteredGrowsDownwards(t *testing.T) {
	inside := canvas.NewRectangle(nil)
	c := Centered(100, inside)
	at := func(height, room float32) float32 {
		inside.SetMinSize(fyne.NewSize(100, height))
		c.Resize(fyne.NewSize(300, room))
		c.Layout.Layout(c.Objects, c.Size())
		if inside.Position().X != 100 || inside.Size() != fyne.NewSize(100, height) {
			t.Errorf("%v at %v", inside.Size(), inside.Position())
		}
		return inside.Position().Y
	}
	top := at(200, 600)
	if top <= 100 || top > 200 {
		t.Errorf("begins at %v of 600", top)
	}
	for _, step := range []struct{ height, want float32 }{{220, top}, {400, top}, {500, 100}, {200, top}} {
		if got := at(step.height, 600); got != step.want {
			t.Errorf("%v high it begins at %v, want %v", step.height, got, step.want)
		}
	}
	if got := at(700, 700); got != 0 {
		t.Errorf("higher than the room it begins at %v", got)
	}
	if got := at(200, 400); got >= top || got <= 0 {
		t.Errorf("in a lower window it begins at %v", got)
	}
}
