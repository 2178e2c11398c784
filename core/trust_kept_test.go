// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// numberedKey is a fingerprint of OMEMO that is nobody's.
func numberedKey(n int) chat.Fingerprint { return chat.Fingerprint(fmt.Sprintf("%064x", n)) }

// Once the person has verified a key of a contact, no key that is not verified gets a
// message under careful: whatever is decided later, in whatever order keys come. This is
// core/trust's promise with everything that it has to remember in the database.
func TestVerifiedOnceIsKept(t *testing.T) {
	c, a := oneAccount(t)
	ctx := t.Context()
	peers := 0
	rapid.Check(t, func(t *rapid.T) {
		peers++
		peer := chat.MustAddress(fmt.Sprintf("peer%d@example.test", peers))
		on := func(what func(ctx context.Context) error) {
			var failure error
			if err := a.do(ctx, func(ctx context.Context) { failure = what(ctx) }); err != nil || failure != nil {
				t.Fatal(err, failure)
			}
		}
		const n = 4
		var list []store.Device
		for i := range uint32(n) {
			list = append(list, store.Device{ID: i + 1})
		}
		on(func(ctx context.Context) error {
			_, err := c.db.SetDevices(ctx, a.addr, peer, 2, list, true, time.Now())
			return err
		})
		known, verified := 0, false
		appear := func(t *rapid.T) {
			if known == n {
				t.Skip("all are known")
			}
			known++
			on(func(ctx context.Context) error {
				id := ratchet{peer, uint32(known), 2}
				seen := store.SeenKey{Owner: peer, Fingerprint: numberedKey(known), Device: id.device, Version: 2}
				var notices []store.Notice
				k, _ := a.appear(ctx, a.newRatchets(), id, seen.Fingerprint, appearance{}, &notices)
				seen.Trust, seen.By = k.Trust, k.By
				return c.db.SaveKeys(ctx, a.addr, store.KeyChanges{Seen: []store.SeenKey{seen}})
			})
		}
		appear(t)
		t.Repeat(map[string]func(*rapid.T){
			"appear": appear,
			"decide": func(t *rapid.T) {
				f := numberedKey(rapid.IntRange(1, known).Draw(t, "key"))
				to := rapid.SampledFrom([]chat.Trust{chat.TrustUndecided, chat.TrustTrusted, chat.TrustVerified, chat.TrustDistrusted}).Draw(t, "trust")
				on(func(ctx context.Context) error { return a.decideTrust(ctx, peer, f, to, chat.ByCompare) })
				verified = verified || to == chat.TrustVerified
			},
			"": func(t *rapid.T) {
				keys, err := c.Keys(ctx, a.addr, peer)
				if err != nil {
					t.Fatal(err)
				}
				for _, k := range keys {
					if k.Used && verified && k.Trust != chat.TrustVerified {
						t.Fatalf("a %v key gets messages after one was verified", k.Trust)
					}
				}
			},
		})
	})
}
