// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// agony is how long a connection may take to die.
const agony = 500 * time.Millisecond

// Torment lets the present connections die of something that happens to networks,
// as r chooses, and mends the way. It returns what it was and how many died; with
// none to begin with it does nothing.
func (p *Proxy) Torment(ctx context.Context, r *rand.Rand) (what string, died int) {
	way := []Way{ToServer, ToClient, BothWays}[r.IntN(3)]
	kind, n, lasts := r.IntN(7), r.Int64N(6000), time.Duration(r.Int64N(int64(agony)))
	all := p.connections()
	if len(all) == 0 {
		return "nothing", 0
	}
	p.Mend()
	defer p.Mend()
	switch kind {
	case 0:
		what = "cut"
		lasts = 0
	case 1:
		what = "finish"
		p.Finish()
	case 2, 3:
		what = fmt.Sprintf("break %s after %d bytes", way, n)
		lasts = agony // or earlier
		p.BreakAfter(way, n)
	case 4:
		what = fmt.Sprintf("stall %s for %v", way, lasts)
		p.Stall(way)
	case 5:
		what = fmt.Sprintf("drop %s for %v", way, lasts)
		p.Drop(way)
	case 6:
		what = fmt.Sprintf("slow %s with %d bytes a second for %v", way, n, lasts)
		p.Slow(way, int(n))
	}
	limit, cancel := context.WithTimeout(ctx, lasts)
	defer cancel()
	for _, c := range all {
		select {
		case <-c.gone:
		case <-limit.Done():
		}
	}
	for _, c := range all {
		c.end(true)
	}
	return what, len(all)
}

// String names a way.
func (w Way) String() string {
	switch w {
	case ToServer:
		return "to the server"
	case ToClient:
		return "to the client"
	}
	return "both ways"
}
