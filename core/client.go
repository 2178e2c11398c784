// SPDX-License-Identifier: MPL-2.0

package core

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/core/policy"
	"chatsecure.org/desktop/core/profile"
	"chatsecure.org/desktop/core/store"
	"chatsecure.org/desktop/core/xmpp"
)

// Config is what a Client works with.
type Config struct {
	Profile *profile.Profile // open; who opened it closes it, after the Client
	Roots   *x509.CertPool   // whom to trust to vouch for servers; nil: the system's
	// Certificates (PEM) are trusted to vouch for one domain each, besides Roots: of
	// authorities, or a server's own.
	Certificates map[string][]byte
	Log          *slog.Logger // nil: nothing is logged
	AppName      string       // what others may see of the program
	AppURL       string       // its home page, or another address that stands for it (XEP-0115 §4)
	AppVersion   string
	Policy       []policy.Source // what bundles lock, the lowest layer first; nil for nothing
	Passphrase   []byte          // what a policy puts a profile under whose key is in a keyring; not kept, the caller wipes it
	CannotRead   string          // what others read whose program can not read an encrypted message; "" for nothing
	Retracted    string          // what others read whose program does not know that a message is taken back; "" for nothing
	OTRQuery     string          // what others read whose program does not know OTR, when they are asked for a session
	OTRError     string          // what others read, and their program acts on, whose message came for a session that is gone
	Manual       bool            // accounts connect only by Connect, not because they are enabled
}

// Client is the open core of one profile. All methods may be called from any
// goroutine; those that take a context return by its end. Every error is a
// *chat.Error.
type Client struct {
	cfg    Config
	log    *slog.Logger
	db     *store.DB
	hub    hub
	prefs  prefs
	locks  atomic.Pointer[locks]
	opened atomic.Bool  // the profile was read
	added  atomic.Int64 // accounts so far: their order

	attention attention
	clock     clock // of the accounts that come; a test has its own

	ctx    context.Context // ends with the Client; what no caller waits for runs in it
	cancel context.CancelFunc
	wg     sync.WaitGroup // what runs for all accounts

	mu            sync.Mutex
	accounts      map[chat.Address]*account
	adding        map[chat.Address]bool
	registrations map[chat.Address]*registration
	closed        bool
}

// Open opens the profile's database, making it if there is none yet, and
// connects the accounts that are enabled, unless cfg.Manual. It does not wait
// for the network.
func Open(ctx context.Context, cfg Config) (*Client, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	locks := newLocks(cfg.Policy)
	if locks.Is(policy.Log, policy.Off) {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := locks.mayOpen(cfg); err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, cfg)
	if err != nil {
		return nil, asError("open database", err)
	}
	c := &Client{
		cfg: cfg, log: cfg.Log, db: db,
		accounts: make(map[chat.Address]*account), adding: make(map[chat.Address]bool),
		registrations: make(map[chat.Address]*registration), clock: systemClock,
	}
	c.locks.Store(locks)
	c.ctx, c.cancel = context.WithCancel(context.Background())
	if err := c.load(ctx); err != nil {
		_ = c.Close()
		return nil, asError("open profile", err)
	}
	c.opened.Store(true)
	c.wg.Go(c.forgetHourly)
	c.wg.Go(func() { awake(c.ctx, networkNow, wallClock, c.lookAgain) })
	cfg.Profile.OnRaise(func() { c.hub.publish(chat.Event{Kind: chat.Raise}) })
	return c, nil
}

// openDatabase makes the database of a new profile, or one of which making was
// interrupted. A database that was there and is gone is an error.
func openDatabase(ctx context.Context, cfg Config) (*store.DB, error) {
	p := cfg.Profile
	key := p.Key()
	defer clear(key)
	open := store.Open
	if _, err := os.Stat(p.DatabasePath()); errors.Is(err, fs.ErrNotExist) && !p.HasDatabase() {
		open = store.Create
	}
	db, err := open(ctx, p.DatabasePath(), key)
	if err != nil {
		return nil, err
	}
	if err := p.NoteDatabase(); err != nil { // the next time will do
		cfg.Log.Warn("profile", "err", chatError("note database", err))
	}
	return db, nil
}

