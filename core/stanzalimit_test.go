// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// A server that takes no more than every server must (RFC 6120 §13.12) gets keys that fit,
// and the session that publishes them lasts.
func TestSmallestStanzaLimit(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{Extra: "Host \"*\"\n\tc2s_stanza_size_limit = 10000\n"})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	for _, u := range []*person{alice, bob} {
		if err := u.Findable(u.ctx(), u.addr); err != nil {
			t.Fatal(err)
		}
	}
	alice.choose(bob, chat.ChoiceOMEMO)
	m := alice.waitStatus(alice.say(alice.with(bob), "in secret"), chat.Delivered)
	if m.Encryption == chat.EncryptionNone {
		t.Errorf("%+v", m)
	}
}

// What is longer than the server says that it takes is not sent: it has failed for that,
// and the stream goes on.
func TestAnnouncedStanzaLimit(t *testing.T) {
	f := among(t, func(s *coretest.Scripted) {
		s.SetStreamFeatures("<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>12000</max-bytes><idle-seconds>60</idle-seconds></limits>")
		s.On(func(_ *coretest.Session, e *coretest.Element) bool {
			if b := e.Find("jabber:client", "body"); b != nil && len(b.Text) > 12000 {
				t.Error("too much is on the wire")
			}
			return false
		})
	})
	session := f.Session("alice")
	good := f.alice.say(f.bob, strings.Repeat("x", 10_000))
	bad := f.alice.say(f.bob, strings.Repeat("y", 12_000))
	f.alice.waitStatus(good, chat.Sent)
	if m := f.alice.waitStatus(bad, chat.Failed); m.Error != chat.CodeTooLarge {
		t.Errorf("%+v", m)
	}
	f.goesOn()
	if f.Session("alice") != session {
		t.Error("the stream has ended")
	}
}

// A server that ends the stream over the keys gets fewer, and then none: the account stays
// connected, and its device is on no list.
func TestServerThatTakesNoKeys(t *testing.T) {
	var ends, least atomic.Int64
	var listed atomic.Bool
	least.Store(1000)
	f := among(t, func(s *coretest.Scripted) {
		s.SetFeatures("http://jabber.org/protocol/pubsub#publish-options", "http://jabber.org/protocol/pubsub#multi-items", "urn:xmpp:carbons:2")
		s.On(func(s *coretest.Session, e *coretest.Element) bool {
			publish := e.Find("http://jabber.org/protocol/pubsub", "publish")
			switch {
			case e.Asks("get", "http://jabber.org/protocol/pubsub", "pubsub") != nil && e.Attr("to") == "": // there is nothing
				s.Send("<iq type='error' id='" + e.Attr("id") + "'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
				return true
			case publish == nil:
				return false
			case strings.Contains(publish.Attr("node"), "device"):
				listed.Store(true)
			case strings.Contains(publish.Attr("node"), "bundles"):
				n := int64(strings.Count(e.Raw, "<pk ") + strings.Count(e.Raw, "<preKeyPublic "))
				least.Store(min(least.Load(), n))
				ends.Add(1)
				s.Send("<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
				s.Cut()
				return true
			}
			return false
		})
	})
	f.alice.wait("an account that stays connected", func() bool {
		if f.alice.account().State == chat.StateOffline {
			_ = f.alice.Connect(f.alice.ctx(), f.alice.addr)
		}
		return ends.Load() >= 6 && f.alice.account().State == chat.StateOnline
	})
	must(t, f.alice.Findable(f.alice.ctx(), f.alice.addr))
	f.goesOn()
	if ends.Load() != 6 || least.Load() != 25 || listed.Load() {
		t.Errorf("%d streams ended, %d keys at least, listed %t", ends.Load(), least.Load(), listed.Load())
	}
	if k := f.alice.own(); k.Listed {
		t.Errorf("%+v", k)
	}
}
