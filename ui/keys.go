// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// key is a combination of keys and what it does, wherever the focus is.
type key struct {
	name     fyne.KeyName
	modifier fyne.KeyModifier
	do       func()
}

// bindKeys makes the window listen. The toolkit gives a shortcut to the focused
// field only, so each of our fields hands it on to w.shortcut.
func (w *Window) bindKeys() {
	ctrl := fyne.KeyModifierShortcutDefault
	w.keys = []key{
		{fyne.KeyK, ctrl, w.showSwitcher},
		{fyne.KeyN, ctrl, w.showNewChat},
		{fyne.KeyComma, ctrl, w.showSettings},
		{fyne.KeyF, ctrl, w.findHere},
		{fyne.KeyF, ctrl | fyne.KeyModifierShift, w.findEverywhere},
		{fyne.KeyQ, ctrl, w.quit},
		{fyne.KeyUp, ctrl, func() { w.chooseMessage(-1) }},
		{fyne.KeyDown, ctrl, func() { w.chooseMessage(1) }},
	}
	for i, name := range []fyne.KeyName{
		fyne.Key1, fyne.Key2, fyne.Key3, fyne.Key4, fyne.Key5, fyne.Key6, fyne.Key7, fyne.Key8, fyne.Key9,
	} {
		w.keys = append(w.keys, key{name, fyne.KeyModifierAlt, func() {
			if w.toChats() {
				w.chats.list.SelectAt(i)
			}
		}})
	}
	canvas := w.cfg.Window.Canvas()
	for _, k := range w.keys {
		canvas.AddShortcut(&desktop.CustomShortcut{KeyName: k.name, Modifier: k.modifier}, func(fyne.Shortcut) { k.do() })
	}
	canvas.SetOnTypedKey(func(e *fyne.KeyEvent) { w.key(e) })
	canvas.SetOnTypedRune(w.typed)
}

// chooseMessage goes through the messages by keyboard.
func (w *Window) chooseMessage(step int) {
	if w.showsChats() && !w.covered() && !w.chats.list.Selected().IsZero() {
		w.focus(w.chats.talk.rows)
		w.chats.talk.rows.Choose(step)
	}
}

func (w *Window) quit() {
	if w.cfg.Quit != nil {
		w.cfg.Quit()
	}
}

// typed is called for a letter that no field takes: who types in an open
// conversation means the composer, and who has none open looks for one.
func (w *Window) typed(r rune) {
	switch {
	case !w.showsChats() || w.covered():
	case w.chats.list.Selected().IsZero():
		w.focus(w.chats.search)
		w.chats.search.TypedRune(r)
	default:
		w.chats.talk.write(r)
	}
}

// shortcut says whether it used a shortcut that a field was given.
func (w *Window) shortcut(s fyne.Shortcut) bool {
	w.touch()
	custom, ok := s.(*desktop.CustomShortcut)
	if !ok {
		return false
	}
	for _, k := range w.keys {
		if k.name == custom.KeyName && k.modifier == custom.Modifier {
			k.do()
			return true
		}
	}
	return false
}

// key says whether it used a key that means nothing to a field.
func (w *Window) key(e *fyne.KeyEvent) bool {
	w.touch()
	switch e.Name {
	case fyne.KeyEscape:
		return w.goBack()
	case fyne.KeyF6:
		if w.showsChats() && !w.covered() {
			w.chats.nextPane()
		}
		return true
	}
	return false
}

// goBack closes what is topmost, or leaves the screen.
func (w *Window) goBack() bool {
	switch {
	case w.foreign != nil:
		w.foreign()
		return true
	case w.closeSheet():
		return true
	}
	return w.screen.escape != nil && w.screen.escape()
}

// covered says whether a dialog or a menu lies over the screen.
func (w *Window) covered() bool { return w.cfg.Window.Canvas().Overlays().Top() != nil }

// free makes room for what a shortcut opens. It closes a dialog in which one only
// looks for something; it is false while there is nobody to talk as, and while
// another dialog waits for the person.
func (w *Window) free() bool {
	if w.pick != nil {
		w.pick.sheet.Close()
	}
	return w.chats != nil && !w.covered()
}

// toChats is free, and goes to the conversations.
func (w *Window) toChats() bool {
	if !w.free() {
		return false
	}
	if !w.showsChats() {
		w.showChats()
	}
	return true
}
