// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/ui/parts"
)

// In a small window, the field with the focus is in view, and what is wrong
// with it.
func TestTheFocusStaysInView(t *testing.T) {
	const height = 200
	r := newRig(t)
	r.w.cfg.Window.Resize(fyne.NewSize(720, height))
	s := r.signIn()
	s.reveal(true)
	inView := func(name string, o fyne.CanvasObject) {
		t.Helper()
		top := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Y
		if bottom := top + o.Size().Height; top < 0 || bottom > height {
			t.Errorf("%s is at %v to %v", name, top, bottom)
		}
	}
	for _, f := range []struct {
		name  string
		field *parts.Field
	}{{"port", s.port}, {"address", s.address}, {"host", s.host}, {"password", s.password}} {
		r.w.focus(f.field.Entry)
		inView(f.name, f.field.Box)
	}
	r.w.focus(s.port.Entry)
	s.address.Entry.SetText("me@example.org")
	s.submit() // without a password
	r.says("trouble.signin.password.empty")
	inView("what is wrong", s.password.Box)
}
