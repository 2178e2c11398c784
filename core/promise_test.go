// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"strings"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// What is written while the words say that it is encrypted does not go in the clear, though
// nothing was encrypted there before, and the contact's devices are gone when it could be
// sent; nor does anything to somebody of whom a key has been verified.
func TestPromiseIsKept(t *testing.T) {
	s := &watched{Server: coretest.Prosody(t, coretest.Options{Tap: true}), t: t, words: map[string]string{}}
	alice, bob := user(t, s.Server, "alice"), user(t, s.Server, "bob")
	befriend(t, alice, bob)
	meet(alice, bob)
	conv := alice.with(bob)
	bob.stop()
	must(t, alice.Disconnect(alice.ctx(), alice.addr))
	alice.waitState(chat.StateOffline)
	if st, err := alice.Encryption(alice.ctx(), conv); err != nil || st.Now == chat.EncryptionNone || st.Was {
		t.Fatalf("before: %+v %v", st, err)
	}
	first := alice.say(conv, s.secret("under a closed lock"))
	changed := alice.say(conv, "this was not it")
	must(t, alice.Correct(alice.ctx(), conv, changed, s.secret("changed under a closed lock")))
	must(t, alice.SetEncryption(alice.ctx(), conv, chat.ChoiceOMEMO))
	chosen := alice.say(conv, s.secret("encrypted by choice"))
	must(t, alice.SetEncryption(alice.ctx(), conv, chat.ChoiceAuto))
	listed(t, as(t, bob))
	alice.stop()
	alice.start()
	must(t, alice.Connect(alice.ctx(), alice.addr))
	alice.wantFailed(first, chat.CodeNoDevice)
	alice.wantFailed(changed, chat.CodeNoDevice)
	alice.wantFailed(chosen, chat.CodeNoDevice)
	must(t, alice.Retry(alice.ctx(), conv, first))
	alice.wantFailed(first, chat.CodeNoDevice)

	// Whoever sees an open lock may write, and may say so of what has failed.
	alice.wait("words that say so", func() bool {
		st, err := alice.Encryption(alice.ctx(), conv)
		must(t, err)
		return st.Lock == chat.LockOpen
	})
	const open = "this one under an open lock"
	alice.waitStatus(alice.say(conv, open), chat.Sent)
	body := alice.message(changed).Body
	delete(s.words, body[strings.LastIndex(body, " ")+1:])
	must(t, alice.RetryAs(alice.ctx(), conv, changed, chat.ChoiceNone))
	alice.waitStatus(changed, chat.Sent)
	s.check(open, body)

	dave := user(t, s.Server, "dave")
	befriend(t, alice, dave)
	meet(alice, dave)
	for _, k := range alice.keys(dave.addr) {
		must(t, alice.Trust(alice.ctx(), alice.addr, dave.addr, k.Fingerprint, chat.TrustVerified, chat.ByCompare))
	}
	dave.stop()
	listed(t, as(t, dave))
	alice.wait("devices that are gone", func() bool {
		st, err := alice.Encryption(alice.ctx(), alice.with(dave))
		must(t, err)
		return st.Code == chat.CodeNoDevice && st.Lock == chat.LockWarning && st.Was
	})
	alice.wantFailed(alice.say(alice.with(dave), s.secret("verified once")), chat.CodeNoDevice)
	alice.stop()
	s.check(open)
}

// Notes to oneself on the only computer are nobody else's, and promise nothing.
func TestNoPromiseToOneself(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice := user(t, s, "alice")
	must(t, alice.Findable(alice.ctx(), alice.addr))
	if st, err := alice.Encryption(alice.ctx(), alice.with(alice)); err != nil || st.Code != "" || st.Lock != chat.LockOpen {
		t.Errorf("%+v, %v", st, err)
	}
	alice.waitStatus(alice.say(alice.with(alice), "a note"), chat.Delivered)
}
