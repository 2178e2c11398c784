// SPDX-License-Identifier: MPL-2.0

package core

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"strings"
	"unicode"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
	"chatsecure.org/desktop/core/xmpp/wire"
)

// AddAccount logs in, and only if that succeeds stores the account and its
// password; the connection stays. The error says why the login failed, or has
// CodeExists, or one of those by which a policy forbids the account. The password is not
// kept; the caller wipes it.
func (c *Client) AddAccount(ctx context.Context, login chat.Login, password []byte) error {
	const op = "add account"
	login.Address = Canonical(login.Address.Bare())
	done, err := c.reserve(op, login)
	if err != nil {
		return err
	}
	defer done()
	r := store.AccountRecord{Login: login, Enabled: true, Resource: newResource(c.cfg.AppName)}
	conn, err := xmpp.Connect(ctx, c.wireConfig(r, password))
	if err != nil {
		return asError(op, err)
	}
	// The account's name is what the server calls it, however it was typed: by that
	// name the server's word is known from others'.
	if login.Address = conn.Address().Bare(); login.Address != r.Login.Address {
		also, err := c.reserve(op, login)
		if err != nil {
			c.dispose(conn)
			return err
		}
		defer also()
		r.Login.Address = login.Address
	}
	if err := c.keep(ctx, &r, conn, password); err != nil {
		c.dispose(conn)
		c.forgetSecrets(ctx, login.Address)
		return asError(op, err)
	}
	c.keepToken(ctx, r.Login.Address, wire.Token{}, conn.Token())
	a, err := c.newAccount(ctx, r)
	if err == nil {
		// The first mail: it comes before that of a Close meanwhile.
		a.state = chat.StateConnecting
		a.box.post(func(context.Context) { a.connect(conn) })
		if err = c.admit(op, a, true); err != nil {
			a.cancel()
		}
	}
	if err != nil {
		c.dispose(conn)
		if chat.CodeOf(err) == chat.CodePolicyAccounts {
			c.unkeep(ctx, r.Login.Address)
		}
		return asError(op, err)
	}
	a.start()
	c.hub.publish(chat.Event{Kind: chat.AccountChanged, Account: a.addr})
	a.settle(ctx)
	return nil
}

// settle waits until the new connection may be used, or has come to nothing: who
// has signed in expects to be there. Any goroutine.
func (a *account) settle(ctx context.Context) {
	sub := a.client.Subscribe()
	defer sub.Close()
	for a.snapshot().State == chat.StateConnecting {
		if _, err := sub.Next(ctx); err != nil {
			return
		}
	}
}

// reserve keeps two calls from adding the same account, and asks the policy whether
// there may be such a one, and one more.
func (c *Client) reserve(op string, login chat.Login) (done func(), err error) {
	addr, locks := login.Address, c.held()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return nil, failed(chat.Offline, op, chat.CodeClosed, nil)
	case addr.Local == "" || addr.Domain == "":
		return nil, failed(chat.Input, op, chat.CodeAddress, nil)
	case c.accounts[addr] != nil || c.adding[addr]:
		return nil, failed(chat.Input, op, chat.CodeExists, nil)
	}
	if err := c.mayBe(op, login); err != nil {
		return nil, err
	}
	if most, limited := locks.MaxAccounts(); limited && len(c.accounts) >= most {
		return nil, locks.refuse(chat.Input, op, chat.CodePolicyAccounts, policy.AccountsMax)
	}
	c.adding[addr] = true
	return func() {
		c.mu.Lock()
		delete(c.adding, addr)
		c.mu.Unlock()
	}, nil
}

// admit lets everybody find an account. A new one may be one too many: two may have been
// added at the same time.
func (c *Client) admit(op string, a *account, isNew bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return failed(chat.Offline, op, chat.CodeClosed, nil)
	}
	if most, limited := c.held().MaxAccounts(); isNew && limited && len(c.accounts) >= most {
		return c.held().refuse(chat.Input, op, chat.CodePolicyAccounts, policy.AccountsMax)
	}
	c.accounts[a.addr] = a
	return nil
}

