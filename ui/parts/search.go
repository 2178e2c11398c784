// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/theme"
)

// NewSearch makes a field with a magnifying glass. Escape empties it first and
// belongs to the window after that; Down calls down (may be nil).
func NewSearch(kit *Kit, prompt string, change func(text string), down func()) *Entry {
	e := NewEntry(kit)
	e.SetPlaceHolder(prompt)
	e.SetIcon(kit.icon("search", theme.ColorTextMuted))
	e.OnChanged = change
	e.OnKey = func(name fyne.KeyName) bool {
		switch {
		case name == fyne.KeyEscape && e.Text != "":
			e.SetText("")
			return true
		case name == fyne.KeyDown && down != nil:
			down()
			return true
		}
		return false
	}
	return e
}
