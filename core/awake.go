// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"net"
	"slices"
	"strings"
	"time"
)

const (
	lookEvery = 3 * time.Second  // at the network and the clock
	slept     = 10 * time.Second // by which the clock must have jumped for us to have slept
	aliveIn   = 5 * time.Second  // for the server to answer when the network has changed
)

// awake watches the computer: it calls changed when the network has other
// addresses than before, and when the wall clock has moved against the monotonic
// one, which stands still while a computer sleeps. It returns when ctx ends.
func awake(ctx context.Context, network func() string, wall func() time.Time, changed func()) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	addresses, was, began := network(), wall(), time.Now()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now, moved := network(), wall().Sub(was)-time.Since(began)
		was, began = wall(), time.Now()
		if moved.Abs() > slept || now != addresses {
			addresses = now
			changed()
		}
	}
}

// wallClock is the time without the monotonic clock in it.
func wallClock() time.Time { return time.Now().Round(0) }

// networkNow is which addresses this computer has on networks that are up. What can
// not be found out is "", for ever.
func networkNow() string {
	interfaces, err := net.Interfaces()
	if err != nil {
		return ""
	}
	var all []string
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addresses {
			all = append(all, i.Name+" "+a.String())
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// lookAgain lets every account that is enabled try at once, or find out whether
// its connection still works.
func (c *Client) lookAgain() {
	for _, a := range c.allAccounts() {
		a.box.post(func(context.Context) {
			if a.link == nil {
				return
			}
			signal(a.link.kick)
			if s := a.session; s != nil && a.online != nil {
				a.wg.Go(s.isAlive)
			}
		})
	}
}

// isAlive drops the link if the server does not answer soon.
func (s *session) isAlive() {
	if err := s.isThere(aliveIn); err != nil {
		s.fail(err)
	}
}
