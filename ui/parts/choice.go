// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"chatsecure.org/desktop/theme"
)

// Choice is a row of buttons of which one is chosen.
type Choice struct {
	Box      *fyne.Container // what to put on a screen
	OnChange func(i int)
	buttons  []*Button
}

// NewChoice makes the row, with one chosen.
func NewChoice(kit *Kit, texts []string, chosen int, onChange func(i int)) *Choice {
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
	c.Box = container.New(equalLayout{}, objects...)
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

// equalLayout puts things beside each other, all equally wide.
type equalLayout struct{}

func (equalLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		s = s.Max(o.MinSize())
	}
	s.Width = s.Width*float32(len(objects)) + theme.Size(theme.SizePad)*float32(len(objects)-1)
	return s
}

func (equalLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	gap := theme.Size(theme.SizePad)
	w := (s.Width - gap*float32(len(objects)-1)) / float32(len(objects))
	for i, o := range objects {
		place(o, float32(i)*(w+gap), 0, w, s.Height)
	}
}
