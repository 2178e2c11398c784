// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"math"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// The number of messages that a page has by default and at most.
const (
	defaultPage = 50
	maxPage     = 1000
)

// Page returns up to n messages that stand before a place in a conversation,
// oldest first: the newest of them for the zero cursor. n outside 1 to 1000
// means 50. A conversation that does not exist has no messages.
func (db *DB) Page(ctx context.Context, conv chat.ConvID, before chat.Cursor, n int) ([]chat.Message, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	all, err := db.page(ctx, conv, before, n, `m.ord < ? ORDER BY m.ord DESC LIMIT ?`)
	slices.Reverse(all)
	return all, err
}

// PageAfter returns up to n messages that stand after a place in a
// conversation, oldest first: none for the zero cursor, which is the end.
func (db *DB) PageAfter(ctx context.Context, conv chat.ConvID, after chat.Cursor, n int) ([]chat.Message, error) {
	if after == 0 {
		return nil, nil
	}
	return db.page(ctx, conv, after, n, `m.ord > ? ORDER BY m.ord LIMIT ?`)
}

func (db *DB) page(ctx context.Context, conv chat.ConvID, from chat.Cursor, n int, where string) ([]chat.Message, error) {
	if n < 1 || n > maxPage {
		n = defaultPage
	}
	var all []chat.Message
	err := db.read(ctx, "read messages", func(c *conn) error {
		id, err := findConversation(c.row(findConversationQuery, conv.Account.String(), conv.Peer.String()))
		if err != nil || id == 0 {
			return err
		}
		all, err = collect(c.query(context.Background(), selectMessage+fromMessage+`WHERE m.conv = ? AND `+where, id, from, n), scanMessage)
		return err
	})
	return all, err
}
