// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"slices"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// What a policy says of history (policy.History) means this:
//
//   - days:N — what was sent longer ago is deleted when the profile is opened, and once
//     an hour; a change of a message that never came, N days after the change came.
//   - session — everything is deleted when the profile is opened and when it is closed,
//     drafts among it. What was said before this computer knew an account, or before what
//     is here, is not loaded from the server.
//   - off — as session, and what our other devices have sent while we were away is not
//     loaded either: of the archive only what is unread is kept.
//
// What waits to be sent and what nobody has read yet always stays until that has
// happened. A server's archive is the server's: it keeps what it keeps.

const (
	forgetEvery = time.Hour
	forgetAtEnd = 2 * time.Second // the rest goes when the profile is opened next
)

// oldest is the time before which nothing is kept: zero where everything is, now where
// no history is. The second says whether only the session's messages are.
func (l *locks) oldest(now time.Time) (since time.Time, session bool) {
	switch what, days := l.History(); {
	case days > 0:
		return now.AddDate(0, 0, -days), false
	case what == policy.Session, what == policy.Off:
		return now, true
	}
	return time.Time{}, false
}

// keepSince tells the store what of an archive is kept.
func (c *Client) keepSince(l *locks) {
	since, _ := l.oldest(time.Now().UTC())
	what, _ := l.History()
	c.db.Keep(store.Keeping{Since: since, NoOwn: what == policy.Off})
}

// openHistory deletes what is not to be kept, before accounts are there.
func (c *Client) openHistory(ctx context.Context) error {
	l := c.held()
	c.keepSince(l)
	since, session := l.oldest(time.Now().UTC())
	if since.IsZero() {
		return nil
	}
	if session {
		since = time.Time{} // all of it
	}
	_, err := c.db.Forget(ctx, since)
	return err
}

// forgetHourly deletes what has become too old, until the Client ends.
func (c *Client) forgetHourly() {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			c.forgetOld(time.Now().UTC())
		case <-c.ctx.Done():
			return
		}
	}
}

// forgetOld deletes what is too old at that time.
func (c *Client) forgetOld(now time.Time) {
	l := c.held()
	c.keepSince(l)
	since, session := l.oldest(now)
	if since.IsZero() || session {
		return
	}
	from, err := c.db.Forget(c.ctx, since)
	if err != nil {
		c.log.Error("history", "err", chatError("forget messages", err))
	}
	if len(from) > 0 {
		c.hub.publish(chat.Event{Kind: chat.Reload})
	}
}

// closeHistory deletes what the session has brought, when the profile is closed.
func (c *Client) closeHistory() {
	if _, session := c.held().oldest(time.Now().UTC()); !session || !c.opened.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), forgetAtEnd)
	defer cancel()
	if _, err := c.db.Forget(ctx, time.Time{}); err != nil {
		c.log.Error("history", "err", chatError("forget messages", err))
	}
}

// beyond says whether a page of an archive goes back behind what is kept: then nothing
// of what lies before it is, either.
func (c *Client) beyond(page []xmpp.Archived) bool {
	since, _ := c.held().oldest(time.Now().UTC())
	return slices.ContainsFunc(page, func(m xmpp.Archived) bool { return !m.Stamp.IsZero() && m.Stamp.Before(since) })
}
