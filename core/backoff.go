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
	// shakyTries is how far the wait grows while connections can be made, but do
	// not last: to two seconds.
	shakyTries = 2
)

// backoff is how long to wait before the next try: twice as long each time, to
// a minute, and between half of that and all of it, so that a server that comes
// back does not meet all its clients at once.
type backoff struct {
	tries int
}

func (b *backoff) reset() { b.tries = 0 }

// worked says that the last try led to a connection, which lived for so long. A
// short life is more of the same trouble, but not of a server that is down.
func (b *backoff) worked(lived time.Duration) {
	if lived >= stable {
		b.reset()
	}
	b.tries = min(b.tries, shakyTries)
}

func (b *backoff) next() time.Duration {
	wait := longWait
	if b.tries < 7 {
		wait = firstWait << b.tries
		b.tries++
	}
	return wait/2 + rand.N(wait/2+1)
}
