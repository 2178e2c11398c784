// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"

	"chatsecure.org/desktop/core/chat"
)

// What an account keeps on its server for all its devices, beside its contacts.
type (
	// addressObject is somebody whom an account blocks (XEP-0191).
	addressObject struct {
		Account string `json:"account"`
		Address string `json:"address"`
	}
	// bookmarkObject is a room that an account has marked (XEP-0402).
	bookmarkObject struct {
		Account  string `json:"account"`
		Address  string `json:"address"`
		Name     string `json:"name"`
		Nick     string `json:"nick"`
		Autojoin bool   `json:"autojoin"`
	}
)

// ofAccounts are the accounts that a list is of: one, or with the zero address all.
func (s *session) ofAccounts(ctx context.Context, a chat.Address) ([]chat.Address, error) {
	if !a.IsZero() {
		_, err := s.account(ctx, a)
		return []chat.Address{a}, err
	}
	all, err := s.Accounts(ctx)
	list := make([]chat.Address, len(all))
	for i, o := range all {
		list[i] = o.Login.Address
	}
	return list, err
}

// blocked are all whom the account blocks, contacts or not.
func (s *session) blocked(ctx context.Context, of chat.Address) ([]addressObject, error) {
	accounts, err := s.ofAccounts(ctx, of)
	list := []addressObject{}
	for _, a := range accounts {
		if err != nil {
			break
		}
		var all []chat.Address
		all, err = s.Blocked(ctx, a)
		for _, b := range all {
			list = append(list, addressObject{a.String(), b.String()})
		}
	}
	return list, err
}

// bookmarks are the rooms that the account has marked.
func (s *session) bookmarks(ctx context.Context, of chat.Address) ([]bookmarkObject, error) {
	accounts, err := s.ofAccounts(ctx, of)
	list := []bookmarkObject{}
	for _, a := range accounts {
		if err != nil {
			break
		}
		var all []chat.Bookmark
		all, err = s.Bookmarks(ctx, a)
		for _, b := range all {
			list = append(list, bookmarkObject{a.String(), b.Address.String(), b.Name, b.Nick, b.Autojoin})
		}
	}
	return list, err
}

func contactBlocked(ctx context.Context, c *call) error {
	return c.with(ctx, func(s *session) error {
		if _, err := s.ofAccounts(ctx, c.account); err != nil {
			return err
		}
		if err := c.catchUp(ctx, s, c.account); err != nil {
			return err
		}
		all, err := s.blocked(ctx, c.account)
		for _, o := range all {
			c.row(o, o.Address)
		}
		return err
	})
}

func listBookmarks(ctx context.Context, c *call) error {
	return c.with(ctx, func(s *session) error {
		if _, err := s.ofAccounts(ctx, c.account); err != nil {
			return err
		}
		if err := c.catchUp(ctx, s, c.account); err != nil {
			return err
		}
		all, err := s.bookmarks(ctx, c.account)
		for _, o := range all {
			line := o.Address
			if o.Name != "" {
				line += "  " + oneLine(o.Name)
			}
			c.row(o, line)
		}
		return err
	})
}

func rpcBlocked(ctx context.Context, s *server, p *params) (any, error) {
	all, err := s.blocked(ctx, p.account)
	return map[string]any{"blocked": all}, err
}

func rpcBookmarks(ctx context.Context, s *server, p *params) (any, error) {
	all, err := s.bookmarks(ctx, p.account)
	return map[string]any{"bookmarks": all}, err
}
