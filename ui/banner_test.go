// SPDX-License-Identifier: MPL-2.0

package ui

import (
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// state puts the account into a state, as the core tells of it.
func (r *rig) state(state chat.AccountState, err *chat.Error) {
	r.t.Helper()
	r.core.set(func(f *fakeCore) { f.accounts[0].State, f.accounts[0].Error = state, err })
	read := false
	r.w.loadAccounts(func() { read = true })
	r.until("the accounts", func() bool { return read })
	r.later(time.Second)
}

func TestBanner(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	text := func(id string, args ...any) string { return r.w.words.Text(id, args...) }
	gone := func(code string) string { return text("banner.gone", "text", text("error."+code)) }
	for _, c := range []struct {
		name    string
		state   chat.AccountState
		err     *chat.Error
		off     bool
		want    string
		actions []string
	}{
		{"online", chat.StateOnline, nil, false, "", nil},
		{"offline", chat.StateOffline, nil, false, text("banner.offline"), []string{"banner.connect"}},
		{"no network", chat.StateOffline, failure(chat.Offline, chat.CodeNoNetwork), false, text("banner.waiting"), []string{"banner.connect"}},
		{"server gone", chat.StateOffline, failure(chat.Offline, chat.CodeConnectionRefused), false, gone("connection-refused"), []string{"banner.connect"}},
		{"server silent", chat.StateOffline, failure(chat.Timeout, chat.CodeTimeout), false, gone("timeout"), []string{"banner.connect"}},
		{"on the way", chat.StateConnecting, nil, false, text("banner.connecting"), nil},
		{"wrong password", chat.StateFailed, failure(chat.Auth, chat.CodeNotAuthorized), false, text("error.not-authorized"), []string{"banner.password"}},
		{"disabled", chat.StateFailed, failure(chat.Auth, chat.CodeAccountDisabled), false, text("error.account-disabled"), []string{"account.login"}},
		{
			"certificate", chat.StateFailed, &chat.Error{Kind: chat.Certificate, Code: chat.CodeCertExpired, Detail: "00ff"}, false,
			text("error.certificate-expired"),
			[]string{"banner.details", "banner.connect"},
		},
		{"other device", chat.StateFailed, failure(chat.Rejected, chat.CodeConflict), false, text("error.conflict"), []string{"banner.connect"}},
		{"switched off", chat.StateOffline, nil, true, "", nil},
	} {
		r.core.set(func(f *fakeCore) { f.accounts[0].Enabled = !c.off })
		r.state(c.state, c.err)
		if got := r.w.chats.banner.Text(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		for _, id := range []string{"banner.connect", "banner.details", "banner.password", "account.login"} {
			wanted := false
			for _, a := range c.actions {
				wanted = wanted || a == id
			}
			if r.shows(text(id)) != wanted {
				t.Errorf("%s: offers %q: %v", c.name, text(id), !wanted)
			}
		}
	}
}

func TestBannerSaysWhichAccount(t *testing.T) {
	r := newRig(t)
	r.signedIn()
	r.core.set(func(f *fakeCore) {
		f.accounts = append(f.accounts, chat.Account{Login: chat.Login{Address: carol}, Enabled: true, State: chat.StateOnline})
	})
	r.state(chat.StateOffline, nil)
	if !r.shows(me.String() + ": ") {
		t.Errorf("%q", r.w.chats.banner.Text())
	}
}

func TestBannerActions(t *testing.T) {
	t.Run("connect", func(t *testing.T) {
		r := newRig(t)
		r.signedIn()
		r.state(chat.StateOffline, nil)
		r.click("banner.connect")
		r.until("the command", func() bool { return r.core.did("connect " + me.String()) })
	})
	t.Run("password", func(t *testing.T) {
		r := newRig(t)
		r.signedIn()
		r.state(chat.StateFailed, failure(chat.Auth, chat.CodeNotAuthorized))
		r.click("banner.password")
		r.says("signin.edit")
		r.typeText("another")
		r.press("Return")
		r.until("back", func() bool { return r.w.showsChats() })
		if r.core.password != "another" || r.core.login.Address != me {
			t.Errorf("asked with %q", r.core.password)
		}
	})
	t.Run("certificate", func(t *testing.T) {
		r := newRig(t)
		r.signedIn()
		const print = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
		r.state(chat.StateFailed, &chat.Error{Kind: chat.Certificate, Code: chat.CodeCertHost, Detail: print})
		r.click("banner.details")
		r.says("certificate.text", "domain", "example.org")
		r.says("error.certificate-other-host")
		if got := digitsOf(r); got != "9F86D081 884C7D65 9A2FEAA0 C55AD015\nA3BF4F1B 2B0B822C D15D6C15 B0F00A08" {
			t.Errorf("fingerprint %q", got)
		}
		r.click("action.copy")
		if got := r.clipboard(); got != digitsOf(r) {
			t.Errorf("copied %q", got)
		}
		r.click("action.ok")
		if len(r.w.sheets) != 0 {
			t.Error("stays open")
		}
	})
}
