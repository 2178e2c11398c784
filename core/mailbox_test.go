// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"
	"testing/synctest"
)

func TestMailboxHoldsTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newMailbox()
		delivered := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 2*maxInbound + 1 {
				b.deliver(t.Context(), inbound{})
				delivered++
			}
		}()
		synctest.Wait()
		if delivered != maxInbound {
			t.Errorf("%d elements went in before anybody read, want %d", delivered, maxInbound)
		}
		b.post(func(context.Context) {}) // never held up
		if n := len(b.take(t.Context())); n != maxInbound+1 {
			t.Errorf("took %d, want %d", n, maxInbound+1)
		}
		for left := maxInbound + 1; left > 0; {
			left -= len(b.take(t.Context()))
		}
		<-done
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if b.take(ctx) != nil {
			t.Error("took mail after the end")
		}
	})
}
