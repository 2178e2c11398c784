// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// link is the goroutine that keeps an account connected.
type link struct {
	account *account
	stop    context.CancelFunc
	kick    chan struct{}
	ended   chan struct{} // closed by the actor when it has heard of the end

	held *session // the network is away, but the server may know us when it is back. The goroutine's own
}

// run is the goroutine. conn, if not nil, is a connection that exists already.
func (l *link) run(stop context.Context, conn *xmpp.Conn) {
	a := l.account
	sup := &supervisor{dial: l.dial, kick: l.kick, report: func(state chat.AccountState, err *chat.Error) {
		a.box.post(func(context.Context) {
			switch {
			case state == chat.StateFailed:
				a.again = false // who asked before has this for an answer
			case state == chat.StateOffline && a.again && stop.Err() != nil:
				state, err = chat.StateConnecting, nil // who asked since has another link next
			}
			a.setState(state, err)
		})
	}}
	var first func(context.Context) error
	if conn != nil {
		first = l.begin(conn)
	}
	sup.run(stop, first)
	l.letGo(failed(chat.Offline, "disconnect", chat.CodeCanceled, nil))
}

// dial connects; it resumes the session that is held if the server still can.
func (l *link) dial(ctx context.Context) (func(context.Context) error, error) {
	a := l.account
	if err := a.client.mayConnect("connect", a); err != nil {
		return nil, err
	}
	password, err := a.client.password(ctx, a.addr)
	if err != nil {
		return nil, err
	}
	defer clear(password)
	r := a.record()
	cfg := a.client.wireConfig(r, password)
	cfg.Token = a.client.token(ctx, a.addr)
	if state, err := a.db.ArchiveState(ctx, a.addr); err == nil {
		cfg.Archived = state.Known
	}
	if l.held != nil {
		cfg.Previous = l.held.conn
	}
	conn, err := xmpp.Connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	a.client.keepToken(ctx, a.addr, cfg.Token, conn.Token())
	if m := conn.Mechanism(); m != r.Mechanism {
		a.box.post(func(ctx context.Context) {
			a.edit(func(r *store.AccountRecord) { r.Mechanism = m })
			if err := a.db.SetMechanism(ctx, a.addr, m); err != nil {
				a.log.Error("store mechanism", "err", chatError("store mechanism", err))
			}
		})
	}
	if l.held != nil && conn == l.held.conn {
		s := l.held
		l.held = nil
		a.box.post(func(ctx context.Context) { a.sessionResumed(ctx, s) })
		return l.serve(s), nil
	}
	l.letGo(failed(chat.Offline, "resume", chat.CodeNotResumed, nil))
	return l.begin(conn), nil
}

// begin makes a session of a new connection.
func (l *link) begin(conn *xmpp.Conn) func(context.Context) error {
	s := newSession(l.account, conn)
	return func(stop context.Context) error {
		s.start()
		return l.serve(s)(stop)
	}
}

// serve is one life of a session: from one link to the next.
func (l *link) serve(s *session) func(context.Context) error {
	return func(stop context.Context) error {
		suspended, err := s.live(stop)
		if !suspended || l.account.isPoisoned(stop, s, err) {
			return s.end(err)
		}
		l.held = s
		return err
	}
}

// letGo ends the session that is held.
func (l *link) letGo(why error) {
	if l.held != nil {
		_ = l.held.end(why)
		l.held = nil
	}
}

// isPoisoned tells the actor that the link is lost, and says whether a message was
// given up over it: then the session, which would send it again, must end.
func (a *account) isPoisoned(stop context.Context, s *session, err error) bool {
	answer := make(chan bool, 1)
	a.box.post(func(ctx context.Context) { answer <- a.sessionSuspended(ctx, s, err) })
	select {
	case poisoned := <-answer:
		return poisoned
	case <-stop.Done():
		return false
	}
}
