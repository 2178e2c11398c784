// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"io"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

func TestNickname(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.w.showSettings()
	r.click("account.online")
	r.says("account.nick")
	for !isEntry(r.focused()) {
		r.tab(1)
	}
	r.typeText(" Mimi ")
	r.press(fyne.KeyReturn)
	r.until("the command", func() bool { return r.core.did("nick Mimi") })
	if len(r.w.sheets) != 0 {
		t.Error("the dialog stays")
	}
}

func pictureFile(t *testing.T) io.ReadCloser {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 600, 400))); err != nil {
		t.Fatal(err)
	}
	return io.NopCloser(&b)
}

func TestOwnPicture(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	d := &account{w: r.w, addr: me}
	d.setPicture(pictureFile(t))
	r.until("the picture", func() bool { return r.core.did("set picture") })
	config, format, err := image.DecodeConfig(bytes.NewReader(r.core.picture))
	if err != nil || format != "png" || config.Width != ownPictureSide {
		t.Errorf("%s of %d, %v", format, config.Width, err)
	}

	d.setPicture(io.NopCloser(bytes.NewReader([]byte("no picture"))))
	r.untilSays("error.picture-unreadable")
	r.press(fyne.KeyReturn)
	d.setPicture(io.NopCloser(io.MultiReader(bytes.NewReader([]byte("x")), failing{})))
	r.untilSays("error.picture-unreadable")
	r.press(fyne.KeyReturn)

	r.core.set(func(f *fakeCore) { f.accounts[0].Avatar = "00" })
	r.event(chat.AccountChanged)
	r.until("a picture to take away", func() bool { a, _ := r.w.accounts.Account(me); return a.Avatar != "" })
	r.w.showSettings()
	r.w.showAccount(me)
	r.click("account.no-picture")
	r.until("none", func() bool { return r.core.asking("set picture") == 2 && r.core.picture == nil })
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// What takes long says so and can be stopped.
func TestSlowCommand(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.core.set(func(f *fakeCore) { f.hang = "set picture" })
	d := &account{w: r.w, addr: me}
	d.setPicture(pictureFile(t))
	r.saysNot("working.title")
	r.later(soon)
	r.says("working.title")
	r.click("action.cancel")
	r.until("stopped", func() bool { return r.core.did("stopped set picture") })
	if len(r.w.sheets) != 0 {
		t.Error("stopping opens another dialog")
	}

	// One that ends by itself takes its dialog with it.
	done := false
	r.w.command(func(context.Context) error { return nil }, func() { done = true })
	r.later(soon)
	r.until("done", func() bool { return done })
	if len(r.w.sheets) != 0 {
		t.Error("the dialog stays")
	}
}

// Who never chose a password finds it here.
func TestShowPassword(t *testing.T) {
	r := newRig(t)
	r.inAccount()
	r.saysNot("password.title")
	r.click("account.password")
	r.untilSays("password.text", "address", me.String())
	if !r.shows("secret of " + me.Local) {
		t.Error("the password can not be read")
	}
	r.click("action.copy")
	r.says("action.copied")
	if got := fyne.CurrentApp().Clipboard().Content(); got != "secret of "+me.Local {
		t.Errorf("copied %q", got)
	}
	r.press(fyne.KeyEscape)
	r.saysNot("password.title")
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Auth, chat.CodeNotAuthorized) })
	r.w.showPassword(me)
	r.untilSays("password.none")
}

func TestSwitchAnAccountOff(t *testing.T) {
	r := newRig(t)
	r.inAccount()
	r.click("account.enabled")
	r.until("the command", func() bool { return r.core.did("disconnect " + me.String()) })
	r.click("account.enabled")
	r.until("the command", func() bool { return r.core.did("connect " + me.String()) })
}

