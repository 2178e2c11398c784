// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestSkippedTooFar(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		first := alice.send("first")
		for range MaxSkip {
			alice.send("lost")
		}
		far := alice.send("far") // MaxSkip+1 are missing
		bob.refuses(far, ErrSkippedTooFar)
		bob.gets(first, "first")
		bob.gets(far, "far")
		if n := bob.session.skipped.size(); n != MaxSkip {
			t.Fatalf("%d keys are kept, want %d", n, MaxSkip)
		}
	})
}

// TestSkippedBounds: of one chain and of all, the oldest keys go.
func TestSkippedBounds(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		skip := func(name string, n int) (lost []parcel) {
			for i := range n {
				lost = append(lost, alice.send(fmt.Sprint(name, i)))
			}
			bob.gets(alice.send("read"), "read")
			return lost
		}
		a := skip("a", 600)
		a = append(a, skip("more of a", 600)...)
		if n := bob.session.skipped.size(); n != MaxSkip {
			t.Fatalf("%d keys of one chain are kept, want %d", n, MaxSkip)
		}
		bob.refuses(a[199], ErrRepeated)
		bob.gets(a[200], "a200")
		for _, name := range []string{"b", "c"} {
			alice.gets(bob.send("turn"), "turn")
			skip(name, 900)
		}
		if n := bob.session.skipped.size(); n != MaxSkipped {
			t.Fatalf("%d keys of a session are kept, want %d", n, MaxSkipped)
		}
		bob.refuses(a[201], ErrRepeated)
		bob.gets(a[1199], "more of a599")
		b, err := bob.session.MarshalBinary()
		if err != nil || len(b) > 100_000 {
			t.Fatalf("a session with as many keys as it may have is %d bytes, %v", len(b), err)
		}
	})
}

func TestSkippedAge(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		old := alice.send("old")
		bob.gets(alice.send("at noon"), "at noon")
		later := func(p parcel, after time.Duration) error {
			_, err := bob.session.Decrypt(p.data, p.kex, noon.Add(after))
			return err
		}
		if err := later(alice.send("in time"), MaxAge); err != nil || bob.session.skipped.size() != 1 {
			t.Fatalf("after %v: %v, %d keys", MaxAge, err, bob.session.skipped.size())
		}
		if err := later(alice.send("late"), MaxAge+time.Second); err != nil || bob.session.skipped.size() != 0 {
			t.Fatalf("later: %v, %d keys", err, bob.session.skipped.size())
		}
		bob.refuses(old, ErrRepeated)
	})
}

// TestSkippedKeyTooOld: a key that is too old opens nothing, in a session in which nothing
// else was read since, nor in one that came before; and Forget takes it away.
func TestSkippedKeyTooOld(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		for _, former := range []bool{false, true} {
			alice, bob := pairOf(t, v)
			old, kept := alice.send("old"), alice.send("in time")
			bob.gets(alice.send("at noon"), "at noon")
			if former {
				bob.begin(alice.bundle())
			}
			size := func() (n int) {
				n = bob.session.skipped.size()
				for i := range bob.session.former {
					n += bob.session.former[i].skipped.size()
				}
				return n
			}
			opens := func(p parcel, after time.Duration) error {
				_, err := bob.session.Decrypt(p.data, p.kex, noon.Add(after))
				return err
			}
			late := noon.Add(400 * 24 * time.Hour)
			b, err := bob.session.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if err := opens(old, late.Sub(noon)); !errors.Is(err, ErrRepeated) || size() != 2 {
				t.Errorf("former %v: after 400 days %v, %d keys", former, err, size())
			}
			if bob.session.Forget(noon.Add(MaxAge)) || size() != 2 {
				t.Errorf("former %v: forgets what is not too old", former)
			}
			if !bob.session.Forget(late) || size() != 0 || bob.session.Forget(late) {
				t.Errorf("former %v: %d keys are left", former, size())
			}
			if bob.session, err = ParseSession(b); err != nil {
				t.Fatal(err)
			}
			if err := opens(kept, MaxAge); err != nil {
				t.Errorf("former %v: in time %v", former, err)
			}
		}
	})
}

// TestPreviousOfLibsignal: libsignal says one less than there were. Nothing of the old
// chain may be lost by it.
func TestPreviousOfLibsignal(t *testing.T) {
	alice, bob := pairOf(t, V03)
	bob.gets(alice.send("read"), "read")
	late := alice.send("the last of its chain")
	alice.gets(bob.send("turn"), "turn")
	alice.session.previous--
	bob.gets(alice.send("new chain"), "new chain")
	bob.gets(late, "the last of its chain")
}

