// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"net"
	"strconv"
	"sync"

	"chatsecure.org/desktop/core/chat"
)

// Way is a direction of a connection, or both.
type Way int

// The ways.
const (
	ToServer Way = 1 << iota
	ToClient
	BothWays = ToServer | ToClient
)

// Proxy is a way to a server on which things go wrong when they are wanted to:
// faults.go has them. What is set holds for the connections that there are and for
// new ones, until Mend. Any goroutine may call its methods.
type Proxy struct {
	listener net.Listener
	target   string
	wg       sync.WaitGroup

	mu      sync.Mutex
	conns   map[*proxied]struct{}
	closed  bool
	away    bool
	lanes   [2]lane
	changed chan struct{} // closed, and replaced, when something above has changed
}

// lane is what happens to bytes on one way.
type lane struct {
	stalled, dropped bool
	rate             int // bytes in a second; 0 is no limit
	breaks           bool
	left             int64 // bytes that still pass before it breaks
}

// OpenProxy opens a way to target (host:port) on a free port of loopback. The
// caller closes it.
func OpenProxy(target string) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: l, target: target, conns: make(map[*proxied]struct{}), changed: make(chan struct{})}
	p.wg.Go(p.accept)
	return p, nil
}

// Close ends the proxy and its connections.
func (p *Proxy) Close() {
	p.set(func() { p.closed = true })
	p.listener.Close()
	p.Cut()
	p.wg.Wait()
}

// Port is where clients connect, on 127.0.0.1.
func (p *Proxy) Port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// Through changes a login to go through the proxy.
func (p *Proxy) Through(login chat.Login) chat.Login {
	login.Host, login.Port = "127.0.0.1", p.Port()
	return login
}

// STARTTLS is where a server takes connections that begin in the clear.
func (s *Server) STARTTLS() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// set changes what a lock guards, and tells those who wait for it.
func (p *Proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		in := c.(*net.TCPConn)
		p.mu.Lock()
		away := p.away || p.closed
		p.mu.Unlock()
		if away {
			reset(in)
			continue
		}
		p.wg.Go(func() {
			out, err := net.Dial("tcp", p.target)
			if err != nil {
				reset(in) // as the server itself would
				return
			}
			p.serve(&proxied{in: in, out: out.(*net.TCPConn), gone: make(chan struct{})})
		})
	}
}

// proxied is a connection from a client and the one to the server that goes with it.
type proxied struct {
	in, out *net.TCPConn
	once    sync.Once
	gone    chan struct{} // closed when it is over
}

// end closes both sides: with a reset, or as who has said all closes.
func (c *proxied) end(abruptly bool) {
	c.once.Do(func() {
		close(c.gone)
		for _, side := range []*net.TCPConn{c.in, c.out} {
			if abruptly {
				reset(side)
			} else {
				side.Close()
			}
		}
	})
}

func reset(c *net.TCPConn) {
	_ = c.SetLinger(0)
	c.Close()
}

func (p *Proxy) serve(c *proxied) {
	p.mu.Lock()
	p.conns[c] = struct{}{}
	closed := p.closed
	p.mu.Unlock()
	if closed {
		c.end(true)
	}
	var both sync.WaitGroup
	both.Go(func() { p.carry(c, 0, c.in, c.out) })
	both.Go(func() { p.carry(c, 1, c.out, c.in) })
	both.Wait()
	c.end(false)
	p.mu.Lock()
	delete(p.conns, c)
	p.mu.Unlock()
}
