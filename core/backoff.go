// SPDX-License-Identifier: MPL-2.0

package core

import (
	"math/rand/v2"
	"time"
)

const (
	firstWait = 500 * time.Millisecond
	longWait  = time.Minute
	// stable is how long a connection must have lived for its end to count as
	// new trouble and not as more of the same.
	stable = time.Minute
)

// backoff is how long to wait before the next try: twice as long each time, to
// a minute, and between half of that and all of it, so that a server that comes
// back does not meet all its clients at once.
type backoff struct {
	tries int
}

func (b *backoff) reset() { b.tries = 0 }

func (b *backoff) next() time.Duration {
	wait := longWait
	if b.tries < 7 {
		wait = firstWait << b.tries
		b.tries++
	}
	return wait/2 + rand.N(wait/2+1)
}
