// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/parts"
)

// What a test sees and does is what a person would: words that stand on the screen,
// or on the topmost dialog, and where a click on them goes.

// top is what can be used: the topmost dialog, or else the screen.
func (r *rig) top() fyne.CanvasObject {
	c := r.w.cfg.Window.Canvas()
	if over := c.Overlays().Top(); over != nil {
		return over
	}
	return c.Content()
}

// walk calls f for everything that is visible, until it says that it has found
// what it looks for.
func walk(o fyne.CanvasObject, f func(fyne.CanvasObject) bool) bool {
	if !o.Visible() {
		return false
	}
	if f(o) {
		return true
	}
	var children []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		children = o.Objects
	case fyne.Widget:
		children = test.WidgetRenderer(o).Objects()
	}
	for _, child := range children {
		if walk(child, f) {
			return true
		}
	}
	return false
}

// wordsOf are what a thing says.
func wordsOf(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *parts.Button:
		return o.Text()
	case *parts.Line:
		return o.Text()
	case *parts.WrapLine:
		return o.Text()
	case *parts.Paragraph:
		return o.Text()
	case *check:
		return o.Text
	case *widget.Entry:
		return o.Text
	}
	return ""
}

// find is what says exactly that: a button before a text.
func (r *rig) find(words string) (found fyne.CanvasObject) {
	walk(r.top(), func(o fyne.CanvasObject) bool {
		if wordsOf(o) != words {
			return false
		}
		_, tappable := o.(fyne.Tappable)
		if tappable || found == nil {
			found = o
		}
		return tappable
	})
	return found
}

// shows says whether words can be read, alone or among others.
func (r *rig) shows(words string) bool {
	return walk(r.top(), func(o fyne.CanvasObject) bool { return strings.Contains(wordsOf(o), words) })
}

// click clicks on the words with that id.
func (r *rig) click(id string, args ...any) {
	r.t.Helper()
	r.clickOn(r.w.words.Text(id, args...))
}

// clickOn clicks on words.
func (r *rig) clickOn(words string) {
	r.t.Helper()
	o := r.find(words)
	if o == nil {
		r.t.Fatalf("%q can not be seen", words)
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	test.TapCanvas(r.w.cfg.Window.Canvas(), at.Add(fyne.NewPos(min(o.Size().Width/2, 20), o.Size().Height/2)))
}

// says fails the test unless the words with that id can be read.
func (r *rig) says(id string, args ...any) {
	r.t.Helper()
	if words := r.w.words.Text(id, args...); !r.shows(words) {
		r.t.Errorf("does not say %q", words)
	}
}

// saysNot fails the test if the words with that id can be read.
func (r *rig) saysNot(id string, args ...any) {
	r.t.Helper()
	if words := r.w.words.Text(id, args...); r.shows(words) {
		r.t.Errorf("says %q", words)
	}
}

// untilSays waits for words.
func (r *rig) untilSays(id string, args ...any) {
	r.t.Helper()
	words := r.w.words.Text(id, args...)
	r.until(words, func() bool { return r.shows(words) })
}

// digitsOf are the fingerprint that is shown.
func digitsOf(r *rig) (text string) {
	walk(r.top(), func(o fyne.CanvasObject) bool {
		if d, ok := o.(*digits); ok {
			for i, l := range d.lines {
				if i > 0 {
					text += "\n"
				}
				text += l.Text
			}
		}
		return false
	})
	return text
}

func (r *rig) clipboard() string { return fyne.CurrentApp().Clipboard().Content() }

func (r *rig) focused() fyne.Focusable { return r.w.cfg.Window.Canvas().Focused() }

// tab moves the focus on as the Tab key does; the toolkit takes that key before
// anybody sees it.
func (r *rig) tab(times int) {
	for range times {
		r.w.cfg.Window.Canvas().FocusNext()
	}
	for range -times {
		r.w.cfg.Window.Canvas().FocusPrevious()
	}
}

func (r *rig) typeText(text string) {
	r.t.Helper()
	if r.focused() == nil {
		r.t.Fatal("nothing to type into has the focus")
	}
	for _, c := range text {
		r.focused().TypedRune(c)
	}
}

// press presses a key: what has the focus has it, and the window without one.
func (r *rig) press(name fyne.KeyName) {
	if f := r.focused(); f != nil {
		if name == fyne.KeySpace {
			f.TypedRune(' ')
		}
		f.TypedKey(&fyne.KeyEvent{Name: name})
		return
	}
	r.w.cfg.Window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: name})
}

// failure is an error as the core returns it.
func failure(kind chat.Kind, code chat.Code) *chat.Error {
	return &chat.Error{Kind: kind, Op: "test", Code: code}
}
