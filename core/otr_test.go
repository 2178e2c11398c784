// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package core_test

import (
	"fmt"
	"slices"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// offTheRecord are two contacts who want OTR with each other and nothing else.
func offTheRecord(t testing.TB, s *coretest.Server) (alice, bob *person) {
	t.Helper()
	alice, bob = user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	alice.choose(bob, chat.ChoiceOTR)
	bob.choose(alice, chat.ChoiceOTR)
	return alice, bob
}

// said are the texts of one direction, as they were encrypted.
func (p *person) said(other *person, d chat.Direction, how chat.Encryption) (texts []string) {
	p.t.Helper()
	for _, m := range p.all(p.with(other)) {
		if m.Direction != d || m.Kind == chat.KindNotice || m.Kind == chat.KindGap {
			continue
		}
		if m.Kind != chat.KindText || m.Encryption != how {
			p.t.Fatalf("%s: %v, %v, %q (%s)", p.name, m.Kind, m.Encryption, m.Body, m.Error)
		}
		texts = append(texts, m.Body)
	}
	return texts
}

// checkSaid fails the test unless what alice says to bob is exactly prefix 0 … n-1, at
// both of them, all in OTR.
func checkSaid(t testing.TB, alice, bob *person, prefix string, n int) {
	t.Helper()
	for _, got := range [][]string{alice.said(bob, chat.Out, chat.EncryptionOTR), bob.said(alice, chat.In, chat.EncryptionOTR)} {
		if len(got) != n {
			t.Fatalf("%d texts, want %d: %q", len(got), n, got)
		}
		for i, text := range got {
			if want := fmt.Sprintf("%s %d", prefix, i); text != want {
				t.Fatalf("text %d is %q, want %q", i, text, want)
			}
		}
	}
}

// TestOTRSession: the first message begins a session, all others go in it, both ways;
// the end is told, and ends what may be sent.
func TestOTRSession(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		alice, bob := offTheRecord(t, s)
		for i := range 5 {
			a := alice.say(alice.with(bob), fmt.Sprintf("alice %d", i))
			b := bob.say(bob.with(alice), fmt.Sprintf("bob %d", i))
			alice.waitStatus(a, chat.Delivered)
			bob.waitStatus(b, chat.Delivered)
		}
		checkSaid(t, alice, bob, "alice", 5)
		checkSaid(t, bob, alice, "bob", 5)
		for _, pair := range [][2]*person{{alice, bob}, {bob, alice}} {
			me, other := pair[0], pair[1]
			st := me.protection(other)
			if !st.OTROpen || !st.CanOTR || st.Now != chat.EncryptionOTR || st.Lock != chat.LockClosed || st.Code != "" || len(st.Readers) != 1 {
				t.Errorf("%s: %+v", me.name, st)
			}
			started := me.waitNotice(other, chat.CodeOTRStarted, 1)
			key := st.Readers[0]
			if key.Fingerprint.Kind() != chat.KeyOTR || key.Owner != other.addr || key.Trust != chat.TrustTrusted || started.Fingerprint != key.Fingerprint {
				t.Errorf("%s: %+v, %+v", me.name, key, started)
			}
			for _, m := range me.all(me.with(other)) {
				if m.Kind == chat.KindText && m.Direction == chat.In && m.Fingerprint != key.Fingerprint {
					t.Errorf("%s: %q is by %s", me.name, m.Body, m.Fingerprint)
				}
			}
		}

		if err := alice.EndOTR(alice.ctx(), alice.with(bob)); err != nil {
			t.Fatal(err)
		}
		bob.waitNotice(alice, chat.CodeOTRFinished, 1)
		bob.waitProtection("the end", alice, func(st chat.EncryptionState) bool {
			return !st.OTROpen && st.OTRVersion == 0 && st.Code == chat.CodeOTREnded && st.Lock == chat.LockWarning
		})
		failed := bob.waitStatus(bob.say(bob.with(alice), "bob 5"), chat.Failed)
		if failed.Error != chat.CodeOTREnded {
			t.Errorf("failed with %s", failed.Error)
		}
		if err := bob.StartOTR(bob.ctx(), bob.with(alice)); err != nil {
			t.Fatal(err)
		}
		bob.waitProtection("a new session", alice, func(st chat.EncryptionState) bool { return st.OTROpen })
		if err := bob.Retry(bob.ctx(), bob.with(alice), failed.ID); err != nil {
			t.Fatal(err)
		}
		bob.waitStatus(failed.ID, chat.Delivered)
		checkSaid(t, bob, alice, "bob", 6)
	})
}

