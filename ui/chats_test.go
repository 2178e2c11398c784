// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
)

func (r *rig) typeText(text string) {
	for _, c := range text {
		r.w.cfg.Window.Canvas().Focused().TypedRune(c)
	}
}

func (r *rig) press(name fyne.KeyName) {
	if f := r.w.cfg.Window.Canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: name})
		return
	}
	r.w.key(&fyne.KeyEvent{Name: name})
}

// combine presses a shortcut the way the toolkit does: the focused field has it,
// and nobody else unless there is none.
func (r *rig) combine(name fyne.KeyName, modifier fyne.KeyModifier) {
	s := &desktop.CustomShortcut{KeyName: name, Modifier: modifier}
	if f, ok := r.w.cfg.Window.Canvas().Focused().(fyne.Shortcutable); ok {
		f.TypedShortcut(s)
		return
	}
	r.w.shortcut(s)
}

func TestSendWithTheKeyboard(t *testing.T) {
	r := newRig(t)
	r.openBob()
	composer := r.w.chats.talk.composer
	if r.w.cfg.Window.Canvas().Focused() != fyne.Focusable(composer.Entry) {
		t.Fatal("the composer does not have the focus")
	}
	r.typeText("one")
	shift := &fyne.KeyEvent{Name: desktop.KeyShiftLeft}
	composer.Entry.KeyDown(shift)
	r.press(fyne.KeyReturn)
	composer.Entry.KeyUp(shift)
	r.typeText("two")
	r.press(fyne.KeyReturn)
	r.until("the message", func() bool { return r.core.did("send one\ntwo") })
	r.until("an empty composer", func() bool { return composer.Text() == "" })
	r.press(fyne.KeyReturn)
	if r.core.did("send ") {
		t.Error("nothing was sent as a message")
	}
}

func TestKeys(t *testing.T) {
	r := newRig(t)
	r.openBob()
	c := r.w.cfg.Window.Canvas()
	composer, search, list := fyne.Focusable(r.w.chats.talk.composer.Entry), fyne.Focusable(r.w.chats.search), fyne.Focusable(r.w.chats.rows)
	for _, want := range []fyne.Focusable{search, list, composer} {
		r.press(fyne.KeyF6)
		if c.Focused() != want {
			t.Fatalf("F6 went to %T", c.Focused())
		}
	}
	if r.w.chats.talk.composer.Entry.AcceptsTab() {
		t.Error("the composer keeps Tab")
	}
	r.w.focus(search)
	r.press(fyne.KeyEscape)
	if c.Focused() != composer {
		t.Error("Escape does not go back to the composer")
	}
	for _, k := range []struct {
		name     fyne.KeyName
		modifier fyne.KeyModifier
	}{
		{fyne.KeyK, fyne.KeyModifierShortcutDefault},
		{fyne.KeyN, fyne.KeyModifierShortcutDefault},
		{fyne.KeyF, fyne.KeyModifierShortcutDefault},
		{fyne.KeyF, fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift},
	} {
		r.w.focus(composer)
		r.combine(k.name, k.modifier)
		if len(r.w.sheets) != 1 {
			t.Fatalf("%v opens %d dialogs", k, len(r.w.sheets))
		}
		r.press(fyne.KeyEscape)
		if len(r.w.sheets) != 0 {
			t.Fatalf("Escape does not close what %v opened", k)
		}
	}
	r.w.focus(composer)
	r.combine(fyne.KeyComma, fyne.KeyModifierShortcutDefault)
	if r.w.root.Objects[0] == r.w.chats.screen {
		t.Error("no settings")
	}
	r.press(fyne.KeyEscape)
	if r.w.root.Objects[0] != r.w.chats.screen {
		t.Error("no way out of the settings")
	}
	r.w.chats.list.Select(chat.ConvID{})
	r.combine(fyne.Key1, fyne.KeyModifierAlt)
	if r.w.chats.list.Selected().Peer != bob {
		t.Error("Alt+1 opens nothing")
	}
}

