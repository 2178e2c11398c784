// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// ear keeps what a server hears.
type ear struct {
	mu  sync.Mutex
	all []string
}

func (p *ear) add(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, s)
}

// heard are the elements with all of these in them.
func (p *ear) heard(parts ...string) (found []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
next:
	for _, e := range p.all {
		for _, part := range parts {
			if !strings.Contains(e, part) {
				continue next
			}
		}
		found = append(found, e)
	}
	return found
}

const bobsList = "<items node='urn:xmpp:omemo:2:devices'><item id='current'><devices xmlns='urn:xmpp:omemo:2'><device id='5'/></devices></item></items>"

func refusal(e *coretest.Element, condition string) string {
	return "<iq type='error' id='" + e.Attr("id") + "' from='" + e.Attr("to") + "'><error type='cancel'><" + condition +
		" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
}

// asksBob says whether an element asks bob for what is at his account.
func asksBob(e *coretest.Element) bool {
	return e.Is("jabber:client", "iq") && e.Attr("to") == "bob@example.test" && strings.Contains(e.Raw, "pubsub")
}

// TestListCanNotBeHad: while nobody knows whether a contact has devices, nothing goes
// to it in the clear. When the answer comes it goes.
func TestListCanNotBeHad(t *testing.T) {
	for _, condition := range []string{
		"remote-server-timeout", "remote-server-not-found", "internal-server-error", "resource-constraint",
		"forbidden", "not-authorized", "not-allowed", // bob lets alice see his presence
	} {
		t.Run(condition, func(t *testing.T) {
			t.Parallel()
			var got ear
			asked := make(chan struct{}, 100)
			f := among(t, func(s *coretest.Scripted) {
				s.On(func(ss *coretest.Session, e *coretest.Element) bool {
					got.add(e.Raw)
					if !asksBob(e) {
						return false
					}
					if len(got.heard("pubsub", "bob@example.test")) > 2 {
						ss.Send(refusal(e, "item-not-found"))
						return true
					}
					asked <- struct{}{}
					ss.Send(refusal(e, condition))
					return true
				})
			})
			id := f.alice.say(f.bob, "a secret")
			<-asked
			<-asked
			f.goesOnWith(f.carol)
			if got := f.alice.message(id).Status; got != chat.Queued {
				t.Errorf("the message is %v", got)
			}
			if len(got.heard("a secret")) != 0 {
				t.Error("it went in the clear")
			}
			f.alice.waitStatus(id, chat.Sent)
		})
	}
}

// TestListRefused: of a stranger nobody knows whether a list that is refused is there. To
// who never had a device a message goes as to somebody without; to who had one nothing
// goes in the clear.
func TestListRefused(t *testing.T) {
	for _, condition := range []string{"forbidden", "not-authorized"} {
		t.Run(condition, func(t *testing.T) {
			t.Parallel() // it waits
			const list, none = "mallory@elsewhere.test", "nobody@elsewhere.test"
			var got ear
			f := among(t, func(s *coretest.Scripted) {
				s.On(func(ss *coretest.Session, e *coretest.Element) bool {
					got.add(e.Raw)
					to := e.Attr("to")
					if !e.Is("jabber:client", "iq") || to != list && to != none || !strings.Contains(e.Raw, "pubsub") {
						return false
					}
					if to == list && len(got.heard("pubsub", list)) <= 2 && strings.Contains(e.Raw, "urn:xmpp:omemo:2:devices") {
						ss.Result(e, to, "<pubsub xmlns='http://jabber.org/protocol/pubsub'>"+bobsList+"</pubsub>")
					} else {
						ss.Send(refusal(e, condition))
					}
					return true
				})
			})
			stranger := chat.ConvID{Account: f.alice.addr, Peer: chat.MustAddress(none)}
			if m := f.alice.waitStatus(f.alice.say(stranger, "hello"), chat.Sent); m.Encryption != chat.EncryptionNone {
				t.Errorf("it went as %v", m.Encryption)
			}
			f.alice.wantFailed(f.alice.say(f.worst, "a secret"), chat.CodeNoKeyOf) // the list was there
			must(t, f.alice.Disconnect(f.alice.ctx(), f.alice.addr))
			must(t, f.alice.Connect(f.alice.ctx(), f.alice.addr))
			f.caughtUp()
			f.alice.wantFailed(f.alice.say(f.worst, "a secret"), chat.CodeNoKeyOf)
			if len(got.heard("a secret")) != 0 {
				t.Error("it went in the clear")
			}
		})
	}
}

