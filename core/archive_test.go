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

// TestCatchUp is away while more is said than fits in a page of the archive: all of
// it is there afterwards, in order, once, and the part that was said here meanwhile
// too.
func TestCatchUp(t *testing.T) {
	for name, start := range map[string]func(testing.TB, coretest.Options) *coretest.Server{
		"prosody": coretest.Prosody, "ejabberd": coretest.Ejabberd,
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, coretest.Options{})
			alice, bob := user(t, s, "alice"), user(t, s, "bob")
			befriend(t, alice, bob)
			conv, back := alice.with(bob), bob.with(alice)
			bob.waitStatus(bob.say(back, "bob 0"), chat.Delivered)
			alice.stop()
			const n = 700
			var last chat.MsgID
			for i := 1; i < n; i++ {
				last = bob.say(back, fmt.Sprintf("bob %d", i))
			}
			bob.waitStatus(last, chat.Sent)
			alice.start()
			alice.say(conv, "alice 0")
			alice.waitAll(conv, chat.In, n, chat.Delivered)
			alice.wait("the end of catching up", func() bool { return !alice.account().CatchingUp })
			alice.checkSequence(conv, chat.In, "bob", n, chat.Delivered)
			bob.waitAll(back, chat.In, 1, chat.Delivered)
			if got := alice.conversation(conv).Unread; got != n {
				t.Errorf("%d are unread, want %d", got, n)
			}
			for _, m := range alice.all(conv) {
				if m.Kind == chat.KindGap {
					t.Error("a gap is left")
				}
			}
		})
	}
}

// TestNewComputer signs in on a computer that knows nothing: what was said before
// is there, read, and the other device's messages come as copies.
func TestNewComputer(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, bob := user(t, s, "alice"), user(t, s, "bob")
	befriend(t, alice, bob)
	conv, back := alice.with(bob), bob.with(alice)
	alice.inTheClear(conv) // else nobody could read it there
	bob.inTheClear(back)
	const n = 120
	for i := range n {
		alice.say(conv, fmt.Sprintf("alice %d", i))
		bob.say(back, fmt.Sprintf("bob %d", i))
	}
	alice.waitAll(conv, chat.Out, n, chat.Delivered)
	bob.waitAll(back, chat.Out, n, chat.Delivered)
	laptop := anotherDevice(t, alice)
	laptop.waitAll(conv, chat.In, n, chat.Delivered)
	laptop.waitAll(conv, chat.Out, n, chat.Sent)
	laptop.wait("the end of catching up", func() bool { return !laptop.account().CatchingUp })
	laptop.checkSequence(conv, chat.In, "bob", n, chat.Delivered)
	laptop.checkSequence(conv, chat.Out, "alice", n, chat.Sent)
	if c := laptop.conversation(conv); c.Unread != 0 {
		t.Errorf("%d old messages are unread", c.Unread)
	}
	id := alice.say(conv, "from the other device")
	laptop.wait("the copy", func() bool { all := laptop.all(conv); return all[len(all)-1].Body == "from the other device" })
	alice.waitStatus(id, chat.Delivered)
	if more, err := laptop.LoadOlder(laptop.ctx(), conv); err != nil || more {
		t.Errorf("older than all: more %v, %v", more, err)
	}
}

// TestDoubt dies after sending and before the server's word: what had arrived is not
// sent again, what had not is.
func TestDoubt(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, proxy := behindProxy(t, s, "alice")
	bob := user(t, s, "bob")
	befriend(t, alice, bob)
	meet(alice, bob) // nothing has to be asked for any more
	conv, back := alice.with(bob), bob.with(alice)
	alice.waitStatus(alice.say(conv, "alice 0"), chat.Delivered)
	proxy.Stall(coretest.ToClient) // the server's word does not come
	for i := 1; i < 20; i++ {
		alice.say(conv, fmt.Sprintf("alice %d", i))
	}
	bob.waitAll(back, chat.In, 20, chat.Delivered)
	proxy.Cut()
	alice.stop() // without a way to say goodbye
	proxy.Mend()
	alice.start()
	alice.waitAll(conv, chat.Out, 20, chat.Sent)
	alice.waitStatus(alice.say(conv, "alice 20"), chat.Delivered)
	bob.checkSequence(back, chat.In, "alice", 21, chat.Delivered)
	alice.checkSequence(conv, chat.Out, "alice", 21, chat.Sent)
}

// TestResumedAndCompared loses its link and gets it back: what comes from then on
// still moves what is known of the archive, so the next start asks for little.
func TestResumedAndCompared(t *testing.T) {
	s := coretest.Prosody(t, coretest.Options{})
	alice, proxy := behindProxy(t, s, "alice")
	bob := user(t, s, "bob")
	befriend(t, alice, bob)
	conv, back := alice.with(bob), bob.with(alice)
	for i := range 5 {
		bob.waitStatus(bob.say(back, fmt.Sprintf("bob %d", i)), chat.Delivered)
		alice.wait("a link to cut", func() bool { return proxy.Cut() > 0 })
		alice.waitState(chat.StateOnline)
	}
	bob.waitStatus(bob.say(back, "bob 5"), chat.Delivered)
	alice.wait("no gap", func() bool {
		gaps, err := alice.Gaps(alice.ctx(), alice.addr)
		return err == nil && gaps == 0 && !alice.account().CatchingUp
	})
	alice.checkSequence(conv, chat.In, "bob", 6, chat.Delivered)
}

// TestKeptInDisorder: what a session that died had not got comes with the next one, marked
// as late and not in its order. It takes that of the archive, which did not have it yet when
// it was asked.
func TestKeptInDisorder(t *testing.T) {
	f := among(t, nil)
	sent := []string{"one", "two", "three"}
	inside := func(id string) string { return text(id) + originID("o "+id) }
	for _, id := range sent {
		f.Archive("alice", stored(id, 0, inside(id)))
	}
	var late []string
	for _, id := range []string{"two", "three", "one"} {
		late = append(late, message("bob@example.test/desk", "id of "+id, inside(id)+stanzaID("alice@example.test", id)+
			"<delay xmlns='urn:xmpp:delay' from='example.test' stamp='"+time.Now().UTC().Format(time.RFC3339)+"'/>"))
	}
	f.send(late...)
	f.alice.wait("the archive's order", func() bool { return slices.Equal(f.bodies(f.bob), sent) })
}
