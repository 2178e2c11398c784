// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/parts"
)

// loadAccounts reads the accounts again and tells who shows them.
func (w *Window) loadAccounts(then func()) {
	core := w.core
	w.env.Tasks.Run(func(ctx context.Context) func() {
		accounts, err := core.Accounts(ctx)
		return func() {
			if err != nil {
				w.ShowFailure(err, func() { w.loadAccounts(then) })
				return
			}
			w.accounts = accounts
			if then != nil {
				then()
			}
			w.showBanner()
			for _, tell := range w.onAccount {
				tell()
			}
		}
	})
}

func (w *Window) account(addr chat.Address) (chat.Account, bool) {
	for _, a := range w.accounts {
		if a.Login.Address == addr {
			return a, true
		}
	}
	return chat.Account{}, false
}

// accountState says in words how an account is, and in which colour.
func (w *Window) accountState(a chat.Account) (string, theme.Token) {
	switch {
	case !a.Enabled:
		return w.words.Text("account.off"), theme.ColorTextMuted
	case a.State == chat.StateOnline:
		return w.words.Text("account.online"), theme.ColorSuccess
	case a.State == chat.StateConnecting:
		return w.words.Text("account.connecting"), theme.ColorTextMuted
	case a.Error != nil:
		token := theme.ColorWarning
		if a.State == chat.StateFailed {
			token = theme.ColorDanger
		}
		return errorWords(w.words, a.Error), token
	}
	return w.words.Text("account.offline"), theme.ColorTextMuted
}

// showBanner says in one line above the conversations what is wrong with the
// connection, the worst first, and offers the way out.
func (w *Window) showBanner() {
	if w.chats == nil {
		return
	}
	banner := w.chats.banner
	var failed, away, connecting *chat.Account
	for i := range w.accounts {
		a := &w.accounts[i]
		switch {
		case !a.Enabled:
		case a.State == chat.StateFailed:
			failed = a
		case a.State == chat.StateOffline:
			away = a
		case a.State == chat.StateConnecting:
			connecting = a
		}
	}
	switch {
	case failed != nil:
		a := *failed
		text, _ := w.accountState(a)
		if len(w.accounts) > 1 {
			text = w.words.Text("banner.account", "address", a.Login.Address, "text", text)
		}
		banner.Set(parts.BannerError, text, parts.Action{
			Text: w.words.Text("banner.mend"), Do: func() { w.mend(a) },
		})
	case away != nil:
		a := *away
		banner.Set(parts.BannerNote, w.words.Text("banner.offline"), parts.Action{
			Text: w.words.Text("banner.connect"), Do: func() { w.connect(a.Login.Address, true) },
		})
	case connecting != nil:
		banner.Set(parts.BannerNote, w.words.Text("banner.connecting"))
	default:
		banner.Hide()
	}
	w.root.Refresh()
}

// mend opens what helps against an account's failure.
func (w *Window) mend(a chat.Account) {
	if isCertificate(a.Error) {
		w.showCertificate(a.Login.Address.Domain, a.Error)
		return
	}
	w.showEditAccount(a, w.showChats)
}

// connect switches an account on or off.
func (w *Window) connect(addr chat.Address, on bool) {
	core := w.core
	w.command(func(ctx context.Context) error {
		if on {
			return core.Connect(ctx, addr)
		}
		return core.Disconnect(ctx, addr)
	}, nil)
}

// command runs something that the core does, says in a dialog if it failed, and
// goes on with then (may be nil) if not.
func (w *Window) command(do func(ctx context.Context) error, then func()) {
	w.env.Tasks.Run(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			switch {
			case err != nil:
				w.say(w.words.Text("failed.title"), errorWords(w.words, err))
			case then != nil:
				then()
			}
		}
	})
}
