// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// unsent are the messages that this program was given and that may not be with the
// server yet, in the order of each account. Any goroutine may call its methods.
type unsent struct {
	mu  sync.Mutex
	ids map[chat.Address][]chat.MsgID
}

const (
	// unsentPage is how many messages are looked at in one go.
	unsentPage = 250
	// unsentMany is when those that are gone are forgotten on the way.
	unsentMany = 10_000
)

// add notes a message; it says whether there are many now.
func (u *unsent) add(account chat.Address, id chat.MsgID) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ids == nil {
		u.ids = map[chat.Address][]chat.MsgID{}
	}
	u.ids[account] = append(u.ids[account], id)
	return len(u.ids[account])%unsentMany == 0
}

// first returns the first messages of an account.
func (u *unsent) first(account chat.Address) []chat.MsgID {
	u.mu.Lock()
	defer u.mu.Unlock()
	all := u.ids[account]
	return all[:min(len(all), unsentPage)]
}

// drop forgets the first n messages of an account.
func (u *unsent) drop(account chat.Address, n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ids[account] = u.ids[account][n:]
}

// left forgets what an account has sent, and says whether something is left that
// may be sent soon: the account is online or on its way to it, also after a loss.
func (s *server) left(ctx context.Context, a chat.Account) (left bool, moved int) {
	for {
		ids := s.unsent.first(a.Login.Address)
		if len(ids) == 0 {
			return false, moved
		}
		found, err := s.Messages(ctx, ids)
		if err != nil {
			return false, moved
		}
		waiting := map[chat.MsgID]bool{}
		for _, m := range found {
			waiting[m.ID] = m.Status == chat.Queued
		}
		n := 0
		for n < len(ids) && !waiting[ids[n]] {
			n++
		}
		s.unsent.drop(a.Login.Address, n)
		moved += n
		if n < len(ids) {
			lost := a.State == chat.StateOffline && a.Enabled && a.Error != nil && a.Error.Code == chat.CodeConnectionLost
			return a.State == chat.StateOnline || a.State == chat.StateConnecting || lost, moved
		}
	}
}

// sendOff waits until the messages of this run are with their servers, as long as
// that goes on: who pipes messages in expects that they are sent. What is not, is
// stored and goes the next time.
func (s *server) sendOff(ctx context.Context, patience time.Duration) {
	events := s.Subscribe()
	defer events.Close()
	deadline := time.Now().Add(patience)
	for {
		all, err := s.Accounts(ctx)
		if err != nil {
			return
		}
		some := false
		for _, a := range all {
			left, moved := s.left(ctx, a)
			some = some || left
			if moved > 0 {
				deadline = time.Now().Add(patience)
			}
		}
		if !some {
			return
		}
		limit, cancel := context.WithDeadline(ctx, deadline)
		_, err = events.Next(limit)
		cancel()
		if err != nil {
			return
		}
	}
}
