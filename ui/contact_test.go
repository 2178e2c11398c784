// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"chatsecure.org/desktop/core/chat"
)

func (r *rig) contact(addr chat.Address) {
	r.t.Helper()
	r.w.showContact(chat.ConvID{Account: me, Peer: addr})
	r.untilSays("contact.title")
}

func TestRenameAContact(t *testing.T) {
	r := newRig(t)
	r.openBob()
	test.Tap(r.w.chats.talk.header)
	r.untilSays("contact.title")
	if !r.shows(bob.String()) {
		t.Error("no address")
	}
	for r.focused() == nil || !isEntry(r.focused()) {
		r.tab(1)
	}
	r.press(fyne.KeyEnd)
	r.typeText("by ")
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Offline, chat.CodeNoNetwork) })
	r.press(fyne.KeyReturn)
	r.until("the command", func() bool { return r.core.did("rename " + bob.String() + " Bobby") })
	r.untilSays("error.no-network")
}

func isEntry(f fyne.Focusable) bool {
	_, ok := f.(interface{ SelectedText() string })
	return ok
}

func TestAnUnchangedNameIsNotSent(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.contact(bob)
	r.click("action.save")
	if len(r.w.sheets) != 0 || r.w.contacts.Waiting(chat.ConvID{Account: me, Peer: bob}) {
		t.Error("asked the server for nothing")
	}
}

func TestRemoveAContact(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.contact(bob)
	r.click("contact.remove")
	r.says("contact.remove.text", "name", "Bob")
	if r.focused() == nil {
		t.Error("nothing to press Enter on")
	}
	r.press(fyne.KeyReturn) // Cancel has the focus
	if len(r.w.sheets) != 0 || r.w.contacts.Waiting(chat.ConvID{Account: me, Peer: bob}) {
		t.Fatal("Enter removes")
	}
	r.contact(bob)
	r.click("contact.remove")
	r.click("contact.remove")
	r.until("the command", func() bool { return r.core.did("remove " + bob.String()) })
}

func TestMuteAndPin(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.contact(bob)
	r.click("chat.muted")
	r.until("muted", func() bool { row, _ := r.w.chats.list.Row(chat.ConvID{Account: me, Peer: bob}); return row.Muted })
	r.click("chat.pinned")
	r.until("pinned", func() bool {
		row, _ := r.w.chats.list.Row(chat.ConvID{Account: me, Peer: bob})
		return row.Pinned && row.Muted
	})
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Storage, chat.CodeDiskFull) })
	r.click("chat.pinned")
	r.untilSays("error.disk-full")
}

func TestDeleteAConversation(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.contact(bob)
	r.click("chat.remove")
	r.says("chat.remove.text", "name", "Bob")
	r.click("chat.remove.yes")
	r.until("the command", func() bool { return r.core.did("delete " + bob.String()) })
}

func TestAskAgain(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	for _, c := range []struct {
		name    string
		contact chat.Contact
		offered bool
	}{
		{"sees us only", chat.Contact{Listed: true, Subscription: chat.SubscriptionFrom}, true},
		{"asked already", chat.Contact{Listed: true, Asked: true, Subscription: chat.SubscriptionFrom}, false},
		{"both", chat.Contact{Listed: true, Subscription: chat.SubscriptionBoth}, false},
	} {
		c.contact.Account, c.contact.Address = me, bob
		r.core.set(func(f *fakeCore) { f.convs[0].Contact = c.contact })
		r.contact(bob)
		if r.shows(r.w.words.Text("contact.ask-again")) != c.offered {
			t.Errorf("%s: offered %v", c.name, !c.offered)
		}
		if c.offered {
			r.click("contact.ask-again")
			r.until("the command", func() bool { return r.core.did("add "+bob.String()) && !r.w.contacts.Busy() })
		} else {
			r.press(fyne.KeyEscape)
		}
	}
}

func TestAContactThatIsGone(t *testing.T) {
	r := newRig(t)
	r.openBob()
	r.w.showContact(chat.ConvID{Account: me, Peer: carol})
	r.untilSays("error.not-found")
}
