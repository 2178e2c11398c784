// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package core_test

import (
	"context"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// notices are the codes of the notices in a conversation, in order.
func (p *person) notices(conv chat.ConvID) (codes []chat.Code) {
	p.t.Helper()
	page, err := p.Page(context.Background(), conv, 0, 500)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, m := range page {
		if m.Kind == chat.KindNotice {
			codes = append(codes, m.Error)
		}
	}
	return codes
}

// TestOTRPlainInside: a text that is not encrypted is never shown as if it were, and
// the person is told once.
func TestOTRPlainInside(t *testing.T) {
	w := tapped(t)
	alice, bob := user(t, w.Server, "alice"), user(t, w.Server, "bob")
	alice.choose(bob, chat.ChoiceOTR)
	alice.waitStatus(alice.say(alice.with(bob), "alice 0"), chat.Delivered)
	from := bob.addr.WithResource("elsewhere").String()
	far := &far{Scripted: w.Scripted, t: t, alice: alice}
	far.send(message(from, "m1", text("I am bob")))
	alice.waitNotice(bob, chat.CodePlainInside, 1)
	far.send(message(from, "m2", text("and again")))
	far.send(message(from, "m3", text("and again")))
	conv := alice.with(bob)
	all := alice.all(conv)
	for _, m := range all[len(all)-2:] {
		if m.Encryption != chat.EncryptionNone || m.Fingerprint != "" || m.Kind != chat.KindText {
			t.Errorf("%+v", m)
		}
	}
	if got := alice.notices(conv); len(got) != 2 || got[1] != chat.CodePlainInside {
		t.Errorf("%v", got)
	}
}

// TestOTROverheard: what another device was sent, or an archive has kept, is no text:
// a message says that it was not for this computer, the rest nothing. Neither is
// answered, nor is a stranger.
func TestOTROverheard(t *testing.T) {
	const (
		data   = "?OTR:AAMDAAABAgAAAQMAAAAAAQAAAAEAAADA."
		commit = "?OTR:AAMCAAABAgAAAAAAAADEAAAA."
		query  = "?OTRv3? Bob wants to talk"
		tagged = "hello" + " \t  \t\t\t\t \t \t \t  " + "  \t\t  \t\t"
	)
	var heard *tap
	f := among(t, func(s *coretest.Scripted) { heard = listen(s) })
	bob := f.bob.Peer.WithResource("phone").String()
	carbon := func(id, body string) string {
		return "<message from='alice@example.test' to='" + f.Session("alice").Address.String() + "'><received xmlns='urn:xmpp:carbons:2'>" +
			"<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='" + bob + "' to='alice@example.test/other' type='chat' id='" + id +
			"'>" + text(body) + "</message></forwarded></received></message>"
	}
	f.send(carbon("c1", query), carbon("c2", commit), carbon("c3", data), carbon("c4", tagged), carbon("c5", "?OTR Error: what"))
	all := f.alice.all(f.bob)
	if len(all) != 2 || all[0].Kind != chat.KindUndecryptable || all[0].Error != chat.CodeNotForUs || all[0].Encryption != chat.EncryptionOTR || all[1].Body != "hello" {
		t.Errorf("%+v", all)
	}
	f.send(message(mallory+"/x", "s1", text(query)), message(mallory+"/x", "s2", text(commit)), message(mallory+"/x", "s3", text(data)))
	all = f.alice.all(f.worst)
	if len(all) != 1 || all[0].Kind != chat.KindUndecryptable || all[0].Error != chat.CodeNoSession {
		t.Errorf("%+v", all)
	}
	f.send("<message type='chat' from='" + bob + "' to='alice@example.test' id='v2'>" + text("?OTR:AAIDAAAAAAEAAAABAAAAwAAA.") + "</message>")
	if all = f.alice.all(f.bob); len(all) != 3 || all[2].Error != chat.CodeNoSession {
		t.Errorf("version 2, for whichever program: %+v", all)
	}
	if got := heard.mentions("?OTR"); len(got) > 0 {
		t.Errorf("answered: %s", got)
	}
}

// TestOTRNewKey: who comes with another key than the one that was verified gets
// nothing, neither what is said from then on nor what was lost before.
func TestOTRNewKey(t *testing.T) {
	bob, alice, proxy := shaky(t, coretest.Prosody(t, coretest.Options{}))
	alice.saysMany(bob, 0, 1)
	alice.waitAll(alice.with(bob), chat.Out, 1, chat.Delivered)
	key := alice.protection(bob).Readers[0].Fingerprint
	if err := alice.Trust(alice.ctx(), alice.addr, bob.addr, key, chat.TrustVerified, chat.ByCompare); err != nil {
		t.Fatal(err)
	}
	if st := alice.protection(bob); st.Lock != chat.LockVerified {
		t.Errorf("%+v", st)
	}
	proxy.Away(true)
	proxy.Cut()
	bob.wait("the loss", func() bool { return bob.account().State != chat.StateOnline })
	if err := alice.Correct(alice.ctx(), alice.with(bob), alice.all(alice.with(bob))[0].ID, "alice 0, corrected"); err != nil {
		t.Fatal(err)
	}
	alice.saysMany(bob, 1, 2)
	alice.waitAll(alice.with(bob), chat.Out, 2, chat.Sent)
	bob.stop()

	other := somebody(t, bob.server, "bob")
	if err := other.AddAccount(other.ctx(), bob.server.Login("bob"), []byte("right")); err != nil {
		t.Fatal(err)
	}
	other.waitState(chat.StateOnline)
	other.choose(alice, chat.ChoiceOTR)
	other.saysMany(alice, 0, 1)
	other.waitAll(other.with(alice), chat.Out, 1, chat.Delivered)
	notice := alice.waitNotice(bob, chat.CodeOTRNewKey, 1)
	if notice.Fingerprint == key || notice.Trust != chat.TrustUndecided {
		t.Errorf("%+v", notice)
	}
	alice.wait("the session with the new key to be the last", func() bool {
		st := alice.protection(bob)
		return st.Code == chat.CodeKeyChanged && st.Lock == chat.LockWarning && len(st.Readers) == 0
	})
	// Nor in its second session, when its key is no new one.
	other.stop()
	other.start()
	other.waitState(chat.StateOnline)
	other.saysMany(alice, 1, 2)
	other.waitAll(other.with(alice), chat.Out, 2, chat.Delivered)
	failed := alice.waitStatus(alice.say(alice.with(bob), "to whom?"), chat.Failed)
	if failed.Error != chat.CodeKeyChanged {
		t.Errorf("%s", failed.Error)
	}
	for _, m := range other.all(other.with(alice)) {
		if m.Direction == chat.In && m.Kind == chat.KindText {
			t.Errorf("the other one reads %q", m.Body)
		}
	}
}

// TestOTROffered: two programs that may begin by themselves find each other by the
// white space in a plain text, and nobody sees that.
func TestOTROffered(t *testing.T) {
	w := tapped(t)
	alice, bob := user(t, w.Server, "alice"), user(t, w.Server, "bob")
	for _, p := range []*person{alice, bob} {
		if err := p.SetSetting(p.ctx(), chat.SettingOTR, chat.OTRAutomatic); err != nil {
			t.Fatal(err)
		}
	}
	if st := alice.protection(bob); st.Now != chat.EncryptionNone || st.Lock != chat.LockOpen {
		t.Errorf("%+v", st)
	}
	for tries, open := 0, false; !open && tries < 5; tries++ { // the first may come before there is a key
		alice.waitStatus(alice.say(alice.with(bob), "plain"), chat.Delivered)
		alice.wait("a key, or a session", func() bool {
			open = alice.protection(bob).OTROpen
			return open || len(alice.keys(alice.addr)) == 2 && len(bob.keys(bob.addr)) >= 1
		})
	}
	alice.waitProtection("a session", bob, func(st chat.EncryptionState) bool { return st.OTROpen && st.Now == chat.EncryptionOTR })
	m := alice.waitStatus(alice.say(alice.with(bob), "secret"), chat.Delivered)
	if m.Encryption != chat.EncryptionOTR {
		t.Errorf("%v", m.Encryption)
	}
	for i, m := range bob.all(bob.with(alice)) {
		if m.Body != "plain" && m.Body != "secret" || i == 0 && m.Encryption != chat.EncryptionNone {
			t.Errorf("%q, %v", m.Body, m.Encryption)
		}
	}
	if got := bob.notices(bob.with(alice)); len(got) != 1 || got[0] != chat.CodeOTRStarted {
		t.Errorf("%v", got)
	}
	if len(w.mentions("secret<")) > 0 || len(w.mentions("plain &#x9;")) == 0 {
		t.Errorf("%q", w.mentions("plain"))
	}
}
