// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
)

func TestNewConversationWithAnAddress(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.w.showNewChat()
	r.typeText("xmpp:Carol@example.net")
	r.says("new.add")
	r.press(fyne.KeyReturn)
	r.until("the conversation", func() bool {
		return r.core.did("add "+carol.String()) && r.w.chats.list.Selected().Peer == carol
	})
	if len(r.w.sheets) != 0 {
		t.Error("the dialog stays")
	}
}

// A link to an address fills in the form, whatever else it asks for.
func TestLinksToAddresses(t *testing.T) {
	r := newRig(t)
	r.openBob()
	for link, want := range map[string]string{
		"xmpp:carol@example.net?subscribe;message=x": "carol@example.net", "xmpp://carol@example.net/phone": "carol@example.net",
		"xmpp:caf%C3%A9@example.net": "café@example.net", "xmpp:example.net": "", "xmpp:%zz@example.net": "",
	} {
		r.w.openLink(link)
		if r.w.pick == nil || r.w.pick.field.Text != want {
			t.Errorf("%s: no form with %q", link, want)
		}
		r.press(fyne.KeyEscape)
	}
	if len(r.links) != 0 || r.core.did("add carol@example.net") {
		t.Error("a link acted by itself")
	}
	r.w.openLink("https://example.org/")
	if len(r.links) != 1 {
		t.Error("a link to the web was not opened")
	}
}

func TestNewConversationWithAContact(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.w.showNewChat()
	for _, typed := range []string{"", "bo", "bob@example.org", "zzz"} {
		r.w.pick.field.SetText(typed)
		r.saysNot("new.add")
		if got := len(r.w.pick.all) == 1; got != (typed != "zzz") {
			t.Errorf("%q: shown %v", typed, got)
		}
	}
	r.says("new.none")
	r.w.pick.field.SetText("")
	r.press(fyne.KeyDown) // into the list
	r.press(fyne.KeyReturn)
	r.until("the conversation", func() bool { return r.w.chats.list.Selected().Peer == bob })
	if r.core.did("add " + bob.String()) {
		t.Error("asked a contact to become one")
	}
}

func TestAddingFails(t *testing.T) {
	for _, err := range []*chat.Error{
		failure(chat.Rejected, chat.CodeRemoteServer), failure(chat.Offline, chat.CodeNoNetwork), failure(chat.Timeout, chat.CodeTimeout),
	} {
		t.Run(string(err.Code), func(t *testing.T) {
			r := newRig(t)
			r.signedIn()
			r.w.showNewChat()
			r.core.set(func(f *fakeCore) { f.fail = err })
			r.typeText(carol.String())
			r.press(fyne.KeyReturn)
			r.untilSays("error." + string(err.Code))
			read := false
			r.w.watch(func() { read = true })
			r.event(chat.ContactsChanged)
			r.until("the contacts", func() bool { return read })
			if len(r.w.sheets) != 1 {
				t.Errorf("%d dialogs", len(r.w.sheets))
			}
			r.typeText("x")
			r.saysNot("error." + string(err.Code))
			r.press(fyne.KeyBackspace)
			r.press(fyne.KeyReturn)
			r.until("the conversation", func() bool { return r.w.chats.list.Selected().Peer == carol })
		})
	}
}

func TestLeavingWhileAdding(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.w.showNewChat()
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Rejected, chat.CodeNoSuchContact) })
	r.typeText(carol.String())
	r.press(fyne.KeyReturn)
	r.says("new.adding")
	r.press(fyne.KeyEscape)
	r.press(fyne.KeyEscape) // the first one empties the field
	r.untilSays("error.no-such-contact")
	if len(r.w.sheets) != 1 {
		t.Errorf("%d dialogs", len(r.w.sheets))
	}
}

