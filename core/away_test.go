// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"sync/atomic"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// refuse answers an IQ with an error.
func refuse(s *coretest.Session, e *coretest.Element) {
	s.Send("<iq type='error' id='" + coretest.Escape(e.Attr("id")) + "' from='" + coretest.Escape(e.Attr("to")) +
		"'><error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
}

// again ends the session for good and waits until alice is back.
func (f *far) again() {
	f.t.Helper()
	old := f.Session("alice")
	old.Forget()
	old.Cut()
	f.alice.wait("another session", func() bool { return f.Session("alice") != old })
	f.caughtUp()
}

// TestNotFollowing: in a session in which not all that the archive gets comes here,
// what comes does not say how far the archive is known.
func TestNotFollowing(t *testing.T) {
	for name, is := range map[string]func(e *coretest.Element) bool{
		"no copies":    func(e *coretest.Element) bool { return e.Asks("set", "urn:xmpp:carbons:2", "enable") != nil },
		"no abilities": func(e *coretest.Element) bool { return e.Asks("get", "http://jabber.org/protocol/disco#info", "query") != nil },
	} {
		t.Run(name, func(t *testing.T) {
			var refused atomic.Bool
			f := among(t, func(s *coretest.Scripted) {
				s.On(func(s *coretest.Session, e *coretest.Element) bool {
					if !refused.Load() || !is(e) {
						return false
					}
					refuse(s, e)
					return true
				})
			})
			f.Deliver("alice", message("bob@example.test/desk", "1", text("one")), time.Now())
			f.send()
			refused.Store(true)
			f.again()
			// What went to another device, and then something for all.
			f.Archive("alice", coretest.Archived{ID: "other", Stamp: time.Now(), Message: message("bob@example.test/desk", "2", text("two"))})
			f.Deliver("alice", message("bob@example.test/desk", "3", text("three")), time.Now())
			f.send()
			f.has(f.bob, "one", "three")
			refused.Store(false)
			f.again()
			f.alice.waitAll(f.bob, chat.In, 3, chat.Delivered)
			if got := len(f.alice.all(f.bob)); got != 3 {
				t.Errorf("%d messages, want 3", got)
			}
		})
	}
}

