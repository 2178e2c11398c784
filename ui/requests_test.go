// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
)

var (
	carol = chat.MustAddress("carol@example.net")
	dan   = chat.MustAddress("dan@example.net")
)

// asking makes people ask to become contacts who have written nothing.
func (r *rig) asking(people ...chat.Address) {
	r.t.Helper()
	r.signedIn()
	r.core.set(func(f *fakeCore) {
		for _, p := range people {
			f.contacts = append(f.contacts, chat.Contact{Account: me, Address: p, Asking: true})
		}
	})
	r.event(chat.ContactsChanged)
	r.until("the requests", func() bool { return r.w.contacts.OpenRequests() == len(people) })
}

// answered is what the core tells after an answer.
func (r *rig) answered(who chat.Address) {
	r.core.set(func(f *fakeCore) {
		for i := range f.contacts {
			if f.contacts[i].Address == who {
				f.contacts[i].Asking = false
			}
		}
	})
	r.event(chat.ContactsChanged)
}

func TestRequestsWithoutAConversation(t *testing.T) {
	r := newRig(t)
	r.asking(carol, dan)
	r.says("requests.count", "count", 2)
	if !r.shows("carol, dan") {
		t.Error("does not say who")
	}
	r.click("requests.count", "count", 2)
	r.says("requests.title")
	if !r.shows(carol.String()) || !r.shows(dan.String()) {
		t.Error("not all of them in the dialog")
	}
	r.core.set(func(f *fakeCore) { f.hang = "accept " + carol.String() })
	r.click("request.accept") // the first is Carol
	r.until("the command", func() bool { return r.core.did("accept " + carol.String()) })
	if w := r.w.requests.shown[0]; !w.buttons.accept.Disabled() || r.w.requests.shown[1].buttons.accept.Disabled() {
		t.Error("can be accepted twice, or nobody else can")
	}
}

func TestAcceptTheOnlyRequest(t *testing.T) {
	r := newRig(t)
	r.asking(carol)
	r.click("requests.count", "count", 1)
	r.click("request.accept")
	r.until("the conversation", func() bool { return r.w.chats.list.Selected().Peer == carol })
	if len(r.w.sheets) != 0 {
		t.Error("an empty dialog stays open")
	}
	r.answered(carol)
	r.until("no request", func() bool { return r.w.contacts.OpenRequests() == 0 })
	r.saysNot("requests.count", "count", 1)
}

func TestDeclineARequest(t *testing.T) {
	r := newRig(t)
	r.asking(carol)
	r.click("requests.count", "count", 1)
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Offline, chat.CodeNoNetwork) })
	r.click("request.decline")
	r.untilSays("error.no-network")
	r.click("action.ok")
	r.says("requests.title") // and can be tried again
	r.click("request.decline")
	r.until("the command", func() bool { return !r.w.contacts.Waiting(chat.ConvID{Account: me, Peer: carol}) })
	r.answered(carol)
	r.until("nobody asks", func() bool { return len(r.w.sheets) == 0 })
	if !r.w.chats.list.Selected().IsZero() {
		t.Error("a conversation with somebody who was declined")
	}
}

func TestIgnoreARequest(t *testing.T) {
	r := newRig(t)
	r.asking(carol, dan)
	r.click("requests.count", "count", 2)
	r.click("request.ignore")
	r.says("requests.ignored")
	r.press(fyne.KeyEscape)
	r.says("requests.count", "count", 1)
	if r.core.did("decline "+carol.String()) || r.core.did("accept "+carol.String()) {
		t.Error("ignoring answers")
	}
}

func TestRequestAboveTheConversation(t *testing.T) {
	ask := func(r *rig) {
		r.signedIn()
		r.core.set(func(f *fakeCore) {
			f.convs[0].Contact = chat.Contact{Account: me, Address: bob, Name: "Bob", Asking: true}
		})
		r.event(chat.ContactsChanged)
		r.w.chats.list.SelectAt(0)
		r.untilSays("request.text", "name", "Bob")
		r.says("presence.asking")
	}
	t.Run("accept", func(t *testing.T) {
		r := newRig(t)
		ask(r)
		r.click("request.accept")
		r.until("the answer", func() bool { return r.core.did("accept " + bob.String()) })
	})
	t.Run("ignore", func(t *testing.T) {
		r := newRig(t)
		ask(r)
		r.click("request.ignore")
		r.saysNot("request.text", "name", "Bob")
		r.saysNot("requests.count", "count", 1)
		// Whoever looks for it finds it.
		r.w.showContact(chat.ConvID{Account: me, Peer: bob})
		r.untilSays("contact.title")
		r.click("request.decline")
		r.until("the answer", func() bool { return r.core.did("decline " + bob.String()) })
	})
}

func TestStranger(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.core.set(func(f *fakeCore) {
		f.convs[0].Contact = chat.Contact{Account: me, Address: bob}
		f.convs[0].Last = chat.Message{ID: 1, Body: "hello"}
	})
	r.event(chat.Reload)
	r.w.chats.list.SelectAt(0)
	r.untilSays("request.stranger")
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Rejected, chat.CodeNoSuchContact) })
	r.click("request.add")
	r.untilSays("error.no-such-contact")
	r.click("action.ok")
	r.click("request.add")
	r.until("the command", func() bool { return r.core.did("add "+bob.String()) && !r.w.contacts.Busy() })
	if len(r.w.sheets) != 0 {
		t.Error("an old failure is told again")
	}
}
