// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/xmpp"
)

// The commands of this file ask the server and return its answer; without a
// connection they fail with kind Offline. The contact list that comes of them
// arrives as ContactsChanged, and is there when they return.

// AddContact puts an address on the contact list and asks to see its presence.
// name is what the person calls it; "" for nothing.
func (c *Client) AddContact(ctx context.Context, owner, addr chat.Address, name string) error {
	addr = Canonical(addr)
	return c.askAbout(ctx, "add contact", owner, addr, func(ctx context.Context, a *account, conn *xmpp.Conn) error {
		return a.list(ctx, conn, addr, name, "")
	})
}

// AddInviter is AddContact of somebody who has invited us, with the token of that: they
// need not be asked again (XEP-0379). Who is a contact already keeps its name.
func (c *Client) AddInviter(ctx context.Context, owner, addr chat.Address, name, token string) error {
	addr = Canonical(addr)
	return c.askAbout(ctx, "add contact", owner, addr, func(ctx context.Context, a *account, conn *xmpp.Conn) error {
		if was := a.contact(addr); was.Listed {
			name = was.Name
		}
		return a.list(ctx, conn, addr, name, token)
	})
}

// AcceptContact lets somebody who asked see our presence, and asks for the same.
func (c *Client) AcceptContact(ctx context.Context, owner, addr chat.Address) error {
	addr = Canonical(addr)
	return c.askAbout(ctx, "accept contact", owner, addr, func(ctx context.Context, a *account, conn *xmpp.Conn) error {
		was := a.contact(addr)
		if !was.Asking {
			return failed(chat.Input, "accept contact", chat.CodeNotFound, nil)
		}
		return a.list(ctx, conn, addr, was.Name, "")
	})
}

// list does what AddContact, AddInviter and AcceptContact have in common.
func (a *account) list(ctx context.Context, conn *xmpp.Conn, addr chat.Address, name, token string) error {
	was := a.contact(addr)
	if !was.Listed || was.Name != name {
		if err := conn.SetContact(ctx, addr, name, was.Groups); err != nil {
			return err
		}
	}
	ask := was.Subscription&chat.SubscriptionTo == 0 // asked before or not: that may be long ago
	err := a.do(ctx, func(ctx context.Context) {
		a.note(ctx, addr, func(c *chat.Contact) {
			c.Listed, c.Name, c.Asked = true, name, ask
		})
		if s := a.session; s != nil && ask {
			if s.asked == nil {
				s.asked = make(map[chat.Address]bool)
			}
			s.asked[addr] = true
		}
	})
	if err != nil {
		return err
	}
	if was.Asking {
		if err := conn.Subscribed(ctx, addr); err != nil {
			return err
		}
		if err := a.do(ctx, func(ctx context.Context) { a.note(ctx, addr, letsSee) }); err != nil {
			return err
		}
	}
	switch {
	case !ask:
		return nil
	case token != "":
		return conn.SubscribeInvited(ctx, addr, token)
	}
	return conn.Subscribe(ctx, addr)
}

// DeclineContact refuses somebody who asked.
func (c *Client) DeclineContact(ctx context.Context, owner, addr chat.Address) error {
	addr = Canonical(addr)
	return c.askAbout(ctx, "decline contact", owner, addr, func(ctx context.Context, a *account, conn *xmpp.Conn) error {
		if !a.contact(addr).Asking {
			return failed(chat.Input, "decline contact", chat.CodeNotFound, nil)
		}
		if err := conn.Unsubscribed(ctx, addr); err != nil {
			return err
		}
		return a.do(ctx, func(ctx context.Context) { a.notAsking(ctx, addr) })
	})
}

// RenameContact changes what the person calls a contact; "" for nothing.
func (c *Client) RenameContact(ctx context.Context, owner, addr chat.Address, name string) error {
	addr = Canonical(addr)
	return c.askAbout(ctx, "rename contact", owner, addr, func(ctx context.Context, a *account, conn *xmpp.Conn) error {
		was := a.contact(addr)
		if !was.Listed {
			return failed(chat.Input, "rename contact", chat.CodeNotFound, nil)
		}
		if err := conn.SetContact(ctx, addr, name, was.Groups); err != nil {
			return err
		}
		return a.do(ctx, func(ctx context.Context) {
			if a.contacts[addr].Listed {
				a.note(ctx, addr, func(c *chat.Contact) { c.Name = name })
			}
		})
	})
}

// RemoveContact takes a contact off the list, and ends that it sees us and we see
// it. The conversation stays.
func (c *Client) RemoveContact(ctx context.Context, owner, addr chat.Address) error {
	addr = Canonical(addr)
	return c.askAbout(ctx, "remove contact", owner, addr, func(ctx context.Context, a *account, conn *xmpp.Conn) error {
		was := a.contact(addr)
		if !was.Listed && !was.Asking {
			return failed(chat.Input, "remove contact", chat.CodeNotFound, nil)
		}
		if was.Asking {
			if err := conn.Unsubscribed(ctx, addr); err != nil {
				return err
			}
		}
		if was.Listed {
			if err := conn.RemoveContact(ctx, addr); err != nil {
				return err
			}
		}
		return a.do(ctx, func(ctx context.Context) { a.dropContact(ctx, addr, "") })
	})
}

// askAbout lets ask talk to the server about a contact, on the caller's
// goroutine.
func (c *Client) askAbout(
	ctx context.Context, op string, owner, addr chat.Address,
	ask func(context.Context, *account, *xmpp.Conn) error,
) error {
	a, err := c.account(op, owner)
	if err != nil {
		return err
	}
	switch {
	case addr.IsZero(), !addr.IsBare():
		return failed(chat.Input, op, chat.CodeAddress, nil)
	case addr == a.addr:
		return failed(chat.Input, op, chat.CodeOwnAddress, nil)
	}
	conn, err := a.connection(op)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askIn)
	defer cancel()
	return asError(op, ask(ctx, a, conn))
}

// do lets the actor run what, and waits for it. Any goroutine but the actor's.
func (a *account) do(ctx context.Context, what order) error {
	done := make(chan struct{})
	a.box.post(func(ctx context.Context) {
		what(ctx)
		close(done)
	})
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-a.ctx.Done():
		return failed(chat.Offline, "account", chat.CodeClosed, nil)
	}
}
