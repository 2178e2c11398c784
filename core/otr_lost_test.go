// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package core_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// shaky is a pair in a session, the first of them behind a proxy.
func shaky(t *testing.T, s *coretest.Server) (bob, alice *person, proxy *coretest.Proxy) {
	bob, proxy = behindProxy(t, s, "bob")
	bob.waitState(chat.StateOnline)
	alice = user(t, s, "alice")
	befriend(t, alice, bob)
	alice.choose(bob, chat.ChoiceOTR)
	bob.choose(alice, chat.ChoiceOTR)
	return bob, alice, proxy
}

// dies ends a client that can not say goodbye, and lets it begin anew: its sessions
// are gone, and nobody has been told.
func (p *person) dies(proxy *coretest.Proxy, meanwhile func()) {
	p.t.Helper()
	proxy.Away(true)
	proxy.Cut()
	p.wait("the loss", func() bool { return p.account().State != chat.StateOnline })
	meanwhile()
	p.stop()
	proxy.Mend()
	p.start()
	p.waitState(chat.StateOnline)
}

func (p *person) saysMany(other *person, from, to int) {
	p.t.Helper()
	for i := from; i < to; i++ {
		p.say(p.with(other), fmt.Sprintf("%s %d", p.name, i))
	}
}

// allArrive waits until the other has all that p has said, and sends again what failed,
// as a person does.
func (p *person) allArrive(other *person) {
	p.t.Helper()
	p.wait("all to arrive", func() bool {
		done := true
		for _, m := range p.all(p.with(other)) {
			if m.Direction != chat.Out || m.Status == chat.Delivered {
				continue
			}
			done = false
			if m.Status == chat.Failed {
				if err := p.Retry(p.ctx(), m.Conv, m.ID); err != nil {
					p.t.Fatal(err)
				}
			}
		}
		return done
	})
}

// TestOTRReaderDies: what came for a session that died with its program is asked for
// again and read in the next one; nothing is lost, doubled or left unreadable.
func TestOTRReaderDies(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		bob, alice, proxy := shaky(t, s)
		alice.saysMany(bob, 0, 3)
		alice.waitAll(alice.with(bob), chat.Out, 3, chat.Delivered)
		bob.dies(proxy, func() {
			alice.saysMany(bob, 3, 6)
			alice.waitAll(alice.with(bob), chat.Out, 6, chat.Sent)
		})
		alice.saysMany(bob, 6, 9)
		alice.waitAll(alice.with(bob), chat.Out, 9, chat.Delivered)
		checkSaid(t, alice, bob, "alice", 9)
		bob.saysMany(alice, 0, 3)
		bob.waitAll(bob.with(alice), chat.Out, 3, chat.Delivered)
		checkSaid(t, bob, alice, "bob", 3)
	})
}

// TestOTRWriterDies: what a program that died had encrypted and not sent is encrypted
// anew.
func TestOTRWriterDies(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		bob, alice, proxy := shaky(t, s)
		bob.saysMany(alice, 0, 3)
		bob.waitAll(bob.with(alice), chat.Out, 3, chat.Delivered)
		bob.dies(proxy, func() {
			bob.saysMany(alice, 3, 6)
			bob.wait("rows that are encrypted", func() bool {
				all := bob.all(bob.with(alice))
				return all[len(all)-1].Encryption == chat.EncryptionOTR
			})
			alice.saysMany(bob, 0, 2)
		})
		bob.saysMany(alice, 6, 9)
		bob.waitAll(bob.with(alice), chat.Out, 9, chat.Delivered)
		checkSaid(t, bob, alice, "bob", 9)
		alice.waitAll(alice.with(bob), chat.Out, 2, chat.Delivered)
		checkSaid(t, alice, bob, "alice", 2)
	})
}

// TestOTRCorrectionLost: a correction that died with the other side's session comes with
// the next one.
func TestOTRCorrectionLost(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		bob, alice, proxy := shaky(t, s)
		alice.saysMany(bob, 0, 2)
		alice.waitAll(alice.with(bob), chat.Out, 2, chat.Delivered)
		bob.dies(proxy, func() {
			for _, text := range []string{"alice one", "alice 1, corrected"} {
				if err := alice.Correct(alice.ctx(), alice.with(bob), alice.all(alice.with(bob))[1].ID, text); err != nil {
					t.Fatal(err)
				}
				if err := alice.Sent(alice.ctx(), alice.addr); err != nil {
					t.Fatal(err)
				}
			}
		})
		alice.saysMany(bob, 2, 4)
		alice.waitAll(alice.with(bob), chat.Out, 4, chat.Delivered)
		bob.wait("the correction", func() bool { return bob.hasText(bob.with(alice), "alice 1, corrected") })
		for _, got := range [][]string{alice.said(bob, chat.Out, chat.EncryptionOTR), bob.said(alice, chat.In, chat.EncryptionOTR)} {
			if strings.Join(got, "; ") != "alice 0; alice 1, corrected; alice 2; alice 3" {
				t.Errorf("%q", got)
			}
		}
	})
}

