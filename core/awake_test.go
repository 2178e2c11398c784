// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// What is a reason to look whether the connections still work, and what is not.
func TestAwake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		network, ahead, calls := "eth0 10.0.0.2/24", time.Duration(0), 0
		change := func(what func()) {
			mu.Lock()
			defer mu.Unlock()
			what()
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			awake(ctx,
				func() (now string) { change(func() { now = network }); return now },
				func() (now time.Time) { change(func() { now = wallClock().Add(ahead) }); return now },
				func() { change(func() { calls++ }) })
		}()
		step := func(what string, want int) {
			time.Sleep(4 * lookEvery)
			synctest.Wait()
			change(func() {
				if calls != want {
					t.Errorf("%s: %d calls, want %d", what, calls, want)
				}
			})
		}
		step("nothing happened", 0)
		change(func() { network = "wlan0 10.1.0.2/24" })
		step("another network", 1)
		change(func() { ahead += time.Hour })
		step("the computer slept", 2)
		change(func() { ahead -= 24 * time.Hour })
		step("the clock was set back", 3)
		change(func() { ahead += slept / 2 })
		step("the clock was corrected a little", 3)
		change(func() { network = "" })
		step("the network is gone", 4)
		cancel()
		<-done
	})
}
