// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
)

// sweepEvery is how often stored sessions are looked through for keys that are too old.
const sweepEvery = 24 * time.Hour

// forgetSkipped takes the keys of messages that have not come in time out of the database:
// a session in which nothing is read does not do so by itself. One owner at a time, so that
// nothing waits for it.
func (a *account) forgetSkipped(ctx context.Context, now time.Time) {
	if now.Sub(a.forgotten) < sweepEvery {
		return
	}
	a.forgotten = now
	owners, err := a.db.SessionOwners(ctx, a.addr)
	if err != nil {
		a.log.Error("sessions", "err", chatError("read sessions", err))
		return
	}
	for _, owner := range owners {
		a.box.post(func(ctx context.Context) { a.forgetSkippedOf(ctx, owner, now) })
	}
}

func (a *account) forgetSkippedOf(ctx context.Context, owner chat.Address, now time.Time) {
	r := a.newRatchets()
	_, err := r.session(ctx, ratchet{owner: owner})
	var changes store.KeyChanges
	for id, s := range r.sessions {
		if err == nil && s.Forget(now) {
			err = r.moved(id, s, &changes)
		}
	}
	if err == nil && len(changes.Sessions) > 0 {
		err = a.db.SaveKeys(ctx, a.addr, changes)
	}
	if err != nil {
		a.log.Error("sessions", "err", chatError("forget keys", err))
	}
}
