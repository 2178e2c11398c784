// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package core_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// unseen is a server on which alice and bob may see each other and do not say that they
// are there.
func unseen(t testing.TB) *coretest.Scripted {
	s := coretest.NewScripted(t)
	befriended(s, "from")
	return s
}

// befriended has alice and bob on each other's lists.
func befriended(s *coretest.Scripted, subscription string) {
	for _, pair := range [][2]string{{"alice", "bob"}, {"bob", "alice"}} {
		addr := s.Address(pair[1]).String()
		s.SetContact(pair[0], addr, "<item jid='"+addr+"' subscription='"+subscription+"'/>")
	}
}

// inSession are both, after alice has said n texts to bob in OTR.
func inSession(t testing.TB, s *coretest.Scripted, n int) (alice, bob *person) {
	t.Helper()
	alice, bob = user(t, s.Server, "alice"), user(t, s.Server, "bob")
	alice.choose(bob, chat.ChoiceOTR)
	bob.choose(alice, chat.ChoiceOTR)
	alice.saysMany(bob, 0, n)
	alice.waitAll(alice.with(bob), chat.Out, n, chat.Delivered)
	return alice, bob
}

// direct brings messages that are not to be archived to whom they are for, as far as pass
// lets them.
func direct(s *coretest.Scripted, pass func(*coretest.Session, *coretest.Element) bool) {
	s.On(func(from *coretest.Session, e *coretest.Element) bool {
		to, err := chat.ParseAddress(e.Attr("to"))
		if e.XMLName.Local != "message" || err != nil || e.Find("urn:xmpp:hints", "no-store") == nil {
			return false
		}
		if other := s.Session(to.Local); pass(from, e) && other != nil {
			other.Send("<message from='" + from.Address.String() + "'" + strings.TrimPrefix(e.Raw, "<message"))
		}
		return true
	})
}

// ending is a server that ends while alice writes in OTR: it counts what comes and says no
// word of it, cuts the link behind the last text, and refuses to resume.
type ending struct {
	*coretest.Scripted
	begun, refused atomic.Bool
	came           atomic.Int32
}

// endsAfter brings, once it has begun, the first passed of n texts to bob, and says that it
// has counted all but less of them.
func endsAfter(t testing.TB, n, passed, less int) *ending {
	s := &ending{Scripted: unseen(t)}
	direct(s.Scripted, func(from *coretest.Session, e *coretest.Element) bool {
		if from.Account != "alice" || !s.begun.Load() || s.refused.Load() {
			return true
		}
		came := int(s.came.Add(1))
		if came == n {
			from.Cut()
		}
		return came <= passed
	})
	s.On(func(from *coretest.Session, e *coretest.Element) bool {
		switch {
		case from.Account != "alice" || !s.begun.Load() || s.refused.Load():
			return false
		case e.Is(nsSM, "resume"):
			s.refused.Store(true)
			from.Send(fmt.Sprintf("<failed xmlns='%s' h='%d'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>",
				nsSM, int(s.Session("alice").Counted())-less))
			return true
		}
		return e.Is(nsSM, "r") || e.Find("urn:xmpp:receipts", "received") != nil // no word
	})
	return s
}

// TestCountedAndLostOTR: the server counts texts in OTR and ends before it has brought all
// of them to the other side, then says that it has them. All are read there, once and in
// order.
func TestCountedAndLostOTR(t *testing.T) {
	for _, test := range []struct{ passed, less, later int }{{0, 0, 0}, {0, 0, 2}, {1, 0, 2}, {3, 0, 2}, {0, 1, 0}, {0, 2, 2}} {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			s := endsAfter(t, 3, test.passed, test.less)
			alice, bob := inSession(t, s.Scripted, 3)
			s.begun.Store(true)
			alice.saysMany(bob, 3, 6)
			alice.wait("a refused resumption", s.refused.Load)
			alice.saysMany(bob, 6, 6+test.later)
			alice.waitAll(alice.with(bob), chat.Out, 6+test.later, chat.Delivered)
			checkSaid(t, alice, bob, "alice", 6+test.later)
		})
	}
}

// TestCountedCorrectionOTR: so it does with a correction, and a text behind it.
func TestCountedCorrectionOTR(t *testing.T) {
	for _, less := range []int{0, 1} {
		t.Run(fmt.Sprint(less), func(t *testing.T) {
			s := endsAfter(t, 2, 0, less)
			alice, bob := inSession(t, s.Scripted, 3)
			s.begun.Store(true)
			if err := alice.Correct(alice.ctx(), alice.with(bob), alice.all(alice.with(bob))[1].ID, "alice one"); err != nil {
				t.Fatal(err)
			}
			alice.saysMany(bob, 3, 4)
			alice.wait("a refused resumption", s.refused.Load)
			alice.waitAll(alice.with(bob), chat.Out, 4, chat.Delivered)
			bob.wait("the correction", func() bool { return bob.hasText(bob.with(alice), "alice one") })
		})
	}
}

// TestCountedBouncedOTR: to a program that confirms nothing, a text that came back goes
// once more behind a key exchange, and the server counts only that before it ends.
func TestCountedBouncedOTR(t *testing.T) {
	s := unseen(t)
	var dropping, going, refused atomic.Bool
	direct(s, func(from *coretest.Session, e *coretest.Element) bool {
		body := e.Find("jabber:client", "body")
		if from.Account != "alice" || body == nil || refused.Load() || !strings.HasPrefix(body.Text, "?OTR:AAMD") {
			return true
		}
		if going.Load() {
			from.Cut()
		}
		return !dropping.Load()
	})
	s.On(func(from *coretest.Session, e *coretest.Element) bool {
		switch {
		case from.Account != "alice" || !going.Load() || refused.Load():
			return false
		case e.Is(nsSM, "resume"):
			refused.Store(true)
			from.Send(fmt.Sprintf("<failed xmlns='%s' h='%d'/>", nsSM, s.Session("alice").Counted()-1))
			return true
		}
		return e.Is(nsSM, "r")
	})
	alice, bob := user(t, s.Server, "alice"), user(t, s.Server, "bob")
	if err := bob.SetSetting(bob.ctx(), chat.SettingReceipts, chat.SettingOff); err != nil {
		t.Fatal(err)
	}
	alice.choose(bob, chat.ChoiceOTR)
	bob.choose(alice, chat.ChoiceOTR)
	alice.saysMany(bob, 0, 3)
	alice.waitAll(alice.with(bob), chat.Out, 3, chat.Sent)
	bob.waitAll(bob.with(alice), chat.In, 3, chat.Delivered)
	dropping.Store(true)
	alice.saysMany(bob, 3, 4)
	alice.waitAll(alice.with(bob), chat.Out, 4, chat.Sent)
	going.Store(true)
	all := alice.all(alice.with(bob))
	s.Session("alice").Send(fmt.Sprintf("<message type='error' id='%s' from='%s' to='%s'><error type='cancel'>"+
		"<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
		all[len(all)-1].OriginID, s.Session("bob").Address, s.Session("alice").Address))
	alice.wait("a refused resumption", refused.Load)
	bob.waitAll(bob.with(alice), chat.In, 4, chat.Delivered)
	checkSaid(t, alice, bob, "alice", 4)
}
