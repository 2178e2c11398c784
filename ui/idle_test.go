// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// Who has left the computer finds the program locked; who moves, types or scrolls does
// not.
func TestLockAfter(t *testing.T) {
	r := newRig(t)
	now, locked := time.Now(), 0
	r.w.idle.now = func() time.Time { return now }
	r.w.cfg.Lock = func() { locked++ }
	r.lockedBy("Acme", `{"db.lock_after":5}`)
	r.openBob()
	pass := func(d time.Duration) { now = now.Add(d); r.later(5 * time.Minute) }

	for name, touch := range map[string]func(){
		"the pointer over nothing":  func() { test.MoveMouse(r.w.cfg.Window.Canvas(), fyne.NewPos(2, 698)) },
		"the pointer over a row":    func() { test.MoveMouse(r.w.cfg.Window.Canvas(), fyne.NewPos(100, 120)) },
		"the pointer over messages": func() { test.MoveMouse(r.w.cfg.Window.Canvas(), fyne.NewPos(700, 300)) },
		"a key":                     func() { r.press(fyne.KeyEscape) },
		"a letter":                  func() { r.w.focus(r.w.chats.talk.focusable()); r.typeText("x") },
		"the window in front":       func() { r.w.SetActive(true) },
	} {
		now = now.Add(4 * time.Minute)
		was := r.w.idle.touched
		touch()
		if r.w.idle.touched == was {
			t.Errorf("%s is no sign of life", name)
		}
		pass(4 * time.Minute)
		if locked != 0 {
			t.Fatalf("locked in spite of %s", name)
		}
	}
	pass(5 * time.Minute)
	if locked != 1 {
		t.Errorf("locked %d times", locked)
	}
}
