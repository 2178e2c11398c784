// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

const (
	askIn     = 30 * time.Second // how long the server may take to answer
	goodbyeIn = 2 * time.Second
	hangUpIn  = time.Second
)

// session is what an account has with its server from a login until the server
// forgets it, with the goroutines that serve it. With stream management it lives on
// while the network is away (XEP-0198 §5): what waits for an answer goes on waiting,
// what was written is written again. The actor owns what it is used for.
type session struct {
	account  *account
	conn     *xmpp.Conn
	answered atomic.Int64  // when the server last answered, Unix nanoseconds
	broken   chan error    // why it can not go on; capacity 1
	heard    chan struct{} // closed when our last word has come back
	queue    *sendQueue
	roster   roster
	server   xmpp.Abilities // set before the session is used
	names    atomic.Bool    // the server's ids of messages can be trusted
	follows  atomic.Bool    // what our archive gets comes here, too, from its gap on
	look     chan struct{}  // a comparison with the archive is wanted
	filling  sync.Mutex     // held by who fills gaps

	ctx    context.Context // ends with the session
	cancel context.CancelFunc
	wg     sync.WaitGroup
	over   chan struct{} // closed when the stream has ended
	why    error         // of that; set before

	once      sync.Once
	firstWord string                // the id of a message to ourselves: it comes behind what the server kept for us
	lastWord  string                // the id of the one that goodbye waits for
	asked     map[chat.Address]bool // whom we have asked on this session to become a contact. The actor's own
	askers    map[chat.Address]bool // who asked before and has not asked anew. The actor's own
	began     time.Time             // when others could know that we are here. The actor's own
	resumed   bool                  // at least once. The actor's own
	caughtUp  bool                  // what the archive has is here, or there is no archive. The actor's own
	away      bool                  // suspended. The actor's own
	losses    int                   // of links. The actor's own
	telling   bool                  // word of what was read goes out in a moment. The actor's own
	toldAway  bool                  // to the server. The actor's own
	toldIdle  time.Time             // to contacts. The actor's own
	attention sync.Mutex            // held to tell of either, so that the last word is the one that is true
}

// newSession begins a session on a connection that has just logged in.
func newSession(a *account, conn *xmpp.Conn) *session {
	s := &session{
		account: a, conn: conn, broken: make(chan error, 1), heard: make(chan struct{}), firstWord: newID(), lastWord: newID(),
		queue: newSendQueue(), over: make(chan struct{}), look: make(chan struct{}, 1),
	}
	s.ctx, s.cancel = context.WithCancel(a.ctx)
	return s
}

func (s *session) start() {
	s.answered.Store(time.Now().UnixNano())
	s.wg.Go(func() {
		s.why = s.conn.Run(s.ctx, s.deliver)
		close(s.over)
	})
	s.wg.Go(s.write)
	s.wg.Go(s.confirm)
	s.wg.Go(s.keepAlive)
	s.wg.Go(s.begin)
}

// live serves the session until its link is lost or it can not go on, or stop
// ends. Suspended: it may be resumed, and live be called again.
func (s *session) live(stop context.Context) (suspended bool, err error) {
	select {
	case <-s.conn.Lost():
		if s.conn.Suspended() {
			return true, s.conn.LostBy()
		}
		<-s.over
		return false, s.why
	case <-s.over:
		return false, s.why
	case err := <-s.broken:
		return false, err
	case <-stop.Done():
		s.goodbye()
		s.hangUp(hangUpIn)
		select { // what came before the server's own goodbye
		case <-s.over:
		case <-time.After(hangUpIn):
		}
		return false, nil
	}
}

// end ends the session for good and says why it did: err, or what the stream knows
// better.
func (s *session) end(err error) error {
	s.hangUp(hangUpIn)
	s.cancel()
	s.wg.Wait()
	// Who only noticed the end does not know the reason.
	if err != nil && chat.CodeOf(s.why) != chat.CodeCanceled && chat.CodeOf(s.why) != "" {
		err = s.why
	}
	s.account.box.post(func(ctx context.Context) { s.account.sessionEnded(ctx, s, err) })
	return err
}

func (s *session) deliver(in xmpp.Inbound) {
	s.account.box.deliver(s.ctx, inbound{from: s, Inbound: in})
	if in.Message == nil || in.Message.From != s.conn.Address() {
		return
	}
	switch in.Message.ID {
	case s.firstWord:
		s.account.box.post(func(ctx context.Context) { s.account.askersCame(ctx, s) })
	case s.lastWord:
		s.once.Do(func() { close(s.heard) })
	}
}

