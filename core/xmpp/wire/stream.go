// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

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
	pendingIn    = 64 // elements read ahead of Next
	pendingLarge = 2  // of them, longer than large

	large = 64 << 10 // bytes
)

// Stream is a stream that has logged in. Its methods may be called from any
// goroutine, except that one at a time calls Next. Where it is managed, it
// outlives its links: a link that breaks suspends it, and Dial puts it on another.
// It ends by Close, by the server's word, by what can not be read, or by itself
// when the link breaks and it is not managed; in any case Close must be called.
type Stream struct {
	log     *slog.Logger
	full    jid.JID
	address chat.Address
	managed managed
	carbons bool
	gate    *gate
	library *io.PipeWriter // IQs for the library
	pipe    *io.PipeReader
	in      chan Element
	large   chan struct{} // one for each large element that is in there
	queue   *queue
	count   counter
	seq     uint64 // of the last stanza that came in; the reader's own
	refused atomic.Uint64

	resuming chan struct{} // holds one while somebody is at it
	proof    time.Duration // of Config

	mu        sync.Mutex
	line      *line
	lostBy    error
	mechanism string // of the last login with the password
	token     Token

	tasks   sync.WaitGroup // readers and writers
	closing atomic.Bool    // by Close: then that is why the stream ends
	leave   atomic.Bool    // we have said goodbye
	once    sync.Once
	down    chan struct{} // closed when the stream has ended
	ending  error         // why; set before down closes
}

var errClosed = fail(chat.Offline, "close", chat.CodeClosed, errStreamEnd)

// Address is the full address that the server gave us.
func (s *Stream) Address() chat.Address { return s.address }

// Mechanism is the mechanism of the last login with the password,
// "SCRAM-SHA-256-PLUS" say: what Config.Strongest wants to know. One with a token
// leaves it as it was.
func (s *Stream) Mechanism() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mechanism
}

// Token is what the next login may be made with, in place of the password: it may
// be another than the one that this one was made with, or none, and the caller
// keeps it as secret as the password. It changes with a resumption.
func (s *Stream) Token() Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token
}

func (s *Stream) setLogin(in loggedIn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mechanism, s.token = in.mechanism, in.token
}

// Carbons says that the server copies messages of other devices to this one since
// it was bound (XEP-0280): nobody has to ask for it.
func (s *Stream) Carbons() bool { return s.carbons }

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

// Write sends one whole element and returns when a connection has taken it. It
// does not say that the server has it. When ctx ends first, the element may or
// may not go out, whole in any case. While the stream is suspended it waits. What
// was begun goes out again after a resumption, if the server has not got it. After
// Close nothing more goes out.
func (s *Stream) Write(ctx context.Context, element []byte) error {
	elements, err := pieces(element)
	if err != nil {
		return err
	}
	for _, el := range elements {
		if _, err := s.put(ctx, el); err != nil {
			return err
		}
	}
	return nil
}

// WriteCounted is Write for one stanza, and returns its number for Acked, also with
// an error; 0 where it will never go out.
func (s *Stream) WriteCounted(ctx context.Context, stanza []byte) (uint64, error) {
	elements, err := pieces(stanza)
	if err == nil && (len(elements) != 1 || !looksLikeStanza(elements[0])) {
		err = fail(chat.Bug, "write", chat.CodeUnknown, plainly("not one stanza"))
	}
	if err != nil {
		return 0, err
	}
	return s.put(ctx, elements[0])
}

// Acked is the number of the last stanza that the server has said it has. It stays
// right after the stream's end.
func (s *Stream) Acked() uint64 {
	acked, _ := s.queue.state()
	return acked
}

// Counted is Acked or, where that is more, what the server has counted by the words with
// which it refused to resume the stream (XEP-0198 §5). That says less: Prosody 0.12 counts
// a stanza before it handles it, and drops what it has not handled when it ends.
func (s *Stream) Counted() uint64 { return s.queue.counted() }

// WriteNonza sends an element that is no stanza. The server does not count it, so
// it is not repeated after a loss, and is dropped while the stream is suspended.
func (s *Stream) WriteNonza(ctx context.Context, element []byte) error {
	elements, err := pieces(element)
	if err == nil && (len(elements) != 1 || looksLikeStanza(elements[0])) {
		err = fail(chat.Bug, "write", chat.CodeUnknown, plainly("no element, or a stanza"))
	}
	if err != nil {
		return err
	}
	_, err = s.put(ctx, elements[0])
	return err
}

// put queues an element and waits until it has been written. It returns the number
// of a stanza.
func (s *Stream) put(ctx context.Context, element []byte) (uint64, error) {
	const op = "write"
	if s.closing.Load() {
		return 0, errClosed
	}
	written := make(chan struct{})
	number, err := s.queue.put(ctx, s.down, &outgoing{element: bytes.Clone(element), written: written}, true)
	if err != nil {
		return 0, linkError(op, err)
	}
	select {
	case <-written:
		return number, nil
	case <-s.down:
		select {
		case <-written:
			return number, nil
		default:
			return number, linkError(op, s.ending)
		}
	case <-ctx.Done():
		return number, linkError(op, ctx.Err())
	}
}

// Handled says that the element with that Seq and all before it are stored: then
// the server need not keep them (XEP-0198 §4).
func (s *Stream) Handled(seq uint64) {
	if s.count.handle(seq) && s.managed.acks {
		s.queue.tellH()
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
// connection. Meanwhile Next goes on. What was not handled by then, a server that
// counts will deliver again. A suspended stream ends at once; the server may take
// it for alive for a while. Closing what has ended does nothing.
func (s *Stream) Close(ctx context.Context) error {
	var err error
	s.closing.Store(true)
	if s.Suspended() {
		s.end(errClosed)
	}
	if !s.leave.Swap(true) {
		s.queue.leave("</stream:stream>")
	}
	select {
	case <-s.down:
	case <-ctx.Done():
		if s.Err() == nil {
			err = linkError("close", ctx.Err())
		}
	}
	s.end(errClosed)
	s.tasks.Wait()
	return err
}

// end ends the stream; the first reason counts.
func (s *Stream) end(why error) {
	s.once.Do(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.ending = why; s.closing.Load() {
			s.ending = errClosed
		}
		close(s.down)
		if s.line != nil {
			s.line.hangUp()
		}
		s.library.CloseWithError(s.ending)
		s.pipe.CloseWithError(s.ending)
	})
}