// goesOnWith proves that messages to somebody else are not held up.
func (f *far) goesOnWith(conv chat.ConvID) {
	f.t.Helper()
	f.alice.waitStatus(f.alice.say(conv, "go on"), chat.Sent)
}

// TestBundleCanNotBeHad: a device whose key nobody could get is a device, but only a
// second look says so.
func TestBundleCanNotBeHad(t *testing.T) {
	t.Parallel() // it waits
	var got ear
	f := among(t, func(s *coretest.Scripted) {
		s.On(func(ss *coretest.Session, e *coretest.Element) bool {
			got.add(e.Raw)
			switch {
			case !asksBob(e):
				return false
			case strings.Contains(e.Raw, "urn:xmpp:omemo:2:devices"):
				ss.Result(e, "bob@example.test", "<pubsub xmlns='http://jabber.org/protocol/pubsub'>"+bobsList+"</pubsub>")
			default:
				ss.Send(refusal(e, "item-not-found"))
			}
			return true
		})
	})
	m := f.alice.waitStatus(f.alice.say(f.bob, "a secret"), chat.Failed)
	if m.Error != chat.CodeNoKeyOf || len(got.heard("a secret")) != 0 {
		t.Errorf("%v, and in the clear %d times", m.Error, len(got.heard("a secret")))
	}
	if n := len(got.heard("urn:xmpp:omemo:2:bundles", "bob@example.test")); n != 2 {
		t.Errorf("the bundle was asked for %d times", n)
	}
}

// TestListNewerThanAnswer: what a contact says of its devices while it is being asked
// for them counts more than the answer, which is older.
func TestListNewerThanAnswer(t *testing.T) {
	var got ear
	asked := make(chan *coretest.Element, 10)
	f := among(t, func(s *coretest.Scripted) {
		s.On(func(_ *coretest.Session, e *coretest.Element) bool {
			got.add(e.Raw)
			if asksBob(e) {
				asked <- e
				return true
			}
			return false
		})
	})
	id := f.alice.say(f.bob, "a secret")
	first := <-asked
	f.send(message("bob@example.test", "news", "<event xmlns='http://jabber.org/protocol/pubsub#event'>"+bobsList+"</event>"))
	s := f.Session("alice")
	for e := first; ; e = <-asked {
		s.Send(refusal(e, "item-not-found"))
		if strings.Contains(e.Raw, "bundles") {
			break
		}
	}
	f.send()
	if m := f.alice.message(id); m.Status != chat.Queued && m.Error != chat.CodeNoKeyOf || len(got.heard("a secret")) != 0 {
		t.Errorf("%v %v, and in the clear %d times", m.Status, m.Error, len(got.heard("a secret")))
	}
}

// TestOwnListCanNotBeHad: a list with only this computer on it would take all other
// devices away.
func TestOwnListCanNotBeHad(t *testing.T) {
	var got ear
	asked := make(chan struct{}, 100)
	f := among(t, func(s *coretest.Scripted) {
		s.SetFeatures("http://jabber.org/protocol/disco#info", "urn:xmpp:carbons:2", "urn:xmpp:mam:2", "http://jabber.org/protocol/pubsub#publish-options")
		s.On(func(ss *coretest.Session, e *coretest.Element) bool {
			if !e.Is("jabber:client", "iq") || !strings.Contains(e.Raw, "pubsub") || asksBob(e) || e.Attr("to") == "carol@example.test" {
				return false
			}
			got.add(e.Raw)
			if e.Attr("type") == "set" {
				ss.Result(e, "", "")
				if strings.Contains(e.Raw, "bundles") {
					asked <- struct{}{}
				}
				return true
			}
			ss.Send(strings.Replace(refusal(e, "forbidden"), " from=''", "", 1))
			return true
		})
	})
	for range 2 { // the bundles are there
		select {
		case <-asked:
		case <-time.After(patience):
			t.Fatal("no bundle is published")
		}
	}
	f.goesOnWith(f.carol) // after all that a session does when it begins
	for _, e := range got.heard("type='set'", "device") {
		if !strings.Contains(e, "bundles") {
			t.Errorf("published %s", e)
		}
	}
	if len(got.heard("'set'", "bundles"))+len(got.heard("\"set\"", "bundles")) == 0 {
		t.Error("nothing was looked at")
	}
}
