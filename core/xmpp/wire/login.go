// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"io"

	"mellium.im/xmpp/jid"

	"chatsecure.org/desktop/core/chat"
)

// Dial connects, logs in and binds. It returns by the end of ctx, or after a
// minute where ctx has none; on an error nothing is left behind. The error is a
// *chat.Error of kind Offline, Timeout, Certificate, Auth, Rejected or Input.
//
// With Config.Previous it asks to resume that stream, once all that Next can give
// of it is handled, and returns it. If the server refuses, it binds anew, returns
// another stream, and Previous has ended with CodeNotResumed; what the server said
// to have of it is Counted, and not Acked. On an error Previous is as it was, unless the
// server answered with nonsense.
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
	previous, done, err := c.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	c.Previous = previous
	s, l, err := c.login(ctx, own)
	if l != nil && l.refused && ctx.Err() == nil && (chat.KindOf(err) == chat.Offline || chat.CodeOf(err) == chat.CodeNoMechanism) {
		// It refused the token and takes nothing else on this connection, or ends over it:
		// it might do so for ever.
		c.Token = Token{}
		s, l, err = c.login(ctx, own)
	}
	if err != nil {
		return nil, ended(ctx, op, err)
	}
	if previous != nil && s != previous {
		previous.forgotten()
	}
	if !s.attach(l) { // closed meanwhile
		l.raw.Close()
		return nil, linkError(op, s.ending)
	}
	return s, nil
}

// login is one connection up to a stream on it. On an error it is closed.
func (c *Config) login(ctx context.Context, own jid.JID) (*Stream, *link, error) {
	l, err := c.connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	release := l.bound(ctx)
	s, err := c.enter(ctx, l, own)
	if !release() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		l.raw.Close()
		return nil, l, linkError("connect", err)
	}
	return s, l, nil
}

// enter logs in, and resumes the previous stream or binds a new one.
func (c *Config) enter(ctx context.Context, l *link, own jid.JID) (*Stream, error) {
	in, err := c.logIn(ctx, l, own.Localpart())
	if err != nil {
		return nil, err
	}
	if p := c.Previous; p != nil {
		var ok bool
		switch {
		case in.resumed != nil:
			ok, err = p.resumed(l, *in.resumed)
		case in.full == "":
			ok, err = p.resume(l)
		}
		if err != nil {
			return nil, err
		}
		if ok {
			p.setLogin(in)
			return p, nil
		}
	}
	var full jid.JID
	if in.full != "" {
		full, err = ownAddress(in.full, own)
	} else {
		full, err = l.bind(own, c.Resource)
	}
	if err != nil {
		return nil, err
	}
	if !in.asked {
		if in.managed, err = l.enable(); err != nil {
			return nil, err
		}
	}
	address, err := chat.ParseAddress(full.String())
	if err != nil {
		return nil, fail(chat.Auth, "bind", chat.CodeServerNotProven, plainly("the server gave us no address"))
	}
	s := &Stream{
		log: c.log(), full: full, address: address, gate: newGate(own), managed: in.managed, carbons: in.carbons, queue: newQueue(),
		in: make(chan Element, pendingIn), large: make(chan struct{}, pendingLarge), down: make(chan struct{}), resuming: make(chan struct{}, 1),
		proof: c.proof, mechanism: in.mechanism, token: in.token,
	}
	s.queue.acks, s.queue.keep, s.queue.start, s.count.start = in.managed.acks, s.Managed(), c.start, c.start
	s.pipe, s.library = io.Pipe()
	return s, nil
}
