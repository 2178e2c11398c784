// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// CrashAt lets the first device's client die at a place of that name, when it
// passes it for the n-th time (package crash), and starts it again. The program
// must be built with crashpoints. All clients run before and after. It is an error
// if the client never passes the place, although it is given everything: messages
// that came while it was away, messages both ways, and links that break.
func (t *Trial) CrashAt(ctx context.Context, place string, n int) error {
	const burst = 12
	away := 8
	if strings.HasPrefix(place, "page-") {
		away += 300 * (n - 1) // a page has 250
	}
	limit, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	d := t.devices[0]
	if err := d.until(limit, func() bool { return d.state == "online" }); err != nil {
		return fmt.Errorf("the client is not online: %w", err)
	}
	d.kill()
	t.log("%s: killed, to come back and die at %s (%d)", d.label, place, n)
	t.Allow(t.grantedNow() + away)
	for _, other := range t.devices[1:] {
		granted := t.grantedNow()
		if err := other.until(limit, func() bool { return other.answered >= granted }); err != nil {
			return fmt.Errorf("the others do not send: %w", err)
		}
	}
	if err := d.start(fmt.Sprintf("CHATSECURE_CRASH=%s:%d", place, n)); err != nil {
		return err
	}
	d.mu.Lock()
	pipe := d.pipe
	d.mu.Unlock()
	r := t.o.random(fmt.Sprint(place, n))
	dead := func() bool { return has(pipe.Ended()) }
	for round := 0; !dead(); round++ {
		soon, cancel := context.WithTimeout(limit, 3*time.Second)
		_ = d.until(soon, func() bool { return d.state == "online" || dead() })
		cancel()
		t.Allow(t.grantedNow() + burst)
		select {
		case <-pipe.Ended():
		case <-limit.Done():
			d.kill()
			return fmt.Errorf("the client never passes %s %d times", place, n)
		case <-time.After(time.Duration(200+r.IntN(400)) * time.Millisecond):
			what, _ := d.proxy.Torment(limit, r)
			t.log("%s: link: %s", d.label, what)
		}
	}
	t.log("%s: died at %s", d.label, place)
	if err := d.until(limit, func() bool { return d.pipe == nil }); err != nil {
		return err
	}
	return d.start()
}

func (t *Trial) grantedNow() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.granted
}
