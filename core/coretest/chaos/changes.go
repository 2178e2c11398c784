// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"chatsecure.org/desktop/core/coretest/robot"
)

// What becomes of the messages of a round, each by its place in it.
const (
	corrected = iota // in each wave
	takenBack
	correctedThenTakenBack
	reactedTo // by the other side, in each wave
	ofRound   // messages of each device
)

// maxWaves is how many there are for a place that has to be passed several times.
const maxWaves = 6

// reactions are what the other side puts under a message, one in each wave.
var reactions = []string{"👍", "🎉", "☕"}

// ChangeAndCrashAt is CrashAt for changes: a few messages are corrected, taken back,
// reacted to and marked as read by both sides, in waves, until the first device's client
// has died at the place, which it passes for the n-th time then. What it had said was done is not done again. It is an error if
// the client never passes the place, or if in the end something is not everywhere as it
// was changed.
func (t *Trial) ChangeAndCrashAt(ctx context.Context, place string, n int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	r := round{t: t, first: t.grantedNow()}
	t.Allow(r.first + ofRound)
	alive := func() bool { return true }
	if err := r.agree(ctx, 0, alive); err != nil {
		return fmt.Errorf("before all changes: %w", err)
	}
	d := t.devices[0]
	d.kill()
	pipe, done := (*robot.Pipe)(nil), 0
	for wave := 1; ; wave++ {
		for _, other := range t.devices[1:] {
			if err := r.change(ctx, other, wave, new(int)); err != nil {
				return err
			}
		}
		if pipe == nil {
			if err := d.start(fmt.Sprintf("CHATSECURE_CRASH=%s:%d", place, n)); err != nil {
				return err
			}
			d.mu.Lock()
			pipe = d.pipe
			d.mu.Unlock()
			alive = func() bool { return !has(pipe.Ended()) }
		}
		done = 0
		err := r.change(ctx, d, wave, &done)
		if err == nil {
			err = r.agree(ctx, wave, alive)
		}
		switch {
		case !alive():
			t.log("%s: died at %s (%d) in wave %d", d.label, place, n, wave)
			if err := d.until(ctx, func() bool { return d.pipe == nil }); err != nil {
				return err
			}
			if err := d.start(); err != nil {
				return err
			}
			if err := r.change(ctx, d, wave, &done); err != nil {
				return err
			}
			return r.agree(ctx, wave, func() bool { return true })
		case err != nil:
			return err
		case wave == maxWaves:
			return fmt.Errorf("the client never passes %s %d times", place, n)
		}
	}
}

func has(ended <-chan struct{}) bool {
	select {
	case <-ended:
		return true
	default:
		return false
	}
}

// round is the messages that are changed: those from first on.
type round struct {
	t     *Trial
	first int
}

// act is one thing that a person does.
type act struct {
	method string
	label  string // of the device whose message it is about
	place  int    // of that message
	params map[string]any
}

func (r round) acts(d *device, wave int) (all []act) {
	all = append(all, act{"message.correct", d.label, corrected, map[string]any{"body": r.text(d.label, corrected, wave)}})
	switch wave {
	case 1:
		all = append(all, act{"message.correct", d.label, correctedThenTakenBack, map[string]any{"body": r.text(d.label, correctedThenTakenBack, wave)}},
			act{"message.retract", d.label, takenBack, map[string]any{}})
	case 2:
		all = append(all, act{"message.retract", d.label, correctedThenTakenBack, map[string]any{}})
	}
	for _, other := range r.t.devices {
		if other.own != d.own {
			all = append(all, act{"message.react", other.label, reactedTo, map[string]any{"emoji": []string{reactions[wave%len(reactions)]}}})
		}
	}
	return append(all, act{"conversation.read", "", 0, map[string]any{}})
}

