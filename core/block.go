// SPDX-License-Identifier: MPL-2.0

package core

import (
	"cmp"
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// Block makes the server keep everything of an address from us, and us from it
// (XEP-0191 §3.3). The error is of kind Offline without a connection, and has
// CodeUnsupported where the server can not do it.
func (c *Client) Block(ctx context.Context, owner, addr chat.Address) error {
	return c.block(ctx, "block contact", owner, addr, true)
}

// Unblock undoes Block.
func (c *Client) Unblock(ctx context.Context, owner, addr chat.Address) error {
	return c.block(ctx, "unblock contact", owner, addr, false)
}

func (c *Client) block(ctx context.Context, op string, owner, addr chat.Address, on bool) error {
	addr = Canonical(addr)
	return c.askAbout(ctx, op, owner, addr, func(ctx context.Context, a *account, conn *xmpp.Conn) error {
		s, err := a.usable(op)
		if err != nil {
			return err
		}
		if !s.server.Blocking {
			return failed(chat.Rejected, op, chat.CodeUnsupported, nil)
		}
		ask := conn.Unblock
		push := xmpp.BlockPush{Removed: []chat.Address{addr}}
		if on {
			ask, push = conn.Block, xmpp.BlockPush{Added: []chat.Address{addr}}
		}
		if err := ask(ctx, addr); err != nil {
			return err
		}
		return a.do(ctx, func(ctx context.Context) { a.blockPushed(ctx, push) })
	})
}

// Blocked returns the addresses that are blocked, in order.
func (c *Client) Blocked(_ context.Context, owner chat.Address) ([]chat.Address, error) {
	a, err := c.account("list blocked", owner)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	all := make([]chat.Address, 0, len(a.blocked))
	for addr := range a.blocked {
		all = append(all, addr)
	}
	slices.SortFunc(all, func(x, y chat.Address) int { return cmp.Compare(x.String(), y.String()) })
	return all, nil
}

// blockPushed takes a change of the list of blocked addresses.
func (a *account) blockPushed(ctx context.Context, p xmpp.BlockPush) {
	var err error
	if p.None {
		err = a.db.ReplaceBlocked(ctx, a.addr, p.Added)
	} else {
		err = a.db.ChangeBlocked(ctx, a.addr, p.Added, p.Removed)
	}
	if err != nil {
		a.log.Error("store blocked", "err", chatError("store blocked", err))
	}
	a.mu.Lock()
	changed := make(map[chat.Address]bool)
	set := func(addr chat.Address, on bool) {
		if a.blocked[addr] == on {
			return
		}
		changed[addr] = true
		if on {
			a.blocked[addr] = true
			if l := a.live[addr]; l != nil { // what it does from now on, nobody tells us
				clear(l.devices)
				l.typing = chat.Idle
			}
		} else {
			delete(a.blocked, addr)
		}
	}
	if p.None {
		for addr := range a.blocked {
			if !slices.Contains(p.Added, addr) {
				set(addr, false)
			}
		}
	}
	for _, addr := range p.Added {
		set(addr, true)
	}
	for _, addr := range p.Removed {
		set(addr, false)
	}
	a.mu.Unlock()
	for addr := range changed {
		a.publishContact(addr)
		a.probeUnblocked(addr)
	}
}

// probeUnblocked asks how reachable a contact is of whom we hear again: the server
// tells the contact of us (XEP-0191 §3.4), but not us of the contact. The actor.
func (a *account) probeUnblocked(addr chat.Address) {
	s, c := a.session, a.contact(addr)
	if s == nil || c.Blocked || c.Subscription&chat.SubscriptionTo == 0 {
		return
	}
	a.job(func(ctx context.Context) {
		if err := s.conn.Probe(ctx, addr); err != nil {
			a.log.Info("presence", "err", chatError("presence", err))
		}
	})
}
