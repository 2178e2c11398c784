// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/resources"
)

// inviting goes to the page of an invitation.
func (r *rig) inviting(link string) {
	r.t.Helper()
	r.w.take(r.core)
	r.w.ShowWelcome()
	r.click("welcome.invite")
	r.says("invite.title")
	r.typeText(link)
	r.press(fyne.KeyReturn)
}

func TestInvitationToAServer(t *testing.T) {
	r := newRig(t)
	r.inviting("hello")
	r.says("trouble.invite.name.no-invitation")
	r.typeText("x")
	r.saysNot("trouble.invite.name.no-invitation")
	r.inviting("xmpp:example.org?register;preauth=T")
	r.says("invite.server.text", "server", "example.org")
	r.saysNot("invite.sign-in")
	if r.core.did("start invited with T") || r.core.did("accept invitation of  T") {
		t.Fatalf("asked %v before the person has said anything", r.core.asked)
	}
	r.click("invite.create-on", "server", "example.org")
	r.says("register.title")
	r.named("Me")
	r.until("conversations", func() bool { return r.w.showsChats() })
	if !r.core.did("start invited with T") || r.core.login.Address != me {
		t.Errorf("asked %v for %+v", r.core.asked, r.core.login)
	}
}

func TestInvitationOfSomebody(t *testing.T) {
	r := newRig(t)
	r.inviting("xmpp:bob@example.org?roster;preauth=T;ibr=y;name=Robert")
	r.says("invite.person.title", "name", "Robert")
	r.says("invite.person.text", "name", "Robert", "address", "bob@example.org")
	r.press(fyne.KeyEscape)
	r.says("invite.title")
	r.inviting("xmpp:bob@example.org?roster;preauth=T;ibr=y;name=Robert")
	r.click("invite.sign-in")
	r.typeText("me@example.org")
	r.press(fyne.KeyReturn)
	r.typeText("secret")
	r.press(fyne.KeyReturn)
	r.until("conversations", func() bool { return r.w.showsChats() })
	r.until("added", func() bool { return r.core.did("accept invitation of bob@example.org T") })
	r.until("the conversation", func() bool { return r.w.chats.list.Selected().Peer == bob })
	if r.core.asking("accept invitation of bob@example.org T") != 1 {
		t.Error("accepted twice")
	}
}

func TestInvitationThatWasPutAway(t *testing.T) {
	r := newRig(t)
	r.inviting("xmpp:bob@example.org?roster;preauth=T")
	r.press(fyne.KeyEscape)
	r.press(fyne.KeyEscape)
	r.says("welcome.invite")
	r.click("welcome.sign-in")
	r.typeText("me@example.org")
	r.press(fyne.KeyReturn)
	r.typeText("secret")
	r.press(fyne.KeyReturn)
	r.until("conversations", func() bool { return r.w.showsChats() })
	if r.core.did("accept invitation of bob@example.org T") {
		t.Error("was accepted all the same")
	}
}

func TestInvitationThatIsRefused(t *testing.T) {
	r := newRig(t)
	r.inviting("xmpp:example.org?register;preauth=T")
	r.click("invite.create-on", "server", "example.org")
	r.core.set(func(f *fakeCore) { f.fail = failure(chat.Rejected, chat.CodeInvitation) })
	r.named("Me")
	r.untilSays("error.invitation-refused")
}

func TestCardsOfTheBundle(t *testing.T) {
	r := newRig(t)
	r.w.ShowWelcome()
	for _, id := range []string{"welcome.invite", "welcome.sign-in", "welcome.create"} {
		r.says(id)
	}
	if s := resources.Default().Signup(); s.NicknameOnly || s.Domain != "" {
		t.Errorf("the default makes accounts at %+v", s)
	}
}