func TestNewConversationFromAnotherAccount(t *testing.T) {
	other := chat.MustAddress("me@example.net")
	r := newRig(t)
	r.signedIn()
	r.core.set(func(f *fakeCore) {
		f.accounts = append(f.accounts, chat.Account{Login: chat.Login{Address: other}, Enabled: true})
		f.contacts = []chat.Contact{{Account: other, Address: dan, Listed: true}}
	})
	r.event(chat.AccountChanged, chat.ContactsChanged)
	r.until("both", func() bool { return len(r.w.accounts.All()) == 2 && len(r.w.contacts.Listed("")) == 2 })
	r.w.showNewChat()
	if r.shows(dan.String()) || !r.shows(bob.String()) {
		t.Error("not the contacts of the first account")
	}
	r.tab(-1)
	r.press(fyne.KeyRight)
	if !r.shows(dan.String()) || r.shows(bob.String()) {
		t.Error("not the contacts of the other account")
	}
	r.tab(1)
	r.press(fyne.KeyReturn)
	r.until("the conversation", func() bool { return r.w.chats.list.Selected() == chat.ConvID{Account: other, Peer: dan} })
}

func TestSwitcher(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.core.set(func(f *fakeCore) { f.contacts = []chat.Contact{{Account: me, Address: carol, Listed: true}} })
	r.event(chat.ContactsChanged)
	r.until("Carol", func() bool { return len(r.w.contacts.Listed("")) == 2 })
	r.w.showSwitcher()
	r.typeText("zzz")
	r.says("chats.none-found")
	r.press(fyne.KeyReturn) // nothing to open
	if len(r.w.sheets) != 1 {
		t.Fatal("closed without a choice")
	}
	r.press(fyne.KeyEscape)
	r.typeText("car")
	r.press(fyne.KeyReturn)
	r.until("the conversation", func() bool { return r.w.chats.list.Selected().Peer == carol })
	if r.focused() != fyne.Focusable(r.w.chats.talk.composer.Entry) {
		t.Error("the composer does not have the focus")
	}
}

func TestFind(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.core.set(func(f *fakeCore) {
		f.msgs = []chat.Message{{ID: 7, Cursor: 7, Conv: chat.ConvID{Account: me, Peer: bob}, Body: "the harbour"}}
	})
	r.w.chats.search.SetText("harb")
	r.click("chats.search-messages")
	if r.w.pick.field.Text != "harb" {
		t.Error("has to be typed again")
	}
	r.later(time.Second)
	r.until("the message", func() bool { return len(r.w.pick.all) == 1 })
	if !r.shows("the harbour") || !r.shows("Bob") {
		t.Error("does not say what was found, and where")
	}
	r.typeText("x")
	r.later(time.Second)
	r.untilSays("find.none")
	r.press(fyne.KeyBackspace)
	r.later(time.Second)
	r.until("the message", func() bool { return len(r.w.pick.all) == 1 })
	r.press(fyne.KeyReturn)
	if len(r.w.sheets) != 0 || r.w.chats.list.Selected().Peer != bob {
		t.Error("does not go there")
	}
}

func TestFindFails(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.w.showFind(chat.ConvID{}, "harb")
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Storage, chat.CodeDamaged) })
	r.later(time.Second)
	r.untilSays("error.database-damaged")
}

func TestFindMore(t *testing.T) {
	r := newRig(t)
	r.openBob()
	conv := chat.ConvID{Account: me, Peer: bob}
	r.core.set(func(f *fakeCore) {
		for i := range 120 {
			f.msgs = append(f.msgs, chat.Message{ID: chat.MsgID(i + 1), Cursor: chat.Cursor(i + 1), Conv: conv, Body: "wave"})
		}
	})
	r.w.showFind(conv, "wave")
	for _, n := range []int{50, 100, 120} {
		r.later(time.Second)
		r.until("the messages", func() bool { return len(r.w.pick.all) == n })
		if more := n < 120; r.w.pick.more.Visible() != more {
			t.Fatalf("%d found: more %v", n, !more)
		}
		if n < 120 {
			r.click("find.more")
		}
	}
}
