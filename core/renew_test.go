// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// setBack lets a person do something and then go on from the profile as it was before:
// its sessions do not fit those of the others any more.
func (p *person) setBack(meanwhile func()) {
	p.t.Helper()
	kept := filepath.Join(p.t.TempDir(), "kept")
	p.stop()
	err := os.CopyFS(kept, os.DirFS(p.dir))
	p.start()
	if err != nil {
		p.t.Fatal(err)
	}
	p.waitState(chat.StateOnline)
	meanwhile()
	p.stop()
	if err := os.RemoveAll(p.dir); err != nil {
		p.t.Fatal(err)
	}
	if err := os.CopyFS(p.dir, os.DirFS(kept)); err != nil {
		p.t.Fatal(err)
	}
	p.start()
	p.waitState(chat.StateOnline)
}

// talk moves the session of two people on, by turns.
func talk(alice, bob *person, texts ...string) {
	for i, text := range texts {
		if i%2 == 1 {
			bob.waitStatus(bob.say(bob.with(alice), text), chat.Delivered)
		} else {
			alice.waitStatus(alice.say(alice.with(bob), text), chat.Delivered)
		}
	}
}

// renewals is how many notices a conversation has of sessions that were begun anew.
func (p *person) renewals(conv chat.ConvID) (n int) {
	p.t.Helper()
	page, err := p.Page(p.ctx(), conv, 0, 500)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, m := range page {
		if m.Kind == chat.KindNotice && m.Error == chat.CodeSessionRepaired {
			n++
		}
	}
	return n
}

// loses waits until a message of another person has come and can not be read.
func (p *person) loses(conv chat.ConvID, sent chat.Message) {
	p.t.Helper()
	p.wait("a row for "+sent.Body, func() bool {
		return slices.ContainsFunc(p.all(conv), func(m chat.Message) bool {
			return m.OriginID == sent.OriginID && m.Kind == chat.KindUndecryptable && m.Error == chat.CodeBrokenKeys
		})
	})
}

// TestBrokenSession: a session that is broken stays so until the person says so, or
// writes to the other side (XEP-0384 §6 and Security Considerations).
func TestBrokenSession(t *testing.T) {
	acts := map[string]func(bob *person, with chat.ConvID, key chat.Fingerprint){
		"by name": func(bob *person, with chat.ConvID, key chat.Fingerprint) {
			if err := bob.RenewSession(bob.ctx(), with, key); err != nil {
				bob.t.Fatal(err)
			}
		},
		"the broken ones": func(bob *person, with chat.ConvID, _ chat.Fingerprint) {
			if err := bob.RenewSession(bob.ctx(), with, ""); err != nil {
				bob.t.Fatal(err)
			}
		},
		"an answer": func(bob *person, with chat.ConvID, _ chat.Fingerprint) {
			bob.waitStatus(bob.say(with, "what did you say?"), chat.Delivered)
		},
	}
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		for name, act := range acts {
			t.Run(name, func(t *testing.T) {
				alice, bob := user(t, s, "alice-"+name[:2]), user(t, s, "bob-"+name[:2])
				befriend(t, alice, bob)
				meet(alice, bob)
				conv, back := alice.with(bob), bob.with(alice)
				talk(alice, bob, "1", "2", "3")
				bob.setBack(func() { talk(alice, bob, "4", "5", "6", "7") })
				for _, text := range []string{"lost", "lost as well"} {
					bob.loses(back, alice.message(alice.say(conv, text)))
				}
				if n := bob.renewals(back); n != 0 {
					t.Fatalf("%d sessions began anew by themselves", n)
				}
				act(bob, back, alice.own().Fingerprint)
				bob.wait("a notice", func() bool { return bob.renewals(back) == 1 })
				talk(bob, alice, "8", "9", "10")
				if !bob.hasText(back, "9") || bob.renewals(back) != 1 || alice.renewals(conv) != 0 {
					t.Errorf("%d and %d notices", bob.renewals(back), alice.renewals(conv))
				}
			})
		}
	})
}

