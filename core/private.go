// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// fetchPrivate asks for what our account keeps for all our devices: whom it blocks
// (XEP-0191), which comes like a change of that, and its bookmarks (XEP-0402).
func (a *account) fetchPrivate(s *session) {
	if s.server.Blocking {
		a.job(func(ctx context.Context) {
			if _, err := s.conn.Blocked(ctx); err != nil {
				a.log.Info("blocked", "err", chatError("list blocked", err))
			}
		})
	}
	if !s.server.Multi {
		return
	}
	a.job(func(ctx context.Context) {
		all, err := s.conn.FetchBookmarks(ctx)
		if err != nil {
			a.log.Info("bookmarks", "err", chatError("fetch bookmarks", err))
			return
		}
		a.box.post(func(context.Context) { a.bookmarksChanged(xmpp.BookmarkNews{All: true, Items: all}) })
	})
}

// bookmarksChanged keeps bookmarks for the time when there are rooms.
func (a *account) bookmarksChanged(n xmpp.BookmarkNews) {
	put := make([]store.Bookmark, len(n.Items))
	for i, b := range n.Items {
		put[i] = store.Bookmark{
			Address: b.Address, Name: b.Name, Nick: b.Nick, Autojoin: b.Autojoin, Password: b.Password, Extra: b.Extra,
		}
	}
	var err error
	if n.All {
		err = a.db.ReplaceBookmarks(a.ctx, a.addr, put)
	} else {
		err = a.db.ChangeBookmarks(a.ctx, a.addr, put, n.Removed)
	}
	if err != nil {
		a.log.Error("store bookmarks", "err", chatError("store bookmarks", err))
	}
}

// Bookmarks returns the rooms that the account has marked (XEP-0402), in order.
func (c *Client) Bookmarks(ctx context.Context, owner chat.Address) ([]chat.Bookmark, error) {
	const op = "list bookmarks"
	a, err := c.account(op, owner)
	if err != nil {
		return nil, err
	}
	marks, err := c.db.Bookmarks(ctx, a.addr)
	all := make([]chat.Bookmark, len(marks))
	for i, b := range marks {
		all[i] = chat.Bookmark{Address: b.Address, Name: b.Name, Nick: b.Nick, Autojoin: b.Autojoin}
	}
	return all, asError(op, err)
}
