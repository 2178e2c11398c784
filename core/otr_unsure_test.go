// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package core_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// swallows is a server that says that it has all and, while it is told so, brings nothing
// of alice's to bob.
func swallows(t testing.TB) (s *coretest.Scripted, swallow *atomic.Bool) {
	s, swallow = unseen(t), new(atomic.Bool)
	direct(s, func(from *coretest.Session, e *coretest.Element) bool {
		return from.Account != "alice" || !swallow.Load() || e.Find("urn:xmpp:receipts", "received") != nil
	})
	return s, swallow
}

// TestSwallowedOTR: the server has said that it has texts in OTR, and ends before they have
// come to the other side, whose session lives on. All are read there, once and in order.
func TestSwallowedOTR(t *testing.T) {
	for _, later := range []int{0, 2} {
		t.Run(fmt.Sprint(later), func(t *testing.T) {
			s, swallow := swallows(t)
			alice, bob := inSession(t, s, 3)
			swallow.Store(true)
			alice.saysMany(bob, 3, 6)
			alice.waitAll(alice.with(bob), chat.Out, 6, chat.Sent)
			correct(t, alice, bob, 1, "alice 1, corrected")
			swallow.Store(false)
			refuseResumption(s)
			s.Session("alice").Cut()
			alice.saysMany(bob, 6, 6+later)
			alice.waitAll(alice.with(bob), chat.Out, 6+later, chat.Delivered)
			bob.wait("the correction", func() bool { return bob.hasText(bob.with(alice), "alice 1, corrected") })
			correct(t, alice, bob, 1, "alice 1") // as checkSaid wants it
			bob.wait("the correction", func() bool { return bob.hasText(bob.with(alice), "alice 1") })
			checkSaid(t, alice, bob, "alice", 6+later)
		})
	}
}

// TestSwallowedAndAbsentOTR: the other side comes back later than we do. It gets what was
// swallowed when it is there, with nothing new to be said.
func TestSwallowedAndAbsentOTR(t *testing.T) {
	s, swallow := swallows(t)
	befriended(s, "both")
	here := func() {
		s.Session("alice").Send("<presence from='" + s.Session("bob").Address.String() + "' to='alice@example.test'/>")
	}
	alice, bob := user(t, s.Server, "alice"), user(t, s.Server, "bob")
	alice.choose(bob, chat.ChoiceOTR)
	bob.choose(alice, chat.ChoiceOTR)
	here()
	alice.saysMany(bob, 0, 3)
	alice.waitAll(alice.with(bob), chat.Out, 3, chat.Delivered)
	swallow.Store(true)
	alice.saysMany(bob, 3, 6)
	alice.waitAll(alice.with(bob), chat.Out, 6, chat.Sent)
	refuseResumption(s)
	s.Session("alice").Cut()
	alice.wait("the loss", func() bool { return alice.account().State != chat.StateOnline })
	alice.waitState(chat.StateOnline)
	alice.say(alice.with(bob), "alice 6") // is swallowed, when nobody is waited for any more
	alice.waitAll(alice.with(bob), chat.Out, 7, chat.Sent)
	swallow.Store(false)
	here()
	alice.waitAll(alice.with(bob), chat.Out, 6, chat.Delivered)
	alice.say(alice.with(bob), "alice 7")
	alice.waitAll(alice.with(bob), chat.Out, 8, chat.Delivered)
	got := bob.said(alice, chat.In, chat.EncryptionOTR)
	if want := []string{"alice 0", "alice 1", "alice 2", "alice 3", "alice 4", "alice 5", "alice 7", "alice 6"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// refuseResumption lets alice's next session be a new one.
func refuseResumption(s *coretest.Scripted) {
	s.On(func(from *coretest.Session, e *coretest.Element) bool {
		if from.Account != "alice" || !e.Is(nsSM, "resume") {
			return false
		}
		from.Send("<failed xmlns='" + nsSM + "'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>")
		return true
	})
}

// correct lets a person correct the i-th message that stands in a conversation, and waits
// until the server has that.
func correct(t testing.TB, p, other *person, i int, text string) {
	t.Helper()
	if err := p.Correct(p.ctx(), p.with(other), p.all(p.with(other))[i].ID, text); err != nil {
		t.Fatal(err)
	}
	if err := p.Sent(p.ctx(), p.addr); err != nil {
		t.Fatal(err)
	}
}

// TestPassedOverOTR: a text in OTR of which nothing is heard, while a later one has arrived,
// is sent once more; so is a correction behind it. They are read once.
func TestPassedOverOTR(t *testing.T) {
	s, swallow := swallows(t)
	alice, bob := inSession(t, s, 3)
	swallow.Store(true)
	alice.saysMany(bob, 3, 5)
	alice.waitAll(alice.with(bob), chat.Out, 5, chat.Sent)
	correct(t, alice, bob, 1, "alice one")
	swallow.Store(false)
	alice.saysMany(bob, 5, 7)
	bob.wait("what comes later", func() bool { return bob.hasText(bob.with(alice), "alice 6") })
	if err := bob.MarkRead(bob.ctx(), bob.with(alice), bob.conversation(bob.with(alice)).Last.ID); err != nil { // which says nothing about what is missing
		t.Fatal(err)
	}
	alice.waitAll(alice.with(bob), chat.Out, 7, chat.Delivered)
	bob.wait("the correction", func() bool { return bob.hasText(bob.with(alice), "alice one") })
	got := bob.said(alice, chat.In, chat.EncryptionOTR)
	if want := []string{"alice 0", "alice one", "alice 2", "alice 5", "alice 6", "alice 3", "alice 4"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestReceiptMissedOTR: a text that has arrived and whose receipt never came is sent once
// more, too: it is not shown twice, and confirmed.
func TestReceiptMissedOTR(t *testing.T) {
	s := unseen(t)
	direct(s, func(*coretest.Session, *coretest.Element) bool { return true })
	alice, bob := inSession(t, s, 3)
	for i, on := range []string{chat.SettingOff, "true"} {
		if err := bob.SetSetting(bob.ctx(), chat.SettingReceipts, on); err != nil {
			t.Fatal(err)
		}
		alice.saysMany(bob, 3+i, 4+i)
		bob.wait("the text", func() bool { return bob.hasText(bob.with(alice), fmt.Sprint("alice ", 3+i)) })
	}
	alice.waitAll(alice.with(bob), chat.Out, 5, chat.Delivered)
	checkSaid(t, alice, bob, "alice", 5)
}

// TestOTRServerDies: so it is with real servers that are killed while they have texts for
// somebody whose link is lost.
func TestOTRServerDies(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		bob, alice, proxy := shaky(t, s)
		alice.saysMany(bob, 0, 3)
		alice.waitAll(alice.with(bob), chat.Out, 3, chat.Delivered)
		proxy.Away(true)
		proxy.Cut()
		alice.saysMany(bob, 3, 6)
		alice.waitAll(alice.with(bob), chat.Out, 6, chat.Sent)
		s.Kill()
		alice.wait("the loss", func() bool { return alice.account().State != chat.StateOnline })
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		proxy.Mend()
		alice.saysMany(bob, 6, 8)
		alice.waitAll(alice.with(bob), chat.Out, 8, chat.Delivered)
		got := bob.said(alice, chat.In, chat.EncryptionOTR)
		slices.Sort(got)
		if want := []string{"alice 0", "alice 1", "alice 2", "alice 3", "alice 4", "alice 5", "alice 6", "alice 7"}; !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
	})
}
