// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"mellium.im/xmpp"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp/wire"
)

// Config says how to connect and who we are.
type Config struct {
	wire.Config
	Nick            string    // what the person calls itself; goes with subscription requests
	SoftwareName    string    // XEP-0092 and XEP-0115
	SoftwareURL     string    // XEP-0115 §4: the node of our caps, an address that says which program it is; "" is the name
	SoftwareVersion string    // "" is not told
	Lang            string    // prefers message bodies in this language; "" for none
	Caps            CapsCache // nil remembers for the life of the connection
	Previous        *Conn     // a suspended connection to resume; nil, or one that has ended, for none
}

// link is what Conn needs of *wire.Stream.
type link interface {
	Address() chat.Address
	Mechanism() string
	Token() wire.Token
	Carbons() bool
	Session(ctx context.Context) (*xmpp.Session, error)
	Next(ctx context.Context) (wire.Element, error)
	WriteCounted(ctx context.Context, stanza []byte) (uint64, error)
	Acked() uint64
	Counted() uint64
	WriteNonza(ctx context.Context, element []byte) error
	Offers(ns string) bool
	MaxBytes() int
	Handled(seq uint64)
	Managed() bool
	Confirm(ctx context.Context) error // managed ones only
	Lost() <-chan struct{}
	LostBy() error
	Suspended() bool
	Quiet() time.Duration
	Drop(why error)
	Close(ctx context.Context) error
	Err() error // why it ended, nil while it lives
}

var _ link = (*wire.Stream)(nil)

// Conn is a session of one account. All methods may be called from any
// goroutine, and all that ask something end by their context's deadline, or
// after 30 seconds where it has none. Every error is a *chat.Error.
//
// A managed one (XEP-0198) outlives its links. When one breaks, it is suspended:
// Run goes on, what is written waits, questions wait for their answers, until
// Connect finds it another link.
type Conn struct {
	cfg     Config
	log     *slog.Logger
	wire    link
	session *xmpp.Session
	own     chat.Address // full
	caps    Caps         // ours

	life  context.Context // ends with the connection; its cause says why
	end   context.CancelCauseFunc
	mu    sync.Mutex     // held to end life and to start a task
	tasks sync.WaitGroup // serve and the IQs under way

	leaving atomic.Bool // by Close: then that is why life ends

	pushes   chan Inbound  // from a handler to Run
	order    atomic.Uint64 // of roster answers and pushes
	audience audience
	archives archives
	forged   atomic.Uint64 // elements that claim to be our account's and are not
	known    CapsCache

	abilities atomic.Pointer[Abilities] // of the server, once asked for
	nodes     sync.Map                  // of each node of ours a chan struct{}: who publishes there
}

// pendingPushes is how many pushes of our server may wait for Run; over it the
// stream stands still until Run has taken one.
const pendingPushes = 256

// Connect reaches the server, logs in and binds. Run must follow at once: until
// it runs, nothing but answers to IQs is read. On an error nothing is left
// behind.
//
// With Config.Previous it resumes that connection and returns it: its Run goes on,
// its presence and its contact list stand (XEP-0198 §5). It waits until all that
// Run has delivered is Handled. If the server refuses, it returns a new
// connection, and the Run of Previous ends with CodeNotResumed. On an error
// Previous is as it was.
func Connect(ctx context.Context, cfg Config) (*Conn, error) {
	if p := cfg.Previous; p != nil {
		cfg.Config.Previous, _ = p.wire.(*wire.Stream)
	}
	cfg.Software = cmp.Or(cfg.Software, cfg.SoftwareName)
	s, err := wire.Dial(ctx, cfg.Config)
	if err != nil {
		return nil, err
	}
	if p := cfg.Previous; p != nil && p.wire == link(s) {
		return p, nil
	}
	cfg.Previous, cfg.Config.Previous, cfg.Token = nil, nil, wire.Token{}
	c, err := newConn(ctx, cfg, s)
	if err != nil {
		_ = s.Close(ctx)
		return nil, err
	}
	return c, nil
}

