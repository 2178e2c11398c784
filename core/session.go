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
	silence   = 60 * time.Second // after it we ask whether the server is there
	answerIn  = 15 * time.Second // and this long it may take to answer
	askIn     = 30 * time.Second // how long the server may take for anything else
	goodbyeIn = 2 * time.Second
	hangUpIn  = time.Second
)

// session is one connection of an account with the goroutines that serve it.
// The actor owns what it is used for.
type session struct {
	account *account
	conn    *xmpp.Conn
	last    atomic.Int64  // when something last came in, Unix nanoseconds
	broken  chan error    // why it can not go on; capacity 1
	heard   chan struct{} // closed when our last word has come back
	queue   *sendQueue
	roster  roster

	once      sync.Once
	firstWord string                // the id of a message to ourselves: it comes behind what the server kept for us
	lastWord  string                // the id of the one that goodbye waits for
	askers    map[chat.Address]bool // who asked before and has not asked anew. The actor's own
}

func newSession(a *account, conn *xmpp.Conn) *session {
	return &session{
		account: a, conn: conn, broken: make(chan error, 1), heard: make(chan struct{}), firstWord: newID(), lastWord: newID(),
		queue: newSendQueue(),
	}
}

// live serves the connection until it ends, or stop does.
func (s *session) live(ctx, stop context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	ended := make(chan error, 1)
	s.last.Store(time.Now().UnixNano())
	wg.Go(func() { ended <- s.conn.Run(ctx, s.deliver(ctx)) })
	wg.Go(func() { s.write(ctx) })
	wg.Go(func() { s.confirm(ctx) })
	wg.Go(func() { s.keepAlive(ctx) })
	wg.Go(func() { s.begin(ctx) })

	var err error
	select {
	case err = <-ended:
	case err = <-s.broken:
		s.hangUp(hangUpIn)
	case <-stop.Done():
		s.goodbye()
		s.hangUp(hangUpIn)
		select { // what came before the server's own goodbye
		case <-ended:
		case <-time.After(hangUpIn):
		}
	}
	cancel()
	s.hangUp(hangUpIn) // of no effect if it was closed
	wg.Wait()
	select { // who only noticed the end does not know the reason
	case why := <-ended:
		if err != nil && chat.CodeOf(why) != chat.CodeCanceled {
			err = why
		}
	default:
	}
	s.account.box.post(func(ctx context.Context) { s.account.sessionEnded(ctx, s, err) })
	return err
}

func (s *session) deliver(ctx context.Context) func(xmpp.Inbound) {
	return func(in xmpp.Inbound) {
		s.last.Store(time.Now().UnixNano())
		s.account.box.deliver(ctx, inbound{s, in})
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
}

// fail ends the session; the first reason counts.
func (s *session) fail(err error) {
	select {
	case s.broken <- err:
	default:
	}
}

// begin asks for the contact list, which RFC 6121 §2.2 wants before presence,
// and says that we are here. Messages come only after that.
func (s *session) begin(ctx context.Context) {
	a := s.account
	ask, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	roster, err := s.conn.Roster(ask, a.record().RosterVersion)
	switch {
	case err == nil:
		a.box.post(func(ctx context.Context) { a.rosterCame(ctx, s, roster) })
	case ctx.Err() != nil:
		return
	case chat.KindOf(err) != chat.Rejected: // a server without contact lists is still a server
		s.fail(err)
		return
	}
	if err := s.conn.SendPresence(ask, a.ownPresence()); err != nil {
		s.fail(err)
		return
	}
	a.box.post(func(ctx context.Context) { a.sessionBegan(ctx, s) })
	if a.askingNow() == 0 {
		return
	}
	probe := xmpp.OutMessage{To: s.conn.Address(), Type: "headline", ID: s.firstWord}
	if err := s.conn.Write(ask, xmpp.EncodeMessage(probe)); err != nil {
		s.fail(err)
	}
}

// write sends what is queued.
func (s *session) write(ctx context.Context) {
	for {
		items := s.queue.take()
		for _, item := range items {
			if err := s.conn.Write(ctx, item.stanza); err != nil {
				s.fail(err)
				return
			}
			s.queue.sent(item)
		}
		if len(items) > 0 {
			continue
		}
		select {
		case <-s.queue.more:
		case <-ctx.Done():
			return
		}
	}
}

// confirm asks the server whether it has what was written. One question covers
// all that was written before it; meanwhile more is written.
func (s *session) confirm(ctx context.Context) {
	for {
		mark, ask := s.queue.question()
		if !ask {
			select {
			case <-s.queue.wrote:
				continue
			case <-ctx.Done():
				return
			}
		}
		if err := s.ask(ctx, mark, askIn); err != nil {
			s.fail(err)
			return
		}
	}
}

// ask asks the server whether it is there, and with that whether it has all up to
// mark.
func (s *session) ask(ctx context.Context, mark int, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if err := s.conn.Confirm(ctx); err != nil {
		return err
	}
	s.last.Store(time.Now().UnixNano())
	s.settle(mark)
	return nil
}

func (s *session) settle(mark int) {
	if ids := s.queue.settle(mark); len(ids) > 0 {
		s.account.box.post(func(ctx context.Context) { s.account.confirmed(ctx, ids) })
	}
}

// keepAlive finds connections that died without a word.
func (s *session) keepAlive(ctx context.Context) {
	timer := time.NewTimer(silence)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		quiet := time.Since(time.Unix(0, s.last.Load()))
		if quiet >= silence {
			if err := s.ask(ctx, s.queue.mark(), answerIn); err != nil {
				s.fail(failed(chat.Offline, "keep alive", chat.CodeConnectionLost, err))
				return
			}
			quiet = 0
		}
		timer.Reset(silence - quiet)
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
