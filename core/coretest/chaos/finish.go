// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Settle mends the links and waits until all that may be sent has arrived, or
// nothing moves any more.
func (t *Trial) Settle(ctx context.Context) {
	for _, d := range t.devices {
		d.proxy.Mend()
	}
	began := time.Now()
	moved, told, last, calm := began, began, "", time.Time{}
	for {
		quiet, now := t.quiet(ctx)
		if now != last || !quiet {
			calm = time.Time{}
		}
		if quiet && calm.IsZero() {
			calm = time.Now()
		}
		if now != last {
			moved, last = time.Now(), now
		}
		if time.Since(told) > 5*time.Second {
			told = time.Now()
			t.log("PROGRESS: waiting for the rest:%s", now)
		}
		if quiet && time.Since(calm) > calmFor || time.Since(moved) > t.o.Patience || !pause(ctx, 100*time.Millisecond) {
			t.log("the rest took %v:%s", time.Since(began).Round(time.Millisecond), now)
			return
		}
	}
}

// calmFor is how long all must be where it belongs: a client that has resumed its session
// looks at the archive once more a second later.
const calmFor = 2500 * time.Millisecond

// quiet says whether all is where it belongs, as far as the clients know, and how
// far it is in words. It may be wrong; the verdict is not.
func (t *Trial) quiet(ctx context.Context) (bool, string) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	all, words := true, ""
	granted := t.grantedNow()
	for _, d := range t.devices {
		expected := 0
		for _, other := range t.devices {
			if other.own != d.own {
				expected += granted
			}
		}
		d.mu.Lock()
		answered := d.answered
		d.mu.Unlock()
		unread, err := d.unread(ctx)
		page, _, err2 := d.newest(ctx, "", 1000)
		queued := 0
		for _, m := range page {
			if m.Direction == "out" && m.Status == "queued" {
				queued++
			}
		}
		ready, gaps, err3 := d.caughtUp(ctx) // else rows that were sent meanwhile may still change places
		if err != nil || err2 != nil || err3 != nil || answered < granted || unread < expected || queued > 0 || !ready {
			all = false
		}
		words += fmt.Sprintf(" %s: %d sent, %d queued, %d of %d came, %d gaps;", d.label, answered, queued, unread, expected, gaps)
	}
	return all, words
}

// Glance says what the running clients show.
func (t *Trial) Glance(ctx context.Context) *Verdict {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	v := t.verdict()
	for _, d := range t.devices {
		all, err := d.shown(ctx)
		if err != nil {
			d.trouble("what it shows could not be read: %v", err)
		}
		t.look(v, d, all)
	}
	return v
}

// Finish settles, ends the clients in good order and looks at what each shows and
// has stored.
func (t *Trial) Finish(ctx context.Context) *Verdict {
	t.Settle(ctx)
	v := t.verdict()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	shown := map[*device][]message{}
	for _, d := range t.devices {
		all, err := d.shown(ctx)
		if err != nil {
			d.trouble("what it shows could not be read: %v", err)
		}
		shown[d] = all
	}
	t.cancel() // nobody sends or connects any more
	t.background.Wait()
	for _, d := range t.devices {
		limit, cancel := context.WithTimeout(ctx, time.Minute)
		d.end(limit)
		cancel()
	}
	t.tapped()
	for _, d := range t.devices {
		all, err := d.stored(ctx)
		if err != nil {
			d.trouble("the database could not be read: %v", err)
		}
		if err := d.check(ctx, true); err != nil {
			d.trouble("the database is not whole: %v", err)
		}
		d.compare(shown[d], all)
		t.look(v, d, all)
	}
	return v
}

// Whole ends the clients in good order, and says what is wrong with their databases.
func (t *Trial) Whole(ctx context.Context) error {
	t.cancel()
	t.background.Wait()
	var troubles []string
	for _, d := range t.devices {
		d.end(ctx)
		if err := d.check(ctx, true); err != nil {
			d.trouble("the database is not whole: %v", err)
		}
		d.mu.Lock()
		troubles = append(troubles, d.troubles...)
		d.mu.Unlock()
	}
	if len(troubles) > 0 {
		return errors.New(strings.Join(troubles, "\n"))
	}
	return nil
}

func (t *Trial) verdict() *Verdict {
	return &Verdict{Seed: t.o.Seed, How: t.o.Encryption, Expected: t.grantedNow(), Faults: t.progress()}
}

// look adds to a verdict what a device has.
func (t *Trial) look(v *Verdict, d *device, all []message) {
	allowed := 0
	if t.o.Encryption == otr {
		allowed = shuffled
	}
	for _, from := range t.devices {
		v.Streams = append(v.Streams, follow(d, from, v.Expected, allowed, all))
	}
	for _, m := range all {
		if m.Kind == "undecryptable" {
			v.Unread++
		}
	}
	d.mu.Lock()
	troubles := append([]string(nil), d.troubles...)
	d.mu.Unlock()
	v.Findings = append(v.Findings, Finding{d.name(), append(troubles, odd(d, all, t.devices)...)})
}

// compare wants that what was shown is what is stored.
func (d *device) compare(shown, stored []message) {
	if len(shown) != len(stored) {
		d.trouble("it showed %d messages and stored %d", len(shown), len(stored))
		return
	}
	for i := range stored {
		if shown[i].ID != stored[i].ID || shown[i].Body != stored[i].Body {
			d.trouble("it showed %s at place %d and stored %s", shown[i].ID, i, stored[i].ID)
			return
		}
	}
}

func (d *device) name() string { return d.label + " (" + d.own.Local + ")" }