func TestRequest(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.core.mu.Lock()
	r.core.convs[0].Contact = chat.Contact{Account: me, Address: bob, Name: "Bob", Asking: true}
	r.core.mu.Unlock()
	r.w.chats.list.SelectAt(0)
	bar := r.w.chats.talk.request
	want := resources.Default().Text("request.text", "name", "Bob")
	r.until("the question", func() bool { return bar.box.Visible() && bar.text.Text() == want })
	test.Tap(bar.buttons.accept)
	r.until("the answer", func() bool { return r.core.did("accept bob@example.org") })
}

func TestNewConversationWithAnAddress(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.w.showNewChat()
	r.typeText("carol@example.net")
	r.press(fyne.KeyReturn)
	r.until("the conversation", func() bool {
		return r.core.did("add carol@example.net") && r.w.chats.list.Selected().Peer.Local == "carol"
	})
}

func TestBanner(t *testing.T) {
	words := resources.Default()
	r := newRig(t)
	r.signedIn()
	for _, c := range []struct {
		name  string
		state chat.AccountState
		err   *chat.Error
		off   bool
		want  string
	}{
		{"online", chat.StateOnline, nil, false, ""},
		{"offline", chat.StateOffline, nil, false, words.Text("banner.offline")},
		{"on the way", chat.StateConnecting, nil, false, words.Text("banner.connecting")},
		{"failed", chat.StateFailed, &chat.Error{Kind: chat.Auth, Code: chat.CodeNotAuthorized}, false, words.Text("error.not-authorized")},
		{"switched off", chat.StateOffline, nil, true, ""},
	} {
		r.core.mu.Lock()
		r.core.accounts[0].State, r.core.accounts[0].Error, r.core.accounts[0].Enabled = c.state, c.err, !c.off
		r.core.mu.Unlock()
		read := false
		r.w.loadAccounts(func() { read = true })
		r.until("the accounts", func() bool { return read })
		if got := r.w.chats.banner.Text(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.core.mu.Lock()
	r.core.msgs = []chat.Message{{ID: 7, Cursor: 7, Conv: chat.ConvID{Account: me, Peer: bob}, Body: "the harbour"}}
	r.core.mu.Unlock()
	p := r.w.showFind(chat.ConvID{}, "harb")
	r.until("the message", func() bool { return len(p.all) == 1 })
	p.choose(p.rows.Keys()[0])
	if len(r.w.sheets) != 0 {
		t.Error("the dialog stays")
	}
}

func TestLooks(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	look := r.w.look
	look.Mode = "dark"
	r.w.setLook(look)
	r.until("kept", func() bool { v, _ := r.core.Setting(t.Context(), settingMode); return v == "dark" })
}

func TestSmallestWindow(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.w.cfg.Window.Resize(fyne.NewSize(720, 480))
	if min := r.w.root.MinSize(); min.Width > 720 || min.Height > 480 {
		t.Errorf("the conversations need %v", min)
	}
	r.w.showSettings()
	if min := r.w.root.MinSize(); min.Width > 720 || min.Height > 480 {
		t.Errorf("the settings need %v", min)
	}
}

func TestShortTime(t *testing.T) {
	t.Parallel()
	words := resources.Default()
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Time{}, ""},
		{now.Add(-time.Hour), "09:00"},
		{now.Add(-11 * time.Hour), words.Text("timeline.yesterday")},
		{now.AddDate(0, 0, -3), words.Text("weekday.sat")},
		{now.AddDate(0, 0, -30), "25 Oct"},
		{now.AddDate(-1, 0, 0), "24 Nov 2025"},
		{now.Add(time.Hour), "11:00"},
	} {
		if got := shortTime(words, c.at, now); got != c.want {
			t.Errorf("%v: %q, want %q", c.at, got, c.want)
		}
	}
}

func TestClickOnARow(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	test.TapCanvas(r.w.cfg.Window.Canvas(), fyne.NewPos(120, 90))
	r.until("the conversation", func() bool { return r.w.chats.list.Selected().Peer == bob })
}
