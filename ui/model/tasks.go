// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"sync"
	"time"
)

// Dispatch runs f on the goroutine that owns every widget and every model
// value, later and in the order of the calls: fyne.Do in the program, a queue
// with one goroutine in tests. It may be called from any goroutine and does not
// wait for f.
type Dispatch func(f func())

// Job fetches or commands off the UI goroutine and returns what to do with the
// result on it; nil for nothing. It must end soon after ctx does, and must not
// touch a model except in apply.
type Job func(ctx context.Context) (apply func())

// Tasks runs jobs and waits for them at the end.
type Tasks struct {
	dispatch Dispatch
	ctx      context.Context
	cancel   context.CancelFunc

	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup
}

// NewTasks returns Tasks whose jobs end with ctx at the latest.
func NewTasks(ctx context.Context, d Dispatch) *Tasks {
	ctx, cancel := context.WithCancel(ctx)
	return &Tasks{dispatch: d, ctx: ctx, cancel: cancel}
}

// Run starts a job in a goroutine of its own. Jobs started so may end in any
// order: use a Lane where order matters. After Close it does nothing.
func (t *Tasks) Run(job Job) { t.start(t.ctx, job) }

// RunUntil is Run with a way to end the job early: nothing is applied after
// stop was called on the UI goroutine.
func (t *Tasks) RunUntil(job Job) (stop func()) {
	ctx, cancel := context.WithCancel(t.ctx)
	stopped := false
	t.start(ctx, func(ctx context.Context) func() {
		apply := job(ctx)
		return func() {
			defer cancel()
			if apply != nil && !stopped {
				apply()
			}
		}
	})
	return func() { stopped = true; cancel() }
}

func (t *Tasks) start(ctx context.Context, job Job) {
	if !t.add() {
		return
	}
	go func() {
		defer t.wg.Done()
		if apply := job(ctx); apply != nil {
			t.dispatch(apply)
		}
	}()
}

func (t *Tasks) add() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	t.wg.Add(1)
	return true
}

func (t *Tasks) ended() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closed
}

// Close takes no more jobs, gives the running ones (a draft being saved) the
// time of grace to end, cancels what is left and waits for it. It may be called
// from any goroutine; results that come back late are still dispatched.
func (t *Tasks) Close(grace time.Duration) {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	timer := time.AfterFunc(grace, t.cancel)
	t.wg.Wait()
	timer.Stop()
	t.cancel()
}

// Lane runs its jobs one after another, in the order of the calls: a later
// query sees at least what an earlier one saw, two sends keep their order.
type Lane struct {
	tasks *Tasks

	mu      sync.Mutex
	waiting []Job
	running bool
}

// NewLane returns a lane of its own; lanes do not wait for each other.
func (t *Tasks) NewLane() *Lane { return &Lane{tasks: t} }

// Run appends a job. After Tasks.Close it does nothing.
func (l *Lane) Run(job Job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, job)
	if l.running || !l.tasks.add() {
		return
	}
	l.running = true
	go l.work()
}

func (l *Lane) work() {
	defer l.tasks.wg.Done()
	for {
		l.mu.Lock()
		if len(l.waiting) == 0 {
			l.running = false
			l.mu.Unlock()
			return
		}
		job := l.waiting[0]
		l.waiting = l.waiting[1:]
		l.mu.Unlock()
		if apply := job(l.tasks.ctx); apply != nil {
			l.tasks.dispatch(apply)
		}
	}
}
