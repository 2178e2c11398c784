// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"sync"
	"time"
)

// idleAfter is how long nobody must have looked at the program for contacts to be
// told so.
const idleAfter = 10 * time.Minute

// attention is whether somebody looks at the program.
type attention struct {
	mu    sync.Mutex
	away  bool
	since time.Time // when away began
	timer *time.Timer
}

// SetActive says whether somebody looks at the program, as at first. Meanwhile
// servers may keep back what is not urgent (XEP-0352), and after ten minutes
// contacts are told since when nobody has been here (XEP-0319), unless that is
// switched off or the account is behind Tor. It never waits.
func (c *Client) SetActive(active bool) {
	c.attention.mu.Lock()
	defer c.attention.mu.Unlock()
	if c.attention.away == !active {
		return
	}
	c.attention.away, c.attention.since = !active, time.Now().UTC()
	if c.attention.timer != nil {
		c.attention.timer.Stop()
		c.attention.timer = nil
	}
	if !active {
		c.attention.timer = time.AfterFunc(idleAfter, func() { c.eachSession((*account).sendIdle) })
	}
	c.eachSession((*account).sendActive)
	if active {
		c.eachSession((*account).sendIdle)
	}
}

func (c *Client) eachSession(do func(*account, context.Context, *session)) {
	for _, a := range c.allAccounts() {
		a.box.post(func(ctx context.Context) {
			if a.session != nil {
				do(a, ctx, a.session)
			}
		})
	}
}

// awayNow says whether nobody looks, and since when.
func (c *Client) awayNow() (away bool, since time.Time) {
	c.attention.mu.Lock()
	defer c.attention.mu.Unlock()
	return c.attention.away, c.attention.since
}

// sendActive tells the server whether somebody looks (XEP-0352 §4).
func (a *account) sendActive(_ context.Context, s *session) {
	away, _ := a.client.awayNow()
	if s.toldAway == away {
		return
	}
	s.toldAway = away
	a.job(func(ctx context.Context) {
		s.attention.Lock()
		defer s.attention.Unlock()
		away, _ := a.client.awayNow() // by now
		if err := s.conn.SetActive(ctx, !away); err != nil {
			a.log.Info("client state", "err", chatError("client state", err))
		}
	})
}

// sendIdle tells contacts whether somebody is there, if that has changed.
func (a *account) sendIdle(_ context.Context, s *session) {
	p := a.ownPresence()
	if p.Idle.IsZero() == s.toldIdle.IsZero() {
		return
	}
	s.toldIdle = p.Idle
	a.job(func(ctx context.Context) {
		s.attention.Lock()
		defer s.attention.Unlock()
		if err := s.conn.SendPresence(ctx, a.ownPresence()); err != nil { // as it is by now
			a.log.Info("presence", "err", chatError("presence", err))
		}
	})
}

// idleSince is what contacts are told; zero for nothing. Any goroutine.
func (a *account) idleSince() time.Time {
	away, since := a.client.awayNow()
	if !away || time.Since(since) < idleAfter || !a.client.prefs.idle.Load() || a.record().Login.Tor {
		return time.Time{}
	}
	return since
}
