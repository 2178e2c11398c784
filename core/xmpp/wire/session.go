// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"mellium.im/xmpp"
	"mellium.im/xmpp/stanza"
	"mellium.im/xmpp/stream"

	"chatsecure.org/desktop/core/chat"
)

// Session puts the library's session on the stream: it sees IQs only, and knows
// nothing of connections. It is called once.
func (s *Stream) Session(ctx context.Context) (*xmpp.Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, linkError("open session", err)
	}
	c := &libraryConn{s: s, from: io.MultiReader(strings.NewReader(root), s.pipe), scan: scanner{limit: MaxAfterLogin}}
	// Not the caller's context: the library would go on looking at it.
	session, err := xmpp.NewSession(context.Background(), s.full.Domain(), s.full, c, xmpp.Secure|xmpp.Authn,
		func(_ context.Context, in, out *stream.Info, session *xmpp.Session, _ any) (xmpp.SessionState, io.ReadWriter, any, error) {
			in.XMLNS, out.XMLNS = stanza.NSClient, stanza.NSClient
			r := session.TokenReader()
			defer r.Close()
			_, err := r.Token() // the root
			return xmpp.Ready, nil, nil, err
		})
	if err != nil {
		return nil, fail(chat.Bug, "open session", chat.CodeUnknown, err)
	}
	return session, nil
}

// libraryConn is what the library takes for its connection.
type libraryConn struct {
	s    *Stream
	from io.Reader

	mu   sync.Mutex
	scan scanner
	part []byte // of an element that the library is still writing
	err  error  // what it wrote can not be told apart any more
}

func (c *libraryConn) Read(p []byte) (int, error) { return c.from.Read(p) }

// Write puts the library's elements together and sends each when it is whole,
// however it is cut up here. It does not wait for the connection, so the end of
// a request's context never tears an element apart. After what is no element
// nothing more is taken: it might be the inside of one.
func (c *libraryConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, c.err
	}
	for rest := p; len(rest) > 0; {
		n, whole, err := c.scan.scan(rest)
		switch {
		case errors.Is(err, errStreamEnd): // Close says that
			c.err = err
			return len(p), nil
		case err != nil:
			c.err, c.part = fail(chat.Bug, "write", chat.CodeUnknown, err), nil
			return 0, c.err
		}
		c.part = append(c.part, rest[:n]...)
		rest = rest[n:]
		if !whole {
			break
		}
		c.s.gate.sent(c.part)
		if err := c.s.enqueue(c.part); err != nil {
			return 0, err
		}
		c.part = nil
	}
	return len(p), nil
}

// enqueue takes an element of the library's, which does not wait until it has been
// written.
func (s *Stream) enqueue(element []byte) error {
	_, err := s.queue.put(context.Background(), s.down, &outgoing{element: bytes.TrimLeft(element, " \t\r\n")}, false)
	if err != nil {
		s.end(linkError("write", err))
	}
	return s.Err()
}

// Close does nothing: Stream.Close does.
func (c *libraryConn) Close() error { return nil }

// Deadlines mean nothing here. That of a write would have torn the connection.
func (c *libraryConn) SetDeadline(time.Time) error      { return nil }
func (c *libraryConn) SetReadDeadline(time.Time) error  { return nil }
func (c *libraryConn) SetWriteDeadline(time.Time) error { return nil }

func (c *libraryConn) LocalAddr() net.Addr  { return c.s.full }
func (c *libraryConn) RemoteAddr() net.Addr { return c.s.full.Domain() }

// ConnectionState is that of the present connection below, or the last one.
func (c *libraryConn) ConnectionState() tls.ConnectionState { return c.s.tls() }
