// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/xmpp"
	"chatsecure.org/desktop/core/xmpp/wire"
)

// watched is a server all of whose streams are written down, and what must never be
// seen on one.
type watched struct {
	*coretest.Server
	t     *testing.T
	words map[string]string // and the text that each stands in
}

// secret is a text with a word that occurs nowhere else.
func (s *watched) secret(format string, args ...any) string {
	word := "q" + strings.ToLower(rand.Text())
	s.words[word] = fmt.Sprintf(format, args...)
	return s.words[word] + " " + word
}

// check looks for the words. open is a text that was not encrypted: it shows that the
// tap sees texts.
func (s *watched) check(open ...string) {
	s.t.Helper()
	wire, err := s.Wire()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, text := range open {
		if !strings.Contains(wire, text) {
			s.t.Errorf("the tap has not seen %q", text)
		}
	}
	for word, text := range s.words {
		if at := strings.Index(wire, word); at >= 0 {
			s.t.Errorf("%q is on the wire: %s", text, wire[max(0, at-600):min(len(wire), at+100)])
		}
	}
}

// wantFailed waits until a message has failed with a code.
func (p *person) wantFailed(id chat.MsgID, code chat.Code) {
	p.t.Helper()
	p.wait("the end of a message", func() bool { s := p.message(id).Status; return s != chat.Queued })
	if m := p.message(id); m.Status != chat.Failed || m.Error != code {
		p.t.Errorf("%s: %q is %v (%v) with %q, want failed with %q", p.name, m.Body, m.Status, m.Encryption, m.Error, code)
	}
}

// sayPlain sends a message that the person wants to be readable for all.
func (p *person) sayPlain(conv chat.ConvID, body string, replyTo chat.MsgID) chat.MsgID {
	p.t.Helper()
	id, err := p.SendText(p.ctx(), conv, body, chat.SendOptions{Encryption: chat.ChoiceNone, ReplyTo: replyTo})
	if err != nil {
		p.t.Fatal(err)
	}
	return id
}

// settled waits until the account's actor has done what it was asked before.
func (p *person) settled() {
	p.t.Helper()
	for range 2 { // the first may be of the round that it waits for
		p.keys(p.addr)
	}
}

