// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/ui/parts"
)

const ctrl = fyne.KeyModifierShortcutDefault

// combine presses a shortcut the way the toolkit does: what has the focus has it,
// if it takes any, and what the window has registered if not.
func (r *rig) combine(name fyne.KeyName, modifier fyne.KeyModifier) {
	s := &desktop.CustomShortcut{KeyName: name, Modifier: modifier}
	if f, ok := r.focused().(fyne.Shortcutable); ok {
		f.TypedShortcut(s)
		return
	}
	r.w.shortcut(s)
}

func TestPanes(t *testing.T) {
	r := newRig(t)
	r.openBob()
	composer, search := fyne.Focusable(r.w.chats.talk.composer.Entry), fyne.Focusable(r.w.chats.search)
	messages, list := fyne.Focusable(r.w.chats.talk.rows), fyne.Focusable(r.w.chats.rows)
	for _, want := range []fyne.Focusable{search, list, messages, composer} {
		r.press(fyne.KeyF6)
		if r.focused() != want {
			t.Fatalf("F6 went to %T", r.focused())
		}
	}
	if r.w.chats.talk.composer.Entry.AcceptsTab() {
		t.Error("the composer keeps Tab")
	}
	r.w.focus(messages)
	r.typeText("a")
	if r.focused() != composer || r.w.chats.talk.composer.Text() != "a" {
		t.Error("what is typed over the messages is lost")
	}
	canvas := r.w.cfg.Window.Canvas()
	canvas.Unfocus() // as a click on nothing does
	canvas.OnTypedRune()('b')
	if r.focused() != composer || r.w.chats.talk.composer.Text() != "ab" {
		t.Errorf("what is typed with no focus is lost: %q", r.w.chats.talk.composer.Text())
	}
	r.w.focus(list)
	r.typeText("c")
	if r.focused() != composer || r.w.chats.talk.composer.Text() != "abc" {
		t.Errorf("what is typed over the list is lost: %q", r.w.chats.talk.composer.Text())
	}
	r.w.chats.list.Select(chat.ConvID{})
	r.w.focus(list)
	r.typeText("b")
	if r.focused() != search || r.w.chats.search.Text != "b" {
		t.Errorf("what is typed over the list does not search: %q", r.w.chats.search.Text)
	}
	r.w.chats.search.SetText("")
	r.w.chats.list.SelectAt(0)
	r.w.focus(messages)
	r.press(fyne.KeyEscape)
	if r.focused() != composer {
		t.Error("Escape does not leave the messages")
	}
	r.w.focus(search)
	r.typeText("x")
	r.press(fyne.KeyEscape)
	if r.focused() != search || r.w.chats.search.Text != "" {
		t.Error("Escape does not empty the search first")
	}
	r.press(fyne.KeyEscape)
	if r.focused() != composer {
		t.Error("Escape does not go back to the composer")
	}
	r.w.ask(question{do: func() {}})
	asked := r.focused()
	r.press(fyne.KeyF6)
	if r.focused() != asked {
		t.Error("F6 leaves a question")
	}
}

// Wherever the focus is, also in a field, which gets every key first.
func TestShortcuts(t *testing.T) {
	for _, c := range []struct {
		name     string
		key      fyne.KeyName
		modifier fyne.KeyModifier
		title    string
	}{
		{"switcher", fyne.KeyK, ctrl, "switcher.title"},
		{"new", fyne.KeyN, ctrl, "new.title"},
		{"find here", fyne.KeyF, ctrl, "find.here"},
		{"find everywhere", fyne.KeyF, ctrl | fyne.KeyModifierShift, "find.everywhere"},
		{"settings", fyne.KeyComma, ctrl, "settings.title"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.openBob()
			for place, f := range map[string]fyne.Focusable{
				"nowhere": nil, "composer": r.w.chats.talk.composer.Entry, "search": r.w.chats.search,
				"list": r.w.chats.rows, "button": r.w.chats.talk.lock, "messages": r.w.chats.talk.rows,
			} {
				r.w.cfg.Window.Canvas().Unfocus()
				if f != nil {
					r.w.focus(f)
				}
				r.combine(c.key, c.modifier)
				if !r.shows(r.w.words.Text(c.title)) {
					t.Fatalf("nothing with the focus at %s", place)
				}
				r.press(fyne.KeyEscape)
				if len(r.w.sheets) != 0 || !r.w.showsChats() {
					t.Fatalf("Escape does not leave it (from %s)", place)
				}
			}
		})
	}
}

func TestQuit(t *testing.T) {
	r := newRig(t)
	quit := 0
	r.w.cfg.Quit = func() { quit++ }
	r.w.ShowWelcome()
	r.combine(fyne.KeyQ, ctrl)
	r.openBob()
	r.combine(fyne.KeyQ, ctrl) // in the composer
	r.w.showNewChat()
	r.combine(fyne.KeyQ, ctrl) // in a dialog
	if quit != 3 {
		t.Errorf("ended %d times of 3", quit)
	}
}

