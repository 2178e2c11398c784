// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

const (
	searchDefault = 50   // messages without a limit
	searchPage    = 1000 // messages of one question to the engine
)

func search(ctx context.Context, c *call) error {
	return c.with(ctx, func(s *session) error {
		found, err := s.find(ctx, c.operands[0], c.account, c.inside, c.limit)
		for _, m := range found {
			c.message(m)
		}
		return err
	})
}

// find searches the conversation with peer, all of account, or all there are (both
// zero), and returns the newest messages, newest first.
func (s *session) find(ctx context.Context, text string, account, peer chat.Address, limit int) ([]chat.Message, error) {
	if limit == 0 {
		limit = searchDefault
	}
	switch {
	case !peer.IsZero():
		account, err := s.accountFor(ctx, account, peer)
		if err != nil {
			return nil, err
		}
		return s.findIn(ctx, text, chat.ConvID{Account: account, Peer: peer}, limit)
	case !account.IsZero():
		if _, err := s.account(ctx, account); err != nil {
			return nil, err
		}
	case limit <= searchPage:
		return s.Search(ctx, chat.SearchQuery{Text: text, Limit: limit})
	}
	conversations, err := s.Conversations(ctx)
	if err != nil {
		return nil, err
	}
	var all []chat.Message
	for _, c := range conversations {
		if !account.IsZero() && c.ID.Account != account {
			continue
		}
		found, err := s.findIn(ctx, text, c.ID, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(x, y chat.Message) int { return cmp.Compare(y.ID, x.ID) })
	return all[:min(limit, len(all))], nil
}

// findIn searches one conversation.
func (s *session) findIn(ctx context.Context, text string, in chat.ConvID, limit int) ([]chat.Message, error) {
	var all []chat.Message
	var before chat.Cursor
	for len(all) < limit {
		n := min(searchPage, limit-len(all))
		found, err := s.Search(ctx, chat.SearchQuery{Text: text, In: in, Before: before, Limit: n})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
		if len(found) < n {
			break
		}
		before = found[len(found)-1].Cursor
	}
	return all, nil
}
