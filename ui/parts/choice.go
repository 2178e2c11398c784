// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/theme"
)

// Choice is a row of buttons of which one is chosen; more rows, where they do not fit
// into one.
type Choice struct {
	Box      *fyne.Container // what to put on a screen
	OnChange func(i int)
	buttons  []*Button
}

// NewChoice makes the row, of that width, with one chosen.
func NewChoice(kit *Kit, width float32, texts []string, chosen int, onChange func(i int)) *Choice {
	c := &Choice{OnChange: onChange}
	objects := make([]fyne.CanvasObject, 0, len(texts))
	for i, text := range texts {
		b := NewButton(kit, text, Secondary, func() {
			c.Set(i)
			if c.OnChange != nil {
				c.OnChange(i)
			}
		})
		c.buttons = append(c.buttons, b)
		objects = append(objects, b)
	}
	c.Box = container.New(equalLayout{width}, objects...)
	c.Set(chosen)
	return c
}

// Set chooses another one.
func (c *Choice) Set(chosen int) {
	for i, b := range c.buttons {
		b.SetChosen(i == chosen)
	}
}

// Allow says which can be chosen; the others are pale and deaf.
func (c *Choice) Allow(may func(i int) bool) {
	for i, b := range c.buttons {
		b.setDisabled(!may(i))
	}
}

// equalLayout puts things beside each other, all equally wide, in as few rows as they
// need in a width.
type equalLayout struct{ width float32 }

// perRow is how many stand beside each other, and how large the largest is.
func (e equalLayout) perRow(objects []fyne.CanvasObject) (n int, largest fyne.Size) {
	for _, o := range objects {
		largest = largest.Max(o.MinSize())
	}
	gap := theme.Size(theme.SizePad)
	fit := max(int((e.width+gap+0.5)/(largest.Width+gap)), 1)
	rows := max((len(objects)+fit-1)/fit, 1)
	return max((len(objects)+rows-1)/rows, 1), largest
}

func (e equalLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	n, s := e.perRow(objects)
	rows := float32((len(objects) + n - 1) / n)
	gap := theme.Size(theme.SizePad)
	return fyne.NewSize(s.Width*float32(n)+gap*float32(n-1), s.Height*rows+gap*(rows-1))
}

func (e equalLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	n, least := e.perRow(objects)
	gap := theme.Size(theme.SizePad)
	w := (s.Width - gap*float32(n-1)) / float32(n)
	for i, o := range objects {
		place(o, float32(i%n)*(w+gap), float32(i/n)*(least.Height+gap), w, least.Height)
	}
}
