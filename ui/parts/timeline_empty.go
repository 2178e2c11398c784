// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"chatsecure.org/desktop/theme"
)

// emptyTime is how long the words of an empty conversation take to appear: one
// that is only being read shall not flash them.
const emptyTime = 600 * time.Millisecond

// emptyWords stand where there are no messages.
type emptyWords struct {
	kit       *Kit
	text      *canvas.Text
	shown     bool
	strength  float32
	animation *fyne.Animation
}

func newEmptyWords(kit *Kit) *emptyWords {
	return &emptyWords{kit: kit, text: canvas.NewText("", nil)}
}

func (w *emptyWords) resize(size fyne.Size) {
	f := textFace()
	words := w.kit.Words.Text("timeline.empty")
	width, height := f.word(words), f.line()
	setText(w.text, visualOrder(words), f, strength(theme.Color(theme.ColorTextMuted), w.strength))
	place(w.text, middle(size.Width, width), middle(size.Height, height), width, height)
}

func (w *emptyWords) restyle() {
	w.text.Color = strength(theme.Color(theme.ColorTextMuted), w.strength)
	w.text.Refresh()
}

// show says whether the words are to be seen, and lets them appear.
func (w *emptyWords) show(yes bool) bool {
	if yes == w.shown {
		return yes
	}
	w.shown = yes
	if w.animation != nil {
		w.animation.Stop()
		w.animation = nil
	}
	if !yes {
		return false
	}
	w.strength = 0
	a := fyne.NewAnimation(emptyTime, func(part float32) {
		w.strength = part
		w.restyle()
	})
	a.Curve = func(part float32) float32 { return max(0, 2*part-1) }
	w.animation = a
	a.Start()
	return true
}
