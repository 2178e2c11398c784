// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"context"

	"chatsecure.org/desktop/core/chat"
	"chatsecure.org/desktop/theme"
	"chatsecure.org/desktop/ui/model"
	"chatsecure.org/desktop/ui/parts"
)

// loadAccounts reads the accounts again, then goes on with then (may be nil).
func (w *Window) loadAccounts(then func()) {
	if then != nil {
		w.afterAccounts = append(w.afterAccounts, then)
	}
	w.accounts.Load()
}

// accountsChanged shows what became of the accounts.
func (w *Window) accountsChanged() {
	if err := w.accounts.Err(); err != nil {
		if !w.accounts.Loaded() {
			w.ShowFailure(err, w.accounts.Load)
			return
		}
		w.sayOnce(err)
	}
	if !w.accounts.Loaded() {
		return
	}
	after := w.afterAccounts
	w.afterAccounts = nil
	for _, then := range after {
		then()
	}
	w.showBanner()
	if w.onAccounts != nil {
		w.onAccounts()
	}
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
// connection, and offers the way out.
func (w *Window) showBanner() {
	if w.chats == nil {
		return
	}
	banner := w.chats.banner
	b, ok := w.accounts.Banner()
	if !ok {
		banner.Hide()
		w.root.Refresh()
		return
	}
	kind, text := parts.BannerNote, w.words.Text("banner.connecting")
	switch {
	case b.State == chat.StateFailed:
		kind, text = parts.BannerError, codeWords(w.words, b.Code, b.Detail)
	case b.State == chat.StateOffline:
		text = w.words.Text("banner.offline")
	}
	if b.ShowAccount {
		text = w.words.Text("banner.account", "address", b.Account.String(), "text", text)
	}
	if do, ok := w.remedy(b); ok {
		banner.Set(kind, text, do)
	} else {
		banner.Set(kind, text)
	}
	w.root.Refresh()
}

// remedy is what the banner offers to do.
func (w *Window) remedy(b model.Banner) (parts.Action, bool) {
	switch b.Remedy {
	case model.RemedyRetry:
		return parts.Action{Text: w.words.Text("banner.connect"), Do: func() { w.accounts.Retry(b.Account) }}, true
	case model.RemedyCertificate:
		return parts.Action{Text: w.words.Text("banner.details"), Do: func() {
			w.showCertificate(b.Account.Domain, &chat.Error{Kind: chat.Certificate, Code: b.Code, Detail: b.Detail})
		}}, true
	case model.RemedyPassword, model.RemedySettings:
		return parts.Action{Text: w.words.Text("banner.mend"), Do: func() {
			if a, ok := w.accounts.Account(b.Account); ok {
				w.showEditAccount(a, w.showChats)
			}
		}}, true
	}
	return parts.Action{}, false
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