// TestBrokenOwnSession: the same among the devices of one account; what one writes to
// oneself has the word of it.
func TestBrokenOwnSession(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	meet(alice, bob)
	conv, notes := alice.with(bob), chat.ConvID{Account: alice.addr, Peer: alice.addr}
	phone := anotherDevice(t, alice)
	meet(alice, bob, phone)
	by := func(from, to *person, text string) {
		t.Helper()
		from.say(conv, text)
		to.wait(text, func() bool { return to.hasText(conv, text) })
	}
	by(alice, phone, "1")
	by(phone, alice, "2")
	phone.setBack(func() {
		by(alice, phone, "3")
		by(phone, alice, "4")
		by(alice, phone, "5")
	})
	phone.loses(conv, alice.message(alice.say(conv, "lost")))
	if n := phone.renewals(notes) + phone.renewals(conv); n != 0 {
		t.Fatalf("%d sessions began anew by themselves", n)
	}
	if err := phone.RenewSession(phone.ctx(), notes, ""); err != nil {
		t.Fatal(err)
	}
	phone.wait("a notice", func() bool { return phone.renewals(notes) == 1 })
	alice.say(conv, "probe") // perhaps before the empty message has come
	by(phone, alice, "6")
	by(alice, phone, "7")
}

// TestRenewRefused: what can not begin anew says why.
func TestRenewRefused(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	meet(alice, bob)
	conv := alice.with(bob)
	own := func(p *person) chat.Fingerprint { return p.own().Fingerprint }
	refused := func(conv chat.ConvID, of chat.Fingerprint, want chat.Code) {
		t.Helper()
		if err := alice.RenewSession(alice.ctx(), conv, of); chat.CodeOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	refused(conv, own(alice), chat.CodeNotFound) // it is not bob's
	refused(chat.ConvID{Account: alice.addr, Peer: alice.addr}, own(alice), chat.CodeOwnAddress)
	refused(chat.ConvID{Account: alice.addr, Peer: alice.addr}, "", chat.CodeNoDevice)
	if err := alice.Trust(alice.ctx(), alice.addr, bob.addr, own(bob), chat.TrustDistrusted, chat.ByChoice); err != nil {
		t.Fatal(err)
	}
	refused(conv, own(bob), chat.CodeNoTrusted)
	s.Stop()
	alice.wait("the end of the connection", func() bool { return alice.account().State != chat.StateOnline })
	if err := alice.RenewSession(alice.ctx(), conv, own(bob)); chat.KindOf(err) != chat.Offline {
		t.Error(err)
	}
}

// waitFor waits for what no event says.
func (p *person) waitFor(there func() bool) {
	p.t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for deadline := time.After(patience); !there(); {
		select {
		case <-look.C:
		case <-deadline:
			p.t.Fatalf("%s waits in vain", p.name)
		}
	}
}

// TestArchivedKeyExchange: what began a session while nobody was here is answered once the
// archive has been read (XEP-0384 §6), so that its sender ends its key exchanges.
func TestArchivedKeyExchange(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		alice, bob := user(t, s, "alice"), user(t, s, "bob")
		befriend(t, alice, bob)
		phone := anotherDevice(t, bob) // which takes what comes, so that the server keeps nothing but the archive
		meet(alice, bob, phone)
		bob.stop()
		for _, text := range []string{"one", "two"} {
			alice.waitStatus(alice.say(alice.with(bob), text), chat.Delivered)
		}
		answered := func(left int) bool { return core.Pending(t, alice.Client, alice.addr, bob.addr) == left }
		alice.waitFor(func() bool { return answered(1) }) // the phone's is there
		bob.start()
		bob.wait("both", func() bool { return bob.hasText(bob.with(alice), "one") && bob.hasText(bob.with(alice), "two") })
		alice.waitFor(func() bool { return answered(0) })
	})
}