// as connects to an account beside its client, to spoil what it has published.
func as(t *testing.T, p *person) *xmpp.Conn {
	t.Helper()
	conn, err := xmpp.Connect(p.ctx(), xmpp.Config{Config: wire.Config{
		Login: p.server.Login(p.name), Password: []byte("secret of " + p.name), Roots: p.server.Roots,
	}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = conn.Run(t.Context(), func(xmpp.Inbound) {})
	}()
	t.Cleanup(func() {
		_ = conn.Close(p.ctx())
		<-done
	})
	return conn
}

var bothFormats = []xmpp.OMEMOVersion{xmpp.OMEMO2, xmpp.OMEMO03}

// listed sets an account's lists of devices.
func listed(t *testing.T, conn *xmpp.Conn, ids ...uint32) {
	t.Helper()
	for _, v := range bothFormats {
		var list []xmpp.Device
		for _, id := range ids {
			list = append(list, xmpp.Device{ID: id})
		}
		if err := conn.PublishDevices(t.Context(), v, list); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNeverPlain taps all streams while two people write each other encrypted, and
// everything goes wrong that can: no word of theirs stands on the wire.
func TestNeverPlain(t *testing.T) {
	s := &watched{Server: coretest.Prosody(t, coretest.Options{Tap: true}), t: t, words: map[string]string{}}
	coretest.User(t, s.Server, "alice", "secret of alice")
	proxy := coretest.NewProxy(t, s.Server)
	alice := somebody(t, s.Server, "alice")
	if err := alice.AddAccount(alice.ctx(), proxy.Through(s.Login("alice")), []byte("secret of alice")); err != nil {
		t.Fatal(err)
	}
	bob := user(t, s.Server, "bob")
	befriend(t, alice, bob)
	meet(alice, bob)
	conv, back := alice.with(bob), bob.with(alice)
	first := alice.say(conv, s.secret("the first"))
	alice.waitStatus(first, chat.Delivered)
	answer := bob.say(back, s.secret("an answer"))
	bob.waitStatus(answer, chat.Delivered)

	t.Run("links that break", func(t *testing.T) {
		var ids []chat.MsgID
		for i := range 12 {
			if i%4 == 1 {
				proxy.Cut()
			}
			ids = append(ids, alice.say(conv, s.secret("over a bad link %d", i)))
			bob.say(back, s.secret("back over a bad link %d", i))
		}
		for _, id := range ids {
			alice.waitStatus(id, chat.Delivered)
		}
	})
	t.Run("a client that ends", func(t *testing.T) {
		var ids []chat.MsgID
		for i := range 3 {
			proxy.Stall(coretest.BothWays)
			ids = append(ids, alice.say(conv, s.secret("finished, not sent %d", i)))
			alice.settled()
			proxy.Away(true)
			proxy.Cut()
			ids = append(ids, alice.say(conv, s.secret("not even finished %d", i)))
			alice.stop()
			proxy.Mend()
			alice.start()
			alice.waitState(chat.StateOnline)
		}
		for _, id := range ids {
			if m := alice.waitStatus(id, chat.Delivered); m.Encryption != chat.EncryptionOMEMO2 {
				t.Error(m.Encryption)
			}
		}
	})
	t.Run("changes and answers", func(t *testing.T) {
		came := alice.findText(conv, bob.message(answer).Body)
		changed := s.secret("the first, changed")
		must(t, alice.Correct(alice.ctx(), conv, first, changed))
		must(t, alice.React(alice.ctx(), conv, came, []string{"🦊"}))
		must(t, alice.SetDraft(alice.ctx(), conv, s.secret("a draft")))
		must(t, alice.SetTyping(alice.ctx(), conv, chat.Composing))
		reply, err := alice.SendText(alice.ctx(), conv, s.secret("a reply"), chat.SendOptions{ReplyTo: came})
		must(t, err)
		alice.waitStatus(reply, chat.Delivered)
		bob.wait("the change", func() bool { return bob.hasText(back, changed) })
		must(t, alice.Retract(alice.ctx(), conv, reply))
	})
	const open = "this one is open, as Alice wants it"
	t.Run("an open answer", func(t *testing.T) {
		came := alice.findText(conv, bob.message(answer).Body)
		id := alice.sayPlain(conv, open, came)
		if m := alice.waitStatus(id, chat.Delivered); m.Encryption != chat.EncryptionNone {
			t.Error(m.Encryption)
		}
		again := s.secret("what is written later is encrypted again")
		must(t, alice.Correct(alice.ctx(), conv, id, again))
		bob.wait("the change", func() bool { return bob.hasText(back, again) }) // what is next is a decision about all that waits
		must(t, alice.SetEncryption(alice.ctx(), conv, chat.ChoiceNone))
		late := s.secret("an encrypted one stays that")
		must(t, alice.Correct(alice.ctx(), conv, first, late))
		bob.wait("the change", func() bool { return bob.hasText(back, late) })
		must(t, alice.SetEncryption(alice.ctx(), conv, chat.ChoiceAuto))
		alice.waitStatus(alice.say(conv, s.secret("auto again")), chat.Delivered)
	})
	t.Run("required", func(t *testing.T) {
		proxy.Stall(coretest.BothWays)
		finished := alice.sayPlain(conv, s.secret("open, finished, never sent"), 0)
		alice.settled()
		proxy.Away(true)
		proxy.Cut()
		queued := alice.sayPlain(conv, s.secret("open, never finished"), 0)
		must(t, alice.RequireEncryption(alice.ctx(), alice.addr, true))
		alice.stop()
		proxy.Mend()
		alice.start()
		alice.wantFailed(finished, chat.CodeNotEncrypted)
		alice.wantFailed(queued, chat.CodeNotEncrypted)
		must(t, alice.SetEncryption(alice.ctx(), conv, chat.ChoiceNone))
		alice.wantFailed(alice.say(conv, s.secret("none is no choice now")), chat.CodeNotEncrypted)
		must(t, alice.SetEncryption(alice.ctx(), conv, chat.ChoiceOMEMO))
		alice.waitStatus(alice.say(conv, s.secret("omemo is")), chat.Delivered)
		must(t, alice.SetEncryption(alice.ctx(), conv, chat.ChoiceAuto))
	})

	// Bob's devices go away, which he does not know how to undo while his client is not there.
	bob.stop()
	spoiler := as(t, bob)
	t.Run("no devices", func(t *testing.T) {
		listed(t, spoiler)
		alice.wait("devices that are gone", func() bool {
			st, err := alice.Encryption(alice.ctx(), conv)
			must(t, err)
			return st.Code == chat.CodeNoDevice // in both formats
		})
		for _, required := range []bool{true, false} {
			must(t, alice.RequireEncryption(alice.ctx(), alice.addr, required))
			for _, choice := range []chat.EncryptionChoice{chat.ChoiceAuto, chat.ChoiceOMEMO} {
				must(t, alice.SetEncryption(alice.ctx(), conv, choice))
				alice.wantFailed(alice.say(conv, s.secret("required %v, %v", required, choice)), chat.CodeNoDevice)
			}
		}
		reply, err := alice.SendText(alice.ctx(), conv, s.secret("a reply to nobody"), chat.SendOptions{ReplyTo: first})
		must(t, err)
		alice.wantFailed(reply, chat.CodeNoDevice)
		must(t, alice.Correct(alice.ctx(), conv, first, s.secret("a change for nobody")))
		alice.wait("a change that failed", func() bool { return alice.message(first).Error == chat.CodeNoDevice })
		must(t, alice.Retry(alice.ctx(), conv, reply))
		alice.wantFailed(reply, chat.CodeNoDevice)
		alice.stop()
		alice.start()
		alice.wantFailed(alice.say(conv, s.secret("after a restart")), chat.CodeNoDevice)
	})
	must(t, alice.LookSoon(alice.ctx(), alice.addr))
	t.Run("no bundles", func(t *testing.T) {
		listed(t, spoiler, 4711)
		alice.wait("a device without a bundle", func() bool {
			st, err := alice.Encryption(alice.ctx(), conv)
			must(t, err)
			return st.Code == chat.CodeNoKeyOf
		})
		alice.wantFailed(alice.say(conv, s.secret("no bundle")), chat.CodeNoKeyOf)
		must(t, alice.SetEncryption(alice.ctx(), conv, chat.ChoiceAuto))
		alice.wantFailed(alice.say(conv, s.secret("no bundle, auto")), chat.CodeNoKeyOf)
	})

	// Somebody whose devices have no bundles, and to whom nobody has written before.
	carol := user(t, s.Server, "carol")
	befriend(t, alice, carol)
	carol.stop()
	listed(t, as(t, carol), 4711)
	t.Run("no bundles for the first message", func(t *testing.T) {
		alice.wantFailed(alice.say(alice.with(carol), s.secret("to carol")), chat.CodeNoKeyOf)
	})
	alice.stop()
	s.check(open)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// findText waits for a message and returns it.
func (p *person) findText(conv chat.ConvID, body string) (id chat.MsgID) {
	p.t.Helper()
	p.wait("a message", func() bool {
		for _, m := range p.all(conv) {
			if m.Body == body {
				id = m.ID
			}
		}
		return id != 0
	})
	return id
}
