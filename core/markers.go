// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// tellIn is how long word of what has been read waits for more of the kind.
const tellIn = 300 * time.Millisecond

// MarkRead says that the person has seen the conversation up to a message. Where
// that is allowed the contact is told (XEP-0333), and our other devices are
// (XEP-0490), now or when there is a connection.
func (c *Client) MarkRead(ctx context.Context, conv chat.ConvID, upTo chat.MsgID) error {
	const op = "mark as read"
	return c.change(ctx, op, conv, chat.ConversationChanged, func(conv chat.ConvID) (bool, error) {
		changed, err := c.db.MarkRead(ctx, conv, upTo)
		if changed {
			if a, err := c.account(op, conv.Account); err == nil {
				a.box.post(func(context.Context) {
					a.toTell[conv] = true
					a.tellSoon()
				})
			}
		}
		return changed, err
	})
}

// ToldRead waits until others know what has been read of an account's conversations, as
// far as they may and can.
func (c *Client) ToldRead(ctx context.Context, account chat.Address) error {
	const op = "mark as read"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	return asError(op, until(ctx, func() (bool, error) {
		untold, err := c.db.Untold(ctx, a.addr)
		return err == nil && len(untold) == 0 && !a.isTelling(ctx), err
	}))
}

// isTelling says whether word of what was read is not with the session yet, or the
// archive may still show that more was.
func (a *account) isTelling(ctx context.Context) (telling bool) {
	err := a.do(ctx, func(context.Context) {
		telling = a.session == nil || a.session.telling || len(a.toTell) > 0
	})
	return err != nil || telling || a.snapshot().CatchingUp
}

// tellSoon tells others what has been read, in a moment. The actor.
func (a *account) tellSoon() {
	if s := a.session; s != nil && len(a.toTell) > 0 && !s.telling {
		s.telling = true
		time.AfterFunc(tellIn, func() { a.box.post(func(ctx context.Context) { a.tellRead(ctx, s) }) })
	}
}

// tellUntold tells of what was read and not told, without a connection or while
// something before it was missing. The database knows it, as far as messages have
// ids of our archive.
func (a *account) tellUntold(ctx context.Context, s *session) {
	if a.session != s {
		return
	}
	untold, err := a.db.Untold(ctx, a.addr)
	if err != nil {
		a.log.Error("read marks", "err", chatError("read marks", err))
		return
	}
	for _, conv := range untold {
		a.toTell[conv] = true
	}
	a.tellSoon()
}

// tellRead tells of every conversation that has been read further.
func (a *account) tellRead(ctx context.Context, s *session) {
	s.telling = false
	if a.session != s || s.away || a.silent {
		return
	}
	for conv := range a.toTell {
		delete(a.toTell, conv)
		p, err := a.db.ReadPoint(ctx, conv)
		if err != nil {
			a.log.Error("read marks", "err", chatError("read marks", err))
			continue
		}
		if p.StanzaID != "" && !p.New {
			continue // others know, or something before it is missing
		}
		if p.MarkID == "" || !a.client.prefs.markers.Load() || !a.seesUs(conv.Peer) {
			a.tellDevices(ctx, s, conv, p.StanzaID)
			continue
		}
		marker := xmpp.OutMessage{To: conv.Peer, Type: "chat", ID: newID(), DisplayedFor: p.MarkID}
		item := outItem{stanza: xmpp.EncodeMessage(marker), receipt: true, only: &a.client.prefs.markers}
		if p.StanzaID != "" { // until then the database knows that the contact is to be told
			item.then = func() {
				a.box.post(func(ctx context.Context) { a.tellDevices(ctx, s, conv, p.StanzaID) })
			}
		}
		s.queue.put(item)
	}
}

// tellDevices tells our other devices, where the server can.
func (a *account) tellDevices(ctx context.Context, s *session, conv chat.ConvID, stanzaID string) {
	switch {
	case stanzaID == "":
	case s.server.Multi && s.server.PublishOptions:
		a.publishRead(s, conv, stanzaID)
	default:
		a.told(ctx, conv, stanzaID)
	}
}

// told remembers that others have been told, as far as they can be.
func (a *account) told(ctx context.Context, conv chat.ConvID, stanzaID string) {
	if err := a.db.SetDisplayed(ctx, conv, stanzaID); err != nil {
		a.log.Error("read marks", "err", chatError("store read mark", err))
	}
}

func (a *account) publishRead(s *session, conv chat.ConvID, stanzaID string) {
	a.job(func(ctx context.Context) {
		if err := s.conn.PublishDisplayed(ctx, conv.Peer, stanzaID, a.addr); err != nil {
			a.log.Info("read marks", "err", chatError("publish read mark", err))
			if chat.KindOf(err) != chat.Rejected { // when the network is back, or with the next session
				a.box.post(func(context.Context) {
					a.toTell[conv] = true
					if !s.away {
						a.tellSoon()
					}
				})
				return
			}
		}
		a.told(ctx, conv, stanzaID)
	})
}

// displayed is word of our account about how far our devices have read.
func (a *account) displayed(news []xmpp.Displayed) (reads []store.ReadMark) {
	for _, n := range news {
		if n.By == a.addr { // rooms have their own
			conv := chat.ConvID{Account: a.addr, Peer: n.Peer.Bare()}
			reads = append(reads, store.ReadMark{Conv: conv, ID: chat.Cut(n.StanzaID, maxID), Mine: true})
		}
	}
	return reads
}

// fetchDisplayed asks how far our other devices have read, after catching up. While
// the network is away nobody can answer.
func (a *account) fetchDisplayed(s *session) {
	if !s.server.Multi {
		return
	}
	news, err := s.askDisplayed()
	for tries := 1; chat.KindOf(err) == chat.Timeout && tries < archiveTries && s.ctx.Err() == nil; tries++ {
		for s.conn.Suspended() && s.pause(archivePause) {
		}
		news, err = s.askDisplayed()
	}
	if err != nil {
		a.log.Info("read marks", "err", chatError("fetch read marks", err))
		return
	}
	a.box.post(func(ctx context.Context) {
		p := &arrivals{now: time.Now().UTC(), reads: a.displayed(news), write: a.writeLive}
		if a.persist(ctx, p) {
			a.announce(p)
		}
	})
}

func (s *session) askDisplayed() ([]xmpp.Displayed, error) {
	ctx, cancel := context.WithTimeout(s.ctx, askIn)
	defer cancel()
	return s.conn.FetchDisplayed(ctx)
}
