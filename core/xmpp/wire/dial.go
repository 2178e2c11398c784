// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"strconv"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// stagger is how long a target may take before the next one is tried beside it:
// some networks swallow connections without a word.
const stagger = 2 * time.Second

func lengthOf(b []byte) string { return strconv.Itoa(len(b)) + " bytes" }

// patient gives a context an end if it has none.
func patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, dialPatience)
}

// connect finds the server and returns the first link that is up. The others are
// closed. Nothing secret is sent.
func (c *Config) connect(ctx context.Context) (*link, error) {
	targets, err := c.targets(ctx)
	if err != nil {
		return nil, linkError("find server", err)
	}
	if len(targets) == 1 {
		return c.attempt(ctx, targets[0])
	}
	return c.race(ctx, targets)
}

type attempted struct {
	link *link
	err  error
}

// race tries targets in order, each when the one before has failed or taken
// long. When it returns, every other attempt has been told to end and will
// close what it has.
func (c *Config) race(ctx context.Context, targets []target) (*link, error) {
	race, stop := context.WithCancel(ctx)
	defer stop()
	results := make(chan attempted)
	running := 0
	var worst error
	var timer <-chan time.Time
	for {
		if len(targets) > 0 && timer == nil {
			t := targets[0]
			targets = targets[1:]
			running++
			go func() {
				l, err := c.attempt(race, t)
				select {
				case results <- attempted{l, err}:
				case <-race.Done():
					if l != nil {
						l.raw.Close()
					}
				}
			}()
			timer = time.After(stagger)
		}
		if running == 0 {
			return nil, worst
		}
		select {
		case r := <-results:
			running--
			if r.err == nil {
				return r.link, nil
			}
			if telling(r.err) > telling(worst) {
				worst = r.err
			}
			timer = nil
		case <-timer:
			timer = nil
		case <-ctx.Done():
			return nil, linkError("connect", ctx.Err())
		}
	}
}

// telling says how much an error tells a person who has several: that somebody
// answered with a wrong certificate says more than that nobody answered.
func telling(err error) int {
	if err == nil {
		return 0
	}
	if chat.KindOf(err) == chat.Certificate {
		return 5
	}
	switch chat.CodeOf(err) {
	case chat.CodeNoTLS, chat.CodeTLS, chat.CodeTLSVersion:
		return 4
	case chat.CodeConnectionRefused, chat.CodeHostNotFound:
		return 2
	case chat.CodeNoNetwork, chat.CodeTimeout:
		return 1
	}
	return 3
}
