// SPDX-License-Identifier: MPL-2.0

package model

import (
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

func TestBanner(t *testing.T) {
	acc := func(s chat.AccountState, enabled bool, kind chat.Kind, code chat.Code) chat.Account {
		a := chat.Account{Login: chat.Login{Address: alice}, State: s, Enabled: enabled}
		if code != "" {
			a.Error = &chat.Error{Kind: kind, Code: code}
		}
		return a
	}
	online := acc(chat.StateOnline, true, 0, "")
	connecting := acc(chat.StateConnecting, true, 0, "")
	offline := acc(chat.StateOffline, true, chat.Offline, chat.CodeNoNetwork)
	wrong := acc(chat.StateFailed, true, chat.Auth, chat.CodeNotAuthorized)
	refused := acc(chat.StateFailed, true, chat.Certificate, chat.CodeCertExpired)
	missed := acc(chat.StateOnline, true, 0, "")
	missed.CatchingUp = true
	off := acc(chat.StateOffline, false, 0, "")
	tests := []struct {
		name     string
		accounts []chat.Account
		shown    bool
		state    chat.AccountState
		code     chat.Code
		remedy   Remedy
	}{
		{"no account", nil, false, 0, "", RemedyNone},
		{"online", []chat.Account{online}, false, 0, "", RemedyNone},
		{"switched off", []chat.Account{off}, false, 0, "", RemedyNone},
		{"connecting", []chat.Account{connecting}, true, chat.StateConnecting, "", RemedyNone},
		{"catching up", []chat.Account{missed}, true, chat.StateOnline, "", RemedyNone},
		{"one connects, one catches up", []chat.Account{missed, connecting}, true, chat.StateConnecting, "", RemedyNone},
		{"offline", []chat.Account{offline}, true, chat.StateOffline, chat.CodeNoNetwork, RemedyRetry},
		{"wrong password", []chat.Account{wrong}, true, chat.StateFailed, chat.CodeNotAuthorized, RemedyPassword},
		{"certificate", []chat.Account{refused}, true, chat.StateFailed, chat.CodeCertExpired, RemedyCertificate},
		{"most serious", []chat.Account{online, connecting, offline, wrong}, true, chat.StateFailed, chat.CodeNotAuthorized, RemedyPassword},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			a := NewAccounts(d.Env, &people{accounts: tt.accounts})
			a.Load()
			d.settle(a.lane)
			d.advance(patience)
			b, shown := a.Banner()
			if shown != tt.shown || b.State != tt.state || b.Code != tt.code || b.Remedy != tt.remedy {
				t.Errorf("banner %+v, shown %v", b, shown)
			}
			if b.ShowAccount != (len(tt.accounts) > 1) {
				t.Error("which account is said with several only")
			}
			if one, ok := a.Trouble(alice); len(tt.accounts) == 1 && (ok != (tt.shown && !b.CatchingUp) || ok && one != b) {
				t.Errorf("trouble %+v, %v", one, ok)
			}
		})
	}
}

// What takes less than a second is not said, and nothing is said that is over.
func TestBannerDoesNotFlicker(t *testing.T) {
	state := func(s chat.AccountState, err *chat.Error, catching bool) chat.Account {
		return chat.Account{Login: chat.Login{Address: alice}, Enabled: true, State: s, Error: err, CatchingUp: catching}
	}
	lost := &chat.Error{Kind: chat.Offline, Code: chat.CodeConnectionLost}
	wrong := &chat.Error{Kind: chat.Auth, Code: chat.CodeNotAuthorized}
	online, connecting := state(chat.StateOnline, nil, false), state(chat.StateConnecting, nil, false)
	away, again := state(chat.StateOffline, lost, false), state(chat.StateConnecting, lost, false)
	catching, refused := state(chat.StateOnline, nil, true), state(chat.StateFailed, wrong, false)
	const moment = 300 * time.Millisecond
	type step struct {
		is   chat.Account
		wait time.Duration
		want string
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"quickly online", []step{{connecting, moment, "-"}, {online, time.Minute, "-"}}},
		{"slowly online", []step{{connecting, 2 * time.Second, "connecting"}, {online, 0, "-"}}},
		{"a short break", []step{{online, time.Second, "-"}, {away, moment, "-"}, {again, moment, "-"}, {online, time.Minute, "-"}}},
		{"tries again and again", []step{{away, 2 * time.Second, "offline"}, {again, moment, "offline"}, {away, moment, "offline"}, {again, 2 * time.Second, "connecting"}}},
		{"changes all the time", []step{{connecting, moment, "-"}, {away, moment, "-"}, {again, moment, "-"}, {away, moment, "offline"}}},
		{"catches up quickly", []step{{connecting, 2 * time.Second, "connecting"}, {catching, moment, "connecting"}, {online, 0, "-"}}},
		{"catches up slowly", []step{{connecting, 2 * time.Second, "connecting"}, {catching, 2 * time.Second, "catching up"}, {online, 0, "-"}, {online, time.Minute, "-"}}},
		{"needs the person", []step{{connecting, moment, "-"}, {refused, 0, "failed"}, {connecting, moment, "failed"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			p := &people{}
			a := NewAccounts(d.Env, p)
			for i, s := range c.steps {
				p.accounts = []chat.Account{s.is}
				a.Load()
				d.settle(a.lane)
				d.advance(s.wait)
				got := "-"
				if b, ok := a.Banner(); ok && b.CatchingUp {
					got = "catching up"
				} else if ok {
					got = b.State.String()
				}
				if got != s.want {
					t.Errorf("step %d: says %q, want %q", i, got, s.want)
				}
			}
		})
	}
}
