// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// connection is the connection to ask the server something; the error is that of
// usable. Any goroutine.
func (a *account) connection(op string) (*xmpp.Conn, error) {
	s, err := a.usable(op)
	if err != nil {
		return nil, err
	}
	return s.conn, nil
}

// usable is the session, while it is connected; the error has CodeConnectionLost, or
// says why there is none. Any goroutine.
func (a *account) usable(op string) (*session, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.online != nil {
		return a.online, nil
	}
	if a.err != nil {
		return nil, failed(chat.Offline, op, a.err.Code, a.err)
	}
	return nil, failed(chat.Offline, op, chat.CodeNoNetwork, nil)
}

// sessionBegan: we have the contact list's answer and others know that we are here.
func (a *account) sessionBegan(ctx context.Context, s *session) {
	a.session, s.began = s, time.Now()
	a.rosterKnown(ctx, s, 0) // or the server has none
	a.pictures, a.ourTyping = make(map[chat.Address]claim), make(map[chat.Address]chat.Typing)
	if !s.away { // else when it is resumed
		a.setOnline(s)
	}
	owed := a.owed
	a.owed = nil
	a.owe(owed...)
	a.publishNick()
	a.fetchPrivate(s)
	a.beginOMEMO(ctx, s)
	a.forgetSkipped(ctx, time.Now())
	a.watchKeys(s)
	a.sendActive(ctx, s)
	a.sendIdle(ctx, s)
	a.tellSoon()
}

// sessionSuspended: the link is lost, the session may come back. It says whether it must
// not, because it would send again what it was lost over.
func (a *account) sessionSuspended(ctx context.Context, s *session, err error) bool {
	s.away = true
	if a.session != s {
		return false
	}
	a.mu.Lock()
	a.online = nil
	a.mu.Unlock()
	a.expectDisorder(ctx, s)
	s.losses++
	n := s.losses
	time.AfterFunc(hideIn, func() {
		a.box.post(func(context.Context) {
			if s.losses == n { // it is still the same one
				a.hidePeople(s)
			}
		})
	})
	over := a.omemo.publishing && guilt(err) == streamErrored // resumed it would publish again what it may have ended over
	return a.accuse(ctx, suspendedGuilt(err)) || over
}

// hideIn is how long a session may be suspended while contacts are shown as they
// were: most networks are back before anybody has noticed.
const hideIn = 10 * time.Second

// hidePeople: nobody knows any more who is here. A resumed session does.
func (a *account) hidePeople(s *session) {
	if a.session != s || a.online != nil || a.hidden {
		return
	}
	a.setHidden(true)
}

func (a *account) setHidden(on bool) {
	a.mu.Lock()
	same := a.hidden == on
	a.hidden = on
	a.mu.Unlock()
	if !same {
		a.publish(chat.Event{Kind: chat.ContactsChanged}, chat.Event{Kind: chat.ConversationsChanged})
	}
}

// sessionResumed: it is as if the network had never been away.
func (a *account) sessionResumed(ctx context.Context, s *session) {
	s.resumed, s.away = true, false
	if a.session != s {
		a.setState(chat.StateConnecting, nil) // it was lost before others knew that we are here
		return
	}
	a.setOnline(s)
	a.lookAtArchive(s)
	s.toldAway = false // the server takes us for active (XEP-0352 §5.2)
	a.sendActive(ctx, s)
	a.tellSoon() // what failed meanwhile
}

func (a *account) setOnline(s *session) {
	a.mu.Lock()
	a.online = s
	a.mu.Unlock()
	a.setHidden(false)
	a.setState(chat.StateOnline, nil)
}

func (a *account) sessionEnded(ctx context.Context, s *session, err error) {
	if a.session == s {
		a.accusePublishing(s.weigh(err))
		a.session = nil
		a.mu.Lock()
		a.online = nil
		a.mu.Unlock()
	}
	ids := s.queue.settle(s.queue.acked(s.conn.Acked()))
	if ids = append(ids, a.countedOnly(s)...); len(ids) > 0 {
		a.confirmed(ctx, ids)
	}
	a.behindOther(s.queue.unsettled())
	a.owe(s.queue.receipts()...) // two of one do no harm
	a.emptyOutbox(ctx, s, err)
	a.everybodyGone()
	a.doubt(ctx)
	if chat.CodeOf(err) == chat.CodeConflict {
		a.newResource(ctx)
	}
}