// fail ends the session; the first reason counts.
func (s *session) fail(err error) {
	select {
	case s.broken <- err:
	default:
	}
}

// begin asks for the contact list, which RFC 6121 §2.2 wants before presence,
// and says that we are here. Messages come only after that: what belongs before
// them in the archive has its place by then.
func (s *session) begin() {
	a := s.account
	ask, cancel := context.WithTimeout(s.ctx, askIn)
	defer cancel()
	var abilities sync.WaitGroup
	copies, known := false, false
	abilities.Go(func() { copies, known = s.learn(ask) })
	roster, err := s.conn.Roster(ask, a.record().RosterVersion)
	abilities.Wait()
	switch {
	case err == nil:
		a.box.post(func(ctx context.Context) { a.rosterCame(ctx, s, roster) })
	case s.ctx.Err() != nil:
		return
	case chat.KindOf(err) != chat.Rejected: // a server without contact lists is still a server
		s.fail(err)
		return
	}
	cancel() // a server that has taken long so far may go on as slowly
	ask, cancel = context.WithTimeout(s.ctx, askIn)
	defer cancel()
	if !known && a.mayLearn(s.ctx) {
		s.fail(failed(chat.Offline, "learn what the server can do", chat.CodeServiceUnavailable, nil))
		return
	}
	missing, err := s.expectArchive(ask)
	if err != nil { // without its gap nobody would know what is missing
		s.fail(err)
		return
	}
	s.follows.Store(missing != nil && copies)
	a.box.post(func(context.Context) { a.expectAskers(s) }) // before they can ask anew
	own := a.ownPresence()
	if err := s.conn.SendPresence(ask, own); err != nil {
		s.fail(err)
		return
	}
	if missing != nil { // nobody shall think that all is here
		a.setCatchingUp(true)
	}
	a.box.post(func(ctx context.Context) {
		s.toldIdle = own.Idle
		a.sessionBegan(ctx, s)
	})
	if a.askingNow() > 0 {
		probe := xmpp.OutMessage{To: s.conn.Address(), Type: "headline", ID: s.firstWord}
		if err := s.conn.Write(ask, xmpp.EncodeMessage(probe)); err != nil {
			a.setCatchingUp(false)
			s.fail(err)
			return
		}
	}
	s.catchUp(missing)
}

// write sends what is queued.
func (s *session) write() {
	for {
		items := s.queue.take()
		for _, item := range items {
			number, err := s.conn.WriteCounted(s.ctx, item.stanza)
			if number > 0 { // with an error, too, it may be with the server
				s.queue.sent(item, number)
			}
			if err != nil {
				s.fail(err)
				return
			}
		}
		if len(items) > 0 {
			continue
		}
		select {
		case <-s.queue.more:
		case <-s.ctx.Done():
			return
		}
	}
}

// goodbye leaves in an order that loses nothing: first what we have to say, then
// word that nothing more shall come here, then a message to ourselves. When that
// comes back, all that the server had sent here before is here, and is stored and
// answered before the stream closes.
func (s *session) goodbye() {
	ctx, cancel := context.WithTimeout(context.Background(), goodbyeIn)
	defer cancel()
	s.drain(ctx)
	mark := s.queue.mark()
	probe := xmpp.OutMessage{To: s.conn.Address(), Type: "headline", ID: s.lastWord}
	if s.conn.SendPresence(ctx, xmpp.OutPresence{Type: "unavailable"}) != nil || s.conn.Write(ctx, xmpp.EncodeMessage(probe)) != nil {
		return
	}
	select {
	case <-s.heard:
		s.settle(mark)
	case <-s.conn.Lost():
		return
	case <-ctx.Done():
		return
	}
	handled := make(chan struct{})
	s.account.box.post(func(context.Context) { close(handled) })
	select {
	case <-handled:
		s.drain(ctx)
	case <-ctx.Done():
	}
}

// drain waits until all that is queued has been written, and confirmed.
func (s *session) drain(ctx context.Context) {
	s.queue.ending()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !s.queue.idle() {
		select {
		case <-tick.C:
		case <-s.conn.Lost():
			return
		case <-ctx.Done():
			return
		}
	}
}

func (s *session) hangUp(within time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	if err := s.conn.Close(ctx); err != nil && !errors.Is(err, context.Canceled) {
		s.account.log.Debug("close connection", "err", chatError("close", err))
	}
}
