// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"context"
	"fmt"
	"time"
)

// Finish mends everything, waits until all that may be sent has arrived or nothing
// moves any more, ends the clients in good order and looks at what each has.
func (t *Trial) Finish(ctx context.Context) *Verdict {
	for _, d := range t.devices {
		d.proxy.Mend()
	}
	began := time.Now()
	moved, told, last := began, began, ""
	for {
		quiet, now := t.quiet(ctx)
		if now != last {
			moved, last = time.Now(), now
		}
		if time.Since(told) > 5*time.Second {
			told = time.Now()
			t.log("PROGRESS: waiting for the rest:%s", now)
		}
		if quiet || time.Since(moved) > t.o.Patience {
			break
		}
		if !pause(ctx, 200*time.Millisecond) {
			break
		}
	}
	t.log("PROGRESS: the rest took %v", time.Since(began).Round(time.Millisecond))
	return t.judge(ctx)
}

// quiet says whether all is where it belongs, as far as the clients know, and how
// far it is in words. It may be wrong; the verdict is not.
func (t *Trial) quiet(ctx context.Context) (bool, string) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	all, words := true, ""
	t.mu.Lock()
	granted := t.granted
	t.mu.Unlock()
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
		queued, gaps := 0, 0
		for _, m := range page {
			if m.Direction == "out" && m.Status == "queued" {
				queued++
			}
			if m.Kind == "gap" {
				gaps++
			}
		}
		if err != nil || err2 != nil || answered < granted || unread < expected || queued > 0 || gaps > 0 {
			all = false
		}
		words += fmt.Sprintf(" %s: %d sent, %d queued, %d of %d came, %d gaps;", d.label, answered, queued, unread, expected, gaps)
	}
	return all, words
}

// judge ends the clients and looks at everything.
func (t *Trial) judge(ctx context.Context) *Verdict {
	v := &Verdict{Seed: t.o.Seed, Expected: t.granted, Faults: t.progress()}
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
	for _, d := range t.devices {
		all, err := d.stored(ctx)
		if err != nil {
			d.trouble("the database could not be read: %v", err)
		}
		if err := d.check(ctx); err != nil {
			d.trouble("the database is not whole: %v", err)
		}
		if len(shown[d]) != len(all) {
			d.trouble("it showed %d messages and stored %d", len(shown[d]), len(all))
		} else {
			for i := range all {
				if shown[d][i].ID != all[i].ID || shown[d][i].Body != all[i].Body {
					d.trouble("it showed %s at place %d and stored %s", shown[d][i].ID, i, all[i].ID)
					break
				}
			}
		}
		for _, from := range t.devices {
			v.Streams = append(v.Streams, follow(d, from, t.granted, all))
		}
		f := Finding{Who: d.name(), Troubles: d.troubles}
		f.Troubles = append(f.Troubles, odd(d, all, t.devices)...)
		v.Findings = append(v.Findings, f)
	}
	return v
}

func (d *device) name() string { return d.label + " (" + d.own.Local + ")" }
