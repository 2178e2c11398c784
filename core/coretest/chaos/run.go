// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Run starts the clients and does all that the options say. It returns when the
// last fault has been and all messages may be sent; Finish waits for them. An
// error is one of the trial, not of what is tried.
func (t *Trial) Run(ctx context.Context) error {
	t.events = t.o.Cuts + t.o.Kills
	if err := t.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, len(t.devices)+2)
	var lanes sync.WaitGroup
	for i, d := range t.devices {
		r := t.o.random("faults of " + d.label)
		plan := deal(r, share(t.o.Cuts, i, len(t.devices)), share(t.o.Kills, i, len(t.devices)))
		lanes.Go(func() {
			if err := t.hurt(ctx, d, r, plan); err != nil {
				failed <- err
				cancel()
			}
		})
	}
	lanes.Go(func() {
		if err := t.restart(ctx, t.o.random("restarts")); err != nil {
			failed <- err
			cancel()
		}
	})
	tick, stop := context.WithCancel(ctx)
	go t.tell(tick)
	lanes.Wait()
	stop()
	select {
	case err := <-failed:
		return err
	default:
	}
	t.Allow(t.o.Messages)
	return ctx.Err()
}

// share is the part of n that the i-th of some gets.
func share(n, i, of int) int { return n*(i+1)/of - n*i/of }

// deal shuffles cuts (false) and kills (true).
func deal(r *rand.Rand, cuts, kills int) []bool {
	plan := make([]bool, cuts+kills)
	for i := range kills {
		plan[i] = true
	}
	r.Shuffle(len(plan), func(i, j int) { plan[i], plan[j] = plan[j], plan[i] })
	return plan
}

// hurt does one fault after the other to a device. Most come when its client is
// online and messages are just on their way, the others at any moment.
func (t *Trial) hurt(ctx context.Context, d *device, r *rand.Rand, plan []bool) error {
	for _, kill := range plan {
		if err := t.fault(ctx, d, r, kill); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trial) fault(ctx context.Context, d *device, r *rand.Rand, kill bool) error {
	t.peace.RLock()
	defer t.peace.RUnlock()
	calm, wait, both := r.IntN(5) > 0, time.Duration(r.Int64N(int64(100*time.Millisecond))), r.IntN(10) == 0
	if calm {
		limit, cancel := context.WithTimeout(ctx, 5*time.Second)
		_ = d.until(limit, func() bool { return d.state == "online" })
		t.flow(limit, 100)
		cancel()
	} else {
		wait *= 15
	}
	t.more()
	if !pause(ctx, wait) {
		return ctx.Err()
	}
	if !kill {
		return t.cut(ctx, d, r, both)
	}
	d.kill()
	t.log("%s: killed", d.label)
	if n := t.count(&t.kills); n%25 == 0 {
		t.count(&t.checks)
		if err := d.check(ctx, false); err != nil {
			d.trouble("the database after kill %d: %v", n, err)
		}
	}
	return d.start()
}

// flow waits until what the clients have been given to send has arrived but for some:
// links that die faster than they are made again would only pile it up, and nothing
// would be on its way when they do.
func (t *Trial) flow(ctx context.Context, some int) {
	for _, d := range t.devices {
		for {
			sent := 0
			for _, other := range t.devices {
				if other.own != d.own {
					other.mu.Lock()
					sent += other.answered
					other.mu.Unlock()
				}
			}
			if came, err := d.unread(ctx); err == nil && came+some >= sent {
				break
			}
			if !pause(ctx, 100*time.Millisecond) {
				return
			}
		}
	}
}

// cut lets the link of a device die, or of all.
func (t *Trial) cut(ctx context.Context, d *device, r *rand.Rand, all bool) error {
	if all {
		for _, other := range t.devices {
			if other != d {
				other.proxy.Cut()
			}
		}
	}
	for {
		d.torment.Lock()
		what, died := d.proxy.Torment(ctx, r)
		d.torment.Unlock()
		if died > 0 {
			t.log("%s: link: %s", d.label, what)
			t.count(&t.cuts)
			return ctx.Err()
		}
		if !pause(ctx, 10*time.Millisecond) { // until there is one
			return ctx.Err()
		}
	}
}

// restart restarts the server now and then while the other faults go on.
func (t *Trial) restart(ctx context.Context, r *rand.Rand) error {
	for i := range t.o.Restarts {
		due := t.events * (i + 1) / (t.o.Restarts + 1)
		for t.past() < due {
			if !pause(ctx, 50*time.Millisecond) {
				return ctx.Err()
			}
		}
		if t.o.Forgive {
			t.peace.Lock()
			limit, cancel := context.WithTimeout(ctx, t.o.Patience)
			t.flow(limit, 0)
			cancel()
		}
		t.log("the server stops")
		t.server.Stop()
		if t.o.Forgive {
			t.peace.Unlock()
		}
		if !pause(ctx, time.Duration(r.Int64N(int64(time.Second)))) {
			return ctx.Err()
		}
		if err := t.server.Start(ctx); err != nil {
			return err
		}
		t.log("the server is back")
		t.count(&t.restarts)
	}
	return nil
}

// more lets the devices send the part of the messages that belongs to the next
// fault.
func (t *Trial) more() {
	t.mu.Lock()
	t.done++
	n := t.o.Messages * t.done / max(1, t.events)
	t.mu.Unlock()
	t.Allow(n)
}

func (t *Trial) past() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.done
}

func (t *Trial) count(what *int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	*what++
	return *what
}

func (t *Trial) log(format string, args ...any) { t.o.Log(format, args...) }

// tell says from time to time how far it is.
func (t *Trial) tell(ctx context.Context) {
	for pause(ctx, 10*time.Second) {
		t.log("PROGRESS: %s", t.progress())
	}
}

func (t *Trial) progress() string {
	t.mu.Lock()
	s := fmt.Sprintf("%d of %d faults (%d cuts, %d kills, %d restarts)", t.done, t.events, t.cuts, t.kills, t.restarts)
	t.mu.Unlock()
	for _, d := range t.devices {
		d.mu.Lock()
		s += fmt.Sprintf("; %s: %d sent, %s", d.label, d.answered, d.state)
		d.mu.Unlock()
	}
	return s
}
