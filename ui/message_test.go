// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
)

// openTalk opens the conversation with Bob, with two messages of his and one of the
// person's own between them.
func openTalk(r *rig) {
	r.t.Helper()
	for i, dir := range []chat.Direction{chat.In, chat.Out, chat.In} {
		r.core.msgs = append(r.core.msgs, chat.Message{
			ID: chat.MsgID(i + 1), Cursor: chat.Cursor(i + 1), Conv: chat.ConvID{Account: me, Peer: bob},
			Body: []string{"first", "second", "third"}[i], Direction: dir, Status: chat.Delivered, Time: time.Now(),
		})
	}
	r.openBob()
	r.until("the messages", func() bool { return len(r.w.chats.talk.timeline.Rows()) > 3 })
}

func TestReplyToAMessage(t *testing.T) {
	r := newRig(t)
	openTalk(r)
	r.w.chats.talk.rows.OnReply(1)
	r.says("composer.reply", "name", "Bob")
	if !r.shows("first") {
		t.Error("does not say which message")
	}
	r.typeText("yes")
	r.press(fyne.KeyReturn)
	r.until("the answer", func() bool { return r.core.did("answer 1 yes") && r.w.chats.talk.composer.Text() == "" })
	r.saysNot("composer.reply", "name", "Bob")
	r.w.chats.talk.rows.OnReply(2)
	r.says("composer.reply-own")
	r.press(fyne.KeyEscape)
	r.saysNot("composer.reply-own")
}

func TestEditWithTheUpArrow(t *testing.T) {
	r := newRig(t)
	openTalk(r)
	composer := r.w.chats.talk.composer
	r.press(fyne.KeyUp)
	r.says("composer.edit")
	if composer.Text() != "second" {
		t.Fatalf("the composer has %q", composer.Text())
	}
	r.typeText("!")
	r.press(fyne.KeyReturn)
	r.until("the change", func() bool { return r.core.did("correct 2 second!") && composer.Text() == "" })
	r.saysNot("composer.edit")

	r.typeText("words")
	r.press(fyne.KeyUp) // moves in the text
	r.saysNot("composer.edit")
	r.w.chats.talk.rows.OnEdit(2)
	r.says("composer.edit")
	r.press(fyne.KeyEscape)
	r.saysNot("composer.edit")
	if composer.Text() != "words" || r.focused() != fyne.Focusable(composer.Entry) {
		t.Errorf("back to %q", composer.Text())
	}
}

