// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"sync"
)

// tellEvery is how many stanzas become handled before the server is told so
// unasked.
const tellEvery = 50

// counter knows which of the stanzas that came in are handled (XEP-0198 §4): an
// IQ when the library has it or the gate has refused it, a message or a presence
// when Handled was called for it or for a later one. Its numbers are those of
// Element.Seq.
type counter struct {
	start uint32 // what h began with; 0 except in tests

	mu      sync.Mutex
	before  uint64   // the last that came before the server began to count
	read    uint64   // the last that is handled or open
	handled uint64   // of Handled
	open    []uint64 // given out and not handled, in order
	said    uint64   // the last number that the server was told
	owes    bool     // it was less than had come in
	settled chan struct{}
}

// pass notes that an element goes to Next.
func (c *counter) pass(seq uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = seq
	if seq > c.handled {
		c.open = append(c.open, seq)
	}
}

// done notes that a stanza needs nobody any more. It says whether the server is
// to be told.
func (c *counter) done(seq uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = seq
	return c.due()
}

// handle notes that what Next gave up to seq is stored. It says whether the
// server is to be told.
func (c *counter) handle(seq uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handled = max(c.handled, seq)
	n := 0
	for n < len(c.open) && c.open[n] <= c.handled {
		n++
	}
	if c.open = c.open[n:]; len(c.open) == 0 {
		c.open = nil // not to keep the space of a flood
		if c.settled != nil {
			close(c.settled)
			c.settled = nil
		}
	}
	return c.due()
}

// due is called with mu held.
func (c *counter) due() bool {
	return c.last()-c.said >= tellEvery || c.owes && len(c.open) == 0
}

// last is the last number of which it and all before are handled. mu is held.
func (c *counter) last() uint64 {
	n := c.read
	if len(c.open) > 0 {
		n = c.open[0] - 1
	}
	return max(n, c.before)
}

// begin is where the server begins to count: behind seq.
func (c *counter) begin(seq uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before, c.said = seq, seq
}

// h is what the server is told, which then knows it.
func (c *counter) h() uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = c.last()
	c.owes = c.said < c.read
	return c.start + uint32(c.said-c.before)
}

// wait returns when all that was given out is handled.
func (c *counter) wait(ctx context.Context, down <-chan struct{}) error {
	c.mu.Lock()
	if len(c.open) == 0 {
		c.mu.Unlock()
		return nil
	}
	if c.settled == nil {
		c.settled = make(chan struct{})
	}
	settled := c.settled
	c.mu.Unlock()
	select {
	case <-settled:
	case <-down:
	case <-ctx.Done():
		return linkError("connect", ctx.Err())
	}
	return nil
}