// TestOTRSecret: a secret that both know verifies the key of who was asked for it, and
// of who answers where there is no question; a wrong one nobody's.
func TestOTRSecret(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := offTheRecord(t, s)
	alice.waitStatus(alice.say(alice.with(bob), "alice 0"), chat.Delivered)
	bob.waitProtection("a session", alice, func(st chat.EncryptionState) bool { return st.OTROpen })
	trusted := func(p, of *person, want chat.Trust) {
		t.Helper()
		p.waitProtection("trust "+want.String(), of, func(st chat.EncryptionState) bool {
			return len(st.Readers) == 1 && st.Readers[0].Trust == want
		})
	}
	ask := func(me, other *person, question, secret, answer string) {
		t.Helper()
		if err := me.AskSecret(me.ctx(), me.with(other), question, secret); err != nil {
			t.Fatal(err)
		}
		if !me.protection(other).Waiting {
			t.Error("nobody waits for the answer")
		}
		other.waitProtection("the question", me, func(st chat.EncryptionState) bool { return st.Asked && st.Question == question })
		if err := other.AnswerSecret(other.ctx(), other.with(me), answer); err != nil {
			t.Fatal(err)
		}
	}
	if err := alice.AnswerSecret(alice.ctx(), alice.with(bob), "x"); chat.CodeOf(err) != chat.CodeNotFound {
		t.Errorf("an answer without a question: %v", err)
	}

	ask(alice, bob, "where?", "in Vienna", "in Venice")
	alice.waitNotice(bob, chat.CodeSecretFailed, 1)
	bob.waitNotice(alice, chat.CodeSecretFailed, 1)
	trusted(alice, bob, chat.TrustTrusted)

	ask(alice, bob, "where?", "in Vienna", "in Vienna")
	alice.waitNotice(bob, chat.CodeSecretProven, 1)
	bob.waitNotice(alice, chat.CodeSecretAnswered, 1)
	trusted(alice, bob, chat.TrustVerified)
	trusted(bob, alice, chat.TrustTrusted)
	if st := alice.protection(bob); st.Lock != chat.LockVerified || st.Waiting || st.Readers[0].By != chat.BySecret {
		t.Errorf("%+v", st)
	}

	if slices.ContainsFunc(bob.keys(alice.addr), func(k chat.Key) bool { return k.Trust == chat.TrustVerified }) {
		t.Errorf("an answer has verified a key: %+v", bob.keys(alice.addr))
	}
	ask(alice, bob, "", "in Vienna", "in Vienna")
	bob.waitNotice(alice, chat.CodeSecretProven, 1)
	alice.waitNotice(bob, chat.CodeSecretProven, 2)
	trusted(bob, alice, chat.TrustVerified)

	// The two programs have told each other of their other keys.
	for _, pair := range [][2]*person{{alice, bob}, {bob, alice}} {
		me, other := pair[0], pair[1]
		me.wait("a key that was vouched for", func() bool {
			return slices.ContainsFunc(me.keys(other.addr), func(k chat.Key) bool {
				return k.Fingerprint == other.keys(other.addr)[0].Fingerprint && k.Fingerprint.Kind() == chat.KeyOMEMO && k.Trust == chat.TrustVerified && k.By == chat.BySecret
			})
		})
		if got := me.said(other, chat.In, chat.EncryptionOTR); len(got) > 1 {
			t.Errorf("%s reads %q", me.name, got)
		}
	}

	if err := alice.AskSecret(alice.ctx(), alice.with(bob), "", "again"); err != nil {
		t.Fatal(err)
	}
	bob.waitProtection("the question", alice, func(st chat.EncryptionState) bool { return st.Asked })
	if err := bob.AbortSecret(bob.ctx(), bob.with(alice)); err != nil {
		t.Fatal(err)
	}
	alice.waitNotice(bob, chat.CodeSecretStopped, 1)
	if alice.protection(bob).Waiting || bob.protection(alice).Asked {
		t.Error("somebody still waits")
	}
	trusted(alice, bob, chat.TrustVerified)
}

// TestOTRNobody: where nobody answers nothing is sent, and the row says so.
func TestOTRNobody(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := offTheRecord(t, s)
	bob.stop()
	alice.wait("bob's leaving", func() bool { return alice.contact(bob).Presence == chat.Unavailable })
	failed := alice.waitStatus(alice.say(alice.with(bob), "to nobody"), chat.Failed)
	if failed.Error != chat.CodeNoSession || failed.Encryption != chat.EncryptionNone {
		t.Errorf("%s, %v", failed.Error, failed.Encryption)
	}
	if err := alice.StartOTR(alice.ctx(), alice.with(bob)); chat.CodeOf(err) != chat.CodeNoSession {
		t.Errorf("a session with nobody: %v", err)
	}
	bob.start()
	alice.wait("bob", func() bool { return alice.contact(bob).Presence == chat.Available })
	if err := alice.Retry(alice.ctx(), alice.with(bob), failed.ID); err != nil {
		t.Fatal(err)
	}
	alice.waitStatus(failed.ID, chat.Delivered)
	if got := bob.said(alice, chat.In, chat.EncryptionOTR); len(got) != 1 || got[0] != "to nobody" {
		t.Errorf("%q", got)
	}
}
