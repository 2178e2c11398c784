// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"sync"
	"time"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp/wire"
)

// formPatience is how long a person may take to fill in a server's form; then the
// connection that it came over is closed.
const formPatience = 5 * time.Minute

// registration is a connection on which an account is being made.
type registration struct {
	conn  *wire.Registration
	timer *time.Timer
	once  sync.Once
}

func (r *registration) close() {
	r.once.Do(func() {
		r.timer.Stop()
		r.conn.Close()
	})
}

// StartRegistration asks the server of login.Address what it wants to know before
// it makes that account (XEP-0077). FinishRegistration answers within five
// minutes, or CancelRegistration gives up.
func (c *Client) StartRegistration(ctx context.Context, login chat.Login) (chat.Form, error) {
	return c.startRegistration(ctx, login, "")
}

// StartInvited is StartRegistration with the token of an invitation, which the server
// must take first (XEP-0445): it may make accounts for nobody else.
func (c *Client) StartInvited(ctx context.Context, login chat.Login, token string) (chat.Form, error) {
	if token == "" {
		return chat.Form{}, failed(chat.Input, "register", chat.CodeNoInvitation, nil)
	}
	return c.startRegistration(ctx, login, token)
}

func (c *Client) startRegistration(ctx context.Context, login chat.Login, token string) (chat.Form, error) {
	const op = "register"
	login.Address = Canonical(login.Address.Bare())
	if err := c.mayRegister(op, token != ""); err != nil {
		return chat.Form{}, err
	}
	done, err := c.reserve(op, login)
	if err != nil {
		return chat.Form{}, err
	}
	done()
	c.CancelRegistration(login.Address)
	conn, err := wire.DialRegistration(ctx, c.wireConfig(store.AccountRecord{Login: login}, nil).Config)
	if err != nil {
		return chat.Form{}, asError(op, err)
	}
	var form chat.Form
	if token != "" {
		err = conn.Preauth(ctx, token)
	}
	if err == nil {
		form, err = conn.Form(ctx)
	}
	if err != nil {
		conn.Close()
		return chat.Form{}, asError(op, err)
	}
	r := &registration{conn: conn}
	c.mu.Lock()
	closed := c.closed
	if !closed {
		r.timer = time.AfterFunc(formPatience, func() { c.dropRegistration(login.Address, r) })
		c.registrations[login.Address] = r
	}
	c.mu.Unlock()
	if closed {
		conn.Close()
		return chat.Form{}, failed(chat.Offline, op, chat.CodeClosed, nil)
	}
	return form, nil
}

// FinishRegistration answers the form, and adds the account that the server has
// made. After an error of kind Input or Rejected the form may be answered again.
func (c *Client) FinishRegistration(ctx context.Context, login chat.Login, password []byte, values map[string]string) error {
	const op = "register"
	login.Address = Canonical(login.Address.Bare())
	c.mu.Lock()
	r := c.registrations[login.Address]
	c.mu.Unlock()
	if r == nil {
		return failed(chat.Timeout, op, chat.CodeNotFound, nil)
	}
	if err := c.submit(ctx, r, login.Address, password, values); err != nil {
		// Perhaps we made it ourselves, and the log-in afterwards failed: who knows
		// its password may have it.
		if chat.CodeOf(err) == chat.CodeAddressTaken && c.AddAccount(ctx, login, password) == nil {
			c.dropRegistration(login.Address, r)
			return nil
		}
		return asError(op, err)
	}
	return c.AddAccount(ctx, login, password)
}

// submit answers the form, and lets the connection go unless it may be answered again.
func (c *Client) submit(ctx context.Context, r *registration, addr chat.Address, password []byte, values map[string]string) error {
	err := r.conn.Submit(ctx, password, values)
	if kind := chat.KindOf(err); err == nil || kind != chat.Input && kind != chat.Rejected {
		c.dropRegistration(addr, r)
	}
	return err
}

// CancelRegistration gives up a registration, if there is one.
func (c *Client) CancelRegistration(account chat.Address) {
	account = Canonical(account.Bare())
	c.mu.Lock()
	r := c.registrations[account]
	c.mu.Unlock()
	if r != nil {
		c.dropRegistration(account, r)
	}
}

func (c *Client) dropRegistration(addr chat.Address, r *registration) {
	c.mu.Lock()
	if c.registrations[addr] == r {
		delete(c.registrations, addr)
	}
	c.mu.Unlock()
	r.close()
}
