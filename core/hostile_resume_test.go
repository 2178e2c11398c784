// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

const nsSM = "urn:xmpp:sm:3"

// bodies counts the messages with a body that come to a server, as they come.
type bodies struct {
	mu  sync.Mutex
	all []string
}

func (b *bodies) script(_ *coretest.Session, e *coretest.Element) bool {
	if body := e.Find("jabber:client", "body"); e.XMLName.Local == "message" && body != nil {
		b.mu.Lock()
		b.all = append(b.all, body.Text)
		b.mu.Unlock()
	}
	return false
}

func (b *bodies) count(text string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.all {
		if t == text {
			n++
		}
	}
	return n
}

// TestTooManyAcks: a server that acks more than it was sent has lost count: nothing
// of what it says is believed, and what was sent is looked for in the archive.
func TestTooManyAcks(t *testing.T) {
	f := among(t, nil)
	var lied, told atomic.Bool
	var got bodies
	f.On(got.script)
	f.On(func(s *coretest.Session, e *coretest.Element) bool {
		switch {
		case e.Find(nsSM, "handled-count-too-high") != nil:
			told.Store(true)
		case e.Is(nsSM, "r") && got.count("one") > 0 && !lied.Swap(true):
			s.Send(fmt.Sprintf("<a xmlns='%s' h='%d'/>", nsSM, s.Counted()+1000))
			return true
		}
		return false
	})
	first := f.Session("alice")
	one := f.alice.say(f.bob, "one")
	f.alice.waitStatus(one, chat.Sent)
	if f.Session("alice") == first || !told.Load() {
		t.Errorf("the session goes on; told %v", told.Load())
	}
	if n := got.count("one"); n != 1 {
		t.Errorf("the message came %d times", n)
	}
	f.goesOn()
}

// TestRefusedResumption: the link breaks after messages were sent, before the
// server's word that it has them, and the server does not resume. What it has, by its
// archive or, where it keeps none, by the h of its refusal, is not sent again; all else
// is, once.
func TestRefusedResumption(t *testing.T) {
	const failed = "<failed xmlns='" + nsSM + "'%s><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>"
	for name, test := range map[string]struct {
		h        int // of the refusal, beside what has come; -1000 for none
		archived int // how many of the messages the archive has
		want     int // how often the messages are to come
		without  bool
	}{
		"with h, no archive":          {h: 0, want: 1, without: true},
		"with h, archived":            {h: 0, archived: 3, want: 1},
		"with h, nothing archived":    {h: 0, archived: 0, want: 2},
		"without h, archived":         {h: -1000, archived: 3, want: 1},
		"without h, nothing archived": {h: -1000, archived: 0, want: 2},
		"with a lower h, archived":    {h: -3, archived: 3, want: 1},
		"with a lower h":              {h: -3, archived: 0, want: 2},
		"with a higher h, archived":   {h: 1000, archived: 3, want: 1},
		"with a higher h":             {h: 1000, archived: 0, want: 2},
	} {
		t.Run(name, func(t *testing.T) {
			f := among(t, func(s *coretest.Scripted) {
				if test.without {
					s.SetFeatures("http://jabber.org/protocol/disco#info")
				}
			})
			var got bodies
			var cut, refused atomic.Bool
			f.On(func(s *coretest.Session, e *coretest.Element) bool {
				got.script(s, e)
				switch {
				case cut.Load():
				case e.Is(nsSM, "r"): // no word
					return true
				case e.XMLName.Local == "message":
					if test.archived > 0 {
						s.Answer(e)
					}
					if got.count("two") > 0 { // all have come
						cut.Store(true)
						s.Cut()
					}
					return true
				}
				if e.Is(nsSM, "resume") && !refused.Swap(true) {
					h := ""
					if test.h > -1000 {
						h = fmt.Sprintf(" h='%d'", int(f.Session("alice").Counted())+test.h)
					}
					s.Send(fmt.Sprintf(failed, h))
					return true
				}
				return false
			})
			var ids []chat.MsgID
			for _, body := range []string{"zero", "one", "two"} {
				ids = append(ids, f.alice.say(f.bob, body))
			}
			for _, id := range ids {
				f.alice.waitStatus(id, chat.Sent)
			}
			f.caughtUp()
			if !refused.Load() {
				t.Fatal("nobody wanted to resume")
			}
			for _, body := range []string{"zero", "one", "two"} {
				if n := got.count(body); n != test.want {
					t.Errorf("%s came %d times, want %d", body, n, test.want)
				}
			}
			f.has(f.bob, "zero", "one", "two")
			f.goesOn()
		})
	}
}

// TestResumedAsAnother: the server resumes, and then says what is for somebody else,
// or says that it has resumed what was not asked for.
func TestResumedAsAnother(t *testing.T) {
	forCarol := strings.Replace(message("bob@example.test/desk", "c1", text("for carol")), "alice@", "carol@", 1)
	for name, script := range map[string]coretest.Script{
		"another's messages": func(s *coretest.Session, e *coretest.Element) bool {
			s.Answer(e)
			return true
		},
		"another session": func(s *coretest.Session, _ *coretest.Element) bool {
			s.Send("<resumed xmlns='"+nsSM+"' previd='of carol' h='1'/>", forCarol)
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := among(t, nil)
			f.goesOn()
			before := f.Session("alice")
			var once atomic.Bool
			f.On(func(s *coretest.Session, e *coretest.Element) bool {
				return e.Is(nsSM, "resume") && !once.Swap(true) && script(s, e)
			})
			before.Cut()
			f.alice.wait("a try to resume", once.Load)
			f.caughtUp()
			f.send(forCarol)
			f.goesOn()
			for _, m := range f.alice.all(f.bob) {
				if m.Body == "for carol" {
					t.Error("what is for carol is shown as for alice")
				}
			}
			if resumed := f.Session("alice") == before; resumed != (name == "another's messages") {
				t.Errorf("resumed: %v", resumed)
			}
		})
	}
}
