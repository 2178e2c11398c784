// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"io"
	"net"
	"strconv"
	"sync"
	"testing"

	"chatsecure.org/desktop/core/chat"
)

// Proxy is a way to a server that can be cut.
type Proxy struct {
	listener net.Listener
	target   string
	wg       sync.WaitGroup

	mu     sync.Mutex
	conns  map[*net.TCPConn]struct{}
	closed bool
}

// NewProxy opens a way to the STARTTLS port of s for the life of a test.
func NewProxy(t testing.TB, s *Server) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{
		listener: l, target: net.JoinHostPort(s.Host, strconv.Itoa(s.Port)),
		conns: make(map[*net.TCPConn]struct{}),
	}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		l.Close()
		p.Cut()
		p.wg.Wait()
	})
	return p
}

// Through changes a login to go through the proxy.
func (p *Proxy) Through(login chat.Login) chat.Login {
	login.Port = p.listener.Addr().(*net.TCPAddr).Port
	return login
}

// Cut resets all connections, as a network does that goes away: what was on its
// way is lost, on both sides. New ones may be made at once. It returns how many.
func (p *Proxy) Cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.SetLinger(0)
		c.Close()
	}
	return len(p.conns) / 2
}

func (p *Proxy) accept() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.target)
		if err != nil {
			in.Close()
			continue
		}
		p.wg.Go(func() { p.serve(in.(*net.TCPConn), out.(*net.TCPConn)) })
	}
}

func (p *Proxy) serve(in, out *net.TCPConn) {
	p.mu.Lock()
	p.conns[in], p.conns[out] = struct{}{}, struct{}{}
	if p.closed {
		in.Close()
		out.Close()
	}
	p.mu.Unlock()
	var both sync.WaitGroup
	for _, way := range [][2]*net.TCPConn{{in, out}, {out, in}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_ = way[0].CloseWrite()
		})
	}
	both.Wait()
	p.mu.Lock()
	delete(p.conns, in)
	delete(p.conns, out)
	p.mu.Unlock()
	in.Close()
	out.Close()
}
