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

// Accounts are the accounts of the profile and the banner about them.
type Accounts struct {
	OnChange func()

	env    *Env
	src    AccountSource
	lane   *Lane
	all    []chat.Account
	loaded bool
	err    *chat.Error
	banner line
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
				a.settle()
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