// change lets a device do all of a wave but what is done already. It waits for a client
// that runs, and its error is robot.ErrEnded if that ends.
func (r round) change(ctx context.Context, d *device, wave int, done *int) error {
	for all := r.acts(d, wave); *done < len(all); *done++ {
		a := all[*done]
		if a.label != "" {
			rows, _, err := d.newest(ctx, "", 1000)
			if err != nil {
				return err
			}
			name := originID(a.label, r.first+a.place)
			i := slices.IndexFunc(rows, func(m message) bool { return m.OriginID == name })
			if i < 0 {
				return fmt.Errorf("%s has lost %s", d.name(), name)
			}
			a.params["id"] = rows[i].ID
		}
		var refused *robot.Error
		err := d.call(ctx, a.method, a.params, nil)
		if errors.As(err, &refused) && refused.Data.Code == "not-found" && a.method == "message.retract" {
			continue // it was done, and the client died before it said so
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// agree waits until all devices show what they have to after a wave, or alive is false.
// The error says what is otherwise when nothing moves any more.
func (r round) agree(ctx context.Context, wave int, alive func() bool) error {
	var last string
	for moved := time.Now(); alive(); {
		wrong := ""
		for _, d := range r.t.devices {
			wrong += r.compare(ctx, d, wave)
		}
		if wrong == "" {
			return nil
		}
		if wrong != last {
			moved, last = time.Now(), wrong
		}
		if time.Since(moved) > r.t.o.Patience || !pause(ctx, 100*time.Millisecond) {
			return fmt.Errorf("after wave %d:\n%s", wave, wrong)
		}
	}
	return nil
}

// compare says what is not as it should be at a device.
func (r round) compare(ctx context.Context, d *device, wave int) (wrong string) {
	rows, _, err := d.newest(ctx, "", ofRound*len(r.t.devices))
	if err != nil {
		return fmt.Sprintf("%s: %v\n", d.name(), err)
	}
	ready, gaps, err := d.caughtUp(ctx)
	if err != nil || !ready {
		wrong += fmt.Sprintf("%s has not caught up: %d gaps, %v\n", d.name(), gaps, err)
	}
	if unread, err := d.unread(ctx); err != nil || wave > 0 && unread > 0 {
		wrong += fmt.Sprintf("%s: %d unread, %v\n", d.name(), unread, err)
	}
	for _, from := range r.t.devices {
		for place := range ofRound {
			var found []message
			for _, m := range rows {
				if m.OriginID == originID(from.label, r.first+place) {
					found = append(found, m)
				}
			}
			if len(found) != 1 {
				wrong += fmt.Sprintf("%s has %d of %s %d\n", d.name(), len(found), from.label, place)
				continue
			}
			got := seen(found[0])
			if want := r.want(d, from, place, wave); got != want {
				wrong += fmt.Sprintf("%s shows of %s %d\n  %s\n  %s is right\n", d.name(), from.label, place, got, want)
			}
		}
	}
	return wrong
}

// seen is what a person sees of a message.
func seen(m message) string {
	return fmt.Sprintf("%s %s %q edited %t, taken back %t, %v, arrived %t", m.Kind, m.Direction, m.Body, m.Edited, m.Retracted, m.Reactions,
		m.Direction == "in" || m.Status == "read" || m.Retracted)
}

// want is what seen has to be.
func (r round) want(d, from *device, place, wave int) string {
	m := message{Kind: "text", Direction: "in", Body: body(from.label, r.first+place)}
	if from.own == d.own {
		m.Direction = "out"
		if wave > 0 {
			m.Status = "read"
		}
	}
	switch {
	case place == takenBack && wave > 0, place == correctedThenTakenBack && wave > 1:
		m.Body, m.Retracted, m.Edited = "", true, place == correctedThenTakenBack
	case wave > 0 && (place == corrected || place == correctedThenTakenBack):
		m.Body, m.Edited = r.text(from.label, place, wave), true
	case wave > 0 && place == reactedTo:
		m.Reactions = []reaction{{Emoji: reactions[wave%len(reactions)], Mine: from.own != d.own, Theirs: from.own == d.own}}
	}
	return seen(m)
}

// text is that of a message after a wave.
func (r round) text(label string, place, wave int) string {
	return fmt.Sprintf("%s, and better for the time %d", body(label, r.first+place), wave)
}