// The dialog follows what happens to the account meanwhile, and offers the way out.
func TestAccountInTrouble(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.w.showSettings()
	r.says("account.online")
	r.w.showAccount(me)
	r.says("account.online")
	r.state(chat.StateFailed, failure(chat.Auth, chat.CodeNotAuthorized))
	r.says("error.not-authorized")
	r.click("banner.password")
	r.says("signin.edit")
	r.press(fyne.KeyEscape)
	r.says("settings.accounts")
	r.says("error.not-authorized") // in the list as well
}

func TestRemoveTheLastAccount(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.w.showSettings()
	r.w.showAccount(me)
	r.click("account.remove")
	r.says("account.remove.text", "address", me.String())
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Storage, chat.CodeDiskFull) })
	r.click("account.remove")
	r.untilSays("error.disk-full")
	r.click("action.ok")
	if len(r.w.accounts.All()) != 1 {
		t.Fatal("it is gone all the same")
	}
	r.w.askRemoveAccount(me)
	r.click("account.remove")
	r.untilSays("welcome.text")
	if r.w.chats != nil {
		t.Error("conversations of nobody")
	}
	r.event(chat.Reload) // nobody is left to hear of it
	r.later(time.Hour)
}

func TestAddAnAccount(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.w.showSettings()
	r.click("accounts.add")
	r.click("welcome.sign-in")
	r.says("signin.title")
	r.press(fyne.KeyEscape)
	r.says("accounts.add")
	r.click("welcome.create")
	r.says("servers.title")
	r.press(fyne.KeyEscape)
	r.press(fyne.KeyEscape)
	r.says("settings.title")
	r.press(fyne.KeyEscape)
	if !r.w.showsChats() {
		t.Error("no way back")
	}
}

func TestChangeTheSignIn(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.core.set(func(f *fakeCore) { f.accounts[0].Login.Host, f.accounts[0].Login.Port = "old.example.org", 5223 })
	r.event(chat.AccountChanged)
	r.until("read", func() bool { a, _ := r.w.accounts.Account(me); return a.Login.Port == 5223 })
	r.w.showSettings()
	r.w.showAccount(me)
	r.click("account.login")
	r.says("signin.host") // where there is something to see
	r.tab(1)
	r.press(fyne.KeyEnd)
	r.typeText(".") // a host with a dot at its end
	r.press(fyne.KeyReturn)
	r.untilSays("settings.accounts")
	if l := r.core.login; l.Host != "old.example.org." || l.Port != 5223 || r.core.password != "kept" {
		t.Errorf("asked with %+v, password %q", l, r.core.password)
	}
}

func TestAppearance(t *testing.T) {
	r := newRig(t)
	was := theme.Current()
	t.Cleanup(func() { theme.Use(was) })
	r.w.cfg.SetTheme = func(o theme.Options) {
		th, err := theme.New(r.w.words.Palette(), o)
		if err != nil {
			t.Fatal(err)
		}
		theme.Use(th)
		fyne.CurrentApp().Settings().SetTheme(th)
	}
	r.signedIn()
	r.w.showSettings()
	r.click("settings.appearance")
	for _, c := range []struct{ id, key, value string }{
		{"mode.dark", settingMode, "dark"},
		{"size.largest", settingScale, "1.50"},
		{"density.compact", settingCompact, settingOn},
		{"mode.system", settingMode, "system"},
	} {
		r.click(c.id)
		r.until(c.id, func() bool { v, _ := r.core.Setting(t.Context(), c.key); return v == c.value })
		if words := wordsOf(r.focused().(fyne.CanvasObject)); words != r.w.words.Text(c.id) {
			t.Errorf("%s: the focus went to %q", c.id, words)
		}
	}
	if o := theme.Current().Options(); o.Mode != theme.System || o.Scale != 1.5 || !o.Compact {
		t.Errorf("shown: %+v", o)
	}

	next := newRig(t) // another start
	next.core = r.core
	shown := theme.Options{}
	next.w.cfg.SetTheme = func(o theme.Options) { shown = o }
	next.w.Open(next.core)
	next.until("conversations", func() bool { return next.w.showsChats() })
	if shown.Scale != 1.5 || !shown.Compact {
		t.Errorf("the next start shows %+v", shown)
	}
}

