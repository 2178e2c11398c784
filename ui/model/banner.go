// SPDX-License-Identifier: MPL-2.0

package model

import (
	"time"

	"chatsecure.org/desktop/core/chat"
)

// Banner is the line above the conversation about what keeps an account from
// being online, or from having all its messages.
type Banner struct {
	Account     chat.Address
	ShowAccount bool // several accounts: say which
	State       chat.AccountState
	CatchingUp  bool      // online, and loading what was missed
	Code        chat.Code // why; "" while connecting for the first time
	Detail      string    // as in chat.Error
	Remedy      Remedy
}

// line is what the banner says. It follows the accounts a little later, so that
// what is over within a moment is never seen.
type line struct {
	shown, next Banner
	on, soon    bool   // shown, next hold
	stop        func() // of the timer
}

// patience is how long the accounts must be in a state before the banner says so.
const patience = time.Second

// Banner is what to say of all accounts; ok is false when there is nothing.
func (a *Accounts) Banner() (b Banner, ok bool) { return a.banner.shown, a.banner.on }

// settle decides what the banner says from now on, and what in a moment. What
// needs the person, and that all is well, is said at once.
func (a *Accounts) settle() {
	l := &a.banner
	now, ok := a.worst()
	switch {
	case !ok || now.State == chat.StateFailed:
		l.halt()
		l.shown, l.on = now, ok
	case l.on && now == l.shown:
		l.halt()
	case !l.soon:
		l.next, l.soon = now, true
		l.stop = a.env.After(patience, a.say)
	default:
		l.next = now // the time counts since it has not been as the banner says
	}
}

func (a *Accounts) say() {
	l := &a.banner
	l.shown, l.on, l.soon = l.next, true, false
	call(a.OnChange)
}

func (l *line) halt() {
	call(l.stop)
	l.stop, l.soon = nil, false
}

// worst is the most serious trouble of all accounts.
func (a *Accounts) worst() (b Banner, ok bool) {
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
	if !found || seriousness(acc) < rankConnecting {
		return Banner{}, false
	}
	return bannerOf(acc), true
}

const (
	rankNone = iota
	rankCatchingUp
	rankConnecting
	rankAgain // trying again after trouble
	rankOffline
	rankFailed
)

func seriousness(acc chat.Account) int {
	switch {
	case acc.State == chat.StateFailed:
		return rankFailed
	case !acc.Enabled:
		return rankNone
	case acc.State == chat.StateOnline && acc.CatchingUp:
		return rankCatchingUp
	case acc.State == chat.StateOnline:
		return rankNone
	case acc.State == chat.StateOffline:
		return rankOffline
	case acc.Error != nil:
		return rankAgain
	}
	return rankConnecting
}

func bannerOf(acc chat.Account) Banner {
	b := Banner{Account: acc.Login.Address, State: acc.State, Remedy: RemedyNone}
	if acc.State == chat.StateOnline {
		b.CatchingUp = true
		return b
	}
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
