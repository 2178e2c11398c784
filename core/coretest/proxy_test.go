// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// far is who stands behind a proxy: it hands out the connections that come.
type far struct {
	t     *testing.T
	proxy *Proxy
	conns chan net.Conn
}

func newFar(t *testing.T) *far {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p, err := OpenProxy(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	f := &far{t: t, proxy: p, conns: make(chan net.Conn, 10)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f.conns <- c
		}
	}()
	t.Cleanup(func() {
		p.Close()
		l.Close()
		<-ended
	})
	return f
}

// open makes a connection and returns both ends.
func (f *far) open() (near, other net.Conn) {
	f.t.Helper()
	near, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(f.proxy.Port())))
	if err != nil {
		f.t.Fatal(err)
	}
	select {
	case other = <-f.conns:
	case <-time.After(10 * time.Second):
		f.t.Fatal("nothing came through the proxy")
	}
	f.t.Cleanup(func() {
		near.Close()
		other.Close()
	})
	for _, c := range []net.Conn{near, other} {
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	}
	f.write(near, "open") // what has come through is known to the proxy
	f.read(other, "open")
	return near, other
}

func (f *far) write(c net.Conn, text string) {
	f.t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		f.t.Fatal(err)
	}
}

func (f *far) read(c net.Conn, want string) {
	f.t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		f.t.Fatalf("read %q and %v, want %q", got, err, want)
	}
}

// silent says that nothing comes for a while.
func (f *far) silent(c net.Conn) {
	f.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		f.t.Fatalf("read %d bytes and %v, want silence", n, err)
	}
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
}

// over reads to the end of a connection, which is a reset if abruptly is set.
func (f *far) over(c net.Conn, abruptly bool) []byte {
	f.t.Helper()
	got, err := io.ReadAll(c)
	if abruptly != errors.Is(err, syscall.ECONNRESET) || !abruptly && err != nil {
		f.t.Fatalf("the end is %v", err)
	}
	return got
}

func TestProxyCarries(t *testing.T) {
	f := newFar(t)
	near, other := f.open()
	f.write(near, "hello")
	f.read(other, "hello")
	f.write(other, "and back")
	f.read(near, "and back")
	near.(*net.TCPConn).CloseWrite()
	f.over(other, false)
	f.write(other, "the rest") // one side has closed, the other has not
	other.Close()
	if got := f.over(near, false); string(got) != "the rest" {
		t.Errorf("after the end of one side came %q", got)
	}
}

func TestProxyEnds(t *testing.T) {
	for _, abruptly := range []bool{true, false} {
		f := newFar(t)
		near, other := f.open()
		if n := f.proxy.end(abruptly); n != 1 {
			t.Fatalf("%d connections ended", n)
		}
		f.over(near, abruptly)
		f.over(other, abruptly)
		f.open()
	}
}

func TestProxyAway(t *testing.T) {
	f := newFar(t)
	near, other := f.open()
	f.proxy.Away(true)
	c, err := net.Dial("tcp", near.RemoteAddr().String())
	if err == nil {
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		f.over(c, true)
		c.Close()
	}
	f.write(near, "those that there were go on")
	f.read(other, "those that there were go on")
	f.proxy.Mend()
	f.open()
}

func TestProxyBreaks(t *testing.T) {
	const n = 100_000
	for _, w := range []Way{ToServer, ToClient} {
		f := newFar(t)
		near, other := f.open()
		from, to := near, other
		if w == ToClient {
			from, to = other, near
		}
		f.proxy.BreakAfter(w, n)
		go from.Write(bytes.Repeat([]byte("x"), 2*n)) //nolint:errcheck // it is cut off
		if got := f.over(to, true); len(got) != n {
			t.Errorf("%v: %d bytes came through, want %d", w, len(got), n)
		}
		f.open() // it breaks once
	}
}

func TestProxyStalls(t *testing.T) {
	f := newFar(t)
	near, other := f.open()
	f.proxy.Stall(ToServer)
	f.write(near, "later")
	f.write(other, "now")
	f.read(near, "now")
	f.silent(other)
	f.proxy.Mend()
	f.read(other, "later")
	f.proxy.Stall(BothWays)
	f.write(near, "never")
	f.silent(other)
	f.proxy.Cut()
	if got := f.over(other, true); len(got) > 0 {
		t.Errorf("%q came through", got)
	}
}

func TestProxyDrops(t *testing.T) {
	f := newFar(t)
	near, other := f.open()
	f.proxy.Drop(ToClient)
	f.write(other, "lost")
	f.write(near, "found")
	f.read(other, "found")
	f.silent(near)
	f.proxy.Mend()
	f.write(other, "the next")
	f.read(near, "the next")
}

func TestProxySlows(t *testing.T) {
	f := newFar(t)
	near, other := f.open()
	f.proxy.Slow(ToServer, 10_000)
	text := string(bytes.Repeat([]byte("x"), 2000))
	began := time.Now()
	f.write(near, text)
	f.read(other, text)
	if took := time.Since(began); took < 180*time.Millisecond {
		t.Errorf("2000 bytes took %v with 10,000 in a second", took)
	}
}

// Each torment ends the connections, and the way is good again after it.
func TestProxyTorment(t *testing.T) {
	f := newFar(t)
	r := rand.New(rand.NewPCG(1, 2))
	if what, died := f.proxy.Torment(t.Context(), r); died != 0 {
		t.Errorf("%d died of %q where there were none", died, what)
	}
	kinds := map[string]bool{}
	for range 40 {
		near, other := f.open()
		go io.Copy(io.Discard, other)                  //nolint:errcheck // until it is cut
		go near.Write(bytes.Repeat([]byte("x"), 4000)) //nolint:errcheck // it may be cut off
		what, died := f.proxy.Torment(t.Context(), r)
		if died != 1 {
			t.Fatalf("%d died of %q", died, what)
		}
		if _, err := io.ReadAll(near); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("after %q the connection lives", what)
		}
		for _, kind := range []string{"cut", "finish", "break", "stall", "drop", "slow"} {
			if bytes.HasPrefix([]byte(what), []byte(kind)) {
				kinds[kind] = true
			}
		}
		f.open()
		f.proxy.Cut()
	}
	if len(kinds) != 6 {
		t.Errorf("only these were tried: %v", kinds)
	}
}
