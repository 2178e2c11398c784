// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// olderPage is how many messages one LoadOlder brings at most.
const olderPage = 100

// LoadOlder asks the server's archive for what was said in a conversation before
// everything that is here. It says whether there may be more. What came is announced
// as new messages are. The error has kind Offline, or CodeUnsupported where the
// server keeps no archive.
func (c *Client) LoadOlder(ctx context.Context, conv chat.ConvID) (more bool, err error) {
	const op = "load older messages"
	a, conv, err := c.conversationAccount(op, conv)
	if err != nil {
		return false, err
	}
	begun, err := c.db.Begun(ctx, conv)
	if err != nil || begun {
		return false, asError(op, err)
	}
	if _, session := c.held().oldest(time.Now().UTC()); session { // a policy keeps no history
		return false, nil
	}
	s, err := a.usable(op)
	if err != nil {
		return false, err
	}
	if !s.server.Archive {
		return false, failed(chat.Rejected, op, chat.CodeUnsupported, nil)
	}
	a.paging.Lock() // two at a time would load the same
	defer a.paging.Unlock()
	oldest, err := c.db.OldestArchiveID(ctx, conv)
	if err != nil {
		return false, asError(op, err)
	}
	page, err := s.conn.Archive(ctx, xmpp.ArchiveQuery{With: conv.Peer, Before: &oldest, Max: olderPage})
	if err != nil {
		return false, asError(op, err)
	}
	p, err := archivedPage(page)
	if err != nil {
		return false, asError(op, err)
	}
	if c.beyond(p.messages) {
		p.Reached = false // the archive has more, and it is not for us
		defer func() { more = false }()
	}
	stored := false
	if err := a.do(ctx, func(ctx context.Context) {
		if stored = a.receiveOlder(ctx, s, conv, oldest, p); stored && p.Reached {
			a.showAlone(ctx)
		}
	}); err != nil {
		return false, asError(op, err)
	}
	if !stored {
		return false, failed(chat.Storage, op, chat.CodeUnknown, nil)
	}
	return !p.Reached, nil
}

// LoadMissing goes on with what an earlier session did not get out of the archive.
// It does not wait.
func (c *Client) LoadMissing(_ context.Context, account chat.Address) error {
	const op = "load missing messages"
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	s, err := a.usable(op)
	if err != nil {
		return err
	}
	a.box.post(func(context.Context) { a.wg.Go(func() { s.fillGaps(new(int)) }) })
	return nil
}

// Gaps is how many parts of an account's archive are known to be missing here. While
// it is not zero something may still come, or LoadMissing may get it.
func (c *Client) Gaps(ctx context.Context, account chat.Address) (int, error) {
	const op = "read archive state"
	a, err := c.account(op, account)
	if err != nil {
		return 0, err
	}
	state, err := c.db.ArchiveState(ctx, a.addr)
	return len(state.Gaps), asError(op, err)
}
