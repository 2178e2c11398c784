// SPDX-License-Identifier: MPL-2.0

package ui

import (
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
	err := w.accounts.Err()
	if !w.accounts.Loaded() {
		if err != nil {
			w.ShowFailure(err, w.accounts.Load)
		}
		return
	}
	after := w.afterAccounts
	w.afterAccounts = nil
	for _, then := range after {
		then()
	}
	if w.chats != nil && len(w.accounts.All()) == 0 { // the last one was removed
		w.dropChats()
		w.ShowWelcome()
	}
	w.showBanner()
	if w.chats != nil {
		w.chats.talk.followAccount()
	}
	w.changed()
	w.sayOnce(err)
}

// accountState says in words how an account is, and in which colour.
func (w *Window) accountState(a chat.Account) (string, theme.Token) {
	switch {
	case !a.Enabled:
		return w.words.Text("account.off"), theme.ColorTextMuted
	case a.State == chat.StateOnline:
		return w.words.Text("account.online"), theme.ColorSuccess
	case a.Error != nil:
		token := theme.ColorWarning
		if a.State == chat.StateFailed {
			token = theme.ColorDanger
		}
		return errorWords(w.words, a.Error), token
	case a.State == chat.StateConnecting:
		return w.words.Text("account.connecting"), theme.ColorTextMuted
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
		if banner.Visible() {
			banner.Hide()
			w.root.Refresh()
		}
		return
	}
	kind, text := parts.BannerNote, w.bannerWords(b)
	switch {
	case b.CatchingUp, b.State == chat.StateConnecting:
		kind = parts.BannerBusy
	case b.State == chat.StateFailed:
		kind = parts.BannerError
	}
	if b.ShowAccount {
		text = w.words.Text("banner.account", "address", b.Account.String(), "text", text)
	}
	banner.Set(kind, text, w.remedies(b, w.showChats)...)
	w.root.Refresh()
}

// bannerWords say what is wrong. Without a network there is nothing to explain;
// a server that can not be reached has a reason.
func (w *Window) bannerWords(b model.Banner) string {
	switch {
	case b.State == chat.StateFailed:
		return codeWords(w.words, b.Code, b.Detail)
	case b.CatchingUp:
		return w.words.Text("banner.catching-up")
	case b.Code == chat.CodeNoNetwork:
		return w.words.Text("banner.waiting")
	case b.Code == "" && b.State == chat.StateOffline:
		return w.words.Text("banner.offline")
	case b.Code != "":
		return w.words.Text("banner.gone", "text", codeWords(w.words, b.Code, b.Detail))
	}
	return w.words.Text("banner.connecting")
}

// remedies are what can be done about an account's trouble; back is where a screen
// that one opens goes back to.
func (w *Window) remedies(b model.Banner, back func()) []parts.Action {
	retry := parts.Action{Text: w.words.Text("banner.connect"), Do: func() { w.accounts.Retry(b.Account) }}
	edit := func() {
		if a, ok := w.accounts.Account(b.Account); ok {
			w.showEditAccount(a, back)
		}
	}
	switch b.Remedy {
	case model.RemedyRetry:
		return []parts.Action{retry}
	case model.RemedyCertificate:
		details := parts.Action{Text: w.words.Text("banner.details"), Do: func() {
			w.showCertificate(b.Account.Domain, &chat.Error{Kind: chat.Certificate, Code: b.Code, Detail: b.Detail})
		}}
		return []parts.Action{details, retry}
	case model.RemedyPassword:
		return []parts.Action{{Text: w.words.Text("banner.password"), Do: edit}}
	case model.RemedySettings:
		return []parts.Action{{Text: w.words.Text("account.login"), Do: edit}}
	}
	return nil
}
