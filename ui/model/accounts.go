// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// AccountSource is what the account list asks; *core.Client meets it.
type AccountSource interface {
	Accounts(ctx context.Context) ([]chat.Account, error)
	Connect(ctx context.Context, account chat.Address) error
	Disconnect(ctx context.Context, account chat.Address) error
	RemoveAccount(ctx context.Context, account chat.Address) error
}

// Remedy is what a person can do about an account that is not online.
type Remedy int8

// The remedies.
const (
	RemedyNone        Remedy = iota // wait: it reconnects by itself
	RemedyRetry                     // Accounts.Retry
	RemedyPassword                  // ask for the password
	RemedyCertificate               // show the certificate's details
	RemedySettings                  // open the account's settings
)

// Banner is the line above the conversation about what keeps an account from
// being online.
type Banner struct {
	Account     chat.Address
	ShowAccount bool // several accounts: say which
	State       chat.AccountState
	Code        chat.Code // why; "" while connecting for the first time
	Detail      string    // as in chat.Error
	Remedy      Remedy
}

// Accounts are the accounts of the profile and the banner about them.
type Accounts struct {
	OnChange func()

	env    *Env
	src    AccountSource
	lane   *Lane
	all    []chat.Account
	loaded bool
	err    *chat.Error
}

// NewAccounts returns an empty list: call Load.
func NewAccounts(env *Env, src AccountSource) *Accounts {
	return &Accounts{env: env, src: src, lane: env.Tasks.NewLane()}
}

// Load reads the accounts.
func (a *Accounts) Load() {
	a.lane.Run(func(ctx context.Context) func() {
		all, err := a.src.Accounts(ctx)
		return func() {
			if a.err = asError("read accounts", err); err == nil {
				a.all, a.loaded = all, true
			}
			call(a.OnChange)
		}
	})
}

// Apply implements Listener.
func (a *Accounts) Apply(events []chat.Event) {
	if slices.ContainsFunc(events, func(e chat.Event) bool {
		return e.Kind == chat.AccountChanged || e.Kind == chat.Reload
	}) {
		a.Load()
	}
}

// Loaded says whether the accounts were read once.
func (a *Accounts) Loaded() bool { return a.loaded }

// All are the accounts, in the profile's order.
func (a *Accounts) All() []chat.Account { return slices.Clone(a.all) }

// Account finds one by its bare address.
func (a *Accounts) Account(addr chat.Address) (chat.Account, bool) {
	for _, acc := range a.all {
		if acc.Login.Address == addr {
			return acc, true
		}
	}
	return chat.Account{}, false
}

// Err is why the last command failed; nil otherwise.
func (a *Accounts) Err() *chat.Error { return a.err }

// Banner is the most serious trouble of all accounts; ok is false when every
// enabled account is online.
func (a *Accounts) Banner() (b Banner, ok bool) {
	worst := 0
	for _, acc := range a.all {
		if rank := seriousness(acc); rank > worst {
			worst = rank
			b = bannerOf(acc)
		}
	}
	b.ShowAccount = len(a.all) > 1
	return b, worst > 0
}

// Trouble is what keeps one account from being online; ok is false when nothing
// does, or it is switched off.
func (a *Accounts) Trouble(addr chat.Address) (b Banner, ok bool) {
	acc, found := a.Account(addr)
	if !found || seriousness(acc) == 0 {
		return Banner{}, false
	}
	return bannerOf(acc), true
}

func seriousness(acc chat.Account) int {
	switch {
	case acc.State == chat.StateFailed:
		return 4
	case !acc.Enabled || acc.State == chat.StateOnline:
		return 0
	case acc.State == chat.StateOffline:
		return 3
	case acc.Error != nil:
		return 2 // trying again after trouble
	}
	return 1
}

func bannerOf(acc chat.Account) Banner {
	b := Banner{Account: acc.Login.Address, State: acc.State, Remedy: RemedyNone}
	if acc.State == chat.StateOffline {
		b.Remedy = RemedyRetry
	}
	if acc.Error == nil {
		return b
	}
	b.Code, b.Detail = acc.Error.Code, acc.Error.Detail
	if acc.State != chat.StateFailed {
		return b
	}
	switch acc.Error.Kind {
	case chat.Certificate:
		b.Remedy = RemedyCertificate
	case chat.Auth:
		b.Remedy = RemedySettings
		if acc.Error.Code == chat.CodeNotAuthorized {
			b.Remedy = RemedyPassword
		}
	default:
		b.Remedy = RemedyRetry
	}
	return b
}

// Retry connects now.
func (a *Accounts) Retry(addr chat.Address) { a.SetEnabled(addr, true) }

// SetEnabled connects an account whenever the program runs, or no longer.
func (a *Accounts) SetEnabled(addr chat.Address, on bool) {
	a.command("connect account", func(ctx context.Context) error {
		if on {
			return a.src.Connect(ctx, addr)
		}
		return a.src.Disconnect(ctx, addr)
	})
}

// Remove takes an account and everything stored for it away: ask before.
func (a *Accounts) Remove(addr chat.Address) {
	a.command("remove account", func(ctx context.Context) error { return a.src.RemoveAccount(ctx, addr) })
}

func (a *Accounts) command(op string, do func(context.Context) error) {
	a.env.Tasks.Run(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			a.err = asError(op, err)
			call(a.OnChange)
			a.Load()
		}
	})
}