func (c *Client) load(ctx context.Context) error {
	settings, err := c.db.Settings(ctx)
	if err != nil {
		return err
	}
	c.prefs.load(func(key string) string { return c.inEffect(key, settings[key]) })
	if err := c.underPassphrase(ctx); err != nil {
		return err
	}
	c.cfg.Passphrase = nil // before accounts run beside this
	if err := c.openHistory(ctx); err != nil {
		return err
	}
	records, err := c.db.Accounts(ctx)
	if err != nil {
		return err
	}
	accounts := make(map[chat.Address]*account, len(records))
	for _, r := range records {
		clear(r.Password) // read again when it is needed
		r.Password = nil
		if accounts[r.Login.Address], err = c.newAccount(ctx, r); err != nil {
			return err
		}
	}
	conversations, err := c.db.Conversations(ctx)
	if err != nil {
		return err
	}
	for _, row := range conversations {
		if a := accounts[row.ID.Account]; a != nil {
			a.known[row.ID] = struct{}{}
		}
	}
	c.accounts = accounts
	for _, a := range accounts {
		a.start()
		if a.record().Enabled && !c.cfg.Manual {
			a.box.post(func(context.Context) { a.connect(nil) })
		}
	}
	return nil
}

// Close says goodbye on all connections, at most three seconds or so, and
// closes the database. Nothing that was stored is lost. It may be called twice.
func (c *Client) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	accounts, registrations := c.accounts, c.registrations
	c.accounts, c.registrations = nil, nil
	c.mu.Unlock()

	c.cfg.Profile.OnRaise(nil)
	c.SetActive(true) // ends its timer
	for _, r := range registrations {
		r.close()
	}
	var wg sync.WaitGroup
	for _, a := range accounts {
		wg.Go(a.close)
	}
	wg.Wait()
	c.cancel()
	c.wg.Wait()
	c.closeHistory()
	c.hub.close()
	return asError("close database", c.db.Close())
}

// Canonical is an address in the form in which servers write it; the methods of
// Client take any, and give these.
func Canonical(a chat.Address) chat.Address { return xmpp.Canonical(a) }

// account finds an account; the error has CodeNotFound, or CodeClosed.
func (c *Client) account(op string, addr chat.Address) (*account, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, failed(chat.Offline, op, chat.CodeClosed, nil)
	}
	a := c.accounts[Canonical(addr.Bare())]
	if a == nil {
		return nil, failed(chat.Input, op, chat.CodeNotFound, nil)
	}
	return a, nil
}

// allAccounts returns the accounts by address.
func (c *Client) allAccounts() []*account {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]*account, 0, len(c.accounts))
	for _, a := range c.accounts {
		all = append(all, a)
	}
	slices.SortFunc(all, func(x, y *account) int { return cmp.Compare(x.addr.String(), y.addr.String()) })
	return all
}

// Accounts returns all accounts as they are now, by address.
func (c *Client) Accounts(context.Context) ([]chat.Account, error) {
	all := c.allAccounts()
	out := make([]chat.Account, len(all))
	for i, a := range all {
		out[i] = a.snapshot()
	}
	return out, nil
}

// Connect enables an account and connects it, at once if it waits to try again.
// It does not wait for the connection: the account says StateConnecting, or still
// StateOnline. The error may be that a policy allows no such account, or not as many.
func (c *Client) Connect(ctx context.Context, account chat.Address) error {
	return c.enable(ctx, "connect", account, true)
}

// Disconnect says goodbye and disables an account until Connect. It does not
// wait for the goodbye.
func (c *Client) Disconnect(ctx context.Context, account chat.Address) error {
	return c.enable(ctx, "disconnect", account, false)
}

func (c *Client) enable(ctx context.Context, op string, account chat.Address, on bool) error {
	a, err := c.account(op, account)
	if err != nil {
		return err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	if on {
		if err := c.mayEnable(op, a); err != nil {
			return err
		}
	}
	if err := c.db.SetEnabled(ctx, a.addr, on); err != nil {
		return asError(op, err)
	}
	return asError(op, a.do(ctx, func(context.Context) {
		a.edit(func(r *store.AccountRecord) { r.Enabled = on })
		if on {
			a.connect(nil)
		} else {
			a.disconnect()
		}
	}))
}