func TestOneShortcutAfterAnother(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.combine(fyne.KeyK, ctrl)
	r.combine(fyne.KeyN, ctrl)
	if len(r.w.sheets) != 1 {
		t.Fatalf("%d dialogs lie over each other", len(r.w.sheets))
	}
	r.says("new.title")
	r.press(fyne.KeyEscape)

	answered := false
	r.w.ask(question{title: "?", yes: "yes", do: func() { answered = true }})
	r.w.chats.list.Select(chat.ConvID{})
	for _, k := range r.w.keys {
		r.combine(k.name, k.modifier)
		if len(r.w.sheets) != 1 || !r.shows("?") || answered || !r.w.chats.list.Selected().IsZero() {
			t.Errorf("%s does something while a question waits", k.name)
		}
	}
}

func TestAltAndANumber(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.combine(fyne.Key2, fyne.KeyModifierAlt)
	if !r.w.chats.list.Selected().IsZero() {
		t.Error("opened a row that is not there")
	}
	r.w.showSettings()
	r.combine(fyne.Key1, fyne.KeyModifierAlt)
	if r.w.chats.list.Selected().Peer != bob || !r.w.showsChats() {
		t.Error("Alt+1 does not go to the first conversation")
	}
	if r.focused() != fyne.Focusable(r.w.chats.talk.composer.Entry) {
		t.Error("and not to its composer")
	}
}

func TestFindWithoutAConversation(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.combine(fyne.KeyF, ctrl)
	r.says("find.everywhere")
}

// Nobody is signed in: there is nothing to go to.
func TestShortcutsAtTheFirstStart(t *testing.T) {
	r := newRig(t)
	r.w.take(r.core)
	r.w.showSignIn(r.w.ShowWelcome)
	for _, k := range []fyne.KeyName{fyne.KeyK, fyne.KeyN, fyne.KeyF, fyne.KeyComma} {
		r.combine(k, ctrl)
	}
	r.combine(fyne.Key1, fyne.KeyModifierAlt)
	r.press(fyne.KeyF6)
	r.says("signin.title")
	r.press(fyne.KeyEscape)
	r.says("welcome.text")
}

// The toolkit's own tick boxes and lists keep every key to themselves.
func TestEscapeFromTheToolkitsWidgets(t *testing.T) {
	r := newRig(t)
	r.core.accounts = []chat.Account{
		{Login: chat.Login{Address: me}, Enabled: true, State: chat.StateOnline},
		{Login: chat.Login{Address: chat.MustAddress("me@example.net")}, Enabled: true, State: chat.StateOnline},
	}
	r.w.Open(r.core)
	r.until("conversations", func() bool { return r.w.showsChats() })
	r.w.showAccount(me)
	walk(r.top(), func(o fyne.CanvasObject) bool {
		if c, ok := o.(*check); ok {
			r.w.focus(c)
		}
		return false
	})
	if _, ok := r.focused().(*check); !ok {
		t.Fatal("no tick box")
	}
	r.press(fyne.KeyEscape)
	if len(r.w.sheets) != 0 {
		t.Error("a tick box keeps Escape")
	}
	r.w.showNewChat()
	r.tab(-1)
	if _, ok := r.focused().(*chooser); !ok {
		t.Fatalf("%T before the field", r.focused())
	}
	r.press(fyne.KeyEscape)
	if len(r.w.sheets) != 0 {
		t.Error("a list keeps Escape")
	}
}

// An icon says what it does where the pointer rests on it.
func TestTips(t *testing.T) {
	r := newRig(t)
	r.openBob()
	b, ok := r.find(r.w.words.Text("chat.details")).(*parts.Button)
	if !ok {
		t.Fatal("no button for the details")
	}
	b.MouseIn(nil)
	if got := r.w.tips.Text(); got != "" {
		t.Errorf("says %q at once", got)
	}
	r.later(restTime)
	if got := r.w.tips.Text(); got != r.w.words.Text("chat.details") {
		t.Errorf("says %q", got)
	}
	b.MouseOut()
	if got := r.w.tips.Text(); got != "" {
		t.Errorf("goes on saying %q", got)
	}
	b.MouseIn(nil)
	b.MouseOut()
	r.later(restTime)
	if got := r.w.tips.Text(); got != "" {
		t.Errorf("says %q too late", got)
	}
	b.MouseIn(nil)
	b.Tapped(nil) // opens a dialog
	r.later(restTime)
	if got := r.w.tips.Text(); got != "" {
		t.Errorf("says %q behind a dialog", got)
	}
}
