// SPDX-License-Identifier: MPL-2.0

package coretest

import (
	"crypto/tls"
	"net"
	"sync"
)

// scriptedConn is one connection of a client. Its words are written by a goroutine
// of its own, so that no script ever waits for a client.
type scriptedConn struct {
	server *Scripted
	raw    net.Conn
	scram  *scramServer

	mu      sync.Mutex
	session *Session // whose it is now; never nil once elements are read
	out     []byte
	closing bool // behind what is in out
	wake    chan struct{}
}

const streamHeader = "<?xml version='1.0'?><stream:stream from='%s' id='%s' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"

// serve runs a connection to its end.
func (c *scriptedConn) serve() {
	defer c.raw.Close()
	secured, err := c.startTLS()
	if err != nil {
		return
	}
	var writer sync.WaitGroup
	writer.Go(func() { c.write(secured) })
	defer writer.Wait()
	defer c.close()
	c.session = &Session{server: c.server, conn: c}
	defer func() { c.current().lost(c) }()
	in := newElements(secured)
	for {
		e, err := in.next()
		if err != nil {
			return
		}
		s := c.current()
		switch {
		case e == nil:
			s.end()
			s.say("</stream:stream>")
			return
		case e.XMLName.Local == "stream":
			c.greet(s)
			continue
		}
		s.count(e)
		c.server.run(s, e)
		c.server.notify()
		if c.scram != nil && c.scram.proven {
			c.scram = nil
			in.restart()
		}
	}
}

func (c *scriptedConn) current() *Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

// startTLS is the beginning of every connection.
func (c *scriptedConn) startTLS() (net.Conn, error) {
	in := newElements(c.raw)
	if _, err := in.next(); err != nil {
		return nil, err
	}
	hello := sprintf(streamHeader, c.server.Domain, c.server.NewID()) +
		"<stream:features><starttls xmlns='" + nsTLS + "'><required/></starttls></stream:features>"
	if _, err := c.raw.Write([]byte(hello)); err != nil {
		return nil, err
	}
	if _, err := in.next(); err != nil {
		return nil, err
	}
	if _, err := c.raw.Write([]byte("<proceed xmlns='" + nsTLS + "'/>")); err != nil {
		return nil, err
	}
	return tls.Server(c.raw, &tls.Config{Certificates: []tls.Certificate{c.server.cert}, MinVersion: tls.VersionTLS12}), nil
}

// greet answers a stream header.
func (c *scriptedConn) greet(s *Session) {
	features := "<mechanisms xmlns='" + nsSASL + "'><mechanism>SCRAM-SHA-256</mechanism></mechanisms>"
	if s.Account != "" {
		c.server.mu.Lock()
		features = "<bind xmlns='" + nsBind + "'/><sm xmlns='" + nsSM + "'/>" + c.server.offers
		c.server.mu.Unlock()
	}
	s.say(sprintf(streamHeader, c.server.Domain, c.server.NewID()) + "<stream:features>" + features + "</stream:features>")
}

// put has text written.
func (c *scriptedConn) put(text string) {
	c.mu.Lock()
	if !c.closing {
		c.out = append(c.out, text...)
	}
	c.mu.Unlock()
	c.nudge()
}

// close ends the connection behind what was said.
func (c *scriptedConn) close() {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	c.nudge()
}

func (c *scriptedConn) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *scriptedConn) write(to net.Conn) {
	defer c.raw.Close()
	for range c.wake {
		c.mu.Lock()
		out, closing := c.out, c.closing
		c.out = nil
		c.mu.Unlock()
		if len(out) > 0 {
			if _, err := to.Write(out); err != nil {
				closing = true
			}
		}
		if closing {
			_ = to.Close()
			return
		}
	}
}