// UpdateAccount tries a changed login, with a new password or (nil) the old one,
// and stores it if that succeeds. If not, the account is as it was.
func (c *Client) UpdateAccount(ctx context.Context, login chat.Login, password []byte) error {
	const op = "change account"
	login.Address = Canonical(login.Address.Bare())
	a, err := c.account(op, login.Address)
	if err != nil {
		return err
	}
	if err := c.mayBe(op, login); err != nil {
		return err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	if err := c.mayEnable(op, a); err != nil {
		return err
	}
	if password == nil {
		if password, err = c.password(ctx, a.addr); err != nil {
			return err
		}
		defer clear(password)
	}
	a.hangUp(ctx)
	r := a.record()
	r.Login, r.Enabled = login, true
	conn, err := (*xmpp.Conn)(nil), ctx.Err()
	if err == nil {
		conn, err = xmpp.Connect(ctx, c.wireConfig(r, password))
	}
	if err == nil {
		if err = c.keep(ctx, &r, conn, password); err != nil {
			c.dispose(conn)
		} else {
			c.forgetToken(ctx, a.addr) // it was for the password of before
			c.keepToken(ctx, a.addr, wire.Token{}, conn.Token())
		}
	}
	if err != nil {
		if a.record().Enabled {
			a.box.post(func(context.Context) { a.connect(nil) })
		}
		return asError(op, err)
	}
	if err := a.do(ctx, func(context.Context) {
		a.edit(func(old *store.AccountRecord) {
			old.Login, old.Enabled, old.Mechanism = r.Login, true, r.Mechanism
		})
		a.setState(chat.StateConnecting, nil)
		a.connect(conn)
	}); err != nil {
		if chat.CodeOf(err) == chat.CodeClosed {
			c.dispose(conn)
		}
		return asError(op, err)
	}
	a.settle(ctx)
	return nil
}

// keep stores an account that has just logged in. Only the keyring, or for want
// of one the encrypted database, gets the password.
func (c *Client) keep(ctx context.Context, r *store.AccountRecord, conn *xmpp.Conn, password []byte) error {
	r.Mechanism = conn.Mechanism()
	stored := *r
	stored.Password = password
	if k := c.cfg.Profile.Keyring(); k != nil {
		err := k.Set(ctx, c.passwordName(r.Login.Address), password)
		if err == nil {
			stored.Password = nil
		} else {
			c.log.Warn("no keyring: the database keeps the password", "err", chatError("store password", err))
		}
	}
	return c.db.PutAccount(ctx, stored)
}

// unkeep takes back what keep has stored, also when ctx has ended: at the next start the
// account would be there, and could take the place of one that may be.
func (c *Client) unkeep(ctx context.Context, addr chat.Address) {
	if err := c.db.RemoveAccount(context.WithoutCancel(ctx), addr); err != nil {
		c.log.Warn("an account that may not be stays in the database", "err", chatError("add account", err))
	}
	c.forgetSecrets(ctx, addr)
}

// Password is what an account signs in with, for the person to see; the caller wipes it.
// The error has CodeNotAuthorized where none is stored.
func (c *Client) Password(ctx context.Context, account chat.Address) ([]byte, error) {
	a, err := c.account("read password", account)
	if err != nil {
		return nil, err
	}
	return c.password(ctx, a.addr)
}

// password reads an account's password; the caller wipes it.
func (c *Client) password(ctx context.Context, addr chat.Address) ([]byte, error) {
	const op = "read password"
	r, ok, err := c.db.Account(ctx, addr)
	if err != nil {
		return nil, asError(op, err)
	}
	if ok && len(r.Password) > 0 {
		return r.Password, nil
	}
	k := c.cfg.Profile.Keyring()
	if k == nil {
		return nil, failed(chat.Auth, op, chat.CodeNotAuthorized, nil)
	}
	password, err := k.Get(ctx, c.passwordName(addr))
	if errors.Is(err, profile.ErrNotFound) {
		return nil, failed(chat.Auth, op, chat.CodeNotAuthorized, err)
	}
	return password, asError(op, err)
}

func (c *Client) passwordName(addr chat.Address) string {
	return "password:" + c.cfg.Profile.ID() + ":" + addr.String()
}

func (c *Client) wireConfig(r store.AccountRecord, password []byte) xmpp.Config {
	locks := c.held()
	pins, pinned := locks.pinsOf(r.Login.Address)
	return xmpp.Config{
		Config: wire.Config{
			Login: r.Login, Password: password, Resource: r.Resource, Strongest: r.Mechanism,
			UserAgent: c.userAgent(r.Login.Address),
			Roots:     c.rootsFor(r.Login.Address.Domain), Log: c.log,
			TLS13: locks.Is(policy.TLSMinVersion, policy.TLS13), Pinned: pinned, Pins: pins,
		},
		Nick: r.Nick, SoftwareName: c.cfg.AppName, SoftwareURL: c.cfg.AppURL, SoftwareVersion: c.cfg.AppVersion, Caps: c.db,
	}
}

// rootsFor are those who may vouch for a domain.
func (c *Client) rootsFor(domain string) *x509.CertPool {
	pem, ok := c.cfg.Certificates[domain]
	if !ok {
		return c.cfg.Roots
	}
	var pool *x509.CertPool
	if c.cfg.Roots != nil {
		pool = c.cfg.Roots.Clone()
	} else if system, err := x509.SystemCertPool(); err == nil {
		pool = system
	} else {
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM(pem)
	return pool
}

// newResource takes another name for this device: a second program uses the old
// one, and two with one name would throw each other out for ever.
func (a *account) newResource(ctx context.Context) {
	a.edit(func(r *store.AccountRecord) { r.Resource = newResource(a.client.cfg.AppName) })
	r, ok, err := a.db.Account(ctx, a.addr)
	if err == nil && ok {
		r.Resource = a.record().Resource
		err = a.db.PutAccount(ctx, r)
		clear(r.Password)
	}
	if err != nil {
		a.log.Error("store resource", "err", chatError("store resource", err))
	}
}

// newResource is what of the program's name is ASCII, and some letters that make it one
// of a kind.
func newResource(app string) string {
	plain := strings.Map(func(r rune) rune {
		if r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, app)
	if plain == "" || len(plain) > 40 {
		plain = "desktop"
	}
	return plain + "." + rand.Text()[:6]
}

// dispose ends a connection that nobody will use.
func (c *Client) dispose(conn *xmpp.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), hangUpIn)
	defer cancel()
	_ = conn.Close(ctx)
}

func (a *account) dispose(conn *xmpp.Conn) { a.client.dispose(conn) }
