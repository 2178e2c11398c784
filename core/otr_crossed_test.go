// SPDX-License-Identifier: MPL-2.0

//go:build !nootr

package core_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"chatsecure.org/desktop/core"
	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// crossing is a server that can keep what alice and bob say to each other in OTR.
type crossing struct {
	*coretest.Scripted
	mu   sync.Mutex
	keep bool
	kept map[string]int // by account
	late []func()
}

// asksBoth is a session in which both ask for a secret before either hears of it. What they
// say after that is kept, too, as long as deaf is set.
func asksBoth(t *testing.T, questions [2]string, deaf bool) (alice, bob *person, clock *core.StoppedClock) {
	t.Helper()
	s := &crossing{Scripted: unseen(t), kept: map[string]int{}}
	direct(s.Scripted, func(from *coretest.Session, e *coretest.Element) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.keep {
			s.kept[from.Account]++
			other, raw := map[string]string{"alice": "bob", "bob": "alice"}[from.Account], e.Raw
			s.late = append(s.late, func() {
				s.Session(other).Send("<message from='" + from.Address.String() + "'" + strings.TrimPrefix(raw, "<message"))
			})
		}
		return !s.keep
	})
	clock = new(core.StoppedClock)
	var people [2]*person
	for i, name := range []string{"alice", "bob"} {
		coretest.User(t, s.Server, name, "secret of "+name)
		p := somebody(t, s.Server, name)
		p.SetClock(clock)
		must(t, p.AddAccount(p.ctx(), s.Login(name), []byte("secret of "+name)))
		p.waitState(chat.StateOnline)
		people[i] = p
	}
	alice, bob = people[0], people[1]
	alice.choose(bob, chat.ChoiceOTR)
	bob.choose(alice, chat.ChoiceOTR)
	alice.waitStatus(alice.say(alice.with(bob), "alice 0"), chat.Delivered)
	bob.waitProtection("a session", alice, func(st chat.EncryptionState) bool { return st.OTROpen })

	both := func(what string) {
		t.Helper()
		again := time.NewTicker(20 * time.Millisecond)
		defer again.Stop()
		for deadline := time.After(patience); ; {
			s.mu.Lock()
			there := s.kept["alice"] > 0 && s.kept["bob"] > 0
			s.mu.Unlock()
			if there {
				return
			}
			select {
			case <-again.C:
			case <-deadline:
				t.Fatalf("%s: never", what)
			}
		}
	}
	s.mu.Lock()
	s.keep = true
	s.mu.Unlock()
	must(t, alice.AskSecret(alice.ctx(), alice.with(bob), questions[0], "in Vienna"))
	must(t, bob.AskSecret(bob.ctx(), bob.with(alice), questions[1], "in Vienna"))
	both("the questions")
	s.mu.Lock()
	for _, send := range s.late {
		send()
	}
	s.late, s.keep, s.kept = nil, deaf, map[string]int{}
	s.mu.Unlock()
	if deaf {
		both("what follows from them")
	}
	return alice, bob, clock
}

// TestOTRSecretsCross: two people who ask each other at the same time have both answered,
// and each has verified the other's key.
func TestOTRSecretsCross(t *testing.T) {
	for _, question := range []string{"", "where?"} {
		alice, bob, _ := asksBoth(t, [2]string{question, question}, false)
		for _, pair := range [][2]*person{{alice, bob}, {bob, alice}} {
			me, other := pair[0], pair[1]
			me.waitNotice(other, chat.CodeSecretProven, 1)
			me.waitProtection("a verified key", other, func(st chat.EncryptionState) bool {
				return len(st.Readers) == 1 && st.Readers[0].Trust == chat.TrustVerified && !st.Waiting && !st.Asked
			})
			for _, code := range me.notices(me.with(other)) {
				if code == chat.CodeSecretStopped || code == chat.CodeSecretFailed {
					t.Errorf("%s is told %s", me.name, code)
				}
			}
		}
	}
}

// TestOTRSecretsCrossOtherQuestion: where the questions differ the one with the lower
// fingerprint is asked, and nothing is compared before that one has answered.
func TestOTRSecretsCrossOtherQuestion(t *testing.T) {
	alice, bob, _ := asksBoth(t, [2]string{"where?", "who?"}, false)
	me, other, theirs := alice, bob, "who?"
	if bob.protection(alice).Readers[0].Fingerprint > alice.protection(bob).Readers[0].Fingerprint {
		me, other, theirs = bob, alice, "where?"
	}
	me.waitProtection("a question", other, func(st chat.EncryptionState) bool { return st.Asked && st.Question == theirs })
	if st := other.protection(me); !st.Waiting || st.Asked {
		t.Errorf("%+v", st)
	}
	for _, pair := range [][2]*person{{alice, bob}, {bob, alice}} {
		for _, code := range pair[0].notices(pair[0].with(pair[1])) {
			if code != chat.CodeOTRStarted {
				t.Errorf("%s is told %s", pair[0].name, code)
			}
		}
	}
	must(t, me.AnswerSecret(me.ctx(), me.with(other), "in Vienna"))
	other.waitNotice(me, chat.CodeSecretProven, 1)
	me.waitNotice(other, chat.CodeSecretAnswered, 1)
}

// TestOTRSecretsCrossSilence: where the other side does not go on nobody waits for ever.
func TestOTRSecretsCrossSilence(t *testing.T) {
	alice, bob, clock := asksBoth(t, [2]string{"", ""}, true)
	if !alice.protection(bob).Waiting || !bob.protection(alice).Waiting {
		t.Error("nobody waits")
	}
	clock.Advance(31 * time.Second)
	for _, pair := range [][2]*person{{alice, bob}, {bob, alice}} {
		me, other := pair[0], pair[1]
		me.waitNotice(other, chat.CodeSecretStopped, 1)
		me.waitProtection("the end", other, func(st chat.EncryptionState) bool { return !st.Waiting && !st.Asked && st.OTROpen })
	}
}
