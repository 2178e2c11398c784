// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"strings"
	"sync"
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

// refuser is a server that ends the stream over bundles, until it takes them.
type refuser struct {
	ends, least   atomic.Int64 // streams ended; the fewest keys of a bundle
	takes, listed atomic.Bool
	nodes         sync.Map // what it has taken, by node
}

func (r *refuser) script(s *coretest.Scripted) {
	const pubsub = "http://jabber.org/protocol/pubsub"
	r.least.Store(1000)
	s.SetFeatures(pubsub+"#publish-options", pubsub+"#multi-items", "urn:xmpp:carbons:2")
	s.On(func(s *coretest.Session, e *coretest.Element) bool {
		own := s.Address.Bare().String()
		if items := e.Find(pubsub, "items"); items != nil && (e.Attr("to") == "" || e.Attr("to") == own) {
			if item, ok := r.nodes.Load(items.Attr("node")); ok {
				s.Result(e, e.Attr("to"), "<pubsub xmlns='"+pubsub+"'><items node='"+items.Attr("node")+"'>"+item.(string)+"</items></pubsub>")
				return true
			}
			s.Send("<iq type='error' id='" + e.Attr("id") + "' from='" + own +
				"'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
			return true
		}
		publish := e.Find(pubsub, "publish")
		if publish == nil {
			return false
		}
		node := publish.Attr("node")
		if strings.Contains(node, "bundles") && !r.takes.Load() {
			n := int64(strings.Count(e.Raw, "<pk ") + strings.Count(e.Raw, "<preKeyPublic "))
			r.least.Store(min(r.least.Load(), n))
			r.ends.Add(1)
			s.Send("<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>")
			s.Cut()
			return true
		}
		_, item, _ := strings.Cut(e.Raw, "<item")
		item, _, _ = strings.Cut(item, "</publish>")
		r.nodes.Store(node, "<item"+item)
		if strings.Contains(node, "device") {
			r.listed.Store(true)
		}
		s.Result(e, "", "")
		return true
	})
}

// staysAfter waits until so many streams have ended, and then no more.
func (r *refuser) staysAfter(p *person, ends int64) {
	p.t.Helper()
	p.wait("an account that stays connected", func() bool {
		if p.account().State == chat.StateOffline {
			_ = p.Connect(p.ctx(), p.addr)
		}
		return r.ends.Load() >= ends && p.account().State == chat.StateOnline
	})
	if err := p.Findable(p.ctx(), p.addr); err != nil {
		p.t.Fatal(err)
	}
	if n := r.ends.Load(); n != ends || r.listed.Load() {
		p.t.Errorf("%d streams ended, want %d; listed %t", n, ends, r.listed.Load())
	}
}

// A server that ends the stream over the keys gets fewer, and then none: the account stays
// connected, and its device is on no list.
func TestServerThatTakesNoKeys(t *testing.T) {
	var r refuser
	f := among(t, r.script)
	r.staysAfter(f.alice, 6)
	f.goesOn()
	if r.least.Load() != 25 {
		t.Errorf("%d keys at least", r.least.Load())
	}
	if k := f.alice.own(); k.Listed {
		t.Errorf("%+v", k)
	}
}

// Once a day it is asked again, at the price of one stream. When it takes them the device
// goes on the list.
func TestServerThatTakesKeysAgain(t *testing.T) {
	var r refuser
	s := coretest.NewScripted(t)
	r.script(s)
	coretest.User(t, s.Server, "alice", "secret of alice")
	k := &keeper{person: somebody(t, s.Server, "alice")}
	k.SetClock(&k.clock)
	must(t, k.AddAccount(k.ctx(), s.Login("alice"), []byte("secret of alice")))
	r.staysAfter(k.person, 6)
	k.pass(aDay)
	r.staysAfter(k.person, 7)
	r.takes.Store(true)
	k.pass(aDay)
	k.until("a device on the list", r.listed.Load)
	bundles := 0
	r.nodes.Range(func(node, _ any) bool {
		if strings.Contains(node.(string), "bundles") {
			bundles++
		}
		return true
	})
	if bundles != len(bothFormats) {
		t.Errorf("%d bundles are there when the device is", bundles)
	}
}
