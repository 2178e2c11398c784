// SPDX-License-Identifier: MPL-2.0

package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/theme"
)

// Entry is a field to type into that lets the window have its shortcuts and
// keys, and that never keeps Tab.
type Entry struct {
	widget.Entry
	kit *Kit
	// OnKey sees each plain key first and says whether it used it. May be nil.
	OnKey func(fyne.KeyName) bool
	// OnFocus is called when the focus comes and goes. May be nil.
	OnFocus func(bool)
	shift   bool
}

var _ desktop.Keyable = (*Entry)(nil)

// NewEntry makes a field for one line.
func NewEntry(kit *Kit) *Entry {
	e := &Entry{kit: kit}
	e.ExtendBaseWidget(e)
	return e
}

// NewPasswordEntry makes a field that hides what is typed.
func NewPasswordEntry(kit *Kit) *Entry {
	e := &Entry{kit: kit}
	e.Password = true
	e.ExtendBaseWidget(e)
	return e
}

// AcceptsTab lets Tab go on to the next field.
func (e *Entry) AcceptsTab() bool { return false }

// FocusGained implements fyne.Focusable.
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	if e.OnFocus != nil {
		e.OnFocus(true)
	}
}

// FocusLost implements fyne.Focusable.
func (e *Entry) FocusLost() {
	e.shift = false
	e.Entry.FocusLost()
	if e.OnFocus != nil {
		e.OnFocus(false)
	}
}

// KeyDown implements desktop.Keyable.
func (e *Entry) KeyDown(key *fyne.KeyEvent) {
	e.trackShift(key, true)
	e.Entry.KeyDown(key)
}

// KeyUp implements desktop.Keyable.
func (e *Entry) KeyUp(key *fyne.KeyEvent) {
	e.trackShift(key, false)
	e.Entry.KeyUp(key)
}

func (e *Entry) trackShift(key *fyne.KeyEvent, down bool) {
	if key.Name == desktop.KeyShiftLeft || key.Name == desktop.KeyShiftRight {
		e.shift = down
	}
}

// TypedRune implements fyne.Focusable.
func (e *Entry) TypedRune(r rune) {
	theme.Cover(string(r))
	e.kit.touched()
	e.Entry.TypedRune(r)
}

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(key *fyne.KeyEvent) {
	e.kit.touched()
	if e.OnKey != nil && e.OnKey(key.Name) {
		return
	}
	if isWindowKey(key.Name) && e.kit.Key != nil && e.kit.Key(key) {
		return
	}
	e.Entry.TypedKey(key)
}

// SetText shows another text.
func (e *Entry) SetText(text string) {
	theme.Cover(text)
	e.Entry.SetText(text)
}

// isWindowKey says whether a key means nothing to a field.
func isWindowKey(name fyne.KeyName) bool {
	return name == fyne.KeyEscape || len(name) > 1 && name[0] == 'F' && name[1] >= '1' && name[1] <= '9'
}

// TypedShortcut implements fyne.Shortcutable. The toolkit asks the focused field
// alone, so the window's own shortcuts are passed on from here.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if e.kit.Shortcut != nil && e.kit.Shortcut(s) {
		return
	}
	e.Entry.TypedShortcut(s)
	theme.Cover(e.Text) // it may have been pasted
}
