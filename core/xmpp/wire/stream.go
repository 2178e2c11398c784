// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"mellium.im/xmpp/jid"

	"chatsecure.org/desktop/core/chat"
)

// Element is a message or a presence, whole and unread. Its Bytes are the
// receiver's to keep.
type Element struct {
	Seq   uint64 // counts messages, presences and IQs that came in, from 1
	Name  string // message or presence
	Bytes []byte
}

const (
	pendingIn    = 64  // elements read ahead of Next
	pendingLarge = 2   // of them, longer than large
	pendingOut   = 256 // elements that wait to be written

	large = 64 << 10 // bytes
)

// Stream is a stream that has logged in. Its methods may be called from any
// goroutine, except that one at a time calls Next. It ends by Close, or by
// itself when the connection does; either way Close must be called.
type Stream struct {
	log       *slog.Logger
	full      jid.JID
	address   chat.Address
	mechanism string
	link      *link
	gate      *gate
	library   *io.PipeWriter // IQs for the library
	pipe      *io.PipeReader
	in        chan Element
	large     chan struct{} // one for each large element that is in there
	out       chan outgoing
	handled   atomic.Uint64
	refused   atomic.Uint64

	tasks   sync.WaitGroup // reader and writer
	closing atomic.Bool    // by Close: then that is why the stream ends
	leave   atomic.Bool    // we have said goodbye
	once    sync.Once
	down    chan struct{} // closed when the stream has ended
	ending  error         // why; set before down closes
}

var errClosed = fail(chat.Offline, "close", chat.CodeClosed, errStreamEnd)

// Dial connects, logs in and binds. It returns by the end of ctx, or after a
// minute where ctx has none; on an error nothing is left behind. The error is a
// *chat.Error of kind Offline, Timeout, Certificate, Auth, Rejected or Input.
func Dial(ctx context.Context, c Config) (*Stream, error) {
	const op = "connect"
	ctx, cancel := patient(ctx)
	defer cancel()
	own, err := c.own()
	if err != nil {
		return nil, err
	}
	if own.Localpart() == "" {
		return nil, fail(chat.Input, op, chat.CodeAddress, plainly("address without a name"))
	}
	l, err := c.connect(ctx)
	if err != nil {
		return nil, ended(ctx, op, err)
	}
	release := l.bound(ctx)
	s, err := c.enter(ctx, l, own)
	if !release() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		l.raw.Close()
		return nil, ended(ctx, op, err)
	}
	s.tasks.Go(s.read)
	s.tasks.Go(s.write)
	return s, nil
}

// enter logs in and binds.
func (c *Config) enter(ctx context.Context, l *link, own jid.JID) (*Stream, error) {
	mechanism, err := c.logIn(ctx, l, own.Localpart())
	if err != nil {
		return nil, err
	}
	full, err := l.bind(own, c.Resource)
	if err != nil {
		return nil, err
	}
	address, err := chat.ParseAddress(full.String())
	if err != nil {
		return nil, fail(chat.Auth, "bind", chat.CodeServerNotProven, plainly("the server gave us no address"))
	}
	s := &Stream{
		log: c.log(), full: full, address: address, mechanism: mechanism, link: l, gate: newGate(own),
		in: make(chan Element, pendingIn), large: make(chan struct{}, pendingLarge), out: make(chan outgoing, pendingOut), down: make(chan struct{}),
	}
	s.pipe, s.library = io.Pipe()
	return s, nil
}

// Address is the full address that the server gave us.
func (s *Stream) Address() chat.Address { return s.address }

// Mechanism is the login mechanism that was used, "SCRAM-SHA-256-PLUS" say.
func (s *Stream) Mechanism() string { return s.mechanism }

// Next returns the next message or presence, in the order of the wire. After the
// end of the stream it returns what had come before it, then Err.
func (s *Stream) Next(ctx context.Context) (Element, error) {
	select {
	case el := <-s.in:
		return s.taken(el), nil
	default:
	}
	select {
	case el := <-s.in:
		return s.taken(el), nil
	case <-s.down:
		select {
		case el := <-s.in:
			return s.taken(el), nil
		default:
			return Element{}, s.ending
		}
	case <-ctx.Done():
		return Element{}, linkError("read", ctx.Err())
	}
}

// taken makes room for another large element where that was one.
func (s *Stream) taken(el Element) Element {
	if len(el.Bytes) > large {
		<-s.large
	}
	return el
}

// Write sends one whole element and returns when the connection has taken it. It
// does not say that the server has it. When ctx ends first, the element may or
// may not go out, whole in any case. After Close nothing more goes out.
func (s *Stream) Write(ctx context.Context, element []byte) error {
	const op = "write"
	if s.closing.Load() {
		return errClosed
	}
	item := outgoing{element: bytes.Clone(element), written: make(chan error, 1)}
	select {
	case s.out <- item:
	case <-s.down:
		return linkError(op, s.ending)
	case <-ctx.Done():
		return linkError(op, ctx.Err())
	}
	select {
	case err := <-item.written:
		return linkError(op, err)
	case <-s.down:
		select {
		case err := <-item.written:
			return linkError(op, err)
		default:
			return linkError(op, s.ending)
		}
	case <-ctx.Done():
		return linkError(op, ctx.Err())
	}
}

// Handled says that the element with that Seq and all before it are stored. It
// is what stream management may acknowledge (XEP-0198 §4).
func (s *Stream) Handled(seq uint64) {
	for {
		old := s.handled.Load()
		if seq <= old || s.handled.CompareAndSwap(old, seq) {
			return
		}
	}
}

// Err is why the stream has ended, nil while it lives. Where it was Close that
// ended it, it has CodeClosed, whatever the server did then.
func (s *Stream) Err() error {
	select {
	case <-s.down:
		return s.ending
	default:
		return nil
	}
}

// Close says goodbye, waits until the server has too or ctx ends, and closes the
// connection. Meanwhile Next goes on. Closing what has ended does nothing.
func (s *Stream) Close(ctx context.Context) error {
	var err error
	s.closing.Store(true)
	if !s.leave.Swap(true) {
		select {
		case s.out <- outgoing{element: []byte("</stream:stream>"), last: true}:
		case <-s.down:
		case <-ctx.Done():
		}
	}
	select {
	case <-s.down:
	case <-ctx.Done():
		err = linkError("close", ctx.Err())
	}
	s.end(errClosed)
	s.tasks.Wait()
	return err
}

// end ends the stream; the first reason counts.
func (s *Stream) end(why error) {
	s.once.Do(func() {
		if s.ending = why; s.closing.Load() {
			s.ending = errClosed
		}
		close(s.down)
		s.link.raw.Close()
		s.library.CloseWithError(s.ending)
		s.pipe.CloseWithError(s.ending)
	})
}
