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
	for _, pair := range [][2]string{{"alice", "bob"}, {"bob", "alice"}} {
		addr := s.Address(pair[1]).String()
		s.SetContact(pair[0], addr, "<item jid='"+addr+"' subscription='from'/>")
	}
	return s
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

// TestCountedAndLostOTR: the server counts texts in OTR and ends before it has brought all
// of them to the other side, then says that it has them. All are read there, once and in
// order.
func TestCountedAndLostOTR(t *testing.T) {
	for _, passed := range []int{0, 1, 3} {
		t.Run(fmt.Sprintf("%d of 3 come", passed), func(t *testing.T) {
			s := unseen(t)
			var ending, refused atomic.Bool
			var came atomic.Int32
			direct(s, func(from *coretest.Session, e *coretest.Element) bool {
				if from.Account != "alice" || !ending.Load() || refused.Load() {
					return true
				}
				n := came.Add(1)
				if n == 3 {
					from.Cut()
				}
				return int(n) <= passed
			})
			s.On(func(from *coretest.Session, e *coretest.Element) bool {
				switch {
				case from.Account != "alice" || !ending.Load():
					return false
				case !refused.Load() && (e.Is(nsSM, "r") || e.Find("urn:xmpp:receipts", "received") != nil): // no word
					return true
				case e.Is(nsSM, "resume") && !refused.Swap(true):
					from.Send(fmt.Sprintf("<failed xmlns='%s' h='%d'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>",
						nsSM, s.Session("alice").Counted()))
					return true
				}
				return false
			})
			alice, bob := inSession(t, s, 3)
			ending.Store(true)
			alice.saysMany(bob, 3, 6)
			alice.wait("a refused resumption", refused.Load)
			alice.saysMany(bob, 6, 8)
			alice.waitAll(alice.with(bob), chat.Out, 8, chat.Delivered)
			checkSaid(t, alice, bob, "alice", 8)
		})
	}
}

// TestOTRMissed: texts come before the last step of the key exchange of their session
// does, while this side has just begun another one. They are asked for, and come again
// although later ones were confirmed in that session.
func TestOTRMissed(t *testing.T) {
	const signature, data = "?OTR:AAMS", "?OTR:AAMD"
	s := unseen(t)
	var renewing atomic.Bool
	var texts atomic.Int32
	held := make(chan func(), 1)
	direct(s, func(from *coretest.Session, e *coretest.Element) bool {
		body := e.Find("jabber:client", "body")
		switch {
		case from.Account != "alice" || body == nil || !renewing.Load():
		case strings.HasPrefix(body.Text, signature):
			renewing.Store(false)
			message := "<message from='" + from.Address.String() + "'" + strings.TrimPrefix(e.Raw, "<message")
			held <- func() { s.Session("bob").Send(message) }
			return false
		}
		if from.Account == "alice" && body != nil && strings.HasPrefix(body.Text, data) {
			texts.Add(1)
		}
		return true
	})
	alice, bob := inSession(t, s, 1)
	renewing.Store(true)
	if err := bob.StartOTR(bob.ctx(), bob.with(alice)); err != nil {
		t.Fatal(err)
	}
	release := <-held
	texts.Store(0)
	alice.saysMany(bob, 1, 4)
	alice.wait("texts on their way", func() bool { return texts.Load() >= 3 })
	release()
	alice.saysMany(bob, 4, 5)
	alice.waitAll(alice.with(bob), chat.Out, 5, chat.Delivered)
	checkSaid(t, alice, bob, "alice", 5)
}