// TestPreviousAbsurd: a number of messages that cannot be costs nothing and does not
// stop the new chain (a known fault of some programs sends 2^32-1).
func TestPreviousAbsurd(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		alice.gets(bob.send("turn"), "turn")
		bob.gets(alice.send("new"), "new")
		alice.gets(bob.send("turn"), "turn")
		alice.session.previous = 1<<32 - 1
		bob.gets(alice.send("absurd"), "absurd")
		if n := bob.session.skipped.size(); n != 0 {
			t.Fatalf("%d keys kept for it", n)
		}
	})
}

func TestHeartbeat(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		for i := range heartbeatAt + 1 {
			if bob.session.Heartbeat() {
				t.Fatalf("asked for after %d messages", i)
			}
			text := fmt.Sprint(i)
			bob.gets(alice.send(text), text)
		}
		if !bob.session.Heartbeat() || alice.session.Heartbeat() {
			t.Fatal("the one who has only read is to be heard, and nobody else")
		}
		key, _, err := TransportKey(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		p := bob.send(string(key))
		if bob.session.Heartbeat() {
			t.Fatal("asked for after it was sent")
		}
		alice.gets(p, string(key))
		bob.gets(alice.send("a new chain"), "a new chain")
		if bob.session.receive.n != 1 || bob.session.Heartbeat() {
			t.Fatal("the ratchet has not moved on")
		}
	})
}

// TestFormerAreForgotten: once both sides have used a session for a while, the keys of
// the ones before are gone.
func TestFormerAreForgotten(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		for range 6 {
			alice.begin(bob.bundle())
			bob.gets(alice.send("again"), "again")
		}
		if len(alice.session.former) != maxFormer || len(bob.session.former) != maxFormer {
			t.Fatalf("%d and %d former ratchets are kept, want %d", len(alice.session.former), len(bob.session.former), maxFormer)
		}
		for range 2*maxPast + 2 {
			alice.gets(bob.send("there"), "there")
			bob.gets(alice.send("and back"), "and back")
		}
		if len(bob.session.former) != 0 {
			t.Fatal("the keys of former sessions are kept for ever")
		}
		// Alice's wait for an answer, which nobody will give.
		for _, c := range []struct {
			after time.Duration
			left  int
		}{{0, maxFormer}, {MaxAge, maxFormer}, {MaxAge + time.Second, 0}} {
			alice.now = noon.Add(c.after)
			alice.gets(bob.send("later"), "later")
			if n := len(alice.session.former); n != c.left {
				t.Fatalf("after %v %d unanswered ratchets are kept, want %d", c.after, n, c.left)
			}
		}
	})
}

func TestNoRandomness(t *testing.T) {
	broken := errors.New("no entropy")
	bad := iotest.ErrReader(broken)
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		before, err := alice.session.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		for name, try := range map[string]func(io.Reader) error{
			"identity":      func(r io.Reader) error { _, err := NewIdentity(r); return err },
			"signed prekey": func(r io.Reader) error { _, err := alice.own.NewSignedPrekey(1, r); return err },
			"prekeys":       func(r io.Reader) error { _, err := NewPrekeys(1, 1, r); return err },
			"begin":         func(r io.Reader) error { _, err := Begin(v, alice.own, bob.bundle(), r); return err },
			"encrypt":       func(r io.Reader) error { _, _, err := alice.session.Encrypt([]byte("x"), r); return err },
			"seal":          func(r io.Reader) error { _, _, _, err := Seal(v, []byte("x"), r); return err },
			"label":         func(r io.Reader) error { _, err := alice.own.SignLabel("x", r); return err },
		} {
			if err := try(bad); !errors.Is(err, broken) {
				t.Errorf("%s: %v", name, err)
			}
		}
		after, err := alice.session.MarshalBinary()
		if err != nil || string(before) != string(after) {
			t.Fatalf("the session has changed: %v", err)
		}
	})
}

// TestNothingIsPrinted: no form of printing shows a key.
func TestNothingIsPrinted(t *testing.T) {
	inBoth(t, func(t *testing.T, v Version) {
		alice, bob := pairOf(t, v)
		for _, secret := range []any{alice.own, *alice.own, alice.session, *alice.session, bob.signed, bob.prekeys, bob.prekeys[0]} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
				if s := fmt.Sprintf(verb, secret); len(s) > 200 || strings.ContainsAny(s, "{") && strings.Contains(s, "private") {
					t.Errorf("%s of %T prints %.80s", verb, secret, s)
				}
			}
		}
	})
}
