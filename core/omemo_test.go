// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// everyServer runs a test with each of the servers.
func everyServer(t *testing.T, test func(t *testing.T, s *coretest.Server)) {
	for name, start := range map[string]func(testing.TB, coretest.Options) *coretest.Server{
		"prosody": coretest.Prosody, "ejabberd": coretest.Ejabberd,
	} {
		t.Run(name, func(t *testing.T) { test(t, start(t, coretest.Options{})) })
	}
}

// TestEncrypted: two people who have done nothing for it write each other, and nobody
// between them can read it. A second device of one of them gets what was written
// after it came.
func TestEncrypted(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		alice, bob := user(t, s, "alice"), user(t, s, "bob")
		befriend(t, alice, bob)
		meet(alice, bob)
		conv, back := alice.with(bob), bob.with(alice)
		for i := range 3 {
			alice.waitStatus(alice.say(conv, fmt.Sprintf("alice %d", i)), chat.Delivered)
			bob.waitStatus(bob.say(back, fmt.Sprintf("bob %d", i)), chat.Delivered)
		}
		for _, p := range []*person{alice, bob} {
			other := conv
			if p == bob {
				other = back
			}
			for _, m := range p.all(other) {
				if m.Kind != chat.KindText || m.Encryption != chat.EncryptionOMEMO2 || m.Fingerprint == "" {
					t.Errorf("%s: %v %v %q by %q: %s", p.name, m.Kind, m.Encryption, m.Body, m.Fingerprint, m.Error)
				}
			}
			state, err := p.Encryption(p.ctx(), other)
			if err != nil {
				t.Fatal(err)
			}
			if state.Lock != chat.LockClosed || state.Now != chat.EncryptionOMEMO2 || len(state.Readers) != 1 || state.Code != "" {
				t.Errorf("%s: %+v", p.name, state)
			}
		}
		phone := anotherDevice(t, alice)
		meet(alice, bob, phone)
		bob.waitStatus(bob.say(back, "to both"), chat.Delivered)
		alice.waitStatus(alice.say(conv, "to bob and my phone"), chat.Delivered)
		for _, body := range []string{"to both", "to bob and my phone"} {
			phone.wait(body, func() bool { return phone.hasText(conv, body) })
		}
	})
}

func (p *person) keys(owner chat.Address) []chat.Key {
	p.t.Helper()
	keys, err := p.Keys(p.ctx(), p.addr, owner)
	if err != nil {
		p.t.Fatal(err)
	}
	return keys
}

// devices are the keys of OMEMO.
func (p *person) devices(owner chat.Address) []chat.Key {
	p.t.Helper()
	return slices.DeleteFunc(p.keys(owner), func(k chat.Key) bool { return k.Fingerprint.Kind() != chat.KeyOMEMO })
}

func (p *person) hasText(conv chat.ConvID, body string) bool {
	p.t.Helper()
	return slices.ContainsFunc(p.all(conv), func(m chat.Message) bool { return m.Body == body && m.Kind == chat.KindText })
}

// meet waits until people know each other's keys.
func meet(people ...*person) {
	for _, p := range people {
		for _, other := range people {
			p.learns(other, other.own().Fingerprint)
		}
	}
}

// inTheClear is the person's decision that a conversation need not be encrypted.
func (p *person) inTheClear(conv chat.ConvID) {
	p.t.Helper()
	if err := p.SetEncryption(p.ctx(), conv, chat.ChoiceNone); err != nil {
		p.t.Fatal(err)
	}
}

// learns asks for the keys of another until one is there. Not every server says so by
// itself.
func (p *person) learns(other *person, key chat.Fingerprint) {
	p.t.Helper()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for deadline := time.After(patience); ; {
		if err := p.RefreshKeys(p.ctx(), p.with(other)); err != nil {
			p.t.Fatal(err)
		}
		if slices.ContainsFunc(p.keys(other.addr), func(k chat.Key) bool { return k.Fingerprint == key }) {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			p.t.Fatalf("%s never learns a key of %s", p.name, other.name)
		}
	}
}
