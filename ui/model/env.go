// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"errors"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Env is what every model needs around it.
type Env struct {
	Dispatch Dispatch
	Tasks    *Tasks
	// Now is the clock.
	Now func() time.Time
	// After runs f on the UI goroutine after d, unless stop is called before on
	// the UI goroutine, or Tasks are closed.
	After func(d time.Duration, f func()) (stop func())
	// Zone is where days begin; nil is the computer's.
	Zone *time.Location
}

// NewEnv returns the Env of the program with the system's clock. Close its
// Tasks when the window is gone.
func NewEnv(ctx context.Context, d Dispatch) *Env {
	tasks := NewTasks(ctx, d)
	return &Env{
		Dispatch: d,
		Tasks:    tasks,
		Now:      time.Now,
		After: func(wait time.Duration, f func()) func() {
			stopped := false
			timer := time.AfterFunc(wait, func() {
				if tasks.ended() { // the window is gone, and its goroutine with it
					return
				}
				d(func() {
					if !stopped {
						f()
					}
				})
			})
			return func() { stopped = true; timer.Stop() }
		},
	}
}

func (e *Env) local(t time.Time) time.Time {
	if e.Zone != nil {
		return t.In(e.Zone)
	}
	return t.Local()
}

// Listener hears of changes. Apply is called on the UI goroutine with the
// events merged since the last call.
type Listener interface {
	Apply(events []chat.Event)
}

// EventSource is met by *core.Subscription.
type EventSource interface {
	// Next waits for events; an error means that there will be no more.
	Next(ctx context.Context) ([]chat.Event, error)
}

// Pump hands every event to every listener until ctx ends or the source does,
// and returns the source's error, nil when ctx ended. It runs on a goroutine of
// its own. Listeners get the events in order, on the UI goroutine.
func Pump(ctx context.Context, src EventSource, d Dispatch, to ...Listener) error {
	for {
		events, err := src.Next(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		d(func() {
			for _, l := range to {
				l.Apply(events)
			}
		})
	}
}

// asError makes a *chat.Error of any error, nil of nil.
func asError(op string, err error) *chat.Error {
	if err == nil {
		return nil
	}
	var e *chat.Error
	if errors.As(err, &e) {
		return e
	}
	code := chat.CodeUnknown
	switch {
	case errors.Is(err, context.Canceled):
		code = chat.CodeCanceled
	case errors.Is(err, context.DeadlineExceeded):
		code = chat.CodeTimeout
	}
	return &chat.Error{Kind: chat.Bug, Op: op, Code: code, Err: err}
}

func call(f func()) {
	if f != nil {
		f()
	}
}