// The conversations are not on the screen while the look is chosen.
func TestAnotherLookReachesTheConversations(t *testing.T) {
	r := newRig(t)
	was := theme.Current()
	t.Cleanup(func() { theme.Use(was) })
	r.w.cfg.SetTheme = func(o theme.Options) {
		th, err := theme.New(r.w.words.Palette(), o)
		if err != nil {
			t.Fatal(err)
		}
		theme.Use(th)
		fyne.CurrentApp().Settings().SetTheme(th)
	}
	r.openCrowd()
	list := func() []byte {
		shot := image.NewRGBA(image.Rect(0, 0, 200, 400))
		draw.Draw(shot, shot.Bounds(), r.w.cfg.Window.Canvas().Capture(), image.Pt(4, 60), draw.Src)
		return shot.Pix
	}
	r.w.showSettingsAt(sectionAppearance)
	r.click("mode.dark")
	r.press(fyne.KeyEscape)
	if !r.w.showsChats() {
		t.Fatal("the conversations are not shown")
	}
	got := list()
	r.w.applyLook() // what is on the screen hears of it in any case
	if !bytes.Equal(got, list()) {
		t.Error("the list keeps the look from before")
	}
}

func TestALookThatCanNotBeKept(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	look := r.w.look
	look.Mode = theme.Dark
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Storage, chat.CodeReadOnly) })
	r.w.setLook(look)
	r.untilSays("error.read-only")
}

// The toolkit's own dialog lies over everything: Escape closes it and nothing else.
func TestEscapeFromTheFileDialog(t *testing.T) {
	r := newRig(t)
	r.inAccount()
	r.click("account.picture")
	if len(r.w.sheets) != 0 || !r.w.covered() {
		t.Fatal("no dialog to choose a file")
	}
	r.combine(fyne.KeyN, ctrl)
	r.saysNot("new.title")
	kept := func() string { return fyne.CurrentApp().Preferences().String(lastFolder) }
	if kept() == "" {
		t.Error("the toolkit keeps the folder under another name now: it would stay")
	}
	r.press(fyne.KeyEscape)
	if r.w.covered() {
		t.Error("the dialog stays")
	}
	if kept() != "" {
		t.Error("the folder that was looked at stays in a file in the clear")
	}
	r.says("settings.title")
	r.press(fyne.KeyEscape)
	if !r.w.showsChats() {
		t.Error("Escape is lost after it")
	}
}

func TestHabits(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.w.showSettings()
	r.click("settings.chat")
	r.says("habits.typing.text")
	r.says("habits.receipts.text")
	buttons := func(words string) (all []*parts.Button) {
		walk(r.top(), func(o fyne.CanvasObject) bool {
			if b, ok := o.(*parts.Button); ok && b.Text() == r.w.words.Text(words) {
				all = append(all, b)
			}
			return false
		})
		return all
	}
	on, off := buttons("habits.on"), buttons("habits.off")
	if len(on) != 4 || len(off) != 4 {
		t.Fatalf("%d and %d buttons", len(on), len(off))
	}
	for n, key := range []string{chat.SettingTyping, chat.SettingReceipts, chat.SettingMarkers, chat.SettingIdle} {
		for _, c := range []struct {
			button *parts.Button
			value  string
		}{{off[n], chat.SettingOff}, {on[n], ""}} {
			c.button.Tapped(nil)
			r.until(key, func() bool { v, _ := r.core.Setting(t.Context(), key); return v == c.value })
		}
	}
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Storage, chat.CodeReadOnly) })
	off[0].Tapped(nil)
	r.untilSays("error.read-only")
	if v, _ := r.core.Setting(t.Context(), chat.SettingTyping); v != "" {
		t.Errorf("kept %q", v)
	}
}
