// SPDX-License-Identifier: MPL-2.0

package core_test

import (
	"slices"
	"sync"
	"testing"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
)

// TestDevicesAtOnce: four devices of one account begin in the same moment. Each finds a
// place on the list and for its bundles, and all know each other.
func TestDevicesAtOnce(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		coretest.User(t, s, "alice", "secret of alice")
		devices := make([]*person, 4)
		var joining sync.WaitGroup
		for i := range devices {
			devices[i] = somebody(t, s, "alice")
			joining.Go(func() {
				if err := devices[i].AddAccount(devices[i].ctx(), s.Login("alice"), []byte("secret of alice")); err != nil {
					t.Error(err)
				}
			})
		}
		joining.Wait()
		for _, d := range devices {
			d.wait("all keys", func() bool {
				known := slices.DeleteFunc(d.devices(d.addr), func(k chat.Key) bool { return !k.Listed && !k.Own })
				return len(known) == len(devices)
			})
		}
	})
}

// TestFindable: who has waited for it can end its program, and is found by others.
func TestFindable(t *testing.T) {
	everyServer(t, func(t *testing.T, s *coretest.Server) {
		alice := user(t, s, "alice")
		must(t, alice.Findable(alice.ctx(), alice.addr))
		key := alice.own().Fingerprint
		alice.stop()
		user(t, s, "bob").learns(alice, key)
	})
}
