// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"sync"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/omemo"
)

// NewKeys are those of a device, with n prekeys.
func NewKeys(t testing.TB, n int) (*omemo.Identity, omemo.SignedPrekey, []omemo.Prekey) {
	t.Helper()
	identity, err := omemo.NewIdentity(nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := identity.NewSignedPrekey(1, nil)
	if err != nil {
		t.Fatal(err)
	}
	prekeys, err := omemo.NewPrekeys(1, n, nil)
	if err != nil {
		t.Fatal(err)
	}
	return identity, signed, prekeys
}

// StoppedClock is a clock that goes on only by Advance.
type StoppedClock struct {
	mu  sync.Mutex
	now time.Time
	due []appointment
}

type appointment struct {
	at time.Time
	do func()
}

// SetClock gives the accounts that are added from now on another clock.
func (c *Client) SetClock(s *StoppedClock) {
	s.now = wallClock()
	c.clock = s.clock()
}

// LookSoon has an account look for a bundle that was not there once more almost at once.
func (c *Client) LookSoon(ctx context.Context, account chat.Address) error {
	a, err := c.account("test", account)
	if err != nil {
		return err
	}
	return a.do(ctx, func(context.Context) { a.bundleAgain = 50 * time.Millisecond })
}

// Hasten makes an account that is not connected as impatient as a test: so long may the
// server be silent, take to say that it is there or what it has, and to give a page.
func (c *Client) Hasten(ctx context.Context, account chat.Address, silence, answer, page time.Duration) error {
	a, err := c.account("test", account)
	if err != nil {
		return err
	}
	return a.do(ctx, func(context.Context) {
		a.pulse = pulse{silence: silence, there: answer, confirm: answer, archive: page}
	})
}

// LookedAt is when an account last began to look at what it has published of its keys, and
// whether it still does.
func (c *Client) LookedAt(ctx context.Context, account chat.Address) (at time.Time, looking bool, err error) {
	a, err := c.account("test", account)
	if err != nil {
		return at, false, err
	}
	err = a.do(ctx, func(context.Context) { at, looking = a.omemo.looked, a.omemo.looking })
	return at, looking, err
}

// Untold are the conversations of an account of which nobody has been told yet how far they
// were read.
func (c *Client) Untold(ctx context.Context, account chat.Address) ([]chat.ConvID, error) {
	return c.db.Untold(ctx, account)
}

func (s *StoppedClock) clock() clock { return clock{now: s.Now, after: s.after} }

// Now is what it shows.
func (s *StoppedClock) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *StoppedClock) after(d time.Duration, do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.due = append(s.due, appointment{s.now.Add(d), do})
}

// Advance moves it, and does once what is due by then.
func (s *StoppedClock) Advance(d time.Duration) {
	s.mu.Lock()
	s.now = s.now.Add(d)
	var now, later []appointment
	for _, a := range s.due {
		if a.at.After(s.now) {
			later = append(later, a)
		} else {
			now = append(now, a)
		}
	}
	s.due = later
	s.mu.Unlock()
	for _, a := range now {
		a.do()
	}
}