// TestOTRClosed: who closes ends the session; what was on its way is read once both
// have begun a new one.
func TestOTRClosed(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		alice, bob := offTheRecord(t, s)
		alice.saysMany(bob, 0, 3)
		alice.waitAll(alice.with(bob), chat.Out, 3, chat.Delivered)
		alice.saysMany(bob, 3, 10)
		bob.stop()
		alice.waitNotice(bob, chat.CodeOTRFinished, 1)
		bob.start()
		bob.waitState(chat.StateOnline)
		alice.wait("bob is back", func() bool { return alice.contact(bob).Presence == chat.Available })
		if err := alice.StartOTR(alice.ctx(), alice.with(bob)); err != nil {
			t.Fatal(err)
		}
		alice.waitProtection("a new session", bob, func(st chat.EncryptionState) bool { return st.OTROpen })
		alice.allArrive(bob)
		checkSaid(t, alice, bob, "alice", 10)
	})
}

// tap is a server that keeps all that clients say.
type tap struct {
	*coretest.Scripted
	mu   sync.Mutex
	said []string
}

// listen keeps what is said to a server from now on.
func listen(s *coretest.Scripted) *tap {
	w := &tap{Scripted: s}
	s.On(func(_ *coretest.Session, e *coretest.Element) bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.said = append(w.said, e.Raw)
		return false
	})
	return w
}

// tapped is a server where alice and bob are each other's contacts, as far as a server
// goes that knows no presence.
func tapped(t *testing.T) *tap {
	s := coretest.NewScripted(t)
	for _, pair := range [][2]string{{"alice", "bob"}, {"bob", "alice"}} {
		addr := s.Address(pair[1]).String()
		s.SetContact(pair[0], addr, "<item jid='"+addr+"' name='"+pair[1]+"' subscription='from'/>")
	}
	return listen(s)
}

// mentions returns the elements that hold a text.
func (w *tap) mentions(text string) (found []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.said {
		if strings.Contains(e, text) {
			found = append(found, e)
		}
	}
	return found
}

// TestOTROnTheWire: a server that keeps everything, against what it was asked, sees no
// word of anybody's, through corrections, answers, restarts and the loss of sessions;
// and what its archive brings doubles nothing.
func TestOTROnTheWire(t *testing.T) {
	w := tapped(t)
	alice, bob := user(t, w.Server, "alice"), user(t, w.Server, "bob")
	alice.choose(bob, chat.ChoiceOTR)
	bob.choose(alice, chat.ChoiceOTR)
	alice.saysMany(bob, 0, 2)
	alice.waitAll(alice.with(bob), chat.Out, 2, chat.Delivered)
	all := alice.all(alice.with(bob))
	if err := alice.Correct(alice.ctx(), alice.with(bob), all[1].ID, "alice one"); err != nil {
		t.Fatal(err)
	}
	bob.wait("the correction", func() bool { return bob.hasText(bob.with(alice), "alice one") })
	answered := bob.all(bob.with(alice))[0]
	if _, err := bob.SendText(bob.ctx(), bob.with(alice), "bob answers", chat.SendOptions{ReplyTo: answered.ID}); err != nil {
		t.Fatal(err)
	}
	bob.waitAll(bob.with(alice), chat.Out, 1, chat.Delivered)
	if m := alice.all(alice.with(bob)); m[len(m)-1].Body != "bob answers" || m[len(m)-1].ReplyID != all[0].ID {
		t.Errorf("%+v", m[len(m)-1])
	}

	// Bob's session is lost, and the messages with it; then alice's.
	w.Session("bob").Cut()
	w.Session("bob").Forget()
	bob.stop()
	alice.saysMany(bob, 2, 4)
	bob.start()
	bob.waitState(chat.StateOnline)
	bob.say(bob.with(alice), "bob is back")
	alice.stop()
	alice.start()
	alice.waitState(chat.StateOnline)
	if err := alice.StartOTR(alice.ctx(), alice.with(bob)); err != nil {
		t.Fatal(err)
	}
	alice.allArrive(bob)
	bob.allArrive(alice)
	want := []string{"alice 0", "alice one", "alice 2", "alice 3"}
	for _, got := range [][]string{alice.said(bob, chat.Out, chat.EncryptionOTR), bob.said(alice, chat.In, chat.EncryptionOTR)} {
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("%q", got)
		}
	}
	for _, got := range [][]string{bob.said(alice, chat.Out, chat.EncryptionOTR), alice.said(bob, chat.In, chat.EncryptionOTR)} {
		if strings.Join(got, ", ") != "bob answers, bob is back" {
			t.Errorf("%q", got)
		}
	}
	for _, text := range append(want, "alice 1", "answers", "is back") {
		if found := w.mentions(text); len(found) > 0 {
			t.Errorf("%q went over the wire: %s", text, found[0])
		}
	}
	secret := w.mentions("?OTR:AAMD")
	if len(secret) == 0 {
		t.Fatal("nothing was encrypted")
	}
	for _, e := range secret {
		for _, part := range []string{"<no-store xmlns=", "<no-copy xmlns=", "<private xmlns=", "urn:xmpp:otr:0"} {
			if !strings.Contains(e, part) {
				t.Fatalf("without %s: %s", part, e)
			}
		}
	}
}
