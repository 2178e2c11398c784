// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
)

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
	r.typeText(" ")
	r.press(fyne.KeyReturn)
	r.typeText("three")
	r.press(fyne.KeyReturn)
	r.until("the next message", func() bool { return r.core.did("send  three") })
	if r.core.did("send ") || r.core.did("send  ") {
		t.Error("nothing was sent as a message")
	}
}

// What can not be stored stays where it was typed, and the reason stands above it.
func TestSendFails(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Storage, chat.CodeDiskFull) })
	r.typeText("hello")
	r.press(fyne.KeyReturn)
	r.untilSays("error.disk-full")
	if r.w.chats.talk.composer.Text() != "hello" {
		t.Error("the text is gone")
	}
	r.press(fyne.KeyReturn)
	r.until("the message", func() bool { return r.w.chats.talk.composer.Text() == "" })
	r.saysNot("error.disk-full")
}

func TestDraftIsKeptAtTheEnd(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.typeText("not yet")
	r.w.Close()
	r.until("the draft", func() bool { return r.core.did("draft not yet") })
}

func TestClickOnARow(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	test.TapCanvas(r.w.cfg.Window.Canvas(), fyne.NewPos(120, 90))
	r.until("the conversation", func() bool { return r.w.chats.list.Selected().Peer == bob })
}

func TestFilter(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	if r.shows(r.w.words.Text("chats.none-found")) || !r.shows("Bob") {
		t.Fatal("the list is not shown")
	}
	r.typeText("zzz")
	r.says("chats.none-found")
	r.says("empty.title") // there are conversations
	r.press(fyne.KeyEscape)
	r.typeText("bo")
	r.press(fyne.KeyReturn)
	r.until("the conversation", func() bool { return r.w.chats.list.Selected().Peer == bob })
	if r.w.chats.search.Text != "" {
		t.Error("the list stays filtered")
	}
}

func TestDeleteAMessage(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.w.chats.talk.rows.OnDelete(7)
	r.says("message.delete.text")
	r.press(fyne.KeyReturn) // Cancel has the focus
	r.w.chats.talk.rows.OnDelete(8)
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Storage, chat.CodeDiskFull) })
	r.click("message.delete.yes")
	r.untilSays("error.disk-full")
	if r.core.did("delete message 7") || !r.core.did("delete message 8") {
		t.Error("another one was deleted")
	}
}

func TestNobodyYet(t *testing.T) {
	r := newRig(t)
	r.core.accounts = []chat.Account{{Login: chat.Login{Address: me}, Enabled: true, State: chat.StateOnline}}
	r.w.Open(r.core)
	r.untilSays("empty-first.title")
	r.click("empty.new")
	r.says("new.first")
}

func TestListCanNotBeRead(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.core.set(func(f *fakeCore) { f.unlisted = failure(chat.Storage, chat.CodeDamaged) })
	r.event(chat.ConversationsChanged)
	r.untilSays("error.database-damaged")
	r.click("action.ok")
	r.event(chat.ConversationsChanged)
	if !r.shows("Bob") {
		t.Error("what was read before is gone")
	}
}

func TestTimeGoesOn(t *testing.T) {
	r := newRig(t)
	r.openBob()
	now := time.Now()
	r.w.env.Now = func() time.Time { return now }
	r.core.set(func(f *fakeCore) { f.convs[0].Contact.LastActive = now.Add(-5 * time.Minute) })
	r.event(chat.ConversationChanged)
	r.untilSays("ago.minutes", "count", 5)
	for n := 6; n < 9; n++ {
		now = now.Add(time.Minute)
		r.later(time.Minute)
		r.says("ago.minutes", "count", n)
	}
}

func TestPicturesOfContacts(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	data, err := readPicture(pictureFile(t))
	if err != nil {
		t.Fatal(err)
	}
	r.core.set(func(f *fakeCore) { f.convs[0].Contact.Avatar, f.picture = "cafe", data })
	r.event(chat.ContactsChanged)
	r.until("the picture", func() bool {
		return walk(r.w.chats.rows, func(o fyne.CanvasObject) bool { i, ok := o.(*canvas.Image); return ok && i.Image != nil })
	})
	if n := r.core.asking("picture cafe"); n != 1 {
		t.Errorf("read %d times", n)
	}
}

func TestLock(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.untilSays("composer.plain") // before anything is sent
	r.until("the lock", func() bool { _, ok := r.w.chats.talk.protect.State(); return ok })
	test.Tap(r.w.chats.talk.lock)
	r.says("lock.open.text", "name", "Bob")
}

func TestSeveralAccountsAreTold(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.saysNot("presence.as", "presence", r.w.words.Text("presence.offline"), "account", me.String())
	r.core.set(func(f *fakeCore) { f.accounts = append(f.accounts, chat.Account{Login: chat.Login{Address: carol}}) })
	r.event(chat.AccountChanged)
	r.untilSays("presence.as", "presence", r.w.words.Text("presence.offline"), "account", me.String())
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
