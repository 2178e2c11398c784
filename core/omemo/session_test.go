// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"fmt"
	"testing"
)

func TestConversation(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := newDevice(t, v), newDevice(t, v)
		alice.begin(bob.bundle())
		for i := range 3 {
			text := fmt.Sprint("before an answer ", i)
			p := alice.send(text)
			if !p.kex || !alice.session.pending {
				t.Fatal("the other side has not answered, and the message is no key exchange")
			}
			bob.gets(p, text)
		}
		if len(bob.prekeys) != 9 {
			t.Fatalf("%d prekeys are left of 10 after one session", len(bob.prekeys))
		}
		for i := range 10 {
			text := fmt.Sprint("there and back ", i)
			p := bob.send(text)
			if p.kex {
				t.Fatal("who answers sends no key exchange")
			}
			alice.gets(p, text)
			if p = alice.send(text); p.kex || alice.session.pending {
				t.Fatal("a key exchange after the answer")
			}
			bob.gets(p, text)
		}
		if alice.session.Remote() != bob.own.Public() || bob.session.Remote() != alice.own.Public() {
			t.Fatal("a session does not know with whom it is")
		}
	})
}

func TestOutOfOrderAndRepeated(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		var first, second []parcel
		for i := range 5 {
			first = append(first, alice.send(fmt.Sprint("first ", i)))
		}
		bob.gets(first[3], "first 3")
		alice.gets(bob.send("turn"), "turn")
		for i := range 5 {
			second = append(second, alice.send(fmt.Sprint("second ", i)))
		}
		bob.gets(second[4], "second 4")
		for _, i := range []int{4, 0, 2, 1} { // 4 was the last of its chain
			bob.gets(first[i], fmt.Sprint("first ", i))
		}
		for _, i := range []int{2, 0, 1, 3} {
			bob.gets(second[i], fmt.Sprint("second ", i))
		}
		for i := range 5 {
			bob.refuses(first[i], ErrRepeated)
			bob.refuses(second[i], ErrRepeated)
		}
		alice.gets(bob.send("still here"), "still here")
	})
}

// TestBothBegin: each side begins a session before it hears of the other's. Whatever
// is on its way is read, and both come to use one.
func TestBothBegin(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := newDevice(t, v), newDevice(t, v)
		toBob, toAlice := bob.bundle(), alice.bundle()
		alice.begin(toBob)
		bob.begin(toAlice)
		a, b := alice.send("from alice"), bob.send("from bob")
		bob.gets(a, "from alice")
		alice.gets(b, "from bob")
		for i := range 3 {
			a, b = alice.send(fmt.Sprint("crossing ", i)), bob.send(fmt.Sprint("crossing ", i))
			bob.gets(a, fmt.Sprint("crossing ", i))
			alice.gets(b, fmt.Sprint("crossing ", i))
		}
		bob.gets(alice.send("one"), "one")
		if alice.session.base != bob.session.base {
			t.Fatal("after one message in one direction the sides use different sessions")
		}
		alice.gets(bob.send("two"), "two")
		bob.gets(alice.send("three"), "three")
	})
}

// TestRepair: one side has lost its session and begins another; what the other side
// had sent in the old one meanwhile is lost, everything afterwards is read.
func TestRepair(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		late := bob.send("late")
		alice.session = nil
		alice.refuses(late, ErrOtherSession)
		alice.begin(bob.bundle())
		bob.gets(alice.send("again"), "again")
		alice.gets(bob.send("welcome"), "welcome")
		bob.gets(alice.send("good"), "good")
	})
}

func TestPayload(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		for _, n := range []int{0, 1, 15, 16, 17, 1000} {
			plain := make([]byte, n)
			payload, iv, key, err := Seal(v, plain, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Open(v, payload, iv, key)
			if err != nil || string(got) != string(plain) {
				t.Fatalf("%d bytes: %v", n, err)
			}
		}
	})
}

// TestBroken: what is noted of a session stays until something of it can be read, and not
// with another session that takes its place.
func TestBroken(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		bob.session.Break()
		b, err := bob.session.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if bob.session, err = ParseSession(b); err != nil || !bob.session.Broken() {
			t.Fatal("it is forgotten", err)
		}
		alice.gets(bob.send("something"), "something")
		if !bob.session.Broken() {
			t.Error("sending mends it")
		}
		bob.gets(alice.send("read"), "read")
		if bob.session.Broken() {
			t.Error("it is broken for ever")
		}
		bob.session.Break()
		bob.begin(alice.bundle())
		if bob.session.Broken() {
			t.Error("a new one is broken")
		}
	})
}
