// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"fmt"
	"strconv"
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
		"no copies": func(e *coretest.Element) bool { return e.Asks("set", "urn:xmpp:carbons:2", "enable") != nil },
		"no abilities": func(e *coretest.Element) bool {
			return e.Asks("get", "http://jabber.org/protocol/disco#info", "query") != nil
		},
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

// old fills alice's archive with messages of long ago that want receipts.
func old(s *coretest.Scripted, n int) {
	for i := range n {
		inside := text(fmt.Sprintf("old %d", i)) + "<request xmlns='urn:xmpp:receipts'/>"
		s.Archive("alice", coretest.Archived{
			ID: fmt.Sprintf("old-%d", i), Stamp: time.Now().AddDate(-2, 0, 0).Add(time.Duration(i) * time.Second),
			Message: message("bob@example.test/desk", fmt.Sprintf("m-%d", i), inside),
		})
	}
}

// few makes the archive's pages no longer than n.
func few(n int, asked *atomic.Int32) coretest.Script {
	return func(s *coretest.Session, e *coretest.Element) bool {
		q, ok := e.ArchiveQuery()
		if !ok || q.With != "" {
			return false
		}
		asked.Add(1)
		max := e.Asks("set", "urn:xmpp:mam:2", "query").Find("http://jabber.org/protocol/rsm", "max")
		max.Text = strconv.Itoa(min(n, q.Max))
		return false
	}
}

// TestFirstCatchUpInterrupted: what was said before this computer knew the account
// is old, also what only its second session gets out of the archive.
func TestFirstCatchUpInterrupted(t *testing.T) {
	var asked, receipts atomic.Int32
	const n = 40
	f := among(t, func(s *coretest.Scripted) {
		old(s, n)
		s.On(few(10, &asked))
		s.On(func(s *coretest.Session, e *coretest.Element) bool {
			if e.Find("urn:xmpp:receipts", "received") != nil {
				receipts.Add(1)
			}
			if _, ok := e.ArchiveQuery(); ok && asked.Load() == 2 {
				asked.Add(1)
				s.Forget()
				s.Cut()
				return true
			}
			return false
		})
	})
	f.alice.waitAll(f.bob, chat.In, n, chat.Delivered)
	f.caughtUp()
	f.alice.checkSequence(f.bob, chat.In, "old", n, chat.Read)
	if got := f.alice.conversation(f.bob).Unread; got != 0 {
		t.Errorf("%d messages of two years ago are unread", got)
	}
	f.goesOn()
	if got := receipts.Load(); got != 0 {
		t.Errorf("%d receipts for messages of two years ago", got)
	}
}

// TestOlderThanFirst: what is not loaded at first is there for who scrolls up.
func TestOlderThanFirst(t *testing.T) {
	var asked atomic.Int32
	const n = 100
	f := among(t, func(s *coretest.Scripted) {
		old(s, n)
		s.On(few(1, &asked)) // of which 80 are asked for
	})
	got := len(f.alice.all(f.bob))
	if got >= n {
		t.Fatalf("%d messages at once", got)
	}
	for more := true; more; {
		var err error
		if more, err = f.alice.LoadOlder(f.alice.ctx(), f.bob); err != nil {
			t.Fatal(err)
		}
	}
	f.alice.checkSequence(f.bob, chat.In, "old", n, chat.Read)
}

// TestArchiveForgotWhere: what a gap waits for is not in the archive any more. The
// gap closes, and the person is not offered to load what nobody has.
func TestArchiveForgotWhere(t *testing.T) {
	var asked atomic.Int32
	const n = 40
	f := among(t, func(s *coretest.Scripted) {
		old(s, n)
		s.On(few(10, &asked))
		s.On(func(s *coretest.Session, e *coretest.Element) bool {
			q, ok := e.ArchiveQuery()
			switch {
			case !ok || q.Before == "":
				return false
			case asked.Load() == 1: // the second page
				asked.Add(1)
				s.Forget()
				s.Cut()
				return true
			case q.Before == fmt.Sprintf("old-%d", n-10):
				s.SendNotFound(e)
				return true
			}
			return false
		})
	})
	f.alice.wait("the end of the gap", func() bool {
		for _, m := range f.alice.all(f.bob) {
			if m.Kind == chat.KindGap {
				return false
			}
		}
		return true
	})
	if got := len(f.alice.all(f.bob)); got != 10 {
		t.Errorf("%d messages, want 10", got)
	}
}

// The words of a correction whose message is nowhere are shown once the archive has been
// read: at once, if it has nothing else.
func TestCorrectionOfNothing(t *testing.T) {
	corrects := func(body, id string) string {
		return text(body) + "<replace xmlns='urn:xmpp:message-correct:0' id='" + id + "'/>"
	}
	f := among(t, func(s *coretest.Scripted) { s.Archive("alice", stored("old", 9, text("old")+originID("old"))) })
	f.away(func() {
		f.Archive("alice", stored("gone", 3, corrects("said meanwhile", "gone too")), stored("fix", 2, corrects("old, better", "old")), stored("last", 1, text("last")))
	})
	f.alice.wait("the correction", func() bool { return len(f.alice.all(f.bob)) == 3 })
	f.has(f.bob, "old, better", "said meanwhile", "last")
	f.send(message("bob@example.test/desk", "c1", corrects("live", "nowhere")))
	f.has(f.bob, "old, better", "said meanwhile", "last", "live")
	f.goesOn()
}

// However many there are, all are shown.
func TestCorrectionsOfNothing(t *testing.T) {
	f := among(t, func(s *coretest.Scripted) { s.Archive("alice", stored("old", 99, text("old"))) })
	const many = 40
	f.away(func() {
		for i := range many {
			f.Archive("alice", stored(fmt.Sprint("fix ", i), many-i, text("better")+fmt.Sprintf("<replace xmlns='urn:xmpp:message-correct:0' id='nowhere %d'/>", i)))
		}
	})
	f.alice.wait("the corrections", func() bool { return len(f.alice.all(f.bob)) == 1+many })
	f.goesOn()
}

// The archive that did not answer is asked again once there is a new link.
func TestNewLinkAsksTheArchive(t *testing.T) {
	var refused, answered atomic.Int32
	var closed atomic.Bool
	f := among(t, func(s *coretest.Scripted) {
		s.On(func(s *coretest.Session, e *coretest.Element) bool {
			if _, ok := e.ArchiveQuery(); !ok {
				return false
			}
			if !closed.Load() {
				answered.Add(1)
				return false
			}
			refused.Add(1)
			s.Send("<iq type='error' id='" + e.Attr("id") + "'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
			return true
		})
	})
	ctx, cancel := context.WithTimeout(f.alice.ctx(), 30*time.Second)
	defer cancel()
	closed.Store(true)
	f.Session("alice").Cut()
	if err := f.Await(ctx, func() bool { return refused.Load() > 0 }); err != nil {
		t.Fatal(err)
	}
	closed.Store(false)
	answered.Store(0)
	f.Session("alice").Cut()
	if err := f.Await(ctx, func() bool { return answered.Load() > 0 }); err != nil {
		t.Fatalf("the archive is not asked: %v", err)
	}
}
