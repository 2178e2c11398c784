// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/coretest"
	"chatsecure.org/desktop/core/coretest/robot"
)

// device is a client with a profile of its own, on a link of its own. It is started
// anew after each death; what it had not answered is then said to it again, as a
// person does who finds the program gone. Any goroutine may call its methods.
type device struct {
	label  string // what its messages begin with
	person *robot.Person
	proxy  *coretest.Proxy
	own    chat.Address
	peer   chat.Address
	window int
	env    []string
	how    string // all its messages are encrypted
	log    func(format string, args ...any)

	torment sync.Mutex     // one fault of the link at a time
	watches sync.WaitGroup // for the ends of clients

	mu       sync.Mutex
	changed  chan struct{} // closed, and replaced, with each change of what follows
	pipe     *robot.Pipe   // nil while none runs
	state    string        // of the account, as the client says
	allowed  int           // messages that may be sent now
	answered int           // messages that the client has said it stored: all below
	refused  int           // answers that were errors; the message was sent again
	troubles []string      // what must not happen
}

// change changes what mu guards and tells those who wait.
func (d *device) change(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	do()
	close(d.changed)
	d.changed = make(chan struct{})
}

// until waits for a condition, which is asked under the lock.
func (d *device) until(ctx context.Context, cond func() bool) error {
	for {
		d.mu.Lock()
		ok, changed := cond(), d.changed
		d.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *device) trouble(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	d.log("%s: TROUBLE: %s", d.label, text)
	d.change(func() { d.troubles = append(d.troubles, text) })
}

// start starts the client, which must not run. It may end only by kill and end, or,
// with a place to crash at among env, by itself.
func (d *device) start(env ...string) error {
	pipe, err := d.person.Pipe(d.noted, append(d.env, env...)...)
	if err != nil {
		return err
	}
	d.change(func() { d.pipe, d.state = pipe, "starting" })
	d.watches.Go(func() { d.mourn(pipe, len(env) > 0) })
	pipe.Start("subscribe", nil)
	return nil
}

// mourn waits for the end of a client. One that nobody wanted is a trouble, and
// another takes its place.
func (d *device) mourn(pipe *robot.Pipe, mortal bool) {
	<-pipe.Ended()
	byItself := false
	d.change(func() {
		if byItself = d.pipe == pipe; byItself {
			d.pipe, d.state = nil, "dead"
		}
	})
	if !byItself || mortal {
		return
	}
	d.trouble("the client ended by itself: %v", pipe.Err())
	if err := d.start(); err != nil {
		d.trouble("the client does not start again: %v", err)
	}
}

// take takes the running client, so that its end is wanted; nil if none runs.
func (d *device) take(state string) (pipe *robot.Pipe) {
	d.change(func() { pipe, d.pipe, d.state = d.pipe, nil, state })
	return pipe
}

// noted takes a notification of the client.
func (d *device) noted(method string, params json.RawMessage) {
	if method != "account.status" {
		return
	}
	var status struct{ State, Error string }
	if json.Unmarshal(params, &status) != nil {
		return
	}
	d.log("%s: %s %s", d.label, status.State, status.Error)
	if status.State == "failed" {
		d.trouble("the account failed: %s", status.Error)
	}
	d.change(func() { d.state = status.State })
}

// kill ends the client as a power cut does.
func (d *device) kill() {
	if pipe := d.take("killed"); pipe != nil {
		pipe.Kill()
	}
}

// end ends the client in good order.
func (d *device) end(ctx context.Context) {
	if pipe := d.take("ended"); pipe != nil {
		if err := pipe.End(ctx); err != nil {
			d.trouble("the client ended with %v", err)
		}
	}
}

// call asks the running client.
func (d *device) call(ctx context.Context, method string, params map[string]any, into any) error {
	d.mu.Lock()
	pipe := d.pipe
	d.mu.Unlock()
	if pipe == nil {
		return robot.ErrEnded
	}
	params["account"], params["address"] = d.own.String(), d.peer.String()
	return pipe.Call(ctx, method, params, into)
}

// watch has the client try at once when its connection is lost, as it does when the
// system says that the network is back: a trial can not wait for its patience.
func (d *device) watch(ctx context.Context, r *rand.Rand) {
	offline := func() bool { return d.pipe != nil && d.state == "offline" }
	for d.until(ctx, offline) == nil {
		if !pause(ctx, time.Duration(r.Int64N(int64(200*time.Millisecond)))) {
			return
		}
		d.mu.Lock()
		pipe := d.pipe
		d.mu.Unlock()
		if pipe != nil {
			pipe.Start("account.connect", map[string]any{"address": d.own.String()})
		}
		again, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		_ = d.until(again, func() bool { return !offline() })
		cancel()
	}
}

// send sends numbered messages as far as is allowed, until ctx ends. Each has an
// origin id of its own, so that one whose answer was lost can be sent again.
func (d *device) send(ctx context.Context) {
	var last *robot.Pipe
	for d.until(ctx, func() bool { return d.pipe != nil && d.pipe != last && d.allowed > d.answered }) == nil {
		d.mu.Lock()
		pipe := d.pipe
		d.mu.Unlock()
		if d.sendTo(ctx, pipe) {
			last = pipe
		}
	}
}

// sendTo sends what is allowed to one run of the client; over says that it has
// ended.
func (d *device) sendTo(ctx context.Context, pipe *robot.Pipe) (over bool) {
	var flying []<-chan robot.Reply
	for {
		d.mu.Lock()
		answered, allowed := d.answered, d.allowed
		d.mu.Unlock()
		for n := answered + len(flying); n < allowed && len(flying) < d.window; n++ {
			flying = append(flying, pipe.Start("message.send", map[string]any{
				"account": d.own.String(), "address": d.peer.String(), "body": body(d.label, n), "origin_id": originID(d.label, n), "encryption": d.how,
			}))
		}
		if len(flying) == 0 {
			return false
		}
		var r robot.Reply
		select {
		case r = <-flying[0]:
		case <-ctx.Done():
			return true
		}
		switch r.Err {
		case nil:
			flying = flying[1:]
			d.change(func() { d.answered++ })
			continue
		case robot.ErrEnded:
			return true
		}
		d.change(func() { d.refused++ })
		d.log("%s: message %d is refused: %v", d.label, answered, r.Err)
		if d.window > 1 { // others behind it may have been stored
			d.trouble("message %d was refused: %v", answered, r.Err)
			return true
		}
		flying = nil
		if !pause(ctx, 100*time.Millisecond) {
			return true
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
