// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

func stanzaID(by, id string) string {
	return "<stanza-id xmlns='urn:xmpp:sid:0' by='" + by + "' id='" + id + "'/>"
}

// afters collects from where alice's questions to the archive begin.
type afters struct {
	mu  sync.Mutex
	all []string
}

func (a *afters) script(_ *coretest.Session, e *coretest.Element) bool {
	if q, ok := e.ArchiveQuery(); ok {
		a.mu.Lock()
		a.all = append(a.all, q.AfterID)
		a.mu.Unlock()
	}
	return false
}

func (a *afters) take() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := a.all
	a.all = nil
	return all
}

// TestForgedStanzaIDs: what a message is called counts only from our own archive,
// and only where there is one name (XEP-0359 §6). A forged one neither hides a
// message nor moves the place from which the archive is read.
func TestForgedStanzaIDs(t *testing.T) {
	const own, bob = "alice@example.test", "bob@example.test/desk"
	f := among(t, nil)
	var asked afters
	f.On(asked.script)
	f.Deliver("alice", message(bob, "b0", text("first")), time.Now())
	f.send()
	f.send(message(bob, "b1", text("named by mallory")+stanzaID(mallory, "x1")),
		message(bob, "b2", text("named by bob")+stanzaID("bob@example.test", "x1")),
		message(bob, "b3", text("named by a device")+stanzaID(own+"/phone", "x1")),
		message(bob, "b4", text("named by us")+stanzaID(own, "x1")),
		message(bob, "b5", text("named twice")+stanzaID(own, "x2")+stanzaID(own, "x3")),
		message(bob, "b6", text("the second of these")+stanzaID(own, "x2")),
		message(bob, "b7", text("the third of these")+stanzaID(own, "x3")),
		message(bob, "b8", text("again")+stanzaID(own, "x3")), // known by now
		message(bob, "b9", text("last")+stanzaID(mallory, "y1")),
		message(bob, "ba", text("doubtful")+stanzaID(own, "y2")+stanzaID(own, "y3")))
	f.has(f.bob, "first", "named by mallory", "named by bob", "named by a device", "named by us", "named twice",
		"the second of these", "the third of these", "last", "doubtful")
	f.alice.stop()
	f.alice.start()
	f.caughtUp()
	// It is in no archive: that is read from where the order is sure.
	if got := asked.take(); len(got) == 0 || got[len(got)-1] != "" {
		t.Errorf("the archive is read from %q", got)
	}
	f.goesOn()
}

// TestNoArchiveNoNames: a server that keeps no archive does not take away what
// senders write about it (XEP-0359 §6).
func TestNoArchiveNoNames(t *testing.T) {
	f := among(t, func(s *coretest.Scripted) { s.SetFeatures("urn:xmpp:carbons:2") })
	f.send(message("bob@example.test/desk", "b1", text("one")+stanzaID("alice@example.test", "x")),
		message("bob@example.test/desk", "b2", text("two")+stanzaID("alice@example.test", "x")))
	f.has(f.bob, "one", "two")
	var asked afters
	f.On(asked.script)
	f.SetFeatures("urn:xmpp:mam:2", "urn:xmpp:mam:2#extended") // now it has
	f.alice.stop()
	f.alice.start()
	f.caughtUp()
	if got := asked.take(); len(got) == 0 || slices.Contains(got, "x") {
		t.Errorf("the archive is read from %q", got)
	}
	f.goesOn()
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestPresenceFlood: 100,000 strangers say that they are there, others that they are
// not, or ask to become contacts, or a contact has devices without end. That takes no
// memory that stays, and the account goes on, also meanwhile.
func TestPresenceFlood(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	const most = 8 << 20
	for name, presence := range map[string]string{
		"available": "<presence from='s%d@elsewhere.test/x'><show>away</show><status>here I am</status>" +
			"<x xmlns='vcard-temp:x:update'><photo>0123456789012345678901234567890123456789</photo></x></presence>",
		"unavailable": "<presence from='s%d@elsewhere.test/x' type='unavailable'><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/></presence>",
		"asking":      "<presence from='s%d@elsewhere.test' type='subscribe'><nick xmlns='http://jabber.org/protocol/nick'>somebody</nick></presence>",
		"devices":     "<presence from='bob@example.test/%d'><status>here I am</status></presence>",
	} {
		t.Run(name, func(t *testing.T) {
			n := 20_000
			if name == "available" {
				n = 100_000
			}
			f := among(t, nil)
			f.goesOn()
			before, began := heap(), time.Now()
			all := make([]string, 0, n+1)
			for i := range n {
				if i == n/2 {
					all = append(all, message("bob@example.test/desk", "middle", text("in the middle")))
				}
				all = append(all, fmt.Sprintf(presence, i))
			}
			f.send(all...)
			all = nil
			took := time.Since(began)
			f.goesOn()
			grown := heap() - before
			t.Logf("%d presences in %v, %d KiB more in use", n, took.Round(time.Millisecond), grown>>10)
			if took > 60*time.Second || grown > most {
				t.Errorf("%d presences took %v and %d bytes", n, took, grown)
			}
			if got := f.alice.all(f.bob); got[len(got)-3].Body != "in the middle" {
				t.Errorf("the message in the middle is not there: %d messages", len(got))
			}
			if list, err := f.alice.Contacts(t.Context(), f.alice.addr); err != nil || len(list) > 300 {
				t.Errorf("%d contacts, %v", len(list), err)
			}
			if c, err := f.alice.Contacts(t.Context(), f.alice.addr); err == nil && name == "devices" {
				for _, c := range c {
					if c.Address == f.bob.Peer && c.Presence != chat.Available {
						t.Errorf("bob is %v", c.Presence)
					}
				}
			}
		})
	}
}
