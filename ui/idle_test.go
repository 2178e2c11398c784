// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"io"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
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
		r.w.touch()
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

// A computer that has slept has been left alone: whoever opens it finds the program
// locked, also where they touch it before the timer, which slept too, has rung.
func TestLockAfterSleep(t *testing.T) {
	for name, wake := range map[string]func(r *rig){
		"touched first": func(r *rig) { r.w.SetActive(true) },
		"the timer":     func(r *rig) { r.later(idleLook) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			now, locked := time.Now(), 0
			r.w.idle.now = func() time.Time { return now }
			r.w.cfg.Lock = func() { locked++ }
			r.lockedBy("Acme", `{"db.lock_after":5}`)
			r.openBob()
			now = now.Round(0).Add(8 * time.Hour) // by the clock on the wall alone
			wake(r)
			r.until("it is locked", func() bool { return locked > 0 })
			r.w.SetActive(true)
			r.later(time.Hour)
			if locked != 1 {
				t.Errorf("locked %d times", locked)
			}
		})
	}
}

// What lies over the screen goes with it: behind the lock nothing may be read.
func TestLeaveClosesAll(t *testing.T) {
	r := newRig(t)
	r.openBob()
	c := r.w.cfg.Window.Canvas()
	r.w.say("Bob", "is a friend")
	r.w.pickFile("account.picture", nil, func(io.ReadCloser) {})
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", fyne.NewMenuItem("Bob", nil)), c, fyne.NewPos(5, 5))
	if len(c.Overlays().List()) < 3 {
		t.Fatal("nothing lies over the screen")
	}
	r.w.Leave()
	if n := len(c.Overlays().List()); n != 0 {
		t.Errorf("%d still lie over the screen", n)
	}
	r.w.say("Bob", "is late") // what was asked for before comes after
	r.w.pickFile("account.picture", nil, func(io.ReadCloser) {})
	if n := len(c.Overlays().List()); n != 0 {
		t.Errorf("%d have come over the next screen", n)
	}
}
