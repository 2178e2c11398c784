// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"testing"
)

// TestWaitsOverOutage: what waits for keys while the network is away goes on when it is
// back.
func TestWaitsOverOutage(t *testing.T) {
	_, a := oneAccount(t)
	a.idleSession(t)
	inActor(t, a, func(context.Context) {
		if a.online != nil || !a.mayWait(bobby, waitForKey) || !a.omemo.waking {
			t.Error("nobody looks again")
		}
	})
}
