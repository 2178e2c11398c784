// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// behind is alice, who is connected through a proxy and as impatient as a test, and bob.
func behind(t *testing.T) (alice, bob *person, proxy *coretest.Proxy) {
	t.Helper()
	s := coretest.Prosody(t, coretest.Options{})
	coretest.User(t, s, "alice", "secret of alice")
	proxy = coretest.NewProxy(t, s)
	alice = somebody(t, s, "alice")
	must(t, alice.AddAccount(alice.ctx(), proxy.Through(s.Login("alice")), []byte("secret of alice")))
	alice.waitState(chat.StateOnline)
	bob = user(t, s, "bob")
	befriend(t, alice, bob)
	alice.waitStatus(alice.sayPlain(alice.with(bob), "hello", 0), chat.Delivered)
	must(t, alice.Disconnect(alice.ctx(), alice.addr))
	alice.waitState(chat.StateOffline)
	must(t, alice.Hasten(alice.ctx(), alice.addr, 2*time.Second, time.Second, time.Second))
	return alice, bob, proxy
}

// watches says at the end whether somebody was online all the while.
func (p *person) watches() (ended func() bool) {
	p.t.Helper()
	sub := p.Subscribe()
	ctx, cancel := context.WithCancel(p.t.Context())
	done := make(chan bool, 1)
	go func() {
		defer sub.Close()
		stayed := true
		for {
			if _, err := sub.Next(ctx); err != nil {
				done <- stayed
				return
			}
			stayed = stayed && p.account().State == chat.StateOnline
		}
	}()
	return func() bool { cancel(); return <-done }
}

// A line on which the answer to a question stands behind much is slow, not dead.
func TestSlowLine(t *testing.T) {
	alice, bob, proxy := behind(t)
	must(t, alice.Connect(alice.ctx(), alice.addr))
	alice.waitState(chat.StateOnline)
	alice.wait("the end of catching up", func() bool { return !alice.account().CatchingUp })
	stayed := alice.watches()
	proxy.Slow(coretest.ToClient, 4000)
	const n = 40
	for i := range n {
		bob.sayPlain(bob.with(alice), fmt.Sprint(i, strings.Repeat(" long", 100)), 0)
	}
	id := alice.sayPlain(alice.with(bob), "behind all that", 0)
	alice.wait("some of it", func() bool { return len(alice.all(alice.with(bob))) > n/2 })
	alice.waitStatus(id, chat.Delivered)
	alice.wait("all of it", func() bool { return len(alice.all(alice.with(bob))) == n+2 })
	if !stayed() {
		t.Error("the line was given up")
	}
}

// A page of the archive that takes longer than it may is there in the end, though, as long
// as something of it comes.
func TestArchiveOverSlowLine(t *testing.T) {
	alice, bob, proxy := behind(t)
	const n = 150
	var last chat.MsgID
	for i := range n {
		last = bob.sayPlain(bob.with(alice), fmt.Sprint(i, strings.Repeat(" long", 50)), 0)
	}
	bob.waitStatus(last, chat.Sent)
	proxy.Slow(coretest.ToClient, 20_000)
	must(t, alice.Connect(alice.ctx(), alice.addr))
	alice.waitState(chat.StateOnline)
	stayed := alice.watches()
	alice.wait("what was missed", func() bool {
		gaps, err := alice.Gaps(alice.ctx(), alice.addr)
		return err == nil && gaps == 0 && !alice.account().CatchingUp && len(alice.all(alice.with(bob))) == n+1
	})
	if !stayed() {
		t.Error("the line was given up")
	}
}

// A line that takes nothing of ours any more is found although messages still come.
func TestHalfDeadLine(t *testing.T) {
	alice, bob, proxy := behind(t)
	must(t, alice.Connect(alice.ctx(), alice.addr))
	alice.waitState(chat.StateOnline)
	alice.wait("the end of catching up", func() bool { return !alice.account().CatchingUp })
	proxy.Drop(coretest.ToServer)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	says := make(chan struct{})
	go func() {
		defer close(says)
		tick := time.NewTicker(1500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if _, err := bob.SendText(ctx, bob.with(alice), "are you there?", chat.SendOptions{Encryption: chat.ChoiceNone}); err != nil {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	alice.wait("the loss of the line", func() bool { return alice.account().State != chat.StateOnline })
	cancel()
	<-says
	proxy.Mend()
	alice.waitState(chat.StateOnline)
}
