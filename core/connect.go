// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// dialPatience bounds one try to connect and log in.
const dialPatience = 45 * time.Second

// supervisor keeps one account connected: at most one try or one connection at
// a time, for as long as its goroutine runs.
type supervisor struct {
	// dial connects; what it returns lives until the connection ends or stop
	// does, says goodbye in that case, and reports why it ended.
	dial func(ctx context.Context) (live func(stop context.Context) error, err error)
	// report is told what is going on, in order.
	report func(state chat.AccountState, err *chat.Error)
	kick   chan struct{} // try now
}

// run connects, and again when the connection is lost, until stop ends or an
// error needs the person. A server that does not prove who it is needs the person
// too, but may be the log-in page of a hotel's network: it is tried again all the
// while, for nothing secret is sent to it. first, if not nil, is a connection that exists.
func (s *supervisor) run(stop context.Context, first func(stop context.Context) error) {
	const op = "connect"
	var wait backoff
	quiet := false // the last try failed in a way that the person should go on seeing
	for {
		live := first
		first = nil
		var err error
		if live == nil {
			if !quiet {
				s.report(chat.StateConnecting, nil)
			}
			live, err = s.try(stop)
		}
		if err == nil {
			began := time.Now()
			err = live(stop)
			wait.worked(time.Since(began))
		}
		if stop.Err() != nil {
			s.report(chat.StateOffline, nil)
			return
		}
		if err == nil {
			err = failed(chat.Offline, op, chat.CodeConnectionLost, nil)
		}
		if permanent(err) {
			s.report(chat.StateFailed, chatError(op, err))
			return
		}
		state := chat.StateOffline
		if quiet = suspicious(err); quiet {
			state = chat.StateFailed
		}
		s.report(state, chatError(op, err))
		timer := time.NewTimer(wait.next())
		select {
		case <-timer.C:
		case <-s.kick:
			wait.reset()
			quiet = false
		case <-stop.Done():
		}
		timer.Stop()
		if stop.Err() != nil {
			s.report(chat.StateOffline, nil)
			return
		}
	}
}

// try dials; anew when somebody has kicked a try that has not come far since.
func (s *supervisor) try(stop context.Context) (func(context.Context) error, error) {
	live, anew, err := s.tryOnce(stop)
	for anew && stop.Err() == nil {
		live, anew, err = s.tryOnce(stop)
	}
	return live, err
}

// staleTry is how long a try has taken that a kick ends: the network that it waits
// for may be gone.
const staleTry = 5 * time.Second

func (s *supervisor) tryOnce(stop context.Context) (live func(context.Context) error, anew bool, err error) {
	ctx, cancel := context.WithTimeout(stop, dialPatience)
	defer cancel()
	began, over := time.Now(), make(chan struct{})
	kicked, stale := false, false
	var watch sync.WaitGroup
	watch.Go(func() {
		for !stale {
			select {
			case <-s.kick:
				if kicked = true; time.Since(began) >= staleTry {
					stale = true
					cancel()
				}
			case <-over:
				return
			}
		}
	})
	live, err = s.dial(ctx)
	close(over)
	watch.Wait()
	if stale && err != nil {
		return nil, true, err
	}
	if kicked {
		signal(s.kick)
	}
	return live, false, err
}
