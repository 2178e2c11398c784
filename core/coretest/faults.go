// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"errors"
	"io"
	"net"
	"time"
)

// Cut resets all connections, as a network does that goes away: what was on its
// way is lost, on both sides. New ones may be made at once. It returns how many.
func (p *Proxy) Cut() int { return p.end(true) }

// Finish closes all connections, as a machine between does that restarts in good
// order: what was on its way may arrive, then comes the end, without a word of XMPP.
func (p *Proxy) Finish() int { return p.end(false) }

func (p *Proxy) end(abruptly bool) int {
	all := p.connections()
	for _, c := range all {
		c.end(abruptly)
	}
	return len(all)
}

func (p *Proxy) connections() []*proxied {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]*proxied, 0, len(p.conns))
	for c := range p.conns {
		select {
		case <-c.gone:
		default:
			all = append(all, c)
		}
	}
	return all
}

// Away makes all new connections fail, or no longer.
func (p *Proxy) Away(on bool) { p.set(func() { p.away = on }) }

// Stall keeps what comes on a way, as a network does whose packets get lost and are
// sent again; nobody is told. After Mend it arrives.
func (p *Proxy) Stall(w Way) { p.each(w, func(l *lane) { l.stalled = true }) }

// Drop swallows what comes on a way, as a machine between does that has forgotten
// the connection. With TLS no connection that lost a byte can be used again.
func (p *Proxy) Drop(w Way) { p.each(w, func(l *lane) { l.dropped = true }) }

// Slow lets so many bytes through in a second.
func (p *Proxy) Slow(w Way, bytesPerSecond int) {
	p.each(w, func(l *lane) { l.rate = max(1, bytesPerSecond) })
}

// BreakAfter resets all connections when n more bytes have gone on a way: in the
// middle of whatever that is. It happens once.
func (p *Proxy) BreakAfter(w Way, n int64) {
	p.each(w, func(l *lane) { l.breaks, l.left = true, n })
}

// Mend ends all that was set.
func (p *Proxy) Mend() {
	p.set(func() { p.away, p.lanes = false, [2]lane{} })
}

func (p *Proxy) each(w Way, change func(*lane)) {
	p.set(func() {
		for i := range p.lanes {
			if w&(1<<i) != 0 {
				change(&p.lanes[i])
			}
		}
	})
}

// carry takes one way of a connection to its end.
func (p *Proxy) carry(c *proxied, way int, from, to *net.TCPConn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		for rest := buf[:n]; len(rest) > 0; {
			s, ok := p.pass(c, way, len(rest))
			if !ok {
				return
			}
			if s.n > 0 && !s.vanish {
				if _, err := to.Write(rest[:s.n]); err != nil {
					c.end(true)
					return
				}
			}
			if s.breaks {
				p.Cut()
				return
			}
			rest = rest[s.n:]
		}
		switch {
		case errors.Is(err, io.EOF):
			_ = to.CloseWrite()
			return
		case err != nil:
			c.end(true)
			return
		}
	}
}

// step is what becomes of the next bytes on a way.
type step struct {
	n      int  // how many
	vanish bool // and go nowhere
	breaks bool // and then all connections break
}

// pass waits until some of n bytes may go on a way. It is not ok when the
// connection is over.
func (p *Proxy) pass(c *proxied, way, n int) (s step, ok bool) {
	for {
		s, pause, changed := p.next(way, n)
		switch {
		case changed != nil:
			select {
			case <-changed:
				continue
			case <-c.gone:
				return s, false
			}
		case pause > 0:
			timer := time.NewTimer(pause)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-c.gone:
				return s, false
			}
		}
		return s, true
	}
}

// next says what may go on a way now and after which pause, or what to wait for.
func (p *Proxy) next(way, n int) (s step, pause time.Duration, changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := &p.lanes[way]
	if l.stalled {
		return s, 0, p.changed
	}
	s = step{n: n, vanish: l.dropped}
	if l.rate > 0 {
		s.n = min(n, max(1, l.rate/50))
		pause = time.Duration(s.n) * time.Second / time.Duration(l.rate)
	}
	if l.breaks {
		if int64(s.n) >= l.left {
			s.n, s.breaks, l.breaks = int(l.left), true, false
		}
		l.left -= int64(s.n)
	}
	return s, pause, nil
}
