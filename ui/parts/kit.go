// SPDX-License-Identifier: MPL-2.0

// Package parts holds the program's own widgets. Each is a struct with a
// constructor that takes the Kit, Set for what it shows, and OnX callbacks for
// what the person does. No widget holds a translated word or a colour.
//
// Everything here is for the UI goroutine only.
package parts

import (
	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/resources"
	"chatsecure.org/desktop/theme"
)

// Kit is what every part needs.
type Kit struct {
	Words *resources.Bundle
	// Shortcut is asked by every field that has the focus before it treats a
	// shortcut as its own, because the toolkit gives shortcuts to the focused
	// field only. It says whether the shortcut was used. May be nil.
	Shortcut func(fyne.Shortcut) bool
	// Key is the same for plain keys that fields do not use (Escape, F6).
	Key func(*fyne.KeyEvent) bool
	// Reveal brings what has got the focus by keyboard into view. May be nil.
	Reveal func(fyne.CanvasObject)
	// Tip explains in words what the pointer rests on, until leave is called. May
	// be nil.
	Tip func(of fyne.CanvasObject, text string) (leave func())
	// Touched is told of everything that the person moves, presses or types. May be nil.
	Touched func()

	stickers *stickers // nil until they are asked for
}

// touched says that somebody is there.
func (k *Kit) touched() {
	if k != nil && k.Touched != nil {
		k.Touched()
	}
}

// icon is an icon of the bundle in a token's colour.
func (k *Kit) icon(id string, token theme.Token) fyne.Resource {
	return theme.Icon(theme.Picture(k.Words, id), token)
}