func TestTakeAMessageBack(t *testing.T) {
	r := newRig(t)
	openTalk(r)
	r.w.chats.talk.rows.OnTakeBack(2)
	r.says("message.take-back.text", "name", "Bob")
	r.press(fyne.KeyReturn) // Cancel has the focus
	r.w.chats.talk.rows.OnTakeBack(2)
	r.click("message.take-back.yes")
	r.until("the command", func() bool { return r.core.did("take back 2") })
	if n := r.core.asking("take back 2"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestReactAndUndo(t *testing.T) {
	r := newRig(t)
	openTalk(r)
	r.w.chats.talk.rows.OnReact(1, "🎉")
	r.until("the reaction", func() bool { return r.core.did("react 1 🎉") })
	r.w.chats.talk.rows.OnReact(1, "🎉")
	r.until("none", func() bool { return r.core.did("react 1 ") })
}

func TestMessagesByKeyboard(t *testing.T) {
	r := newRig(t)
	openTalk(r)
	up := &desktop.CustomShortcut{KeyName: fyne.KeyUp, Modifier: fyne.KeyModifierShortcutDefault}
	for _, want := range []string{"m3", "m2", "m1"} {
		r.focused().(fyne.Shortcutable).TypedShortcut(up)
		if row, ok := r.w.chats.talk.rows.Chosen(); !ok || row.Key != want {
			t.Fatalf("chose %q, want %q", row.Key, want)
		}
	}
	r.press(fyne.KeyDelete)
	r.says("message.delete.text")
	r.press(fyne.KeyReturn)
	r.press(fyne.KeyEscape)
	if r.focused() != fyne.Focusable(r.w.chats.talk.composer.Entry) {
		t.Error("Escape does not go back to the composer")
	}
}

func TestBlockAndUnblock(t *testing.T) {
	r := newRig(t)
	openTalk(r)
	r.w.chats.talk.rows.OnReply(1)
	r.contact(bob)
	r.click("block.yes")
	r.says("block.text", "name", "Bob")
	r.click("block.yes")
	r.until("the command", func() bool { return r.core.did("block " + bob.String()) })
	r.event(chat.ContactsChanged)
	r.untilSays("block.composer", "name", "Bob")
	if r.w.chats.talk.composer.Visible() {
		t.Error("can be written to")
	}
	r.saysNot("composer.reply", "name", "Bob")
	r.contact(bob)
	r.says("block.is", "name", "Bob")
	r.press(fyne.KeyEscape)
	r.click("block.unblock")
	r.until("the command", func() bool { return r.core.did("unblock " + bob.String()) })
	r.event(chat.ContactsChanged)
	r.until("the composer", func() bool { return r.w.chats.talk.composer.Visible() })
	r.saysNot("block.composer", "name", "Bob")
}

func TestListOfBlockedPeople(t *testing.T) {
	r := newRig(t)
	r.core.blocked = []chat.Address{bob}
	r.inAccount()
	r.click("block.list")
	r.untilSays("block.unblock")
	if !r.shows(bob.String()) {
		t.Error("does not say who")
	}
	r.click("block.unblock")
	r.until("the command", func() bool { return r.core.did("unblock " + bob.String()) })
	r.untilSays("block.none")
}

func TestBlockWhoAsks(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.core.set(func(f *fakeCore) {
		f.convs[0].Contact = chat.Contact{Account: me, Address: bob, Name: "Bob", Asking: true}
	})
	r.event(chat.Reload)
	r.w.chats.list.SelectAt(0)
	r.untilSays("request.text", "name", "Bob")
	r.click("block.yes")
	r.says("block.title", "name", "Bob")
	r.click("block.yes")
	r.until("the command", func() bool { return r.core.did("block " + bob.String()) })
	r.event(chat.ContactsChanged)
	r.untilSays("block.composer", "name", "Bob")
	r.saysNot("request.text", "name", "Bob")
}

func TestCatchingUpIsSaid(t *testing.T) {
	r := newRig(t)
	r.core.msgs = []chat.Message{{ID: 1, Cursor: 1, Kind: chat.KindGap}, {ID: 2, Cursor: 2, Body: "x", Time: time.Now()}}
	r.openBob()
	r.until("the messages", func() bool { return len(r.w.chats.talk.timeline.Rows()) > 2 })
	busy := func() bool { return r.w.chats.talk.timeline.Rows()[0].Busy }
	r.w.chats.talk.rows.OnLoadMissing()
	r.until("the command", func() bool {
		r.later(time.Second)
		return r.core.did("load missing "+me.String()) && !busy()
	})
	r.core.set(func(f *fakeCore) { f.accounts[0].CatchingUp = true })
	read := false
	r.w.loadAccounts(func() { read = true })
	r.until("the accounts", func() bool { return read })
	r.saysNot("banner.catching-up") // it may be over in a moment
	if !busy() {
		t.Error("the gap does not say that it is being filled")
	}
	r.later(time.Second)
	r.says("banner.catching-up")
	r.core.set(func(f *fakeCore) { f.accounts[0].CatchingUp = false })
	r.state(chat.StateOnline, nil)
	r.saysNot("banner.catching-up")
	if busy() {
		t.Error("the gap says that it is being filled")
	}
}

func TestLastLineOfAnAction(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	for _, c := range []struct {
		last chat.Message
		want string
	}{
		{chat.Message{ID: 1, Body: "/me waves"}, r.w.words.Text("message.action", "name", "Bob", "text", "waves")},
		{chat.Message{ID: 1, Body: "/me waves", Direction: chat.Out}, r.w.words.Text("message.action", "name", "me", "text", "waves")},
		{chat.Message{ID: 1, Retracted: true}, r.w.words.Text("message.taken-back")},
	} {
		r.core.set(func(f *fakeCore) { f.convs[0].Last = c.last })
		r.event(chat.ConversationChanged)
		r.until(c.want, func() bool { return r.shows(c.want) })
	}
}

func TestActivityIsTold(t *testing.T) {
	r := newRig(t)
	r.openBob()
	if !r.core.did("active true") {
		t.Error("not told at the start")
	}
	r.w.SetActive(false)
	if !r.core.did("active false") {
		t.Error("not told of another window")
	}
	r.w.SetActive(true)
	if r.core.asking("active true") != 2 {
		t.Error("not told of the return")
	}
}

func TestClickOnTheSubject(t *testing.T) {
	r := newRig(t)
	openTalk(r)
	r.w.chats.talk.rows.OnReply(1)
	jumped := ""
	r.w.chats.talk.timeline.OnJump = func(key string) { jumped = key }
	test.Tap(r.w.chats.talk.subject)
	if jumped != "m1" {
		t.Errorf("jumped to %q", jumped)
	}
}
