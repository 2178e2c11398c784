// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// bareAccount is an account that has only its actor.
func bareAccount(t *testing.T) *account {
	t.Helper()
	a := &account{
		client: &Client{}, addr: chat.MustAddress("me@example.test"), log: slog.New(slog.DiscardHandler), box: newMailbox(),
		jobs: make(chan struct{}, maxJobs),
	}
	a.ctx, a.cancel = context.WithCancel(t.Context())
	return a
}

// An actor that waits for room on a full disk must not keep the program from
// closing.
func TestCloseWhileTheActorIsHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := bareAccount(t)
		a.start()
		a.box.post(func(ctx context.Context) { <-ctx.Done() })
		began := time.Now()
		time.AfterFunc(time.Hour, a.cancel) // so that a fault ends, too
		a.close()
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("closing took %v", took)
		}
	})
}

// What could not be stored before the end is not counted as handled by what came
// behind it.
func TestEndBeforeStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := bareAccount(t)
		a.addIncoming = func(context.Context, chat.Address, store.Batch, string) (store.Outcome, error) {
			return store.Outcome{}, &chat.Error{Kind: chat.Storage, Code: chat.CodeDiskFull}
		}
		s := &session{account: a} // without a connection: to count anything would panic
		peer := chat.MustAddress("bob@example.test/desk")
		m := &xmpp.Message{From: peer, To: a.addr, ID: "1", Body: "hello", HasBody: true}
		a.box.deliver(a.ctx, inbound{from: s, Inbound: xmpp.Inbound{Seq: 1, Message: m}})
		a.box.deliver(a.ctx, inbound{from: s, Inbound: xmpp.Inbound{Seq: 2, Presence: &xmpp.Presence{From: peer}}})
		a.start()
		time.Sleep(againIn / 2)
		a.cancel()
		a.wg.Wait()
	})
}
