// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"unicode"

	"fyne.io/fyne/v2"
)

// focus says whether the keyboard is here, and how it came; away, how it had come
// before.
type focus struct{ on, byPointer, hadByPointer bool }

// ring says whether to show that the keyboard is here: to who came by keyboard.
func (f focus) ring() bool { return f.on && !f.byPointer }

var (
	_ fyne.Focusable    = (*Timeline)(nil)
	_ fyne.Shortcutable = (*Timeline)(nil)
)

// FocusGained implements fyne.Focusable.
func (t *Timeline) FocusGained() {
	t.focus.on = true
	t.draw()
}

// FocusLost implements fyne.Focusable.
func (t *Timeline) FocusLost() {
	t.focus = focus{hadByPointer: t.focus.byPointer}
	t.draw()
}

// Rest says that the window has lost the system's focus. The toolkit takes the
// keyboard away before, and gives it back without a key when the window is used
// again: who came by pointer still has.
func (t *Timeline) Rest() {
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	if c != nil && c.Focused() == fyne.Focusable(t) && !t.focus.on {
		t.focus.byPointer = t.focus.hadByPointer
	}
}

// takeFocus brings the keyboard here.
func (t *Timeline) takeFocus() {
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	if c == nil || t.focus.on {
		return
	}
	t.focus.byPointer = true
	c.Focus(t)
	t.focus.byPointer = t.focus.on
}

func (t *Timeline) holdsFocus(v *bubbleView) bool {
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	return c != nil && v.holds(c.Focused())
}

// TypedRune implements fyne.Focusable: who types means the composer.
func (t *Timeline) TypedRune(r rune) {
	t.kit.touched()
	if t.OnType != nil && unicode.IsGraphic(r) && !unicode.IsSpace(r) {
		t.OnType(r)
	}
}

// TypedKey implements fyne.Focusable.
func (t *Timeline) TypedKey(e *fyne.KeyEvent) {
	t.kit.touched()
	if t.choiceKey(e.Name) || t.scrollKey(e.Name) {
		return
	}
	if e.Name == fyne.KeyEscape && t.selection.some() {
		t.ClearSelection()
		return
	}
	if t.kit.Key != nil {
		t.kit.Key(e)
	}
}

// TypedShortcut implements fyne.Shortcutable: copy and select all are ours, the
// rest is the window's.
func (t *Timeline) TypedShortcut(s fyne.Shortcut) {
	switch s.(type) {
	case *fyne.ShortcutCopy:
		t.toClipboard(t.Copy())
	case *fyne.ShortcutSelectAll:
		t.SelectAll()
	default:
		if t.kit.Shortcut != nil {
			t.kit.Shortcut(s)
		}
	}
}
