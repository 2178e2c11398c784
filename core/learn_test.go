// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// A server that has a message, and forgets the session without a word of that, can not
// say for a while what it can do: the message is not sent again by who takes it for one
// without an archive. One that never says is used as one without, in the end.
func TestServerThatCanNotSay(t *testing.T) {
	for _, test := range []struct {
		name  string
		says  int64 // so many questions what it can do get no answer
		again bool
	}{
		{"for a moment", 1, false},
		{"for a session", learnTries + 1, false},
		{"never", 1 << 30, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := coretest.NewScripted(t)
			var got, left atomic.Int64
			s.On(func(session *coretest.Session, e *coretest.Element) bool {
				if e.Is("jabber:client", "message") && strings.Contains(e.Raw, "in doubt") && got.Add(1) == 1 {
					left.Store(test.says)
					session.Answer(e)
					session.Forget()
					session.Cut()
					return true
				}
				if e.Asks("get", "http://jabber.org/protocol/disco#info", "query") == nil || e.Attr("to") == "example.test" || left.Add(-1) < 0 {
					return false
				}
				session.Send("<iq type='error' id='" + coretest.Escape(e.Attr("id")) +
					"'><error type='wait'><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
				return true
			})
			alice := user(t, s.Server, "alice")
			alice.wait("the end of catching up", func() bool { return !alice.account().CatchingUp })
			id := alice.sayPlain(chat.ConvID{Account: alice.addr, Peer: s.Address("bob")}, "in doubt", 0)
			alice.waitStatus(id, chat.Sent)
			alice.waitState(chat.StateOnline)
			if again := got.Load() > 1; again != test.again {
				t.Errorf("it was sent %d times", got.Load())
			}
		})
	}
}

const learnTries = 3 // of one session
