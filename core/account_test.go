// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"chatsecure.org/desktop/core/chat"
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
