// SPDX-License-Identifier: MPL-2.0

package model

import (
	"strings"

	"chatsecure.org/desktop/core/policy"
)

// Lock names what a policy may hold.
type Lock = policy.Key

// The locks that a window shows.
const (
	LockReceipts     = policy.Receipts
	LockTyping       = policy.Typing
	LockEncryption   = policy.EncryptionAllowed
	LockExport       = policy.Export
	LockAccounts     = policy.AccountsMax
	LockRegistration = policy.Registration
	LockKey          = policy.DatabaseKey
)

// Locks are what a policy holds, and who asks for it. The zero value holds nothing.
// They are for showing: it is the core that obeys.
type Locks struct {
	settings map[Lock]policy.Setting
	held     policy.Policy
}

// NewLocks are those of the layers of a bundle.
func NewLocks(sources []policy.Source) Locks {
	l := Locks{settings: make(map[Lock]policy.Setting), held: policy.Effective(sources)}
	for _, s := range policy.Explain(sources) {
		l.settings[s.Key] = s
	}
	return l
}

// By is the name of who holds something; held is false where nobody does.
func (l Locks) By(k Lock) (name string, held bool) {
	s, ok := l.settings[k]
	return s.By, ok && s.Locked()
}

// NoOTR is the name of who does not allow OTR.
func (l Locks) NoOTR() (name string, held bool) {
	name, _ = l.By(LockEncryption)
	return name, !l.held.Allows(policy.OTR)
}

// Full is the name of who allows no more accounts than there are.
func (l Locks) Full(accounts int) (name string, held bool) {
	name, _ = l.By(LockAccounts)
	most, limited := l.held.MaxAccounts()
	return name, limited && accounts >= most
}

// NoRegistration is the name of who allows no new accounts on servers, or not without an
// invitation.
func (l Locks) NoRegistration() (name string, held bool) { return l.By(LockRegistration) }

// Tor says whether accounts may connect through Tor alone.
func (l Locks) Tor() bool { return l.held.Is(policy.Tor, policy.Forced) }

// Domains are those of which accounts may be, "" for any.
func (l Locks) Domains() string {
	list, _ := l.held.Domains()
	return strings.Join(list, ", ")
}

// After is after how many minutes without a touch the profile is locked; 0 for never.
func (l Locks) After() int {
	minutes, _ := l.held.LockAfter()
	return minutes
}