func newConn(ctx context.Context, cfg Config, s link) (*Conn, error) {
	session, err := s.Session(ctx)
	if err != nil {
		return nil, chatError("connect", err)
	}
	c := &Conn{
		cfg: cfg, log: cfg.Log, wire: s, session: session, own: s.Address(),
		pushes: make(chan Inbound, pendingPushes), known: cfg.Caps,
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.known == nil {
		c.known = &capsMemory{}
	}
	c.caps = ownCaps(cfg.SoftwareName, cmp.Or(cfg.SoftwareURL, cfg.SoftwareName, "unnamed"))
	c.life, c.end = context.WithCancelCause(context.Background())
	c.tasks.Go(c.serve)
	return c, nil
}

// stop ends the life of the connection; the first reason counts. Where the wire
// has ended by itself it knows better than who noticed.
func (c *Conn) stop(why error) {
	switch ended := c.wire.Err(); {
	case ended != nil && chat.CodeOf(ended) != chat.CodeClosed:
		why = chatError("connection", ended)
	case c.leaving.Load():
		why = &chat.Error{Kind: chat.Offline, Op: "close", Code: chat.CodeCanceled, Err: context.Canceled}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(why)
}

// task runs f unless the connection has ended; what waits for tasks has called
// stop before.
func (c *Conn) task(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life.Err() != nil {
		return false
	}
	c.tasks.Go(f)
	return true
}

// Address is the full address that the server gave us.
func (c *Conn) Address() chat.Address { return c.own }

// Mechanism is the mechanism of the last login with the password, for
// Config.Strongest.
func (c *Conn) Mechanism() string { return c.wire.Mechanism() }

// Token is what the next login may be made with, for Config.Token; it changes with
// a resumption. Who keeps it keeps it as secret as the password.
func (c *Conn) Token() wire.Token { return c.wire.Token() }

// Carbons says that they came with the login: nobody need ask (see EnableCarbons).
func (c *Conn) Carbons() bool { return c.wire.Carbons() }

// MaxStanza is how many bytes the server says a stanza may have (XEP-0478); 0 where it
// does not say. Over it the server ends the stream.
func (c *Conn) MaxStanza() int { return c.wire.MaxBytes() }

// Managed says whether the connection outlives its links. It does not change.
func (c *Conn) Managed() bool { return c.wire.Managed() }

// Lost is closed when the present link is lost, or the connection has ended. After
// a resumption it is another channel.
func (c *Conn) Lost() <-chan struct{} { return c.wire.Lost() }

// LostBy is why the last link was lost, or the connection ended; nil while neither
// has happened.
func (c *Conn) LostBy() error {
	if err := c.wire.LostBy(); err != nil {
		return chatError("connection", err)
	}
	return nil
}

// Suspended says that the link is lost and Connect may find another, with this as
// Config.Previous.
func (c *Conn) Suspended() bool { return c.wire.Suspended() }

// Quiet is how long nothing has come in on the present link; zero while something that
// came waits for whoever takes it.
func (c *Conn) Quiet() time.Duration { return c.wire.Quiet() }

// Drop ends the present link as if it had broken, for who finds it dead. A
// connection that is not managed ends with it.
func (c *Conn) Drop(why error) { c.wire.Drop(why) }

// Run hands every message, presence and roster push to deliver, one at a time
// and in order, until the connection ends or ctx does, and says why (the loss of a
// link is no end to a managed one): a
// *chat.Error, CodeCanceled if it was ctx or Close. What has come before the end is
// delivered: the server will not send it again. It is called once; when it
// returns, the connection is closed. deliver is called by Run's own goroutine and
// must not wait for anything that this connection has to bring.
func (c *Conn) Run(ctx context.Context, deliver func(Inbound)) error {
	defer context.AfterFunc(ctx, func() { c.stop(chatError("run", ctx.Err())) })()
	in := make(chan Inbound)
	var closing sync.WaitGroup
	go func() {
		defer close(in)
		c.stop(c.read(in))
	}()
	ended := c.life.Done()
	for open := true; open; {
		var i Inbound
		select {
		case i, open = <-in:
			if open {
				deliver(i)
			}
		case p := <-c.pushes:
			deliver(p)
		case <-ended:
			ended = nil
			closing.Go(c.closeWire) // with it the reader ends
		}
	}
	closing.Wait()
	c.closeWire()
	c.tasks.Wait()
	return context.Cause(c.life)
}

// goodbye is how long the end of a connection may take.
const goodbye = 2 * time.Second

func (c *Conn) closeWire() {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	_ = c.wire.Close(ctx)
}

// read takes elements off the wire, decodes and passes them on until the wire has
// ended. Run takes all of them.
func (c *Conn) read(in chan<- Inbound) error {
	for {
		el, err := c.wire.Next(context.Background())
		if err != nil {
			return chatError("read", err)
		}
		in <- c.decode(el)
	}
}

// decode turns an element into an Inbound. What can not be read becomes an empty
// one: no element of a stranger ends the connection.
func (c *Conn) decode(el wire.Element) (in Inbound) {
	in.Seq = el.Seq
	defer func() {
		if r := recover(); r != nil {
			c.log.Error("panic while decoding", "stanza", el.Name, "stack", string(debug.Stack()))
			in = Inbound{Seq: el.Seq}
		}
	}()
	var err error
	switch el.Name {
	case "message":
		in.Message, err = c.message(el.Bytes)
	case "presence":
		in.Presence, err = DecodePresence(el.Bytes, c.own, time.Now())
	}
	if err != nil {
		c.log.Warn("element left out", "stanza", el.Name, "bytes", len(el.Bytes))
	}
	return in
}

// Handled says that the element with this Seq, and all before it, are stored.
func (c *Conn) Handled(seq uint64) { c.wire.Handled(seq) }

// Write sends one finished element; it does not say that the server has it
// (see Confirm). Where the connection is managed it has no deadline of its own: it
// waits for a link, and what was begun goes out once more if the server has not
// got it.
func (c *Conn) Write(ctx context.Context, stanza []byte) error {
	_, err := c.WriteCounted(ctx, stanza)
	return err
}

// WriteCounted is Write, and returns the number of the stanza for Acked, also with an
// error: it may have gone out all the same. 0 says that it will not.
func (c *Conn) WriteCounted(ctx context.Context, stanza []byte) (uint64, error) {
	if c.life.Err() != nil {
		return 0, lost("write", context.Cause(c.life))
	}
	if !c.wire.Managed() {
		var cancel context.CancelFunc
		ctx, cancel = withDeadline(ctx)
		defer cancel()
	}
	number, err := c.wire.WriteCounted(ctx, stanza)
	return number, chatError("write", err)
}

// Acked is the number of the last stanza that the server has said it has (XEP-0198
// §4), also after the connection's end.
func (c *Conn) Acked() uint64 { return c.wire.Acked() }

// Counted is Acked, or how far the server has counted by its word that it does not resume
// the connection: it may have lost what it had counted.
func (c *Conn) Counted() uint64 { return c.wire.Counted() }

// Close says goodbye and ends the connection, once the server has said goodbye too
// or ctx ends: Run delivers what comes till then, and returns. Everything that
// waits ends with CodeConnectionLost. Closing twice does nothing.
func (c *Conn) Close(ctx context.Context) error {
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	c.leaving.Store(true)
	err := c.wire.Close(ctx)
	c.stop(nil) // says why itself
	c.tasks.Wait()
	if errors.Is(err, &chat.Error{Code: chat.CodeClosed}) {
		return nil
	}
	return chatError("close", err)
}
